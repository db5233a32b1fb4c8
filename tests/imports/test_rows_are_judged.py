"""A student list is judged row by row, within the file, and against the roll."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.errors import NotFound
from app.people.certificates import CertificateType
from app.students.services import leave
from app.students.sheet import STUDENTS
from tests.imports.desk import HEADINGS, Desk, number, student, workbook
from tests.make.places import A, B
from tests.world import KEYRING


def test_new_students_are_counted_and_nothing_is_written_yet(desk: Desk) -> None:
    batch = desk.read(workbook([student(1), student(3)]))
    assert desk.counts(batch) == (2, 0, 0, 0)
    assert desk.batch(batch).state == "previewed"


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"姓名": ""}, "name", "name_missing"),
        ({"身份证号": number(1)[:-1] + "A"}, "certificate_number", "id_format"),
        ({"身份证号": ""}, "certificate_number", "certificate_missing"),
        ({"身份证号": "360102201509011012"}, "certificate_number", "id_check_digit"),
        ({"身份证号": "360101200902290020"}, "certificate_number", "id_date"),
        ({"身份证号": 360101201403010013.0}, "certificate_number", "id_precision_lost"),
        ({"班级": ""}, "class_name", "missing_class"),
        ({"班级": "九年级(8)班"}, "class_name", "unknown_class"),
        ({"联系电话": "12345"}, "phone", "phone"),
        ({"性别": "甲"}, "sex", "sex_word"),
        ({"学号": "1"}, "student_number", "student_number_shape"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(desk: Desk, cells: dict[str, object], column: str, code: str) -> None:
    batch = desk.read(workbook([student(1, **cells), student(3)]))
    assert (column, code) in desk.codes(batch)[2]
    assert desk.counts(batch) == (1, 0, 0, 1)


def test_a_number_that_says_another_sex_is_only_marked(desk: Desk) -> None:
    batch = desk.read(workbook([student(1, 性别="女")]))
    assert desk.counts(batch) == (1, 0, 0, 0)
    assert [row.warnings for row in desk.rows(batch, "warnings")] == [
        [{"column": "sex", "code": "id_sex_mismatch", "facts": {}}]
    ]


def test_one_person_twice_in_the_file_makes_both_rows_bad(desk: Desk) -> None:
    batch = desk.read(workbook([student(1), student(3), student(5, 身份证号=number(1).lower())]))
    assert desk.codes(batch) == {
        2: [("certificate_number", "duplicate_in_file")],
        4: [("certificate_number", "duplicate_in_file")],
    }
    assert desk.rows(batch, "bad")[0].problems == [
        {"column": "certificate_number", "code": "duplicate_in_file", "facts": {"rows": "名单 4", "count": 1}}
    ]


def test_one_student_number_twice_in_the_file_makes_both_rows_bad(desk: Desk) -> None:
    batch = desk.read(workbook([student(1), student(3, 学号="NEW-001")]))
    assert desk.codes(batch) == {row: [("student_number", "duplicate_in_file")] for row in (2, 3)}


def test_a_row_of_a_student_of_the_school_changes_what_differs(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    row = [pupil.name, pupil.certificate, pupil.student_number, "八年级画眉(2)班", "13911112222", ""]
    batch = desk.read(workbook([row]))
    assert desk.counts(batch) == (0, 1, 0, 0)
    before = desk.rows(batch, "changed")[0].before
    assert before is not None
    assert set(before) == {"class_name", "phone"}


def test_empty_cells_and_the_same_values_change_nothing(desk: Desk) -> None:
    rows = [[pupil.name, pupil.certificate, "", "", "", ""] for pupil in desk.world.of(A)]
    assert desk.counts(desk.read(workbook(rows))) == (0, 0, 8, 0)


def test_a_student_is_known_by_student_number_where_the_certificate_is_left_out(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    other = desk.world.of(A)[1]
    rows = [
        [pupil.name, "", pupil.student_number, "", "13911112222", ""],
        ["另有其人", "", other.student_number, "", "", ""],
    ]
    batch = desk.read(workbook(rows))
    assert desk.counts(batch) == (0, 1, 0, 1)
    assert desk.codes(batch) == {3: [("certificate_number", "certificate_missing")]}


def test_somebody_of_another_school_is_told_only_to_be_elsewhere(desk: Desk) -> None:
    stranger = desk.world.of(B)[0]
    batch = desk.read(workbook([student(1, 身份证号=stranger.certificate, 姓名=stranger.name)]))
    row = desk.rows(batch, "bad")[0]
    assert row.problems == [{"column": "certificate_number", "code": "on_file_elsewhere", "facts": {}}]
    assert stranger.certificate not in str((row.data, row.problems))


def test_who_left_comes_back_as_the_same_person(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]

    def gone(session: Session, actor: Actor) -> None:
        leave(
            session,
            actor,
            student_id=pupil.student_id,
            version=1,
            state="withdrawn",
            on=date(2026, 10, 1),
            reason="随父母迁居",
        )

    desk.run(gone)
    batch = desk.read(workbook([student(1, 姓名=pupil.name, 身份证号=pupil.certificate)]))
    assert desk.rows(batch, "new")[0].data["person_id"] == pupil.person_id
    other = desk.read(workbook([student(1, 姓名="冒名者", 身份证号=pupil.certificate)]))
    assert desk.codes(other) == {2: [("certificate_number", "on_file_otherwise")]}


def test_a_student_number_of_somebody_else_is_refused(desk: Desk) -> None:
    batch = desk.read(workbook([student(1, 学号=desk.world.of(A)[0].student_number)]))
    assert desk.codes(batch) == {2: [("student_number", "student_number_in_use")]}


def test_a_missing_student_number_is_given_and_said(desk: Desk) -> None:
    batch = desk.read(workbook([student(1, 学号="")]))
    row = desk.rows(batch, "new")[0]
    assert row.data["student_number"] == f"N{batch}-0001"
    assert [remark["code"] for remark in row.warnings or ()] == ["student_number_made"]


def test_other_certificates_are_judged_by_their_kind(desk: Desk) -> None:
    headings = ("姓名", "证件类型", "证件号码", "性别", "出生日期", "班级")
    rows = [
        ["王小明", "护照", "E12345678", "男", "2014-03-01", "八年级画眉(1)班"],
        ["李小红", "回乡证", "H12345678", "女", "2014年3月2日", "八年级画眉(1)班"],
        ["张小三", "未知证", "H12345679", "女", "2014年3月2日", "八年级画眉(1)班"],
    ]
    batch = desk.read(workbook(rows, headings))
    assert desk.counts(batch) == (2, 0, 0, 1)
    assert [row.data["certificate_type"] for row in desk.rows(batch, "new")] == [
        CertificateType.PASSPORT,
        CertificateType.HK_MACAO_PERMIT,
    ]
    assert desk.codes(batch) == {4: [("certificate_type", "certificate_type")]}


def test_the_class_may_stand_in_the_name_of_the_sheet(desk: Desk) -> None:
    rows = [[row[0], row[1]] for row in (student(1), student(3))]
    batch = desk.read(workbook(rows, ("姓名", "身份证号"), sheet="八年级画眉(2)班"))
    assert desk.counts(batch) == (2, 0, 0, 0)
    assert {row.data["class_name"] for row in desk.rows(batch, "new")} == {"八年级画眉(2)班"}


def test_a_class_out_of_the_own_places_is_an_unknown_one(desk: Desk) -> None:
    own = desk.of("class_admin").read(workbook([student(1, 班级="七年级画眉(1)班"), student(3)]))
    assert desk.of("class_admin").counts(own) == (1, 0, 0, 1)
    assert desk.of("class_admin").codes(own) == {3: [("class_name", "unknown_class")]}


def test_another_school_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.read(workbook([student(1)]), school=B)


def test_a_preview_shows_masked_values_only(desk: Desk) -> None:
    batch = desk.read(workbook([student(1, 联系电话="13911112222")]))
    lines = desk.run(lambda session, _actor: STUDENTS.lines(session, desk.rows(batch, "new"), KEYRING))
    assert lines[0].facts["certificate_number"] == "360101********" + number(1)[-4:]
    assert number(1) not in str(desk.rows(batch, "new")[0].data)
    assert "13911112222" not in str(desk.rows(batch, "new")[0].data)


def test_a_backslash_before_a_code_stays_as_it_was_typed(desk: Desk) -> None:
    headings = (*HEADINGS, "家庭住址")
    batch = desk.read(workbook([[*student(1, 姓名=r"张\u0000三"), r"东湖路1号\u0000"], [*student(3), "x"]], headings))
    bad = desk.rows(batch, "bad")
    assert [row.data["name"] for row in bad] == [r"张\u0000三"]


def test_a_row_that_comes_often_names_five_others_and_counts_all(desk: Desk) -> None:
    batch = desk.read(workbook([student(1, 学号=f"MANY-{n}") for n in range(9)]))
    remarks = [row.problems for row in desk.rows(batch, "bad")]
    facts = [remark["facts"] for problems in remarks for remark in problems or ()]
    assert [each["count"] for each in facts] == [8] * 9
    assert facts[0]["rows"] == "名单 3, 名单 4, 名单 5, 名单 6, 名单 7"
    assert facts[8]["rows"] == "名单 2, 名单 3, 名单 4, 名单 5, 名单 6"
