"""激活单: fresh activation codes for many accounts in one act, and the files that hand them out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from app.access.actor import LOWEST_LEVEL, Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.models import Account, AccountGrant, ActivationSheet, LoginName, RoleDetail, User
from app.accounts.rules import SHEETS_KEPT, GrantAt, NameKind, NoSlip, Slip, may_act
from app.accounts.services.locking import persons_elsewhere
from app.accounts.services.states import NO_PASSWORD
from app.accounts.workflow import AccountState
from app.audit.rules import common_path
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.codes.rules import CodeKind, Subject
from app.codes.services import issue
from app.core.crypto import Keyring
from app.core.db import any_of
from app.core.errors import NotFound
from app.core.files import FileStore
from app.core.stored import NewFile, keep
from app.orgs.models import ClassSet, OrgNode
from app.orgs.queries import names_of

JUDGED = "the accounts were read and locked above within the actor's scope"
HANDING_OUT = "accounts.sheets"
"""The kind of job that issues codes for more accounts than a browser waits for."""
PURPOSE = "activation_sheet"
PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Found = Row[*tuple[Any, ...]]


def hand_out(
    session: Session,
    actor: Actor,
    *,
    account_ids: Sequence[int],
    also_in_use: bool,
    keyring: Keyring,
) -> tuple[list[Slip], list[NoSlip]]:
    """Issue a fresh activation code for each of these accounts; what they had before works no more.

    Says who got one, by place and name, and who did not and why: the own account, one that is disabled, one with a
    role beyond the actor's reach, and, unless `also_in_use`, one whose owner has set a password (its password and
    sessions end otherwise). Raises `NotFound` when an id is out of scope. As many statements for one as for thousands.
    """
    rows = _locked(session, actor, account_ids)
    ids = [row.id for row in rows]
    grants, elsewhere = _grants(session, ids), persons_elsewhere(session, actor, Permission.ACCOUNT_RESET, ids)
    reasons = {row.id: _reason(actor, row, grants.get(row.id, []), also_in_use=also_in_use) for row in rows}
    reasons |= dict.fromkeys(elsewhere, "held_elsewhere")
    lucky = [row for row in rows if reasons[row.id] is None]
    slips = _issued(session, actor, lucky, keyring) if lucky else []
    refused = [NoSlip(row.name, row.user_name or "", code) for row in rows if (code := reasons[row.id])]
    return slips, refused


def keep_sheets(  # noqa: PLR0913  what is kept of one act
    session: Session,
    actor: Actor,
    *,
    title: str,
    count: int,
    refused: Sequence[NoSlip],
    files: Mapping[str, bytes],
    store: FileStore,
    keyring: Keyring,
) -> int:
    """Keep the files of an act (`pdf`, `workbook`; none when nobody got a code) for who made them, for a day."""
    kinds = {"pdf": PDF, "workbook": WORKBOOK}
    names = {"pdf": "activation-codes.pdf", "workbook": "activation-codes.xlsx"}
    ids = {
        kind: keep(
            session,
            store,
            keyring,
            owner_id=actor.user_id,
            new=NewFile(PURPOSE, names[kind], kinds[kind], data, SHEETS_KEPT),
        )
        for kind, data in files.items()
    }
    row = ActivationSheet(
        owner_id=actor.user_id,
        title=title,
        count=count,
        refused=[vars(each) for each in refused],
        pdf_id=ids.get("pdf"),
        workbook_id=ids.get("workbook"),
    )
    session.add(row)
    session.flush()
    return row.id


def note_download(session: Session, actor: Actor, *, sheet_id: int, kind: str) -> None:
    """Write down that the files with codes were fetched, before they are."""
    path, after = actor.home_path or "/", {"file": kind}
    record(session, actor, "account:sheet_download", subject="activation_sheet", ids=[sheet_id], path=path, after=after)


def _locked(session: Session, actor: Actor, account_ids: Sequence[int]) -> Sequence[Found]:
    """The accounts, locked in the order of their ids."""
    wanted = sorted(set(account_ids))
    user_name = (
        select(func.min(LoginName.name))
        .where(LoginName.account_id == Account.id, LoginName.kind != NameKind.MOBILE, LoginName.retired_at.is_(None))
        .correlate(Account)
        .scalar_subquery()
    )
    stmt = (
        select(
            Account.id,
            Account.user_id,
            Account.node_id,
            Account.tree_path,
            Account.name,
            Account.state,
            Account.person_id,
            OrgNode.school_id,
            User.password,
            user_name.label("user_name"),
        )
        .join(User, User.id == Account.user_id)
        .join(OrgNode, OrgNode.id == Account.node_id)
        .where(Account.id == any_of(wanted))
        .order_by(Account.id)
        .with_for_update(of=Account)
    )
    rows = session.execute(visible(stmt, Account, actor, Permission.ACCOUNT_RESET, along=(OrgNode,))).all()
    if len(rows) != len(wanted):
        raise NotFound(what="account")
    return rows


def _grants(session: Session, account_ids: Sequence[int]) -> dict[int, list[GrantAt]]:
    """The live grants of each account: level and path; one statement."""
    stmt = (
        select(
            AccountGrant.account_id,
            RoleDetail.level,
            func.coalesce(AccountGrant.tree_path, ClassSet.tree_path).label("path"),
        )
        .select_from(AccountGrant)
        .join(RoleDetail, RoleDetail.role_id == AccountGrant.role_id)
        .join(ClassSet, ClassSet.id == AccountGrant.class_set_id, isouter=True)
        .where(AccountGrant.account_id.in_(account_ids), AccountGrant.ended_at.is_(None))
    )
    found: dict[int, list[GrantAt]] = {}
    for row in session.execute(everything(stmt, because=JUDGED)):
        found.setdefault(row.account_id, []).append(GrantAt(row.level, row.path))
    return found


def _reason(actor: Actor, row: Found, grants: Sequence[GrantAt], *, also_in_use: bool) -> str | None:
    """Why this account gets no code: the code of a sentence; None when it gets one."""
    if row.id == actor.user_id:
        return "own_account"
    if row.state != AccountState.ACTIVE:
        return "account_not_active"
    level = min((grant.level for grant in grants), default=LOWEST_LEVEL)
    places = [*((grant.level, grant.path) for grant in grants if grant.path), (level, row.tree_path)]
    if not all(may_act(actor, Permission.ACCOUNT_RESET, level=each, path=path) for each, path in places):
        return "held_elsewhere"
    return "account_in_use" if row.password and not also_in_use else None


def _issued(session: Session, actor: Actor, rows: Sequence[Found], keyring: Keyring) -> list[Slip]:
    """Take the passwords away, issue the codes, write both down."""
    ids, users = [row.id for row in rows], [row.user_id for row in rows]
    session.execute(
        update(User).where(User.id.in_(users)).values(password=NO_PASSWORD),
        execution_options={"synchronize_session": False},
    )
    stmt = update(Account).where(Account.id.in_(ids))
    ended = stmt.values(activated_at=None, session_epoch=Account.session_epoch + 1, version=Account.version + 1)
    session.execute(everything(ended, because=JUDGED), execution_options={"synchronize_session": False})
    subjects = [Subject(row.id, row.node_id, row.tree_path) for row in rows]
    codes = issue(session, actor, Permission.ACCOUNT_RESET, CodeKind.ACTIVATION, subjects, keyring=keyring)
    _write_down(session, actor, rows)
    names = names_of(session, {row.tree_path for row in rows})
    slips = [
        Slip(
            row.id,
            row.name,
            row.user_name or "",
            _from_school(row, names[row.tree_path]),
            row.tree_path,
            code.text,
            code.expires_at,
        )
        for row, code in zip(rows, codes, strict=True)
    ]
    return sorted(slips, key=lambda slip: (slip.tree_path, slip.user_name, slip.account_id))


def _from_school(row: Found, names: Sequence[str]) -> tuple[str, ...]:
    """The names of the place from the school down; above the schools the last two."""
    start = ids_in(row.tree_path).index(row.school_id) if row.school_id else max(0, len(names) - 2)
    return tuple(names[start:])


def _write_down(session: Session, actor: Actor, rows: Sequence[Found]) -> None:
    record(
        session,
        actor,
        "account:hand_out",
        subject="account",
        ids=[row.id for row in rows],
        path=common_path(row.tree_path for row in rows),
        after={"count": len(rows)},
    )
    note(
        session,
        actor,
        [
            Change(
                ChangeKind.ACCOUNT_RESET if row.password else ChangeKind.CODE_ISSUED,
                row.node_id,
                row.tree_path,
                "account",
                row.id,
                row.name,
                row.person_id,
            )
            for row in rows
        ],
    )
