"""First access: an activation code shows whose account it is and lets its owner set the password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import LOWEST_LEVEL, Actor
from app.access.scope import everything
from app.accounts.models import Account, level_of
from app.accounts.rules import NotActive
from app.accounts.services.creation import set_password
from app.accounts.services.names import known_words
from app.accounts.workflow import AccountState
from app.audit.services import record
from app.codes.rules import CodeKind
from app.codes.services import look, redeem
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.orgs.queries import names_of

BY_CODE = "whoever holds the activation code of an account"
UNKNOWN_LEVEL = 6
"""An account that has no role yet may get any; its password is as long as those of the higher levels."""


@dataclass(frozen=True)
class Owner:
    """Whose account a code opens, as the activation page shows it."""

    account_id: int
    name: str
    place: str
    level: int


def owner_of(session: Session, code: str, *, keyring: Keyring) -> Owner:
    """Whose account a code opens, without using it up; raises as `codes.services.look`, and `NotActive`."""
    found = look(session, CodeKind.ACTIVATION, code, keyring=keyring)
    return _owner(session, found.subject_id)


def activate(session: Session, *, code: str, password: str, keyring: Keyring) -> int:
    """Use a code up and set the password it is for; returns the account's id.

    A password that is refused (`Invalid`) leaves the code as it was: both are one transaction. Raises as
    `codes.services.redeem`, and `NotActive`.
    """
    found = redeem(session, CodeKind.ACTIVATION, code, keyring=keyring)
    locking = select(Account.id).where(Account.id == found.subject_id).with_for_update()
    session.execute(everything(locking, because=BY_CODE))
    owner = _owner(session, found.subject_id)
    words = known_words(session, owner.account_id, keyring)
    set_password(session, owner.account_id, password, level=owner.level, known=words)
    stmt = update(Account).where(Account.id == owner.account_id).values(activated_at=sql_now())
    session.execute(everything(stmt, because=BY_CODE))
    actor = Actor(owner.account_id, owner.name)
    ids = [owner.account_id]
    record(session, actor, "account:activate", subject="account", ids=ids, path=found.tree_path)
    return owner.account_id


def _owner(session: Session, account_id: int) -> Owner:
    stmt = select(Account.name, Account.tree_path, Account.state, level_of(Account).label("level"))
    row = session.execute(everything(stmt.where(Account.id == account_id), because=BY_CODE)).one()
    if row.state != AccountState.ACTIVE:
        raise NotActive
    place = " / ".join(names_of(session, [row.tree_path])[row.tree_path])
    level = UNKNOWN_LEVEL if row.level == LOWEST_LEVEL else row.level
    return Owner(account_id, row.name, place, level)
