"""What was previewed is written whole or not at all, and is taken back as if it had never been."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.core.errors import NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment.models import Enrolment
from app.people.models import Person
from app.sheets import services
from app.sheets.rules import BadRows, NothingToApply, RollChanged, UndoBlocked
from app.sheets.work import apply_batch
from app.students.models import Placement, Student
from app.students.services import leave, move
from app.students.sheet import STUDENTS
from tests.at_once import at_once
from tests.conftest import CountStatements
from tests.imports.desk import Desk, number, student, workbook
from tests.make.places import A, class_of

TEST = "a test looks at everything"
WHOLE = {
    "person": "id, certificate_type, sealed_as, number_sealed, number_digest, name, pinyin, initials, sex, birth_date,"
    " ethnicity",
    "student": "id, person_id, node_id, tree_path, school_id, student_number, state, entry_date, phone_sealed,"
    " phone_digest, address_sealed, boarding, class_roll_number, opened_on, closed_on",
    "placement": "id, student_id, node_id, since, until",
    "enrolment": "id, plan_id, person_id, student_id, node_id, tree_path, state, choice, hardship, removed_at",
    "guardian": "id, student_id, name",
    "hardship_recognition": "id, student_id, category",
}
"""Every table an import of students touches, with every column but the versions, which only go on counting."""


def snapshot(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """What the database holds of the roll."""

    def read(session: Session, _actor: Actor) -> dict[str, list[tuple[object, ...]]]:
        found = {}
        for table, columns in WHOLE.items():
            stmt = text(f"SELECT {columns} FROM {table} ORDER BY id")
            found[table] = [tuple(row) for row in session.execute(everything(stmt, because=TEST))]
        return found

    return desk.run(read)


def _student_of(desk: Desk, student_number: str) -> Student:
    stmt = select(Student).where(Student.student_number == student_number)
    return desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())


def _moved_row(desk: Desk) -> list[object]:
    pupil = desk.world.of(A)[0]
    return [pupil.name, pupil.certificate, pupil.student_number, "八年级画眉(2)班", "13911112222", ""]


def test_new_students_are_persons_with_class_and_enrolment(desk: Desk) -> None:
    desk.apply(workbook([student(1, 联系电话="13911112222"), student(3)]))
    made = _student_of(desk, "NEW-001")
    assert made.node_id == desk.world.nodes[class_of(A, 2, 1)]
    assert made.phone_sealed
    person = desk.run(
        lambda s, _a: s.scalars(everything(select(Person).where(Person.id == made.person_id), because=TEST)).one()
    )
    assert (person.name, person.sex, person.birth_date) == ("新生乙", "1", date(2014, 3, 1))
    assert person.pinyin
    of_theirs = select(Enrolment.state).where(Enrolment.student_id == made.id)
    assert desk.run(lambda s, _a: s.scalars(everything(of_theirs, because=TEST)).all()) == ["unregistered"]
    placed = select(Placement.node_id).where(Placement.student_id == made.id, Placement.until.is_(None))
    assert desk.run(lambda s, _a: s.scalars(everything(placed, because=TEST)).all()) == [made.node_id]


def test_a_changed_row_corrects_and_moves(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    desk.apply(workbook([_moved_row(desk)]))
    after = _student_of(desk, pupil.student_number)
    assert after.node_id == desk.world.nodes[class_of(A, 2, 2)]
    enrolled = select(Enrolment.node_id).where(Enrolment.student_id == after.id)
    assert desk.run(lambda s, _a: s.scalars(everything(enrolled, because=TEST)).all()) == [after.node_id]
    assert after.version == 2


def test_changes_are_recorded_with_their_source_and_without_numbers(desk: Desk) -> None:
    desk.apply(workbook([student(1), _moved_row(desk)]))
    brought = (ChangeRecord.source == "import", ChangeRecord.subject == "student")
    stmt = select(ChangeRecord).where(*brought).order_by(ChangeRecord.id)
    records = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).all())
    assert {record.kind for record in records} == {"student_created", "class_transfer"}
    told = str([(record.before, record.after) for record in records])
    assert "13911112222" not in told
    assert number(1) not in told
    assert "八年级画眉(2)班" in told


def test_bad_rows_stop_a_whole_import_and_are_left_out_of_the_good_ones(desk: Desk) -> None:
    data = workbook([student(1), student(3, 班级="")])
    batch = desk.read(data)
    with pytest.raises(BadRows):
        desk.confirm(batch)
    before = snapshot(desk)
    desk.confirm(batch, good_rows=True)
    apply_batch(desk.bench, batch)
    assert len(snapshot(desk)["student"]) == len(before["student"]) + 1


def test_nothing_new_is_nothing_to_apply(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    batch = desk.read(workbook([[pupil.name, pupil.certificate, "", "", "", ""]]))
    with pytest.raises(NothingToApply):
        desk.confirm(batch)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    data = workbook([student(1), _moved_row(desk)])
    desk.apply(data)
    assert desk.counts(desk.read(data)) == (0, 0, 2, 0)


def test_a_student_changed_after_the_preview_refuses_the_whole(desk: Desk) -> None:
    pupil = desk.world.of(A)[0]
    batch = desk.read(workbook([student(1), _moved_row(desk)]))
    desk.run(lambda s, a: move(s, a, ids=[pupil.student_id], class_number=f"{A}-202601"[:-1] + "2"))
    before = snapshot(desk)
    desk.confirm(batch)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, batch)
    assert snapshot(desk) == before
    assert (desk.batch(batch).state, desk.batch(batch).error_code) == ("previewed", "import_roll_changed")


def test_a_number_entered_meanwhile_refuses_the_whole(desk: Desk) -> None:
    first, second = desk.read(workbook([student(1)])), desk.read(workbook([student(1, 学号="NEW-009"), student(3)]))
    desk.confirm(first)
    desk.confirm(second)
    apply_batch(desk.bench, first)
    before = snapshot(desk)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, second)
    assert snapshot(desk) == before


def test_somebody_of_another_school_does_not_see_the_import(desk: Desk) -> None:
    batch = desk.read(workbook([student(1)]))
    with pytest.raises(NotFound):
        desk.of("school_admin_b").confirm(batch)


def test_a_stale_confirmation_is_refused(desk: Desk) -> None:
    batch = desk.read(workbook([student(1)]))
    with pytest.raises(Stale):
        desk.run(lambda s, a: services.confirm(s, a, batch_id=batch, version=1, good_rows=False))


def test_a_batch_is_confirmed_applied_and_undone_once(desk: Desk) -> None:
    batch = desk.apply(workbook([student(1)]))
    with pytest.raises(WrongState):
        desk.confirm(batch)
    with pytest.raises(WrongState):
        desk.run(lambda s, a: services.apply(s, a, batch_id=batch))
    desk.undo(batch)
    with pytest.raises(WrongState):
        desk.undo(batch)


def test_undo_leaves_the_roll_as_it_was(desk: Desk) -> None:
    before = snapshot(desk)
    batch = desk.apply(workbook([student(1, 联系电话="13911112222"), student(3), _moved_row(desk)]))
    assert snapshot(desk) != before
    desk.undo(batch)
    assert snapshot(desk) == before
    assert desk.batch(batch).state == "undone"


def test_what_happened_since_forbids_an_undo_and_is_listed(desk: Desk) -> None:
    batch = desk.apply(workbook([student(1), student(3), student(5), student(7), _moved_row(desk)]))
    made = {n: _student_of(desk, f"NEW-{n:03}") for n in (1, 3, 5)}
    desk.run(lambda s, a: move(s, a, ids=[made[1].id], class_number=f"{A}-202502"))
    desk.run(
        lambda s, a: leave(
            s, a, student_id=made[3].id, version=1, state="withdrawn", on=made[3].opened_on, reason="随父母迁居"
        )
    )
    decided = update(Enrolment).where(Enrolment.student_id == made[5].id).values(state="draft")
    desk.run(lambda s, _a: s.execute(everything(decided, because=TEST)))
    found = desk.run(lambda s, a: STUDENTS.blockers(s, a, desk.batch(batch)))
    assert [(each.subject_id, each.code) for each in found] == [
        (made[1].id, "undo_moved"),
        (made[3].id, "undo_left"),
        (made[5].id, "undo_decided"),
    ]
    before = snapshot(desk)
    with pytest.raises(UndoBlocked):
        desk.undo(batch)
    assert snapshot(desk) == before
    assert (desk.batch(batch).state, desk.batch(batch).error_code) == ("applied", "import_undo_blocked")


def test_a_later_import_of_the_same_student_forbids_the_undo_of_the_earlier(desk: Desk) -> None:
    before = snapshot(desk)
    first = desk.apply(workbook([_moved_row(desk)]))
    pupil = desk.world.of(A)[0]
    second = desk.apply(workbook([[pupil.name, pupil.certificate, "", "", "13933334444", ""]]))
    with pytest.raises(UndoBlocked):
        desk.undo(first)
    desk.undo(second)
    desk.undo(first)
    assert snapshot(desk) == before


def test_the_number_of_statements_does_not_grow_with_the_rows(desk: Desk, statements: CountStatements) -> None:
    sent = []
    for rows in ([student(1)], [student(serial, 姓名=f"新生{'甲乙丙丁'[serial % 4]}") for serial in range(3, 99, 2)]):
        batch = desk.read(workbook(rows))
        desk.confirm(batch)
        with statements() as applied:
            apply_batch(desk.bench, batch)
        sent.append(len(applied))
    assert sent[0] == sent[1]


@pytest.mark.committed
def test_two_who_apply_one_batch_at_once_write_it_once(desk: Desk) -> None:
    batch = desk.read(workbook([student(1), student(3)]))
    desk.confirm(batch)
    outcomes = at_once(lambda: apply_batch(desk.bench, batch), lambda: apply_batch(desk.bench, batch))
    assert sum(outcome is None for outcome in outcomes) == 1
    count = select(func.count()).select_from(Student).where(Student.student_number.like("NEW-%"))
    assert desk.run(lambda s, _a: s.scalar(everything(count, because=TEST))) == 2


@pytest.mark.committed
def test_two_files_with_one_person_at_once_enter_the_person_once(desk: Desk) -> None:
    batches = [desk.read(workbook([student(1, 学号=f"NEW-10{n}")])) for n in (1, 2)]
    for batch in batches:
        desk.confirm(batch)
    outcomes = at_once(*(lambda b=batch: apply_batch(desk.bench, b) for batch in batches))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "RollChanged"]
