"""监护人, 父亲 and 母亲 of a student list become guardians with relation and phone; they stop nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.sheets.rules import RollChanged, UndoBlocked
from app.sheets.work import apply_batch
from app.students import services
from app.students.models import GUARDIAN_NUMBER_AT, GUARDIAN_PHONE_AT, Guardian, Student
from app.students.records import opened
from app.students.sheet import STUDENTS
from tests.imports.desk import HEADINGS, Desk, student, workbook
from tests.imports.test_an_import_is_applied_and_undone import snapshot
from tests.make.places import A
from tests.world import KEYRING

TEST = "a test looks at everything"
ONE = (*HEADINGS, "家长姓名", "与学生关系", "家长联系电话")
PARENTS = (*HEADINGS, "父亲姓名", "父亲电话", "母亲姓名", "母亲手机号")
PHONES = ("13811110001", "13811110002")


def known(desk: Desk, *more: str) -> list[object]:
    """A row of the first pupil of school A that says nothing but who answers for them."""
    pupil = desk.world.of(A)[0]
    return [pupil.name, pupil.certificate, "", "", "", "", *more]


def guardians(desk: Desk, student_number: str) -> list[tuple[str, str, str, int]]:
    """Name, relation, phone in clear and version of a student's guardians, by name."""

    def read(session: Session, _actor: Actor) -> list[tuple[str, str, str, int]]:
        stmt = select(Guardian).join(Student, Student.id == Guardian.student_id)
        stmt = stmt.where(Student.student_number == student_number, Guardian.ended_at.is_(None))
        rows = session.scalars(everything(stmt.order_by(Guardian.name), because=TEST))
        return [(g.name, g.relation, clear(g), g.version) for g in rows]

    return desk.run(read)


def clear(guardian: Guardian) -> str:
    """A guardian's phone in clear."""
    return opened(KEYRING, guardian.phone_sealed, GUARDIAN_PHONE_AT, guardian.sealed_as)


def first(desk: Desk) -> str:
    """The student number of the first pupil."""
    return desk.world.of(A)[0].student_number


def test_father_and_mother_come_with_a_new_student(desk: Desk) -> None:
    desk.apply(workbook([[*student(1), "张大", PHONES[0], "李二", PHONES[1]]], PARENTS))
    assert guardians(desk, "NEW-001") == [("张大", "father", PHONES[0], 1), ("李二", "mother", PHONES[1], 1)]


def test_a_relation_is_read_from_its_column(desk: Desk) -> None:
    rows = [[*student(1), "张大", "爷爷", PHONES[0]], [*student(3), "王五", "", ""]]
    desk.apply(workbook(rows, ONE))
    assert guardians(desk, "NEW-001") == [("张大", "grandparent", PHONES[0], 1)]
    assert guardians(desk, "NEW-003") == [("王五", "other", "", 1)]


def test_a_heading_of_two_levels_is_understood(desk: Desk) -> None:
    lower = (*HEADINGS, "姓名", "联系电话")
    upper = (*("学生信息" for _ in HEADINGS), "监护人信息", "监护人信息")
    batch = desk.read(workbook([[*student(1), "张大", PHONES[0]]], lower, above=[upper]))
    (row,) = desk.rows(batch, "new")
    assert row.data["guardian"] == "张大 其他 138****0001"


def certificates(desk: Desk, student_number: str) -> dict[str, tuple[str | None, str]]:
    """Type and number in clear of the certificates of a student's guardians, by name."""

    def read(session: Session, _actor: Actor) -> dict[str, tuple[str | None, str]]:
        stmt = select(Guardian).join(Student, Student.id == Guardian.student_id)
        stmt = stmt.where(Student.student_number == student_number, Guardian.ended_at.is_(None))
        found = session.scalars(everything(stmt, because=TEST))
        return {g.name: (g.certificate_type, opened(KEYRING, *sealed(g), g.sealed_as)) for g in found}

    return desk.run(read)


def sealed(guardian: Guardian) -> tuple[bytes | None, str]:
    """A guardian's number and where it is sealed."""
    return guardian.number_sealed, GUARDIAN_NUMBER_AT


