"""Passwords, sessions and throttles: the rules. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.crypto import Keyring
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, TooMany

FIRST_PHONE_LEVEL = 7
PERSONAL_LEVEL = 8
"""The level of students and guardians."""
SHORT_PASSWORD = 8
LONG_PASSWORD = 12
LONGEST_PASSWORD = 128
MOBILE_AT = "account.mobile"
"""Where a mobile number is sealed."""
KNOWN_PART = 4
KNOWN_REST = 6
"""A password that holds a known word of four characters or more needs six others beside it."""
PERSONAL = frozenset({"guardian", "student"})
"""Roles at a person, never at a node or class set, and the only ones there: they open that person's own rows."""
UNIT_NUMBER = re.compile(r"\d{6}|\d{10}|\d{12}", re.ASCII)
USER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,31}")

STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)

PHONE_LONGEST = timedelta(days=30)
PHONE_ROLES = frozenset({"guardian", "student", "class_teacher"})
"""Who stays signed in on a phone for so long, as long as they hold no other role."""
PHONES = ("Mobile", "Android", "iPhone", "MicroMessenger")
PROVED_FOR = timedelta(minutes=10)
"""How long a password that was given again is good for, in a session that lasts for days."""

SHEETS_KEPT = timedelta(hours=24)
"""How long the files of activation sheets may be fetched; the codes in them live longer."""
MOST_AT_ONCE = 300
"""Accounts whose sheets are made while the browser waits; more are made by the worker."""
MOST_ON_SHEETS = 5000

TRIES_PER_NAME = 10
TRIES_PER_ADDRESS = 100
FIRST_RUN_LIFE = timedelta(hours=1)

BLOCKED = frozenset(Path(__file__).with_name("blocked_passwords.txt").read_text(encoding="utf-8").split())
"""Passwords everybody tries first, in lower case."""


class NameKind(StrEnum):
    """What kind of name somebody signs in with."""

    USER_NAME = "user_name"
    MOBILE = "mobile"
    UNIT_NUMBER = "unit_number"
    STUDENT_NUMBER = "student_number"


@dataclass(frozen=True)
class NewGrant:
    """A role at exactly one of a node, a class set or a person."""

    role: str
    node_code: str | None = None
    class_set_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class NewAccount:
    """An account to be made at a home place, with its sign-in names and grants.

    `mobile` is as typed; it becomes a sign-in name only with `mobile_reason`, which says how it is known to be theirs.
    """

    name: str
    home_code: str
    user_name: str
    grants: tuple[NewGrant, ...]
    person_id: int | None = None
    school_id: int | None = None
    kind: NameKind = NameKind.USER_NAME
    is_demo: bool = False
    department_id: int | None = None
    mobile: str = ""
    mobile_reason: str = ""


@dataclass(frozen=True)
class NewPersonal:
    """An account of somebody who sees one person's rows only: a student the own, a guardian a child's.

    It stands at the class; a student's is found again by `own_person_id` and signs in with the student number.
    """

    role: str
    name: str
    node_id: int
    tree_path: str
    person_id: int
    user_name: str
    kind: NameKind = NameKind.USER_NAME
    school_id: int | None = None
    own_person_id: int | None = None
    is_demo: bool = False


@dataclass(frozen=True)
class Slip:
    """One slip of an activation sheet; `place` are the names from the school down, `code` as it is shown."""

    account_id: int
    name: str
    user_name: str
    place: tuple[str, ...]
    tree_path: str
    code: str
    expires_at: datetime
    about: str = ""
    """Of a guardian: the child."""


@dataclass(frozen=True)
class NoSlip:
    """A row that got no code: who, and the code of the sentence that says why."""

    name: str
    user_name: str
    code: str


@dataclass(frozen=True)
class Contact:
    """What is edited of an account; an empty mobile keeps the one on file unless `drop_mobile` says to remove it."""

    name: str
    department_id: int | None = None
    email: str = ""
    mobile: str = ""
    drop_mobile: bool = False
    mobile_reason: str = ""


@dataclass(frozen=True)
class GrantAt:
    """A live grant as the level rule sees it: its level and the path it stands at (None at a person)."""

    level: int
    path: str | None


class WrongCredentials(NotFound):
    """Name or password is wrong, the account is locked, disabled or gone: all answered the same."""

    status = 401
    code = "wrong_credentials"


class Locked(TooMany):
    """Too many failed sign-ins for this name or address."""

    code = "sign_in_locked"


class NameTaken(Invalid):
    """This sign-in name is or was in use; names are never used again."""

    status = 409
    code = "login_name_taken"

    def __init__(self, fields: Mapping[str, str] | None = None) -> None:
        """Say it beside the user name unless another field is meant."""
        super().__init__(fields or {"user_name": "login_name_taken"})


class AboveOwnLevel(NotAllowed):
    """Nobody creates, edits or grants above the own level or outside the own subtree."""

    code = "above_own_level"


