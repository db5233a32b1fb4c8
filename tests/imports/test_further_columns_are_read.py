"""学籍号, household, political status and the like come along in a student list; they stop nobody."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.people.models import Person
from app.people.services import STATUS_NUMBER_AT, details_of
from app.sheets.rules import UndoBlocked
from app.students.further import FURTHER
from app.students.models import Student
from app.students.sheet import STUDENTS
from tests.imports.desk import HEADINGS, Desk, number, student, workbook
from tests.make.places import A, B
from tests.world import KEYRING

TEST = "a test looks at everything"
MORE = (
    "全国学籍号",
    "户口性质",
    "政治面貌",
    "健康状况",
    "是否留守儿童",
    "入学方式",
    "港澳台侨外",
    "社保卡号",
    "学籍辅号",
    "国籍",
    "户籍所在地",
)
PLACE = "江西省南昌市东湖区三经路 8 号"
SAID = ("", "农业家庭户口", "团员", "健康", "双亲留守", "就近入学", "否", "A1234567", "赣-2026-1", "中国", PLACE)
CODES = {
    "household_type": "1",
    "political_status": "03",
    "health": "10",
    "overseas_status": "00",
    "social_card_number": "A1234567",
    "nationality": "CHN",
    "household_place": PLACE,
}
ALL = (*HEADINGS, *MORE)


def known(desk: Desk, pupil: int = 0) -> list[object]:
    """The row of a pupil of school A as far as the first columns go; nothing changes by it."""
    found = desk.world.of(A)[pupil]
    return [found.name, found.certificate, found.student_number, "", "", ""]


def file(*rows: list[object], headings: tuple[str, ...] = ALL) -> bytes:
    """A student list with the further columns."""
    return workbook(rows, headings)


def held(desk: Desk, certificate_or_number: str) -> tuple[Mapping[str, object], tuple[str | None, ...]]:
    """The details of the student of a student number, and what belongs to the stay."""

    def read(session: Session, _actor: Actor) -> tuple[Mapping[str, object], tuple[str | None, ...]]:
        stmt = select(Student, Person).join(Person, Person.id == Student.person_id)
        stmt = stmt.where(Student.student_number == certificate_or_number)
        found, person = session.execute(everything(stmt, because=TEST)).one()
        stay = (found.entry_mode, found.left_behind, found.secondary_status_number)
        return vars(details_of(person, KEYRING)), stay

    return desk.run(read)


def test_a_new_student_brings_them_along(desk: Desk) -> None:
    said = ("G" + number(1), *SAID[1:])
    desk.apply(file([*student(1), *said]))
    details, stay = held(desk, "NEW-001")
    assert details == CODES | {"status_number": "G" + number(1)}
    assert stay == ("11", "2", "赣-2026-1")


def test_a_student_on_file_is_changed_and_an_empty_cell_takes_nothing_away(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    desk.apply(file([*known(desk), *SAID]))
    desk.apply(file([*known(desk), "", "", "群众", *[""] * 8]))
    details, stay = held(desk, pupil.student_number)
    assert details == CODES | {"political_status": "13", "status_number": None}
    assert stay == ("11", "2", "赣-2026-1")
    assert desk.counts(desk.read(file([*known(desk), *SAID[:2], "", *SAID[3:]]))) == (0, 0, 1, 0)


def test_before_and_after_stand_in_the_preview_in_words_and_masked(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    desk.apply(file([*known(desk), *SAID]))
    batch = desk.read(
        file([*known(desk), f"G{pupil.certificate}", "", "群众", "", "", "", "", "B7654321", "", "美国", "别处路 1 号"])
    )
    (line,) = desk.run(lambda s, _a: STUDENTS.lines(s, desk.rows(batch, "changed"), KEYRING))
    changes = {column: (before, after) for column, before, after in line.changes}
    assert changes["political_status"] == ("共青团员", "群众")
    assert changes["status_number"][0] == ""
    assert pupil.certificate not in str(changes)
    assert "B7654321" not in str(changes)
    assert changes["nationality"] == ("中国", "美国")
    assert PLACE not in str(changes)
    assert "别处路 1 号" not in str(changes)


def test_nothing_of_a_number_stands_in_the_change_records(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    desk.apply(file([*known(desk), f"G{pupil.certificate}", *SAID[1:]]))
    stmt = select(ChangeRecord.before, ChangeRecord.after).where(ChangeRecord.source == "import")
    told = str(desk.run(lambda s, _a: s.execute(everything(stmt, because=TEST)).all()))
    assert pupil.certificate not in told
    assert "A1234567" not in told
    assert PLACE not in told
    assert "household_place" in told
    assert "status_number" in told


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("全国学籍号", "2015360101123456", "status_number_format"),
        ("户口性质", "1", "word_left_out"),
        ("政治面貌", "无党派人士甲", "word_left_out"),
        ("社保卡号", "9" * 21, "social_card_format"),
        ("学籍辅号", "9" * 31, "secondary_status_number_format"),
        ("国籍", "亚特兰蒂斯", "word_left_out"),
        ("户籍所在地", "路" * 201, "household_place_format"),
    ],
)
def test_what_is_not_understood_is_left_out_with_a_remark(desk: Desk, column: str, value: str, code: str) -> None:
    row = [*student(1), *(value if heading == column else "" for heading in MORE)]
    batch = desk.read(file(row))
    assert desk.counts(batch) == (1, 0, 0, 0)
    (new,) = desk.rows(batch, "warnings")
    assert [remark["code"] for remark in new.warnings or ()] == [code]
    assert not FURTHER.keys() & {key for key, value in new.data.items() if value}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("G" + number(3), "status_number_not_the_id"),
        ("J" + number(1)[:-1] + ("0" if number(1)[-1] != "0" else "1"), "status_number_check_digit"),
        ("L360101201402300001", "status_number_date"),
    ],
)
def test_a_status_number_that_contradicts_itself_or_the_certificate_is_bad(desk: Desk, value: str, code: str) -> None:
    batch = desk.read(file([*student(1), value, *[""] * 8]))
    assert desk.codes(batch) == {2: [("status_number", code)]}


def test_a_temporary_number_becomes_formal_with_the_certificate(desk: Desk) -> None:
    desk.apply(file([*student(1), "L360101201403010001", *[""] * 8]))
    assert held(desk, "NEW-001")[0]["status_number"] == "G" + number(1)


def test_a_formal_number_of_somebody_else_is_bad_wherever_they_are(desk: Desk) -> None:
    formal = "J360101201509017011"
    other = desk.world.of(B)[0]

    def give(session: Session, _actor: Actor) -> None:
        stmt = select(Person.sealed_as).where(Person.id == other.person_id)
        sealed_as = session.scalars(everything(stmt, because=TEST)).one()
        change = update(Person).where(Person.id == other.person_id)
        change = change.values(
            status_number_kind="J",
            status_number_sealed=KEYRING.seal(formal, STATUS_NUMBER_AT, sealed_as),
            status_number_digest=KEYRING.digest(f"status:{formal}"),
        )
        session.execute(everything(change, because=TEST))

    desk.run(give)
    batch = desk.read(file([*known(desk), formal, *[""] * 8]))
    assert desk.codes(batch) == {2: [("status_number", "status_number_in_use")]}


def test_one_formal_number_twice_in_a_file_makes_both_rows_bad(desk: Desk) -> None:
    formal = "J360101201509017011"
    batch = desk.read(file(*([*known(desk, pupil), formal, *[""] * 8] for pupil in (0, 1))))
    assert desk.codes(batch) == {row: [("status_number", "duplicate_in_file")] for row in (2, 3)}


def test_undo_gives_back_what_was_there(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    first = desk.apply(file([*known(desk), f"G{pupil.certificate}", *SAID[1:]], [*student(1), *SAID]))
    before = held(desk, pupil.student_number)
    second = desk.apply(file([*known(desk), "", "非农业户口", "", "残疾", "否", "", "", "B7654321", ""]))
    assert held(desk, pupil.student_number) != before
    with pytest.raises(UndoBlocked):
        desk.undo(first)
    desk.undo(second)
    assert held(desk, pupil.student_number) == before
    desk.undo(first)
    details, stay = held(desk, pupil.student_number)
    assert set(details.values()) == {None}
    assert set(stay) == {None}
