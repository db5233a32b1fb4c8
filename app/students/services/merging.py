"""Writing a judged student list, set-wise: admissions, corrections and class transfers of a whole file at once.

The rows were sealed and worked out when they were judged; here they become a temporary table, and each table of ours
gets one statement. Whatever no longer fits (a class closed, a student changed, a number entered meanwhile) refuses the
whole: nothing is written and the file is checked again.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.services import record
from app.changes.rules import ChangeKind
from app.core.db import refused
from app.core.events import tell
from app.people.models import Person
from app.people.services import NumberTaken, sort_names_later
from app.sheets.models import ImportBatch
from app.sheets.rules import RollChanged
from app.students.models import Student
from app.students.rules import StudentNumberTaken, StudentsCorrected, StudentsMoved, StudentsPlaced
from app.students.services import beside, cases
from app.students.services.arriving import ARRIVING, lock_classes, spread
from app.students.services.turns import take_part_in

JUDGED = "rows of a batch in scope; their classes and records were found and locked in scope"
NO_SYNC = {"synchronize_session": False}
ENTER_PERSONS = """
    INSERT INTO person (id, certificate_type, sealed_as, number_sealed, number_digest, name, pinyin, initials, sex,
                        birth_date, ethnicity)
    SELECT person_id, certificate_type, person_sealed_as, number_sealed, number_digest, name, pinyin, initials, sex,
           birth_date, ethnicity
      FROM arriving WHERE new_person ORDER BY number_digest
"""
ADMIT = """
    INSERT INTO student (id, person_id, node_id, tree_path, school_id, student_number, opened_on, entry_date,
                         expected_graduation_date, sealed_as, phone_sealed, phone_digest, address_sealed, boarding,
                         class_roll_number)
    SELECT a.student_id, a.person_id, node.id, node.path, node.school_id, a.student_number,
           cast(xuebao_now() AT TIME ZONE 'Asia/Shanghai' AS date), a.entry_date, a.expected_graduation_date,
           a.sealed_as, a.phone_sealed, a.phone_digest, a.address_sealed, a.boarding, a.class_roll_number
      FROM arriving AS a JOIN org_node AS node ON node.id = a.node_id
     WHERE a.verdict = 'new' ORDER BY a.person_id
"""
PERSONS_MEANWHILE = """
    SELECT count(*) FROM arriving AS a
     WHERE a.new_person AND EXISTS (SELECT FROM person WHERE person.number_digest = a.number_digest)
"""
STUDENTS_MEANWHILE = """
    SELECT count(*) FROM arriving AS a JOIN org_node AS node ON node.id = a.node_id
     WHERE a.verdict = 'new'
       AND EXISTS (SELECT FROM student
                    WHERE student.person_id = a.person_id AND student.closed_on IS NULL
                       OR student.school_id = node.school_id AND student.student_number = a.student_number)
"""
REMEMBER = """
    UPDATE import_row AS line
       SET undo = jsonb_build_object('student', to_jsonb(student), 'person', to_jsonb(person))
      FROM arriving AS a JOIN student ON student.id = a.student_id JOIN person ON person.id = student.person_id
     WHERE line.batch_id = :batch AND line.n = a.n AND a.verdict = 'changed'
"""
CORRECT_PERSONS = """
    UPDATE person
       SET certificate_type = a.certificate_type, number_sealed = a.number_sealed, name = a.name,
           pinyin = coalesce(a.pinyin, person.pinyin), initials = coalesce(a.initials, person.initials), sex = a.sex,
           birth_date = a.birth_date, ethnicity = a.ethnicity, version = person.version + 1
      FROM arriving AS a
     WHERE a.verdict = 'changed' AND a.person_version IS NOT NULL AND person.id = a.person_id
"""
CORRECT_STUDENTS = """
    UPDATE student
       SET node_id = node.id, tree_path = node.path, school_id = node.school_id, student_number = a.student_number,
           entry_date = a.entry_date, expected_graduation_date = a.expected_graduation_date,
           phone_sealed = a.phone_sealed, phone_digest = a.phone_digest, address_sealed = a.address_sealed,
           boarding = a.boarding, class_roll_number = a.class_roll_number, version = student.version + 1
      FROM arriving AS a JOIN org_node AS node ON node.id = a.node_id
     WHERE a.verdict = 'changed' AND student.id = a.student_id
"""
END_PLACEMENTS = """
    UPDATE placement SET until = greatest(xuebao_now(), placement.since + interval '1 microsecond')
      FROM arriving AS a WHERE a.moved AND placement.student_id = a.student_id AND placement.until IS NULL
"""
BEGIN_PLACEMENTS = """
    INSERT INTO placement (student_id, node_id)
    SELECT student_id, node_id FROM arriving WHERE verdict = 'new' OR moved ORDER BY student_id
"""
NOTED = """
    INSERT INTO change_record (node_id, tree_path, account_id, actor_name, kind, subject, subject_id, subject_name,
                               person_id, before, after, source)
"""
NOTE_NEW = f"""{NOTED}
    SELECT node.id, node.path, :account, :actor, :created, 'student', a.student_id, a.name, a.person_id, NULL,
           jsonb_build_object('student_number', a.student_number, 'class_name', a.class_name, 'name', a.name,
                              'certificate_type', a.certificate_type),
           'import'
      FROM arriving AS a JOIN org_node AS node ON node.id = a.node_id
     WHERE a.verdict = 'new' ORDER BY a.n
