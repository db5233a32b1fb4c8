"""Reading basic records and change requests within the scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.models import Account
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.stored import StoredFile
from app.evidence.queries import Shown, attached, opened
from app.lists.keyset import Cut, Key, Order, Spot, counted, cut
from app.people.models import Person
from app.people.rules import mask_phone
from app.profiles.models import CONTACT_AT, ChangeRequest, RequestEvidence, StudentProfile
from app.profiles.rules import Contact
from app.profiles.workflow import RequestState
from app.students.models import Student
from app.students.queries import named_like

READING = Permission.STUDENT_READ
"""Whoever may read the student reads the request and opens its files."""
ORDER = Order(Key(ChangeRequest.id, is_descending=True))
TOLD = timedelta(days=30)
"""How long somebody is told on the first page that a request was declined."""
TO_DECIDE = "to_decide"
"""What a list may be asked for beside the states: the requests that wait for the actor."""


@dataclass(frozen=True)
class Profile:
    """A basic record as a form shows it: the contact with the phone masked; version 0 while there is none."""

    contact: Contact
    is_complete: bool
    version: int


def is_complete(session: Session, student_id: int) -> bool:
    """Whether a student's basic record was completed; the student is in the caller's scope (UM-03)."""
    stmt = select(StudentProfile.completed_at).where(StudentProfile.student_id == student_id)
    return session.scalar(everything(stmt, because="the record of a student already in scope")) is not None


def complete_among(session: Session, student_ids: Collection[int]) -> set[int]:
    """Which of these students in the caller's scope have completed their basic record (UM-03)."""
    stmt = select(StudentProfile.student_id).where(
        StudentProfile.student_id.in_(student_ids), StudentProfile.completed_at.is_not(None)
    )
    return set(session.scalars(everything(stmt, because="the record of a student already in scope")))


def declined(session: Session, actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """The last request about each student the actor may see, where it was declined not long ago: id, person, opinion.

    Somebody who asks again, or waits for 30 days, is not told of it any more.
    """
    newer = aliased(ChangeRequest)
    later = exists().where(newer.student_id == ChangeRequest.student_id, newer.id > ChangeRequest.id)
    stmt = (
        select(ChangeRequest.id, ChangeRequest.opinion, Student.person_id)
        .join(Student, Student.id == ChangeRequest.student_id)
        .where(ChangeRequest.state == RequestState.DECLINED, ChangeRequest.decided_at > sql_now() - TOLD, ~later)
        .order_by(ChangeRequest.id.desc())
    )
    return session.execute(visible(stmt, ChangeRequest, actor, Permission.STUDENT_READ, along=(Student,))).all()


def profile_of(session: Session, actor: Actor, permission: Permission, *, student_id: int, keyring: Keyring) -> Profile:
    """The basic record of a student, an empty one where nothing was kept yet; one statement."""
    stmt = select(StudentProfile).where(StudentProfile.student_id == student_id)
    row = session.scalars(visible(stmt, StudentProfile, actor, permission)).one_or_none()
    if row is None:
        return Profile(Contact("", ""), is_complete=False, version=0)
    phone = ""
    if row.contact_phone_sealed:
        phone = mask_phone(keyring.open(row.contact_phone_sealed, CONTACT_AT, row.sealed_as))
    return Profile(Contact(row.contact_name or "", phone), row.completed_at is not None, row.version)


def requests_of(session: Session, actor: Actor, student_id: int) -> Sequence[ChangeRequest]:
    """The change requests about a student, the latest first."""
    stmt = select(ChangeRequest).where(ChangeRequest.student_id == student_id).order_by(ChangeRequest.id.desc())
    return session.scalars(visible(stmt, ChangeRequest, actor, Permission.STUDENT_READ)).all()


def request(session: Session, actor: Actor, permission: Permission, *, request_id: int) -> Row[*tuple[Any, ...]]:
    """One change request with the names of who asked and who decided, or `NotFound`."""
    asker, decider = aliased(Account), aliased(Account)
    stmt = (
        select(ChangeRequest, asker.name.label("asked_by"), decider.name.label("decided_by"))
        .join(asker, asker.id == ChangeRequest.asked_by)
        .outerjoin(decider, decider.id == ChangeRequest.decided_by)
        .where(ChangeRequest.id == request_id)
    )
    row = session.execute(visible(stmt, ChangeRequest, actor, permission, along=(Account,))).one_or_none()
    if row is None:
        raise NotFound(what="change_request")
    return row


def evidence_of(session: Session, actor: Actor, request_id: int) -> list[Shown]:
    """The files of a change request, for whoever may read the request."""
    return attached(session, actor, READING, RequestEvidence, request_id)


def evidence_file(session: Session, actor: Actor, request_id: int, file_id: int) -> StoredFile:
    """One file of a change request for whoever may read the request, or `NotFound`."""
    return opened(session, actor, READING, RequestEvidence, request_id, file_id)


def count(session: Session, actor: Actor, *, name: str, state: str) -> int:
    """How many change requests the actor may decide about match, counted up to 10,001."""
    return counted(session, _matching(select(ChangeRequest.id), actor, name, state))


def page(session: Session, actor: Actor, *, name: str, state: str, spot: Spot) -> Cut[Row[*tuple[Any, ...]]]:
    """One page of the change requests the actor may decide about, the newest first."""
    asker = aliased(Account)
    stmt = select(
        ChangeRequest.id,
        ChangeRequest.state,
        ChangeRequest.wanted,
        ChangeRequest.asked_at,
        Person.name,
        Student.student_number,
        asker.name.label("asked_by"),
    ).join(asker, asker.id == ChangeRequest.asked_by)
    return cut(session, _matching(stmt, actor, name, state), ORDER, spot)


def _matching(stmt: Select[*tuple[Any, ...]], actor: Actor, name: str, state: str) -> Select[*tuple[Any, ...]]:
    stmt = stmt.join(Student, Student.id == ChangeRequest.student_id).join(Person, Person.id == Student.person_id)
    if name:
        stmt = stmt.where(named_like(name))
    if state == TO_DECIDE:
        stmt = stmt.where(ChangeRequest.state == RequestState.ASKED, *_not_by(actor))
    elif state:
        stmt = stmt.where(ChangeRequest.state == state)
    review = Permission.CHANGE_REQUEST_REVIEW
    return visible(stmt, ChangeRequest, actor, review, along=(Student, Person, Account))


def _not_by(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What keeps somebody from deciding: having asked, or being the one it is about."""
    is_own = exists().where(Account.id == actor.user_id, Account.person_id == Student.person_id)
    return ChangeRequest.asked_by != actor.user_id, ~is_own
