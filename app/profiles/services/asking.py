"""信息变更申请: asking for a locked field to be changed, deciding about it, taking it back (W14)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.accounts.models import Account
from app.audit.services import record
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Invalid, NotFound, Stale
from app.evidence.services import attach, note_opened, release
from app.profiles.models import WANTED_AT, ChangeRequest, RequestEvidence
from app.profiles.rules import LOCKED_FIELDS, NothingAsked, OwnRequest, RequestWaiting, is_text
from app.profiles.workflow import REQUEST, RequestEvent, RequestState
from app.students import services as students
from app.students.models import Student

CREATE, REVIEW = Permission.CHANGE_REQUEST_CREATE, Permission.CHANGE_REQUEST_REVIEW
DAYS = frozenset({"birth_date", "entry_date", "expected_graduation_date"})


def ask(  # noqa: PLR0913  about whom, what, why, with which proof
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    wanted: Mapping[str, Any],
    reason: str,
    keyring: Keyring,
    evidence: Collection[int] = (),
) -> int:
    """Ask for locked fields of a student to be changed; returns the request's id. One waits at a time.

    What is asked is judged as if it were written, so that nothing impossible is asked; numbers are kept sealed.
    `evidence` are files the actor has sent (`evidence.services.stage`). Raises
    `NotFound`, `HasLeft`, `Invalid`, `NothingAsked`, `RequestWaiting`, and what correcting raises.
    """
    if not is_text(reason):
        raise Invalid({"reason": "reason_length"})
    changes = {name: wanted[name] for name in LOCKED_FIELDS if name in wanted}
    before, after = students.amend(
        session, actor, student_id=student_id, changes=changes, permission=CREATE, keyring=keyring, is_trial=True
    )
    if not after:
        raise NothingAsked
    kept = {name: _text(changes[name]) for name in after if name in changes}
    values = {"student_id": student_id, "before": dict(before), "wanted": dict(after), "asked_by": actor.user_id}
    request_id = _insert(session, actor, {**values, "reason": " ".join(reason.split())}, kept, keyring)
    if evidence:
        count = attach(session, actor, RequestEvidence, request_id, evidence)
        after = {**after, "evidence": count}
    _record(session, actor, "create", request_id, student_id, after=after, reason=reason)
    return request_id


def _insert(
    session: Session, actor: Actor, values: Mapping[str, Any], kept: Mapping[str, object], keyring: Keyring
) -> int:
    """Write a request; `kept` are the values asked for, which are sealed."""
    sealed_as = uuid.uuid4()
    sealed = keyring.seal(json.dumps(kept, ensure_ascii=False), WANTED_AT, sealed_as)
    made = insert(ChangeRequest).values(**values, sealed_as=sealed_as, wanted_sealed=sealed)
    with refused(uq_change_request_asked=RequestWaiting):
        stmt = entering(made.returning(ChangeRequest.id), ChangeRequest, actor, CREATE)
        request_id: int = session.execute(stmt).scalar_one()
    return request_id


def decide(  # noqa: PLR0913  which, from which version, how, in which words
    session: Session,
    actor: Actor,
    *,
    request_id: int,
    version: int,
    approve: bool,
    opinion: str,
    keyring: Keyring,
) -> None:
    """Approve a request, which changes the record in the reviewer's name, or decline it with an opinion.

    Raises `NotFound`, `WrongState`, `Stale`, `OwnRequest`, `Invalid`, and what correcting raises.
    """
    words = " ".join(opinion.split())
    if (words or not approve) and not is_text(words):
        raise Invalid({"opinion": "opinion_length"})
    row = _locked(session, actor, REVIEW, request_id, version)
    event = RequestEvent.APPROVE if approve else RequestEvent.DECLINE
    target = REQUEST.move(RequestState(row.state), event).target
    if actor.user_id == row.asked_by or row.person_id == row.own_person:
        raise OwnRequest
    if approve:
        kept = json.loads(keyring.open(row.wanted_sealed, WANTED_AT, row.sealed_as))
        changes = {name: _value(name, text) for name, text in kept.items()}
        students.amend(session, actor, student_id=row.student_id, changes=changes, permission=REVIEW, keyring=keyring)
    _move(session, actor, row, target, opinion=words or None)
    _record(session, actor, str(event), request_id, row.student_id, after={"state": str(target)}, reason=words or None)


def withdraw(session: Session, actor: Actor, *, request_id: int, version: int) -> None:
    """Take back a request that waits, with its evidence; only who asked may.

    Raises `NotFound`, `WrongState`, `Stale`.
    """
    row = _locked(session, actor, CREATE, request_id, version)
    target = REQUEST.move(RequestState(row.state), RequestEvent.WITHDRAW).target
    if actor.user_id != row.asked_by:
        raise NotFound(what="change_request")
    _move(session, actor, row, target)
    release(session, RequestEvidence, request_id)
    _record(session, actor, "withdraw", request_id, row.student_id, after={"state": str(target)})


def note_evidence_opened(session: Session, actor: Actor, *, request_id: int, student_id: int, file_id: int) -> None:
    """Write down that somebody has opened a file of a request in scope."""
    path = _path(session, student_id)
    note_opened(session, actor, subject="change_request", record_id=request_id, path=path, file_id=file_id)


def _locked(
    session: Session, actor: Actor, permission: Permission, request_id: int, version: int
) -> Row[*tuple[Any, ...]]:
    mine = select(Account.person_id).where(Account.id == actor.user_id)
    mine = everything(mine, because="the actor's own person, who decides about no own request")
    names = ("id", "student_id", "state", "version", "sealed_as", "wanted_sealed", "asked_by")
    stmt = (
        select(*(getattr(ChangeRequest, name) for name in names), Student.person_id)
        .add_columns(mine.scalar_subquery().label("own_person"))
        .join(Student, Student.id == ChangeRequest.student_id)
        .where(ChangeRequest.id == request_id)
        .with_for_update(of=ChangeRequest)
    )
    row = session.execute(visible(stmt, ChangeRequest, actor, permission, along=(Student,))).one_or_none()
    if row is None:
        raise NotFound(what="change_request")
    REQUEST.move(RequestState(row.state), RequestEvent.WITHDRAW)
    if row.version != version:
        raise Stale({}, row.version)
    return row


def _move(
    session: Session, actor: Actor, row: Row[*tuple[Any, ...]], target: RequestState, *, opinion: str | None = None
) -> None:
    stmt = (
        update(ChangeRequest)
        .where(ChangeRequest.id == row.id, ChangeRequest.state == row.state)
        .values(
            state=target,
            decided_at=sql_now(),
            decided_by=actor.user_id,
            opinion=opinion,
            version=ChangeRequest.version + 1,
        )
    )
    session.execute(
        everything(stmt, because="the row was read and locked above within the actor's scope"),
        execution_options={"synchronize_session": False},
    )


def _record(  # noqa: PLR0913  what an audit line needs
    session: Session,
    actor: Actor,
    what: str,
    request_id: int,
    student_id: int,
    *,
    after: Mapping[str, Any],
    reason: str | None = None,
) -> None:
    path = _path(session, student_id)
    act = f"change_request:{what}"
    record(session, actor, act, subject="change_request", ids=[request_id], path=path, after=after, reason=reason)


def _path(session: Session, student_id: int) -> str:
    stmt = select(Student.tree_path).where(Student.id == student_id)
    return session.scalar(everything(stmt, because="the student of a request in scope")) or "/"


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _value(name: str, text: Any) -> Any:  # noqa: ANN401  a value of any field, as it was asked for
    return date.fromisoformat(text) if name in DAYS and text else text
