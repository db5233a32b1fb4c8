"""What becomes of accounts of students and guardians when the roll changes: renamed, moved along, ended.

These follow from an act on the roll that has been judged; the one who acts need not be allowed to keep accounts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, Text, column, func, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias

from app.access.actor import Actor
from app.access.scope import everything
from app.accounts.models import Account, AccountGrant, LoginName, User
from app.accounts.rules import NameKind, NameTaken
from app.accounts.services.states import NO_PASSWORD
from app.accounts.workflow import AccountState
from app.audit.rules import common_path
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.codes.rules import CodeKind
from app.codes.services import withdraw
from app.core.clock import sql_now
from app.core.db import any_of, refused

FOLLOWS = "the accounts follow from the roll, not from who acts"
NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True)
class Called:
    """What an account is called now: the number it signs in with and the name it shows."""

    number: str
    name: str


def rename(session: Session, actor: Actor, wanted: Mapping[int, Called]) -> None:
    """Give students' accounts the number and name that stand in the roll now, by account.

    The number is written over the old one, so that the school may give that to whom it belongs. `NameTaken` when
    another account of the school signs in with it. Accounts that are called so already are left alone.
    """
    rows = [row for row in _locked(session, list(wanted)) if _called(row) != wanted[row.id]]
    if not rows:
        return
    now = _table([(row.id, wanted[row.id].number, wanted[row.id].name) for row in rows])
    numbers = update(LoginName).where(
        LoginName.account_id == now.c.id,
        LoginName.kind == NameKind.STUDENT_NUMBER,
        LoginName.retired_at.is_(None),
        LoginName.name != now.c.number,
    )
    with refused(uq_login_name_name=NameTaken):
        session.execute(numbers.values(name=now.c.number), execution_options=NO_SYNC)
    names = update(Account).where(Account.id == now.c.id).values(name=now.c.name, version=Account.version + 1)
    session.execute(everything(names, because=FOLLOWS), execution_options=NO_SYNC)
    shown = update(User).where(User.id == Account.user_id, Account.id == now.c.id)
    named = shown.values(first_name=func.left(now.c.name, 64))
    session.execute(everything(named, because=FOLLOWS), execution_options=NO_SYNC)
    sides = {row.id: (_facts(_called(row)), _facts(wanted[row.id])) for row in rows}
    _write_down(session, actor, "account:update", ChangeKind.ACCOUNT_CORRECTED, rows, sides=sides)


def move_along(session: Session, places: Mapping[int, tuple[int, str]]) -> None:
    """Let accounts stand at these nodes: account → node and path; whoever is responsible there keeps them."""
    if not places:
        return
    rows = [(account_id, path, str(node_id)) for account_id, (node_id, path) in places.items()]
    at = _table(rows)
    node_id = at.c.name.cast(BigInteger)
    stmt = update(Account).where(Account.id == at.c.id, Account.node_id != node_id)
    moved = stmt.values(node_id=node_id, tree_path=at.c.number, version=Account.version + 1)
    session.execute(everything(moved, because=FOLLOWS), execution_options=NO_SYNC)


def change_school(session: Session, actor: Actor, account_ids: Collection[int], *, old_id: int, new_id: int) -> None:
    """Let students' accounts sign in with another school and the same number; `NameTaken` when it is in use there."""
    rows = _locked(session, sorted(account_ids))
    if not rows:
        return
    ids = any_of([row.id for row in rows])
    names = update(LoginName).where(
        LoginName.account_id == ids, LoginName.kind == NameKind.STUDENT_NUMBER, LoginName.school_id == old_id
    )
    with refused(uq_login_name_name=NameTaken):
        moved = names.where(LoginName.retired_at.is_(None)).values(school_id=new_id)
        session.execute(moved, execution_options=NO_SYNC)
    touched = update(Account).where(Account.id == ids).values(version=Account.version + 1)
    session.execute(everything(touched, because=FOLLOWS), execution_options=NO_SYNC)
    sides = dict.fromkeys((row.id for row in rows), ({"school": old_id}, {"school": new_id}))
    _write_down(session, actor, "account:update", ChangeKind.ACCOUNT_CORRECTED, rows, sides=sides)


def shut(session: Session, actor: Actor, account_ids: Collection[int], *, reason: str) -> None:
    """End accounts with a reason: disabled, signed out, without password, code, or any right at a person.

    So nobody who enables one again opens anything by it; `reopen` does. Accounts that are shut already are left alone.
    """
    rows = [row for row in _locked(session, sorted(account_ids)) if row.state == AccountState.ACTIVE]
    if not rows:
        return
    ids = any_of([row.id for row in rows])
    ended = update(Account).where(Account.id == ids)
    values = {"state": AccountState.DISABLED, "session_epoch": Account.session_epoch + 1}
    session.execute(
        everything(ended.values(**values, version=Account.version + 1), because=FOLLOWS), execution_options=NO_SYNC
    )
    users = select(Account.user_id).where(Account.id == ids)
    closed = update(User).where(User.id.in_(users)).values(password=NO_PASSWORD)
    session.execute(everything(closed, because=FOLLOWS), execution_options=NO_SYNC)
    grants = update(AccountGrant).where(
        AccountGrant.account_id == ids, AccountGrant.person_id.is_not(None), AccountGrant.ended_at.is_(None)
    )
    session.execute(everything(grants.values(ended_at=sql_now()), because=FOLLOWS), execution_options=NO_SYNC)
    withdraw(session, CodeKind.ACTIVATION, [row.id for row in rows])
    _write_down(session, actor, "account:disable", ChangeKind.ACCOUNT_DISABLED, rows, reason=reason)