IDS = (*PARENTS, "父亲身份证号", "母亲证件类型", "母亲证件号码")
FATHERS, MOTHERS = "360101197506180121", "E12345678"


def test_certificates_of_guardians_are_read_sealed_and_shown_masked(desk: Desk) -> None:
    row = [*student(1), "张大", PHONES[0], "李二", PHONES[1], FATHERS, "护照", MOTHERS.lower()]
    batch = desk.read(workbook([row], IDS))
    (kept,) = desk.rows(batch, "new")
    assert kept.data["guardian"] == "张大 父亲 138****0001 360101********0121; 李二 母亲 138****0002 E1*****78"
    assert FATHERS not in str(kept.data)
    desk.confirm(batch)
    apply_batch(desk.bench, batch)
    assert certificates(desk, "NEW-001") == {"张大": ("resident_id", FATHERS), "李二": ("passport", MOTHERS)}


def test_a_certificate_on_file_follows_the_list_and_undo_gives_it_back(desk: Desk) -> None:
    desk.apply(workbook([known(desk, "张大", "", "", "", "", "", "")], IDS))
    assert certificates(desk, first(desk)) == {"张大": (None, "")}
    again = workbook([known(desk, "张大", "", "", "", FATHERS, "", "")], IDS)
    batch = desk.apply(again)
    assert certificates(desk, first(desk)) == {"张大": ("resident_id", FATHERS)}
    assert desk.counts(desk.read(again)) == (0, 0, 1, 0)
    desk.undo(batch)
    assert certificates(desk, first(desk)) == {"张大": (None, "")}


def test_an_old_id_number_of_a_parent_is_kept_with_eighteen_digits(desk: Desk) -> None:
    desk.apply(workbook([[*student(1), "张大", "", "", "", "610104620927690", "", ""]], IDS))
    assert certificates(desk, "NEW-001") == {"张大": ("resident_id", "610104196209276908")}


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("张大", "", "", "", "360101197506180120", "", ""), "guardian_number", "id_check_digit"),
        (("张大", "", "李二", "", FATHERS, "", FATHERS), "guardian_number_2", "guardian_number_twice"),
        (("张大", "", "李二", "", "", "月票", MOTHERS), "guardian_certificate_type_2", "word_left_out"),
        (("", "", "", "", FATHERS, "", ""), "guardian_number", "guardian_without_name"),
        (("张大", "", "", "", 3.60101197506180121e17, "", ""), "guardian_number", "id_precision_lost"),
    ],
)
def test_a_certificate_that_cannot_be_right_is_left_out(
    desk: Desk, cells: Sequence[object], column: str, code: str
) -> None:
    batch = desk.read(workbook([[*student(1), *cells]], IDS))
    assert desk.counts(batch) == (1, 0, 0, 0)
    (row,) = desk.rows(batch, "warnings")
    assert [(each["column"], each["code"]) for each in row.warnings or ()] == [(column, code)]


def test_a_number_that_another_guardian_has_is_left_out(desk: Desk) -> None:
    desk.apply(workbook([known(desk, "张大", "", "", "", FATHERS, "", "")], IDS))
    batch = desk.read(workbook([known(desk, "张三", "", "", "", FATHERS, "", "")], IDS))
    (row,) = desk.rows(batch, "warnings")
    assert [each["code"] for each in row.warnings or ()] == ["guardian_number_twice"]
    desk.confirm(batch)
    apply_batch(desk.bench, batch)
    assert certificates(desk, first(desk)) == {"张大": ("resident_id", FATHERS), "张三": (None, "")}