"""  # noqa: S608  our own words
NOTE_CHANGED = f"""{NOTED}
    SELECT node.id, node.path, :account, :actor, CASE WHEN a.moved THEN :moved ELSE :corrected END,
           'student', a.student_id, a.name, a.person_id,
           (SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'object' THEN '"***"' ELSE value END)
              FROM jsonb_each(line.before)),
           (SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'object' THEN '"***"'
                                              ELSE line.data -> key END)
              FROM jsonb_each(line.before)),
           'import'
      FROM arriving AS a
      JOIN import_row AS line ON line.batch_id = :batch AND line.n = a.n
      JOIN org_node AS node ON node.id = a.node_id
     WHERE a.verdict = 'changed' ORDER BY a.n
"""  # noqa: S608  our own words


def merge(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Write the new and changed rows of a batch; raises `RollChanged`. Tells what happened as events."""
    actor.require(Permission.STUDENT_IMPORT)
    take_part_in(session, [batch.node_id])
    arrived = spread(session, batch)
    lock_classes(session, actor, arrived.classes)
    _lock_students(session, actor, arrived.changed)
    sort_names_later(session, arrived.new_persons)
    if arrived.new:
        _enter(session)
    if arrived.changed:
        _correct(session, batch)
    in_hardship = beside.write(session, actor, batch, arrived)
    _run(session, BEGIN_PLACEMENTS)
    _note(session, actor, batch, new=arrived.new, changed=arrived.changed)
    placed = _ids(session, "verdict = 'new'")
    moved = _ids(session, "moved") if arrived.changed else []
    counts = {"new": len(placed), "moved": len(moved), "batch": batch.id}
    record(
        session,
        actor,
        "student:import",
        subject="student",
        ids=(placed or _ids(session, "true"))[:100],
        path=batch.tree_path,
        after=counts,
    )
    if placed:
        tell(session, actor, StudentsPlaced(tuple(placed)))
    if moved:
        tell(session, actor, StudentsMoved(tuple(moved)))
    if arrived.changed:
        corrected = _ids(session, "verdict = 'changed'")
        tell(session, actor, StudentsCorrected(tuple(corrected)))
    cases.announce(session, actor, in_hardship)


def _lock_students(session: Session, actor: Actor, wanted: int) -> None:
    """Every student of a changed row is as it was when the row was judged, in scope, and held."""
    if not wanted:
        return
    stmt = (
        select(
            Student.id,
            Student.version,
            Person.version.label("person_now"),
            ARRIVING.c.student_version,
            ARRIVING.c.person_version,
        )
        .join(ARRIVING, ARRIVING.c.student_id == Student.id)
        .join(Person, Person.id == Student.person_id)
        .where(ARRIVING.c.verdict == "changed", Student.closed_on.is_(None))
        .order_by(Student.id)
        .with_for_update(of=(Student, Person))
    )
    rows = session.execute(visible(stmt, Student, actor, Permission.STUDENT_IMPORT, along=(Person,))).all()
    good = [r for r in rows if r.version == r.student_version and r.person_version in {None, r.person_now}]
    if len(good) != wanted:
        raise RollChanged(count=wanted - len(good))


def _enter(session: Session) -> None:
    """Enter persons and students; what somebody else has entered meanwhile refuses the whole, and is counted.

    Plain INSERTs in a savepoint: to leave out by ON CONFLICT what is there already would look into every unique index
    twice for each row.
    """
    met = {
        "uq_person_number_digest": PERSONS_MEANWHILE,
        "uq_student_open": STUDENTS_MEANWHILE,
        "uq_student_school_id_student_number": STUDENTS_MEANWHILE,
    }
    with refused(**{key: partial(_met, session, which) for key, which in met.items()}), session.begin_nested():
        _run(session, ENTER_PERSONS)
        _run(session, ADMIT)


def _met(session: Session, which: str) -> RollChanged:
    found = session.scalar(everything(text(which), because=JUDGED))
    return RollChanged(count=max(found or 0, 1))


def _correct(session: Session, batch: ImportBatch) -> None:
    _run(session, REMEMBER, batch=batch.id)
    with refused(
        uq_person_number_digest=lambda: NumberTaken(count=1),
        uq_student_school_id_student_number=lambda: StudentNumberTaken(count=1),
    ):
        _run(session, CORRECT_PERSONS)
        _run(session, CORRECT_STUDENTS)
    _run(session, END_PLACEMENTS)


def _note(session: Session, actor: Actor, batch: ImportBatch, *, new: int, changed: int) -> None:
    who = {"account": actor.user_id, "actor": actor.name}
    if new:
        _run(session, NOTE_NEW, **who, created=ChangeKind.STUDENT_CREATED)
    if changed:
        kinds = {"moved": ChangeKind.CLASS_TRANSFER, "corrected": ChangeKind.STUDENT_CORRECTED}
        _run(session, NOTE_CHANGED, **who, **kinds, batch=batch.id)


def _ids(session: Session, which: str) -> list[int]:
    stmt = f"SELECT student_id FROM arriving WHERE {which} ORDER BY student_id"  # noqa: S608  our own words
    return [int(number) for number in session.scalars(text(stmt))]


def _run(session: Session, statement: str, **values: object) -> None:
    session.execute(everything(text(statement), because=JUDGED), values, execution_options=NO_SYNC)
