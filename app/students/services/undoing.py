"""Taking an imported student list back: admissions as if they had never been, corrections as they were before.

Only while nothing later depends on it. What does is listed by name; packages above name their own reasons by
`DEPENDENTS`. Values come back from the copy that was kept when the row was applied; versions go on counting. An
admission is edited when its version says so, a correction when a value it wrote is another now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Select, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.changes.rules import ChangeKind
from app.core.events import tell
from app.people.models import Person
from app.sheets.models import ImportBatch
from app.sheets.rules import Blocker, UndoBlocked
from app.students.models import Student
from app.students.rules import AdmissionsUndone, StudentsCorrected, StudentsMoved
from app.students.services import beside, cases
from app.students.services.arriving import ARRIVING, Arrived, spread
from app.students.services.turns import take_part_in

DEPENDENTS: list[Callable[[Session, Sequence[int]], Mapping[int, str]]] = []
"""What packages above know that depends on a student's admission: student id → code of the reason."""
APPLIED = "rows of an applied batch in scope, and the students they made or changed, locked in scope"
NO_SYNC = {"synchronize_session": False}
STILL_REFERENCED = "23503"

SINCE = """
    SELECT a.n, a.student_id, a.name, CASE
             WHEN student.id IS NULL THEN 'undo_gone'
             WHEN student.closed_on IS NOT NULL THEN 'undo_left'
             WHEN student.node_id <> a.node_id THEN 'undo_moved'
             WHEN a.moved AND EXISTS
               (SELECT FROM placement AS p
                 WHERE p.student_id = a.student_id AND p.until IS NULL AND p.since > :applied) THEN 'undo_moved'
             WHEN old.closed_at IS NOT NULL THEN 'undo_class_closed'
             WHEN a.verdict = 'new' AND (student.version > 1 OR a.new_person AND person.version > 1)
               THEN 'undo_edited'
             WHEN a.verdict = 'changed'
              AND ((student.student_number, student.entry_date, student.expected_graduation_date, student.phone_digest,
                    student.address_sealed, student.boarding, student.class_roll_number)
                   IS DISTINCT FROM (a.student_number, a.entry_date, a.expected_graduation_date, a.phone_digest,
                                     a.address_sealed, a.boarding, a.class_roll_number)
                   OR a.person_version IS NOT NULL
                  AND (person.name, person.certificate_type, person.sex, person.birth_date, person.ethnicity,
                       person.number_sealed)
                   IS DISTINCT FROM (a.name, a.certificate_type, a.sex, a.birth_date, a.ethnicity, a.number_sealed))
               THEN 'undo_edited'
             WHEN a.verdict = 'new' AND EXISTS
               (SELECT FROM guardian WHERE guardian.student_id = a.student_id AND NOT EXISTS
                 (SELECT FROM import_row AS own
                   WHERE own.batch_id = :batch AND own.n = a.n
                     AND own.data @> jsonb_build_object('guardians', jsonb_build_array(
                           jsonb_build_object('guardian_id', guardian.id))))) THEN 'undo_guardian'
             WHEN a.verdict = 'new' AND EXISTS
               (SELECT FROM hardship_recognition AS h WHERE h.student_id = a.student_id AND NOT EXISTS
                 (SELECT FROM import_row AS own
                   WHERE own.batch_id = :batch AND own.n = a.n
                     AND own.data @> jsonb_build_object('recognitions', jsonb_build_array(
                           jsonb_build_object('recognition_id', h.id))))) THEN 'undo_hardship'
             WHEN a.new_person AND (EXISTS (SELECT FROM account_grant AS g WHERE g.person_id = a.person_id)
                                    OR EXISTS (SELECT FROM account WHERE account.person_id = a.person_id))
               THEN 'undo_account'
             WHEN a.verdict = 'new' AND EXISTS
               (SELECT FROM account_grant AS g WHERE g.person_id = a.person_id AND g.created_at > :applied)
               THEN 'undo_account'
           END AS code
      FROM arriving AS a
      LEFT JOIN student ON student.id = a.student_id
      LEFT JOIN person ON person.id = student.person_id
      LEFT JOIN import_row AS line ON line.batch_id = :batch AND line.n = a.n AND a.moved
      LEFT JOIN org_node AS old ON old.id = cast(line.undo -> 'student' ->> 'node_id' AS bigint)
     ORDER BY a.n
"""
RESTORE_STUDENTS = """
    UPDATE student
       SET node_id = node.id, tree_path = node.path, school_id = node.school_id, student_number = old.student_number,
           entry_date = old.entry_date, expected_graduation_date = old.expected_graduation_date,
           phone_sealed = old.phone_sealed, phone_digest = old.phone_digest, address_sealed = old.address_sealed,
           boarding = old.boarding, class_roll_number = old.class_roll_number, version = student.version + 1
      FROM arriving AS a
      JOIN import_row AS line ON line.batch_id = :batch AND line.n = a.n
     CROSS JOIN LATERAL jsonb_populate_record(NULL::student, line.undo -> 'student') AS old
      JOIN org_node AS node ON node.id = old.node_id
     WHERE a.verdict = 'changed' AND student.id = a.student_id
"""
RESTORE_PERSONS = """
    UPDATE person
       SET certificate_type = old.certificate_type, number_sealed = old.number_sealed, name = old.name,
           pinyin = old.pinyin, initials = old.initials, sex = old.sex, birth_date = old.birth_date,
           ethnicity = old.ethnicity, version = person.version + 1
      FROM arriving AS a
      JOIN import_row AS line ON line.batch_id = :batch AND line.n = a.n
     CROSS JOIN LATERAL jsonb_populate_record(NULL::person, line.undo -> 'person') AS old
     WHERE a.verdict = 'changed' AND a.person_version IS NOT NULL AND person.id = a.person_id
"""
TAKE_BACK_PLACEMENTS = """
    DELETE FROM placement USING arriving AS a
     WHERE placement.student_id = a.student_id AND placement.until IS NULL AND (a.verdict = 'new' OR a.moved)
"""
REOPEN_PLACEMENTS = """
    UPDATE placement SET until = NULL
     WHERE id IN (SELECT DISTINCT ON (earlier.student_id) earlier.id
                    FROM placement AS earlier JOIN arriving AS a ON a.student_id = earlier.student_id AND a.moved
                   ORDER BY earlier.student_id, earlier.since DESC, earlier.id DESC)
"""
TAKE_BACK_STUDENTS = "DELETE FROM student USING arriving AS a WHERE a.verdict = 'new' AND student.id = a.student_id"
TAKE_BACK_PERSONS = "DELETE FROM person USING arriving AS a WHERE a.new_person AND person.id = a.person_id"
NOTE = """
    INSERT INTO change_record (node_id, tree_path, account_id, actor_name, kind, subject, subject_id, subject_name,
                               person_id, before, source)
    SELECT node.id, node.path, :account, :actor, :kind, 'student', a.student_id, a.name, a.person_id,
           jsonb_build_object('import', :batch), 'import'
      FROM arriving AS a JOIN org_node AS node ON node.id = a.node_id
"""


