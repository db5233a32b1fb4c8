"""困难类别 and its period come along in a student list; the figures follow, and they are taken back with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select

from app.access.scope import everything
from app.enrolment.models import Enrolment
from app.sheets.rules import RollChanged, UndoBlocked
from app.sheets.work import apply_batch
from app.students import services
from app.students.models import HardshipRecognition, Student
from app.students.rules import NewHardship
from app.students.sheet import STUDENTS
from tests.imports.desk import HEADINGS, Desk, student, workbook
from tests.imports.test_an_import_is_applied_and_undone import snapshot
from tests.make.places import A
from tests.make.pupils import IN_HARDSHIP
from tests.world import KEYRING

TEST = "a test looks at everything"
MORE = ("困难类型", "困难等级", "认定学年", "是否建档立卡", "是否贫困生")
ALL = (*HEADINGS, *MORE)
ORPHAN = ("孤儿", "特别困难", "2026-2027学年", "", "")
HELD = ("orphan", "special", date(2026, 9, 1), date(2027, 9, 1))


def file(*rows: Sequence[object]) -> bytes:
    """A student list with columns of hardship."""
    return workbook(rows, ALL)


def known(desk: Desk, pupil: int, *more: str) -> list[object]:
    """A row of a pupil of school A that says nothing but hardship."""
    found = desk.world.of(A)[pupil]
    return [found.name, found.certificate, "", "", "", "", *more]


def recognised(desk: Desk, student_number: str) -> list[tuple[object, ...]]:
    """What is recognised of a student."""
    table = HardshipRecognition
    stmt = select(table.category, table.level, table.since_on, table.until_on)
    stmt = stmt.join(Student, Student.id == table.student_id).where(Student.student_number == student_number)
    stmt = stmt.order_by(table.since_on, table.category)
    return desk.run(lambda s, _a: [(*row,) for row in s.execute(everything(stmt, because=TEST))])


def is_poor(desk: Desk, student_number: str) -> bool:
    """Whether the student's row of the plan counts as in hardship."""
    stmt = select(Enrolment.hardship).join(Student, Student.id == Enrolment.student_id)
    stmt = stmt.where(Student.student_number == student_number)
    return desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())


def test_a_new_student_comes_recognised_and_counts_so(desk: Desk) -> None:
    desk.apply(file([*student(1), *ORPHAN], [*student(3), "无", "", "", "否", "否"]))
    assert recognised(desk, "NEW-001") == [HELD]
    assert is_poor(desk, "NEW-001")
    assert recognised(desk, "NEW-003") == []
    assert not is_poor(desk, "NEW-003")


def test_a_student_on_file_is_recognised_with_before_and_after(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    batch = desk.read(file(known(desk, 0, *ORPHAN)))
    assert desk.counts(batch) == (0, 1, 0, 0)
    (line,) = desk.run(lambda s, _a: STUDENTS.lines(s, desk.rows(batch, "changed"), KEYRING))
    assert list(line.changes) == [("category", "", "孤儿 特别困难 2026-09-01 – 2027-08-31")]
    desk.confirm(batch)
    apply_batch(desk.bench, batch)
    assert recognised(desk, pupil.student_number) == [HELD]
    assert is_poor(desk, pupil.student_number)
    assert desk.counts(desk.read(file(known(desk, 0, *ORPHAN)))) == (0, 0, 1, 0)


def test_columns_of_yes_and_no_recognise_their_category(desk: Desk) -> None:
    desk.apply(file([*student(1), "低保户", "困难", "2026-2027", "是", "是"]))
    assert [row[0] for row in recognised(desk, "NEW-001")] == ["low_income", "poverty"]


def test_who_is_recognised_already_needs_no_period(desk: Desk) -> None:
    batch = desk.read(file(known(desk, IN_HARDSHIP, "", "", "", "是", "是")))
    assert desk.counts(batch) == (0, 0, 1, 0)
    assert desk.rows(batch, "warnings") == []


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("贫困", "", "", "", ""), "category", "category_unknown"),
        (("低保", "", "2026-2027", "", ""), "level", "hardship_level_missing"),
        (("低保", "困难", "", "", ""), "since_on", "hardship_since_missing"),
        (("低保", "困难", "二年", "", ""), "academic_year", "academic_year_shape"),
        (("", "", "", "也许", ""), "is_poverty", "cell_yes_no"),
        (("", "", "", "", "是"), "is_hardship", "hardship_without_category"),
    ],
)
def test_what_cannot_be_recognised_stops_no_student(desk: Desk, cells: tuple[str, ...], column: str, code: str) -> None:
    batch = desk.read(file([*student(1), *cells]))
    assert desk.counts(batch) == (1, 0, 0, 0)
    (row,) = desk.rows(batch, "warnings")
    assert [(each["column"], each["code"]) for each in row.warnings or ()] == [(column, code)]
    desk.confirm(batch)
    apply_batch(desk.bench, batch)
    assert recognised(desk, "NEW-001") == []


def test_what_was_recognised_meanwhile_refuses_the_whole(desk: Desk) -> None:
    batch = desk.read(file(known(desk, 0, *ORPHAN), [*student(1), *ORPHAN]))
    other = NewHardship("orphan", "hard", date(2027, 1, 1), None)
    pupil = desk.world.of(A)[0]
    desk.run(lambda s, a: services.recognise(s, a, student_id=pupil.student_id, new=other))
    before = snapshot(desk)
    desk.confirm(batch)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, batch)
    assert snapshot(desk) == before


def test_undo_takes_recognitions_back_with_the_rows(desk: Desk) -> None:
    before = snapshot(desk)
    batch = desk.apply(
        file(
            [*student(1), *ORPHAN],
            known(desk, 0, *ORPHAN),
            known(desk, IN_HARDSHIP, "建档立卡", "特别困难", "2026-2027", "", ""),
        )
    )
    assert snapshot(desk) != before
    desk.undo(batch)
    assert snapshot(desk) == before
    assert recognised(desk, desk.world.of(A)[IN_HARDSHIP].student_number)[0][1] == "hard"


def test_a_recognition_edited_since_forbids_the_undo(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    batch = desk.apply(file(known(desk, 0, *ORPHAN), [*student(1), *ORPHAN]))
    stmt = select(HardshipRecognition.id).where(HardshipRecognition.student_id == pupil.student_id)
    found = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())
    until = date(2027, 2, 1)
    desk.run(lambda s, a: services.end_recognition(s, a, recognition_id=found, version=1, until_on=until))
    blockers = desk.run(lambda s, a: STUDENTS.blockers(s, a, desk.batch(batch)))
    assert [(each.subject_id, each.code) for each in blockers] == [(pupil.student_id, "undo_edited")]
    with pytest.raises(UndoBlocked):
        desk.undo(batch)