class OwnAccount(NotAllowed):
    """Nobody changes the own grants, disables, resets or deregisters the own account."""

    code = "own_account"


class HeldElsewhere(NotAllowed):
    """The account holds a role outside the actor's places: who covers them all may do this."""

    code = "held_elsewhere"


class NothingTicked(Conflict):
    """An act on ticked rows came without any."""

    code = "no_account_ticked"


class NotActive(Conflict):
    """The account is disabled or deregistered; its code opens nothing."""

    code = "account_not_active"


class WrongPassword(Invalid):
    """The present password, asked for again, is not right."""

    code = "present_password_wrong"


class PasswordOutgrown(Refusal):
    """The password is right but shorter than the roles of now ask for (`shortest`): a longer one is chosen first."""

    status = 422
    code = "password_outgrown"


class LinkSpent(NotFound):
    """The first-run link is unknown, used or expired."""

    code = "first_run_link_spent"


def check_password(password: str, *, level: int, known: tuple[str, ...] = ()) -> str:
    """The password as it is digested (NFC), or `Invalid`: 8 characters at levels 7 and 8, 12 above, never a known one.

    `known` are things others know about the person (names, numbers): a password made of one, or of one and little
    more, is refused, and so is the last six characters of an ID number in either case (SI-04).
    """
    text = normalised(password)
    shortest = shortest_password(level)
    if len(text) > LONGEST_PASSWORD:
        raise Invalid({"password": "password_long"}, longest=LONGEST_PASSWORD)
    plain = text.lower()
    if plain in BLOCKED or any(_is_made_of(plain, word.lower()) for word in known if word):
        raise Invalid({"password": "password_known"})
    if len(text) < shortest:
        raise Invalid({"password": "password_short"}, shortest=shortest)
    if len(set(plain)) <= 2:  # noqa: PLR2004  aaaaaaaa, abababab
        raise Invalid({"password": "password_known"})
    return text


def normalised(password: str) -> str:
    """The password in the one form (NFC) it is digested in, however the keyboard composed its characters."""
    return unicodedata.normalize("NFC", password)


def shortest_password(level: int) -> int:
    """How many characters a password of this level needs at least."""
    return SHORT_PASSWORD if level >= FIRST_PHONE_LEVEL else LONG_PASSWORD


def _is_made_of(password: str, word: str) -> bool:
    """Whether a password is a known word, backwards, repeated, or with a few characters around it."""
    if password in {word, word[::-1]} or not password.replace(word, ""):
        return True
    return len(word) >= KNOWN_PART and word in password and len(password.replace(word, "")) < KNOWN_REST


def check_user_name(name: str) -> str:
    """The user name, or `Invalid`: a letter, then letters, digits and underscores, 2 to 32 in all (BC-07)."""
    if not USER_NAME.fullmatch(name):
        raise Invalid({"user_name": "user_name_shape"})
    return name


def session_length(roles: Iterable[str], device: str) -> tuple[timedelta, timedelta]:
    """How long a session lasts unused, and at most: by the roles of the account and the browser's own description."""
    held = set(roles)
    is_long = bool(held) and held <= PHONE_ROLES and any(mark in device for mark in PHONES)
    return (PHONE_LONGEST, PHONE_LONGEST) if is_long else (STAFF_IDLE, STAFF_LONGEST)


def check_unit_number(typed: str) -> str:
    """The name a school or unit signs in with, or `Invalid`: its number of 6 (CC-01) or 12 digits, of 10 with 00 added.

    Source of the ten and twelve digits: SI-03.
    """
    number = typed.strip()
    if not UNIT_NUMBER.fullmatch(number):
        raise Invalid({"user_name": "unit_number_shape"})
    return f"{number}00" if len(number) == 10 else number  # noqa: PLR2004  the numbers of the old system


def may_act(actor: Actor, permission: Permission, *, level: int, path: str) -> bool:
    """Whether one grant of the actor reaches an account or role of this level at this place (the level rule).

    The grant must hold the permission, cover the place, and stand above the level; the same level is reached only at
    the grant's own place. What one grant allows is never added to what another does.
    """
    return actor.is_system or any(
        path.startswith(place) and (level > grant.level or (level == grant.level and path == place))
        for grant in actor.grants
        if permission in grant.permissions
        for place in grant.prefixes
    )


def mobile_name(phone: str, keyring: Keyring) -> str:
    """What is kept as the sign-in name of a normalised mobile number: a keyed digest, never the number."""
    return keyring.digest(f"mobile:{phone}").hex()


def outermost_of(paths: dict[int, str]) -> set[int]:
    """Of ticked nodes (id → path) those that no other ticked node covers: a tick at a parent means all below it."""
    kept: set[int] = set()
    last = ""
    for node_id, path in sorted(paths.items(), key=lambda pair: pair[1]):
        if not last or not path.startswith(last):
            kept.add(node_id)
            last = path
    return kept