def blockers(session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
    """The students of whom something happened since the import, or whom the actor no longer reaches."""
    actor.require(Permission.STUDENT_IMPORT)
    arrived = spread(session, batch)
    return _blockers(session, actor, batch, arrived)


def _blockers(session: Session, actor: Actor, batch: ImportBatch, arrived: Arrived) -> list[Blocker]:
    reached = set(session.scalars(_reached(actor)))
    rows = session.execute(
        everything(text(SINCE), because=APPLIED), {"batch": batch.id, "applied": batch.applied_at}
    ).all()
    found: list[Blocker] = []
    above = _known_above(session)
    edited = beside.edited_since(session, actor, batch, arrived)
    for row in rows:
        code = row.code or edited.get(row.student_id) or above.get(row.student_id)
        code = code or (None if row.student_id in reached else "undo_moved")
        if code:
            found.append(Blocker(row.student_id, row.name, code, row.n))
    return found


def _known_above(session: Session) -> dict[int, str]:
    admitted = session.scalars(select(ARRIVING.c.student_id).where(ARRIVING.c.verdict == "new")).all()
    known: dict[int, str] = {}
    for dependents in DEPENDENTS:
        known.update(dependents(session, [int(number) for number in admitted]))
    return known


def _reached(actor: Actor) -> Select[int]:
    """The students of the batch within the scope."""
    stmt = (
        select(Student.id)
        .join(ARRIVING, ARRIVING.c.student_id == Student.id)
        .join(Person, Person.id == Student.person_id)
        .order_by(Student.id)
    )
    return visible(stmt, Student, actor, Permission.STUDENT_IMPORT, along=(Person,))


def undo(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Take a batch back; raises `UndoBlocked`. Tells what happens as events."""
    actor.require(Permission.STUDENT_IMPORT)
    take_part_in(session, [batch.node_id])
    arrived = spread(session, batch)
    session.execute(_reached(actor).with_for_update(of=(Student, Person)))
    if found := _blockers(session, actor, batch, arrived):
        raise UndoBlocked(count=len(found))
    admitted = _ids(session, "verdict = 'new'")
    moved = _ids(session, "moved")
    corrected = _ids(session, "verdict = 'changed'")
    if admitted:
        tell(session, actor, AdmissionsUndone(tuple(admitted)))
    _run(session, RESTORE_STUDENTS, batch=batch.id)
    _run(session, RESTORE_PERSONS, batch=batch.id)
    in_hardship = beside.take_back(session, actor, batch, arrived)
    _run(session, TAKE_BACK_PLACEMENTS)
    _run(session, REOPEN_PLACEMENTS)
    _note(session, actor, batch)
    try:
        _run(session, TAKE_BACK_STUDENTS)
        _run(session, TAKE_BACK_PERSONS)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != STILL_REFERENCED:
            raise
        raise UndoBlocked(count=1) from error
    if moved:
        tell(session, actor, StudentsMoved(tuple(moved)))
    if corrected:
        tell(session, actor, StudentsCorrected(tuple(corrected)))
    cases.announce(session, actor, in_hardship)


def _note(session: Session, actor: Actor, batch: ImportBatch) -> None:
    who = {"account": actor.user_id, "actor": actor.name, "kind": ChangeKind.IMPORT_UNDONE}
    _run(session, NOTE, batch=batch.id, **who)


def _ids(session: Session, which: str) -> list[int]:
    stmt = f"SELECT student_id FROM arriving WHERE {which} ORDER BY student_id"  # noqa: S608  our own words
    return [int(number) for number in session.scalars(text(stmt))]


def _run(session: Session, statement: str, **values: object) -> None:
    session.execute(everything(text(statement), because=APPLIED), values, execution_options=NO_SYNC)
