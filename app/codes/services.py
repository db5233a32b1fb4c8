"""Issuing, redeeming and taking back codes, for whichever package they are for.

The package that owns the subject judges the place and writes audit and change records; the engine keeps the promises:
one live code per subject and kind, exactly one winner, nothing readable stored.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything
from app.codes.models import Code
from app.codes.rules import (
    FORMATS,
    CodeExpired,
    CodeJustIssued,
    CodeKind,
    CodeReplaced,
    CodeUsed,
    CodeWrong,
    Issued,
    Redeemed,
    Subject,
    draw,
    read,
    shown,
)
from app.core.clock import now, sql_now
from app.core.crypto import Keyring
from app.core.db import refused

SEALED_AT = "code.sealed"
WHOEVER = "whoever holds a code may use it; it leads to its one subject"


def issue(  # noqa: PLR0913  what a code is made of
    session: Session,
    actor: Actor,
    permission: Permission,
    kind: CodeKind,
    subjects: Sequence[Subject],
    *,
    keyring: Keyring,
    life: timedelta | None = None,
) -> list[Issued]:
    """Issue a fresh code for each subject, in their order; codes they had before work no more.

    The caller has read and locked the subjects within the actor's scope for this permission. Two statements however
    many. Raises `CodeJustIssued` when the same subject is given a code elsewhere at this moment.
    """
    if not subjects:
        return []
    withdraw(session, kind, [subject.id for subject in subjects])
    expires_at = now(session) + (life or FORMATS[kind].life)
    codes = [draw(kind) for _ in subjects]
    rows = [
        {
            "kind": kind,
            "subject_id": subject.id,
            "node_id": subject.node_id,
            "tree_path": subject.tree_path,
            "issued_by": actor.user_id,
            "expires_at": expires_at,
            **_kept(kind, code, keyring),
        }
        for subject, code in zip(subjects, codes, strict=True)
    ]
    with refused(uq_code_live=CodeJustIssued):
        session.execute(entering(insert(Code), Code, actor, permission), rows)
    pairs = zip(subjects, codes, strict=True)
    return [Issued(subject.id, shown(kind, code), expires_at) for subject, code in pairs]


def withdraw(session: Session, kind: CodeKind, subject_ids: Sequence[int]) -> int:
    """Take back the live codes of these subjects and say how many there were."""
    stmt = (
        update(Code)
        .where(Code.kind == kind, Code.subject_id.in_(list(subject_ids)), Code.state == "issued")
        .values(state="replaced")
        .returning(Code.id)
        .execution_options(synchronize_session=False)
    )
    because = "the codes of subjects the calling service has judged"
    return len(session.execute(everything(stmt, because=because)).all())


def redeem(session: Session, kind: CodeKind, typed: str, *, keyring: Keyring, by: int | None = None) -> Redeemed:
    """Use a code up: one statement, exactly one winner however many try at once.

    `by` is the account that redeems it, where there is one. Raises `CodeWrong`, `CodeUsed`, `CodeExpired` or
    `CodeReplaced`.
    """
    digest = _digest(kind, typed, keyring)
    stmt = (
        update(Code)
        .where(Code.kind == kind, Code.digest == digest, Code.state == "issued", Code.expires_at > sql_now())
        .values(state="used", used_at=sql_now(), used_by=by)
        .returning(Code.subject_id, Code.node_id, Code.tree_path)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(everything(stmt, because=WHOEVER)).one_or_none()
    if row is None:
        _refuse(session, kind, digest)
    return Redeemed(row.subject_id, row.node_id, row.tree_path)


def look(session: Session, kind: CodeKind, typed: str, *, keyring: Keyring) -> Redeemed:
    """What a code leads to, without using it up; raises as `redeem` does."""
    digest = _digest(kind, typed, keyring)
    stmt = select(Code.subject_id, Code.node_id, Code.tree_path).where(
        Code.kind == kind,
        Code.digest == digest,
        Code.state == "issued",
        Code.expires_at > sql_now(),
    )
    row = session.execute(everything(stmt, because=WHOEVER)).one_or_none()
    if row is None:
        _refuse(session, kind, digest)
    return Redeemed(row.subject_id, row.node_id, row.tree_path)


def issuers_of(session: Session, kind: CodeKind, subject_ids: Sequence[int]) -> dict[int, int]:
    """Who issued the live codes of subjects the caller has judged: subject → account, 0 for the system."""
    stmt = select(Code.subject_id, Code.issued_by).where(
        Code.kind == kind, Code.subject_id.in_(list(subject_ids)), Code.state == "issued", Code.expires_at > sql_now()
    )
    rows = session.execute(everything(stmt, because="the codes of subjects the calling service has judged"))
    return {row.subject_id: row.issued_by for row in rows}


def reprint(session: Session, kind: CodeKind, subject_ids: Sequence[int], *, keyring: Keyring) -> list[Issued]:
    """The live codes of subjects the caller has judged, for a kind that may be printed again; by subject."""
    stmt = (
        select(Code.subject_id, Code.sealed, Code.sealed_as, Code.expires_at)
        .where(Code.kind == kind, Code.subject_id.in_(list(subject_ids)), Code.state == "issued")
        .order_by(Code.subject_id)
    )
    rows = session.execute(everything(stmt, because="the codes of subjects the calling service has judged"))
    return [
        Issued(row.subject_id, shown(kind, keyring.open(row.sealed, SEALED_AT, row.sealed_as)), row.expires_at)
        for row in rows
    ]


def _kept(kind: CodeKind, code: str, keyring: Keyring) -> dict[str, object]:
    """What is stored of a code: a keyed digest, and for those that may be printed again an encrypted copy."""
    sealed_as = uuid.uuid4()
    sealed = keyring.seal(code, SEALED_AT, sealed_as) if FORMATS[kind].is_reprintable else None
    return {"digest": keyring.digest(f"{kind}:{code}", "code"), "sealed_as": sealed_as, "sealed": sealed}


def _digest(kind: CodeKind, typed: str, keyring: Keyring) -> bytes:
    code = read(kind, typed)
    if code is None:
        raise CodeWrong
    return keyring.digest(f"{kind}:{code}", "code")


def _refuse(session: Session, kind: CodeKind, digest: bytes) -> NoReturn:
    """Say why a code does not work: one that exists answers used, expired or replaced; another one wrong."""
    stmt = select(Code.state).where(Code.kind == kind, Code.digest == digest)
    state = session.scalar(everything(stmt, because=WHOEVER))
    if state is None:
        raise CodeWrong
    raise {"used": CodeUsed, "replaced": CodeReplaced}.get(state, CodeExpired)