def test_who_is_on_file_is_changed_and_an_empty_cell_takes_nothing_away(desk: Desk) -> None:
    desk.apply(workbook([known(desk, "张大", "父亲", PHONES[0])], ONE))
    assert desk.counts(desk.read(workbook([known(desk, "张大", "", "")], ONE))) == (0, 0, 1, 0)
    assert desk.counts(desk.read(workbook([known(desk, "", "", "")], ONE))) == (0, 0, 1, 0)
    batch = desk.read(workbook([known(desk, "张大", "", PHONES[1])], ONE))
    assert desk.counts(batch) == (0, 1, 0, 0)
    (line,) = desk.run(lambda s, _a: STUDENTS.lines(s, desk.rows(batch, "changed"), KEYRING))
    assert list(line.changes) == [("guardian", "张大 父亲 138****0001", "张大 父亲 138****0002")]
    desk.confirm(batch)
    apply_batch(desk.bench, batch)
    assert guardians(desk, first(desk)) == [("张大", "father", PHONES[1], 2)]


def test_no_phone_stands_in_the_change_records(desk: Desk) -> None:
    desk.apply(workbook([known(desk, "张大", "父亲", PHONES[0])], ONE))
    stmt = select(ChangeRecord.before, ChangeRecord.after).where(ChangeRecord.source == "import")
    told = str(desk.run(lambda s, _a: s.execute(everything(stmt, because=TEST)).all()))
    assert "张大" in told
    assert PHONES[0] not in told


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("张大/李二", "", ""), "guardian", "name_character"),
        (("张大", "父亲", "110"), "guardian_phone", "phone"),
        (("", "", PHONES[0]), "guardian_phone", "guardian_without_name"),
    ],
)
def test_what_is_not_understood_stops_no_student(desk: Desk, cells: Sequence[str], column: str, code: str) -> None:
    batch = desk.read(workbook([[*student(1), *cells]], ONE))
    assert desk.counts(batch) == (1, 0, 0, 0)
    (row,) = desk.rows(batch, "warnings")
    assert [(each["column"], each["code"]) for each in row.warnings or ()] == [(column, code)]


def test_a_guardian_entered_meanwhile_refuses_the_whole(desk: Desk) -> None:
    batch = desk.read(workbook([known(desk, "张大", "父亲", PHONES[0]), [*student(1), "王五", "", ""]], ONE))
    add(desk, "张大")
    before = snapshot(desk)
    desk.confirm(batch)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, batch)
    assert snapshot(desk) == before


def add(desk: Desk, name: str) -> int:
    """Add a guardian on the first pupil's page."""
    student_id, typed = desk.world.of(A)[0].student_id, services.TypedGuardian(name, "other")
    return desk.run(lambda s, a: services.add_guardian(s, a, student_id=student_id, typed=typed, keyring=KEYRING))


def test_undo_takes_new_guardians_away_and_gives_changed_ones_back(desk: Desk) -> None:
    desk.apply(workbook([known(desk, "张大", "父亲", PHONES[0])], ONE))
    before, on_file = snapshot(desk), guardians(desk, first(desk))
    rows = [known(desk, "张大", PHONES[1], "李二", ""), [*student(1), "王五", PHONES[0], "", ""]]
    batch = desk.apply(workbook(rows, PARENTS))
    assert len(guardians(desk, first(desk))) == 2
    desk.undo(batch)
    assert snapshot(desk) == before
    assert [row[:3] for row in guardians(desk, first(desk))] == [row[:3] for row in on_file]


def test_a_guardian_edited_or_added_since_forbids_the_undo(desk: Desk) -> None:
    batch = desk.apply(workbook([known(desk, "张大", "父亲", PHONES[0]), [*student(1), "王五", "", ""]], ONE))
    stmt = select(Guardian.id).where(Guardian.name == "张大")
    found = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())
    which: dict[str, Any] = {"guardian_id": found, "version": 1, "keyring": KEYRING}
    typed = services.TypedGuardian("张大", "other", PHONES[0])
    desk.run(lambda s, a: services.correct_guardian(s, a, typed=typed, **which))
    blockers = desk.run(lambda s, a: STUDENTS.blockers(s, a, desk.batch(batch)))
    assert [(each.subject_id, each.code) for each in blockers] == [
        (desk.world.of(A)[0].student_id, "undo_edited"),
    ]
    with pytest.raises(UndoBlocked):
        desk.undo(batch)
