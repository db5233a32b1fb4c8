"""Put the demo into a database: tree, persons, students, plans, decisions, accounts, in one transaction.

Everything is written by the services, as the system itself, a batch of students at a time. Refused in production and
beside real persons. Passwords come from the operating system's random numbers and stand in clear only in the accounts
file; when that file is lost, new ones are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import app.features  # noqa: F401  what the demo writes is told to whoever listens
from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.cli.demo import accounts_file, campaigns, sign_ins
from app.cli.demo.accounts_file import DemoAccount
from app.cli.demo.earlier import earlier_stays
from app.cli.demo.people import DemoStudent, make
from app.cli.demo.tree import DemoTree, build
from app.core import clock
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.errors import Refusal
from app.enrolment import services as enrolment_services
from app.enrolment.models import EnrolmentState, Source
from app.enrolment.rules import Decision
from app.orgs import services as tree_services
from app.orgs.models import Kind, OrgNode
from app.orgs.rules import NewNode, academic_year
from app.people import services as people_services
from app.people.certificates import CertificateType
from app.people.models import Person
from app.people.services import NewPerson
from app.plans import services as plan_services
from app.plans.rules import NewPlan
from app.students import services as student_services
from app.students.rules import NewHardship, NewStudent
from config import Settings

BATCH = 2000


class DemoInProduction(Refusal):
    """Demo data is never loaded where XUEBAO_ENV=production."""

    code = "demo_in_production"


class DemoBesideReal(Refusal):
    """The database holds persons that are not demo data."""

    code = "demo_beside_real"


class DemoTreeTaken(Refusal):
    """The database holds a tree of its own whose root has no room for a province."""

    code = "demo_tree_taken"


@dataclass(frozen=True)
class _Demo:
    """What is loaded, decided before the first row: the tree, the academic year, the keys to seal numbers with."""

    tree: DemoTree
    year: int
    today: date
    keyring: Keyring


def ensure(
    settings: Settings,
    database: Database,
    *,
    accounts: Path,
    students: int,
    seed: int,
) -> Path:
    """See that the demo is there and that the file `accounts` tells how to sign in; returns its path.

    A demo already there stays as it is, whatever its size and seed. Raises `DemoInProduction`, `DemoBesideReal`,
    `DemoTreeTaken`, and ValueError below 200 students.
    """
    if settings.is_production:
        raise DemoInProduction
    path = accounts.absolute()
    keyring = Keyring.at(settings.data)

    def work(session: Session) -> tuple[str, list[DemoAccount]] | None:
        bind(session, SYSTEM)
        # until the transaction ends: loading takes longer than any request may
        session.execute(text("SET LOCAL statement_timeout = 0"))
        if _is_there(session):
            return None if sign_ins.open_the_door(session, path) else sign_ins.renew(session)
        today = clock.today(session)
        year = academic_year(today.year, today.month)
        return _load(session, _Demo(build(students, year), year, today, keyring), seed)

    written = database.transaction(work)
    if written is not None:
        plan, made = written
        accounts_file.write(path, plan=plan, accounts=made)
    return path


def _is_there(session: Session) -> bool:
    """Whether the demo is in the database; raises `DemoBesideReal` where only real persons are.

    Whom the users of a demo have added themselves does not keep it from starting again: nothing more is loaded then.
    """
    stmt = select(Person.is_demo).distinct()
    kinds = session.scalars(everything(stmt, because="demo data is refused beside real persons")).all()
    if kinds == [False]:
        raise DemoBesideReal
    return True in kinds


def _load(session: Session, demo: _Demo, seed: int) -> tuple[str, list[DemoAccount]]:
    _plant(session, demo.tree)
    schools, university = (_open(session, plan) for plan in campaigns.plans(demo.tree, demo.year, demo.today))
    family: dict[str, int] = {}
    for batch in _batches(make(demo.tree, seed), BATCH):
        persons = _admit(session, demo, batch, {demo.tree.university: university}, schools)
        # The last one of each class with an ordinary certificate is whom a guardian or student account is for.
        family |= {
            student.class_code: person_id
            for student, person_id in zip(batch, persons, strict=True)
            if student.certificate_type is CertificateType.RESIDENT_ID
        }
    made = sign_ins.make(session, demo.tree, demo.year, family)
    session.execute(text("ANALYZE"))  # so that the first pages are planned with the figures of a full database
    return campaigns.schools_code(demo.year), made


def _plant(session: Session, tree: DemoTree) -> None:
    """Make the province the root of an empty system, or put it right below a ministry that is the root already."""
    root, *rest = tree.nodes
    stmt = select(OrgNode).where(OrgNode.parent_id.is_(None))
    above = session.scalars(everything(stmt, because="is there a root, and of what kind")).one_or_none()
    if above is None:
        tree_services.plant_root(session, SYSTEM, kind=root.kind, name=root.name, code=root.code)
    elif above.kind == Kind.MINISTRY:
        tree_services.grow(session, SYSTEM, [NewNode(above.code, root.kind, root.name, code=root.code)])
    else:
        raise DemoTreeTaken
    tree_services.grow(
        session,
        SYSTEM,
        [
            NewNode(
                parent_code=node.parent_code or root.code,
                kind=node.kind,
                name=node.name,
                code=node.code,
                class_number=node.class_number,
                stage=node.stage,
                entry_year=node.entry_year,
            )
            for node in rest
        ],
    )


def _open(session: Session, plan: NewPlan) -> int:
    plan_id = plan_services.make(session, SYSTEM, plan)
    plan_services.open_plan(session, SYSTEM, plan_id=plan_id)
    return plan_id


def _batches(students: Iterator[DemoStudent], size: int) -> Iterator[list[DemoStudent]]:
    while batch := list(islice(students, size)):
        yield batch


def _admit(
    session: Session,
    demo: _Demo,
    batch: Sequence[DemoStudent],
    own_plans: Mapping[str, int],
    schools_plan: int,
) -> list[int]:
    """Enter, admit and decide for a batch; returns the persons' ids in the same order.

    The plans are open before, so that each admission makes the row that is counted, as it does in ordinary life.
    """
    persons = people_services.enter(session, SYSTEM, [_person(student) for student in batch], keyring=demo.keyring)
    for student, person_id in zip(batch, persons, strict=True):
        if student.was_transferred:
            earlier_stays(session, demo.tree, student, person_id, year=demo.year, keyring=demo.keyring)
    new = [_student(student, person_id, demo.year) for student, person_id in zip(batch, persons, strict=True)]
    ids = student_services.admit(session, SYSTEM, new, keyring=demo.keyring)
    decided: dict[int, list[Decision]] = {}
    for student, student_id in zip(batch, ids, strict=True):
        if student.state is not EnrolmentState.UNREGISTERED:
            plan_id = own_plans.get(student.school_code, schools_plan)
            decided.setdefault(plan_id, []).append(_decision(student, student_id))
    for plan_id, decisions in decided.items():
        enrolment_services.bring(session, SYSTEM, plan_id=plan_id, decisions=decisions)
    return persons


def _person(student: DemoStudent) -> NewPerson:
    return NewPerson(
        certificate_type=student.certificate_type,
        number=student.number or None,
        name=student.name,
        sex=student.sex,
        birth_date=student.birth_date,
        ethnicity=student.ethnicity,
        is_demo=True,
    )


def _student(student: DemoStudent, person_id: int, year: int) -> NewStudent:
    since, until = date(year, 9, 1), date(year + 1, 9, 1)
    return NewStudent(
        person_id=person_id,
        class_code=student.class_code,
        student_number=student.student_number,
        opened_on=since if student.was_transferred else student.entry_date,
        entry_date=student.entry_date,
        expected_graduation_date=student.graduation_date,
        phone=student.phone,
        hardships=tuple(NewHardship(h.category, h.level, since, until) for h in student.hardship),
    )


def _decision(student: DemoStudent, student_id: int) -> Decision:
    return Decision(student_id, student.state, student.choice, student.waiver_reason, Source.STUDENT)
