"""Editing, resetting, disabling, enabling and deregistering an account, under the level rule."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts.models import AccountGrant, User
from app.accounts.rules import Contact, mobile_name
from app.accounts.services.locking import Held, locked, put, refuse_persons_elsewhere, write_down
from app.accounts.services.names import (
    checked_mobile,
    department_at,
    drop_mobile_names,
    opened_mobile,
    retire_names,
    set_mobile_name,
)
from app.accounts.workflow import ACCOUNT, AccountState, Event
from app.changes.rules import ChangeKind, difference
from app.codes.rules import CodeKind, Issued, Subject
from app.codes.services import issue, withdraw
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import Conflict, Invalid
from app.orgs.rules import checked_name
from app.people.rules import mask_phone

NO_PASSWORD = ""
"""Opens nothing: no password digests to it."""


def edit(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    version: int,
    new: Contact,
    keyring: Keyring,
) -> None:
    """Change name, department and contact of an account.

    A new mobile number takes the old one out of use for signing in; it opens the account itself only with a reason.
    Raises `NotFound`, `OwnAccount`, `Stale`, `HeldElsewhere`, `Invalid`, `NameTaken` (the number is another's).
    """
    held = locked(session, actor, Permission.ACCOUNT_UPDATE, account_id, version)
    _refuse_gone(held)
    old_phone = opened_mobile(held.mobile_sealed, held.sealed_as, keyring)
    wanted = "" if new.drop_mobile else new.mobile or old_phone
    mobile = checked_mobile(wanted, keyring, held.sealed_as)
    is_kept = (mobile.name if mobile else "") == (mobile_name(old_phone, keyring) if old_phone else "")
    values: dict[str, object] = {
        "name": checked_name(new.name),
        "department_id": department_at(session, new.department_id, held.tree_path),
        "email": checked_email(new.email),
    }
    old = {"name": held.name, "department_id": held.department_id, "email": held.email}
    before, after = difference(old, values)
    if not is_kept:
        before["mobile"], after["mobile"] = mask_phone(old_phone), mobile.masked if mobile else ""
        values |= mobile.columns() if mobile else {"mobile_sealed": None}
        drop_mobile_names(session, account_id)
    if mobile and new.mobile_reason:
        set_mobile_name(session, account_id, mobile.name)
    elif not after:
        return
    put(session, account_id, ends_sessions=False, **values)
    session.execute(update(User).where(User.id == held.user_id).values(first_name=str(values["name"])[:64]))
    kind, reason = ChangeKind.ACCOUNT_CORRECTED, new.mobile_reason or None
    write_down(session, actor, "account:update", kind, held, before=before, after=after, reason=reason)


def reset(session: Session, actor: Actor, *, account_id: int, version: int, keyring: Keyring) -> Issued:
    """Take the password away and issue an activation code (重置密码, CC-15); every session ends at its next click.

    Nobody sees or chooses the new password but its owner. Raises as `edit` does, and `Conflict` unless in use.
    """
    held = locked(session, actor, Permission.ACCOUNT_RESET, account_id, version)
    refuse_persons_elsewhere(session, actor, Permission.ACCOUNT_RESET, account_id)
    if held.state != AccountState.ACTIVE:
        raise Conflict
    forget_password(session, held)
    put(session, account_id, ends_sessions=True, activated_at=None)
    write_down(session, actor, "account:reset", ChangeKind.ACCOUNT_RESET, held)
    subject = Subject(held.id, held.node_id, held.tree_path)
    return issue(session, actor, Permission.ACCOUNT_RESET, CodeKind.ACTIVATION, [subject], keyring=keyring)[0]


def disable(session: Session, actor: Actor, *, account_id: int, version: int, reason: str = "") -> None:
    """Shut an account (停用): refused at the next click in every process. Its grants and names wait."""
    held = locked(session, actor, Permission.ACCOUNT_DISABLE, account_id, version)
    state = ACCOUNT.move(AccountState(held.state), Event.DISABLE).target
    put(session, account_id, ends_sessions=True, state=state)
    write_down(session, actor, "account:disable", ChangeKind.ACCOUNT_DISABLED, held, reason=reason or None)


def enable(session: Session, actor: Actor, *, account_id: int, version: int) -> None:
    """Open a disabled account again (启用); cookies of before stay dead."""
    held = locked(session, actor, Permission.ACCOUNT_DISABLE, account_id, version)
    state = ACCOUNT.move(AccountState(held.state), Event.ENABLE).target
    put(session, account_id, ends_sessions=True, state=state)
    write_down(session, actor, "account:enable", ChangeKind.ACCOUNT_ENABLED, held)


def deregister(session: Session, actor: Actor, *, account_id: int, version: int, reason: str) -> None:
    """Close an account for ever (注销): roles end, codes die, and its names are never usable again, in any case."""
    held = locked(session, actor, Permission.ACCOUNT_DEREGISTER, account_id, version)
    state = ACCOUNT.move(AccountState(held.state), Event.DEREGISTER).target
    if not reason:
        raise Invalid({"reason": "reason_missing"})
    forget_password(session, held)
    retire_names(session, account_id)
    withdraw(session, CodeKind.ACTIVATION, [account_id])
    grants = update(AccountGrant).where(AccountGrant.account_id == account_id, AccountGrant.ended_at.is_(None))
    session.execute(
        everything(
            grants.values(ended_at=sql_now()), because="the account was read and locked within the actor's scope"
        )
    )
    put(session, account_id, ends_sessions=True, state=state)
    write_down(session, actor, "account:deregister", ChangeKind.ACCOUNT_DEREGISTERED, held, reason=reason)


def forget_password(session: Session, held: Held) -> None:
    """Take the password away, so that nothing opens the account but an activation code."""
    session.execute(update(User).where(User.id == held.user_id).values(password=NO_PASSWORD))


def checked_email(typed: str) -> str | None:
    """An address as it is kept, None for an empty one, or `Invalid`."""
    text = typed.strip()
    if not text:
        return None
    local, _, domain = text.rpartition("@")
    if not local or "." not in domain or len(text) > 254 or not text.isprintable() or " " in text:  # noqa: PLR2004
        raise Invalid({"email": "email_shape"})
    return text


def _refuse_gone(held: Held) -> None:
    if held.state == AccountState.DEREGISTERED:
        raise Conflict
