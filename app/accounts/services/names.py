"""Sign-in names, mobile numbers, departments of an account: what several services write the same way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import ids_in
from app.access.scope import everything
from app.accounts.models import Account, LoginName
from app.accounts.rules import MOBILE_AT, NameKind, NameTaken, NewAccount, mobile_name
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Invalid
from app.departments.models import Department
from app.people.models import Person
from app.people.rules import is_mobile, mask_phone, normalise_phone
from app.people.services import NUMBER_AT

BIRTH_DATE = slice(6, 14)
"""Where the birth date stands in a resident ID number."""


@dataclass(frozen=True)
class Sealed:
    """A mobile number as it is kept: encrypted, masked for records, digested for signing in."""

    sealed: bytes
    sealed_as: uuid.UUID
    masked: str
    name: str

    def columns(self) -> dict[str, object]:
        """The values of the account's columns."""
        return {"mobile_sealed": self.sealed, "sealed_as": self.sealed_as}


def checked_mobile(typed: str, keyring: Keyring | None, sealed_as: uuid.UUID | None = None) -> Sealed | None:
    """A typed mobile number, sealed; None for an empty one, `Invalid` for what is no mobile number."""
    phone = normalise_phone(typed)
    if not phone:
        return None
    if not is_mobile(phone):
        raise Invalid({"mobile": "mobile_shape"})
    if keyring is None:
        raise ValueError("a mobile number needs the keyring")
    sealed_as = sealed_as or uuid.uuid4()
    sealed = keyring.seal(phone, MOBILE_AT, sealed_as)
    return Sealed(sealed, sealed_as, mask_phone(phone), mobile_name(phone, keyring))


def opened_mobile(sealed: bytes | None, sealed_as: uuid.UUID | None, keyring: Keyring) -> str:
    """The mobile number on file, in clear; empty when there is none. Mask it before it leaves a service or query."""
    return keyring.open(sealed, MOBILE_AT, sealed_as) if sealed is not None and sealed_as is not None else ""


def add_name(session: Session, account_id: int, new: NewAccount) -> None:
    """Write the name a new account signs in with, or raise `NameTaken`: names are never used again, in any case."""
    school_id = new.school_id if new.kind is NameKind.STUDENT_NUMBER else None
    taken = select(func.count()).where(
        func.lower(LoginName.name) == new.user_name.lower(),
        LoginName.school_id.is_not_distinct_from(school_id),
    )
    if session.scalar(taken):
        raise NameTaken({"user_name": "login_name_taken"})
    made = insert(LoginName).values(account_id=account_id, school_id=school_id, kind=new.kind, name=new.user_name)
    with refused(uq_login_name_name=lambda: NameTaken({"user_name": "login_name_taken"})):
        session.execute(made)


def set_mobile_name(session: Session, account_id: int, name: str) -> None:
    """Let an account sign in with a mobile number (given as its digest), and with no other; `NameTaken`.

    The number of another account, of now or before, is refused; the own earlier one is taken up again.
    """
    drop_mobile_names(session, account_id)
    row = session.execute(
        select(LoginName.id, LoginName.account_id).where(LoginName.kind == NameKind.MOBILE, LoginName.name == name),
    ).one_or_none()
    if row is not None and row.account_id != account_id:
        raise NameTaken({"mobile": "mobile_taken"})
    if row is not None:
        session.execute(update(LoginName).where(LoginName.id == row.id).values(retired_at=None))
        return
    made = insert(LoginName).values(account_id=account_id, kind=NameKind.MOBILE, name=name)
    with refused(uq_login_name_name=lambda: NameTaken({"mobile": "mobile_taken"})):
        session.execute(made)


def drop_mobile_names(session: Session, account_id: int) -> None:
    """Let no mobile number open an account any more."""
    retire(session, account_id, LoginName.kind == NameKind.MOBILE)


def retire_names(session: Session, account_id: int) -> None:
    """Retire every name of an account, for good."""
    retire(session, account_id, LoginName.id.is_not(None))


def retire(session: Session, account_id: int, which: ColumnElement[bool]) -> None:
    """Retire those live names of an account that a condition picks."""
    stmt = update(LoginName).where(LoginName.account_id == account_id, LoginName.retired_at.is_(None), which)
    session.execute(stmt.values(retired_at=sql_now()))


def department_at(session: Session, department_id: int | None, home_path: str) -> int | None:
    """The department, if it is open and stands at the home place or above it; `Invalid` otherwise."""
    if department_id is None:
        return None
    stmt = select(Department.id).where(
        Department.id == department_id,
        Department.closed_at.is_(None),
        Department.node_id.in_(ids_in(home_path)),
    )
    if session.scalar(everything(stmt, because="a department of the account's own lineage")) is None:
        raise Invalid({"department": "department_elsewhere"})
    return department_id


def known_words(session: Session, account_id: int, keyring: Keyring) -> tuple[str, ...]:
    """What others know about the owner of an account, and so may try as a password.

    The name, the sign-in names, the mobile number, the birth date, the ID number and its last six characters.
    """
    stmt = (
        select(Account.name, Account.mobile_sealed, Account.sealed_as, Person.number_sealed, Person.sealed_as)
        .join(Person, Person.id == Account.person_id, isouter=True)
        .where(Account.id == account_id)
    )
    name, mobile, mobile_as, number, number_as = session.execute(everything(stmt, because="the own password")).one()
    names = session.scalars(
        select(LoginName.name).where(LoginName.account_id == account_id, LoginName.kind != NameKind.MOBILE),
    )
    words = [name, *names, opened_mobile(mobile, mobile_as, keyring)]
    if number is not None:
        clear = keyring.open(number, NUMBER_AT, number_as)
        words += [clear, clear[-6:], clear[BIRTH_DATE]]
    return tuple(word for word in words if word)