def reopen(session: Session, actor: Actor, account_ids: Collection[int]) -> None:
    """Open accounts again that `shut` has ended: the disabled among these that hold no right any more."""
    live = select(AccountGrant.account_id).where(
        AccountGrant.account_id == any_of(sorted(account_ids)), AccountGrant.ended_at.is_(None)
    )
    kept = set(session.scalars(everything(live, because=FOLLOWS))) if account_ids else set()
    rows = [row for row in _locked(session, sorted(set(account_ids) - kept)) if row.state == AccountState.DISABLED]
    if not rows:
        return
    stmt = update(Account).where(Account.id == any_of([row.id for row in rows]))
    opened = stmt.values(state=AccountState.ACTIVE, version=Account.version + 1)
    session.execute(everything(opened, because=FOLLOWS), execution_options=NO_SYNC)
    _write_down(session, actor, "account:enable", ChangeKind.ACCOUNT_ENABLED, rows)


def forget_persons(session: Session, actor: Actor, pairs: Collection[tuple[int, int]], *, reason: str) -> None:
    """End what accounts hold at a person: (account, person) each; an account left without any right is shut."""
    if not pairs:
        return
    at = _table([(account_id, str(person_id), "") for account_id, person_id in pairs])
    person_id = at.c.number.cast(BigInteger)
    stmt = update(AccountGrant).where(
        AccountGrant.account_id == at.c.id, AccountGrant.person_id == person_id, AccountGrant.ended_at.is_(None)
    )
    session.execute(everything(stmt.values(ended_at=sql_now()), because=FOLLOWS), execution_options=NO_SYNC)
    ids = sorted({account_id for account_id, _ in pairs})
    live = select(AccountGrant.account_id).where(
        AccountGrant.account_id == any_of(ids), AccountGrant.ended_at.is_(None)
    )
    left = set(session.scalars(everything(live, because=FOLLOWS)))
    kept = [account_id for account_id in ids if account_id in left]
    epoch = update(Account).where(Account.id == any_of(kept))
    ended = epoch.values(session_epoch=Account.session_epoch + 1, version=Account.version + 1)
    session.execute(everything(ended, because=FOLLOWS), execution_options=NO_SYNC)
    rows = [row for row in _locked(session, kept) if row.state == AccountState.ACTIVE]
    _write_down(session, actor, "account:grant", ChangeKind.GRANT_ENDED, rows, reason=reason)
    shut(session, actor, [account_id for account_id in ids if account_id not in left], reason=reason)


def _locked(session: Session, account_ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """Accounts with the number they sign in with, locked in the order of their ids."""
    number = (
        select(func.min(LoginName.name))
        .where(
            LoginName.account_id == Account.id,
            LoginName.kind == NameKind.STUDENT_NUMBER,
            LoginName.retired_at.is_(None),
        )
        .correlate(Account)
        .scalar_subquery()
    )
    stmt = (
        select(
            Account.id,
            Account.node_id,
            Account.tree_path,
            Account.name,
            Account.state,
            Account.person_id,
            number.label("number"),
        )
        .where(Account.id == any_of(account_ids))
        .order_by(Account.id)
        .with_for_update(of=Account)
    )
    return list(session.execute(everything(stmt, because=FOLLOWS)).all())


def _called(row: Row[*tuple[Any, ...]]) -> Called:
    return Called(row.number, row.name)


def _facts(called: Called) -> dict[str, Any]:
    return {"user_name": called.number, "name": called.name}


def _write_down(  # noqa: PLR0913  what an audit line and a change record need
    session: Session,
    actor: Actor,
    act: str,
    kind: ChangeKind,
    rows: Sequence[Row[*tuple[Any, ...]]],
    *,
    sides: Mapping[int, tuple[dict[str, Any], dict[str, Any]]] | None = None,
    reason: str | None = None,
) -> None:
    """Write down what became of accounts; `sides` is, by account, what was and what is now."""
    if not rows:
        return
    path, facts = common_path(row.tree_path for row in rows), {"count": len(rows)}
    record(
        session,
        actor,
        act,
        subject="account",
        ids=[row.id for row in rows],
        path=path,
        after=facts,
        reason=reason,
    )
    changes = [
        Change(
            kind,
            row.node_id,
            row.tree_path,
            "account",
            row.id,
            row.name,
            row.person_id,
            before=sides[row.id][0] if sides else None,
            after=sides[row.id][1] if sides else None,
            reason=reason,
        )
        for row in rows
    ]
    note(session, actor, changes)


def _table(rows: Sequence[tuple[int, str, str]]) -> TableValuedAlias:
    """Rows of an id and two texts as a table of the statement."""
    ids, numbers, names = zip(*rows, strict=True)
    arrays = (
        literal(list(ids), ARRAY(BigInteger)),
        literal(list(numbers), ARRAY(Text)),
        literal(list(names), ARRAY(Text)),
    )
    columns = (column("id", BigInteger), column("number", Text), column("name", Text))
    return func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
