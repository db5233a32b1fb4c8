"""What everybody may do with the own account: contact, password, sessions. Needs no permission."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.access.actor import Actor
from app.access.scope import everything
from app.accounts.actors import actor_for
from app.accounts.models import Account, AccountSession, User
from app.accounts.rules import WrongPassword, normalised
from app.accounts.services.activation import UNKNOWN_LEVEL
from app.accounts.services.creation import set_password
from app.accounts.services.locking import Held, own, put, write_down
from app.accounts.services.names import checked_mobile, drop_mobile_names, known_words, opened_mobile
from app.accounts.services.states import checked_email
from app.accounts.sign_in import token_digest
from app.changes.rules import ChangeKind, difference
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import NotFound, Stale
from app.people.rules import mask_phone


def change_own_contact(  # noqa: PLR0913  what the form sends
    session: Session,
    actor: Actor,
    *,
    version: int,
    email: str,
    mobile: str,
    drop_mobile: bool,
    keyring: Keyring,
) -> None:
    """Change the own address and mobile number; an empty number keeps the one on file.

    A number one has typed oneself is no sign-in name: nobody has verified it. Raises `Stale` and `Invalid`.
    """
    held = own(session, actor)
    if held.version != version:
        raise Stale({"email": held.email or ""}, held.version)
    old_phone = opened_mobile(held.mobile_sealed, held.sealed_as, keyring)
    sealed = checked_mobile("" if drop_mobile else mobile or old_phone, keyring, held.sealed_as)
    values: dict[str, object] = {"email": checked_email(email)}
    changed = opened_mobile(sealed.sealed, sealed.sealed_as, keyring) != old_phone if sealed else bool(old_phone)
    if changed:
        drop_mobile_names(session, held.id)
        values |= sealed.columns() if sealed else {"mobile_sealed": None}
    old = {"email": held.email, "mobile": mask_phone(old_phone)}
    before, after = difference(old, {"email": values["email"], "mobile": sealed.masked if sealed else ""})
    if not after and not changed:
        return
    put(session, held.id, ends_sessions=False, **values)
    act = "account:update_own"
    write_down(session, actor, act, ChangeKind.ACCOUNT_CORRECTED, held, before=before, after=after)


def change_own_password(session: Session, actor: Actor, *, present: str, password: str, keyring: Keyring) -> None:
    """Change the own password; the present one is asked for again. Every session ends, this one included.

    Raises `WrongPassword` and `Invalid`.
    """
    held = _proved(session, actor, present)
    level = actor.level if actor.grants else UNKNOWN_LEVEL
    words = (*known_words(session, held.id, keyring), present)
    set_password(session, held.id, password, level=level, known=words)
    write_down(session, actor, "account:change_password", ChangeKind.ACCOUNT_CORRECTED, held)


def renew_password(session: Session, account_id: int, *, present: str, password: str, keyring: Keyring) -> None:
    """Set a longer password while signing in, with the present one in hand; raises as `change_own_password`."""
    actor = actor_for(session, account_id)
    change_own_password(session, actor, present=present, password=password, keyring=keyring)


def _proved(session: Session, actor: Actor, present: str) -> Held:
    """The own account, locked, when the present password is right; else `WrongPassword`."""
    held = own(session, actor)
    digest = session.scalar(select(User.password).where(User.id == held.user_id))
    if not digest or not check_password_hash(digest, normalised(present)):
        raise WrongPassword({"present": "present_password_wrong"})
    return held


def prove_password(session: Session, actor: Actor, *, token: str, present: str) -> None:
    """Note that whoever sits at this session has given the password again; good for ten minutes (`WrongPassword`)."""
    held = _proved(session, actor, present)
    stmt = update(AccountSession).where(
        AccountSession.digest == token_digest(token), AccountSession.account_id == held.id
    )
    session.execute(stmt.values(proved_at=sql_now()), execution_options={"synchronize_session": False})


def keep_language(session: Session, actor: Actor, *, locale: str) -> None:
    """Remember the language somebody reads in; pages and sheets come in it wherever they sign in."""
    stmt = update(Account).where(Account.id == actor.user_id, Account.locale != locale).values(locale=locale)
    session.execute(everything(stmt, because="the own account"), execution_options={"synchronize_session": False})


def end_session(session: Session, actor: Actor, *, session_id: int) -> None:
    """End one of the own sessions (`NotFound` for one that is not); its cookie opens nothing from now on."""
    stmt = (
        update(AccountSession)
        .where(
            AccountSession.id == session_id,
            AccountSession.account_id == actor.user_id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=sql_now())
        .returning(AccountSession.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(stmt) is None:
        raise NotFound(what="session")


def end_other_sessions(session: Session, actor: Actor, *, keep_token: str) -> int:
    """End every session of the own account but the one this token opens; says how many there were."""
    stmt = (
        update(AccountSession)
        .where(
            AccountSession.account_id == actor.user_id,
            AccountSession.digest != token_digest(keep_token),
            AccountSession.ended_at.is_(None),
            AccountSession.ends_at > sql_now(),
        )
        .values(ended_at=sql_now())
        .returning(AccountSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(stmt).all())
