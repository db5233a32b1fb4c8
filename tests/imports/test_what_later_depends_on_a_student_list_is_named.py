"""Every later act on a student keeps the list that brought them from being undone, and the page names the student."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import insert, select

from app.access.scope import everything
from app.core import clock
from app.profiles.models import ChangeRequest, StudentProfile
from app.sheets.rules import UndoBlocked
from app.students.models import Placement, Student
from app.students.rules import NewHardship
from app.students.services import TypedGuardian, add_guardian, change_status, give_students, move, recognise
from app.students.sheet import STUDENTS
from app.students.workflow import StudentEvent
from tests.imports.desk import Desk, student, workbook
from tests.imports.test_an_import_is_applied_and_undone import snapshot
from tests.make.places import A
from tests.world import KEYRING

TEST = "a test does what somebody will do"
Act = Callable[[Desk, int], object]


def _asked(desk: Desk, one: int) -> object:
    asked_by = desk.world.accounts["school_admin"]
    values = {"student_id": one, "before": {"name": "新生乙"}, "wanted": {"name": "新生一"}, "reason": "名字有误"}
    sealed = {"sealed_as": uuid.uuid4(), "wanted_sealed": b"nothing", "asked_by": asked_by}
    made = insert(ChangeRequest).values(**values, **sealed)
    return desk.run(lambda s, _a: s.execute(everything(made, because=TEST)))


def _filled_in(desk: Desk, one: int) -> object:
    made = insert(StudentProfile).values(student_id=one, sealed_as=uuid.uuid4())
    return desk.run(lambda s, _a: s.execute(everything(made, because=TEST)))


def _paused(desk: Desk, one: int) -> object:
    what, why = StudentEvent.TAKE_LEAVE, "因病休学一年"
    return desk.run(
        lambda s, a: change_status(s, a, student_id=one, version=1, event=what, on=clock.today(s), reason=why)
    )


def _in_hardship(desk: Desk, one: int) -> object:
    new = NewHardship("poverty", "hard", date(2026, 9, 1), date(2027, 9, 1))
    return desk.run(lambda s, a: recognise(s, a, student_id=one, new=new))


def _with_guardian(desk: Desk, one: int) -> object:
    typed = TypedGuardian("王五", "father")
    return desk.run(lambda s, a: add_guardian(s, a, student_id=one, typed=typed, keyring=KEYRING))


def _with_account(desk: Desk, one: int) -> object:
    return desk.run(lambda s, a: give_students(s, a, ids=[one]))


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (_asked, "undo_requested"),
        (_filled_in, "undo_profile"),
        (_paused, "undo_edited"),
        (_in_hardship, "undo_hardship"),
        (_with_guardian, "undo_guardian"),
        (_with_account, "undo_account"),
    ],
)
def test_what_happens_to_a_new_student_is_named(desk: Desk, act: Act, code: str) -> None:
    batch = desk.apply(workbook([student(1), student(3)]))
    stmt = select(Student.id).where(Student.student_number == "NEW-001")
    one = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())
    act(desk, one)
    before = snapshot(desk)
    found = desk.run(lambda s, a: STUDENTS.blockers(s, a, desk.batch(batch)))
    assert [(each.subject_id, each.code) for each in found] == [(one, code)]
    with pytest.raises(UndoBlocked):
        desk.undo(batch)
    assert snapshot(desk) == before


@pytest.mark.committed
def test_somebody_who_went_on_and_came_back_is_named(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    batch = desk.apply(workbook([[pupil.name, pupil.certificate, pupil.student_number, "八年级画眉(2)班", "", ""]]))
    for n in (1, 2):
        desk.run(lambda s, a, n=n: move(s, a, ids=[pupil.student_id], class_number=f"{A}-20250{n}"))  # type: ignore[misc]
    before = snapshot(desk)
    found = desk.run(lambda s, a: STUDENTS.blockers(s, a, desk.batch(batch)))
    assert [(each.subject_id, each.code) for each in found] == [(pupil.student_id, "undo_moved")]
    with pytest.raises(UndoBlocked):
        desk.undo(batch)
    assert snapshot(desk) == before
    stmt = select(Placement.id).where(Placement.student_id == pupil.student_id)
    assert len(desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).all())) == 4


def test_a_list_nothing_depends_on_is_undone_after_its_neighbours_were_changed(desk: Desk) -> None:
    batch = desk.apply(workbook([student(1)]))
    _paused(desk, desk.world.of(A)[0].student_id)
    assert desk.run(lambda s, a: STUDENTS.blockers(s, a, desk.batch(batch))) == []
    desk.undo(batch)
    assert desk.batch(batch).state == "undone"
