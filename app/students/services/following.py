"""Accounts of students and guardians kept in step with the roll: listeners, and what the sheets share with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, exists, func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.accounts import services as accounts
from app.accounts.models import Account, AccountGrant, LoginName
from app.accounts.rules import NameKind, NameTaken
from app.accounts.workflow import AccountState
from app.core.db import any_of
from app.orgs.rules import SchoolChanged
from app.people.models import Person
from app.students.models import Guardian, Student
from app.students.rules import (
    AdmissionsUndone,
    StudentNumberTaken,
    StudentsCorrected,
    StudentsLeft,
    StudentsMoved,
)

LEFT = "离校 (left school)"
NO_GUARDIAN = "监护关系结束 (no longer the guardian)"
FOLLOWS = "accounts of students whom the roll has just changed"
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Known:
    """The account of a student; `holds` says whether it still sees the student's rows."""

    id: int
    account_id: int
    holds: bool


def students_accounts(session: Session, ids: Sequence[int]) -> Mapping[int, Known]:
    """The accounts that sign in with these students' school and number kind, by student."""
    holds = exists(
        select(AccountGrant.id).where(
            AccountGrant.account_id == Account.id,
            AccountGrant.person_id == Student.person_id,
            AccountGrant.ended_at.is_(None),
        )
    )
    stmt = (
        select(Student.id, Account.id.label("account_id"), holds.label("holds"))
        .join(Account, Account.person_id == Student.person_id)
        .join(
            LoginName,
            and_(
                LoginName.account_id == Account.id,
                LoginName.kind == NameKind.STUDENT_NUMBER,
                LoginName.school_id == Student.school_id,
                LoginName.retired_at.is_(None),
            ),
        )
        .where(Student.id == any_of(ids), Account.state != AccountState.DEREGISTERED)
        .order_by(Account.id)
    )
    return {row.id: Known(*row) for row in session.execute(everything(stmt, because=FOLLOWS))}


def end_access(session: Session, actor: Actor, event: StudentsLeft | AdmissionsUndone) -> None:
    """When students leave, or were never admitted: their accounts end, their guardians' see them no more."""
    known = students_accounts(session, event.ids)
    accounts.shut(session, actor, [each.account_id for each in known.values()], reason=LEFT)
    _forget(session, actor, Guardian.student_id == any_of(event.ids), reason=LEFT)


def end_guardian_access(session: Session, actor: Actor, guardian_id: int) -> None:
    """When a guardian's part ends: the account sees this child no more, and ends when it sees none."""
    _forget(session, actor, Guardian.id == guardian_id, reason=NO_GUARDIAN)


def move_access(session: Session, _actor: Actor, event: StudentsMoved) -> None:
    """When students change class: their accounts stand at the new class."""
    known = students_accounts(session, event.ids)
    stmt = select(Student.id, Student.node_id, Student.tree_path).where(Student.id == any_of(event.ids))
    rows = session.execute(everything(stmt, because=FOLLOWS)).all()
    accounts.move_along(
        session, {known[row.id].account_id: (row.node_id, row.tree_path) for row in rows if row.id in known}
    )


def rename_access(session: Session, actor: Actor, event: StudentsCorrected) -> None:
    """When number or name of students changed: their accounts sign in with the new number and show the new name.

    Raises `StudentNumberTaken` when another account of the school signs in with it.
    """
    known = students_accounts(session, event.ids)
    stmt = select(Student.id, Student.student_number, Person.name).join(Person, Person.id == Student.person_id)
    rows = session.execute(everything(stmt.where(Student.id == any_of(event.ids)), because=FOLLOWS)).all()
    rename_to(session, actor, [(known[row.id].account_id, row) for row in rows if row.id in known])


def resettle_access(session: Session, actor: Actor, event: SchoolChanged) -> None:
    """When classes went to another school: their students' accounts sign in with that school.

    Raises `StudentNumberTaken` when another account, of now or before, signs in there with a number that comes.
    """
    stmt = (
        select(LoginName.account_id)
        .join(Account, Account.id == LoginName.account_id)
        .join(Student, Student.person_id == Account.person_id)
        .where(
            Student.node_id == any_of(event.ids),
            LoginName.kind == NameKind.STUDENT_NUMBER,
            LoginName.school_id == event.old_id,
            LoginName.retired_at.is_(None),
            func.lower(LoginName.name) == func.lower(Student.student_number),
        )
    )
    ids = set(session.scalars(everything(stmt, because=FOLLOWS)))
    try:
        accounts.change_school(session, actor, ids, old_id=event.old_id, new_id=event.new_id)
    except NameTaken as taken:
        raise StudentNumberTaken(count=1) from taken


def rename_to(session: Session, actor: Actor, pairs: Sequence[tuple[int, Found]]) -> None:
    """Let accounts be called as rows of the roll say: (account, row with number and name) each."""
    try:
        accounts.rename(
            session, actor, {account_id: accounts.Called(row.student_number, row.name) for account_id, row in pairs}
        )
    except NameTaken as taken:
        raise StudentNumberTaken(count=1) from taken


def _forget(session: Session, actor: Actor, which: Any, *, reason: str) -> None:  # noqa: ANN401  a condition
    stmt = (
        select(Guardian.account_id, Student.person_id)
        .join(Student, Student.id == Guardian.student_id)
        .where(which, Guardian.account_id.is_not(None))
    )
    pairs = [(row.account_id, row.person_id) for row in session.execute(everything(stmt, because=FOLLOWS))]
    accounts.forget_persons(session, actor, pairs, reason=reason)
