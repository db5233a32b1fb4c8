"""Passwords, sessions and throttles: the rules. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany

FIRST_PHONE_LEVEL = 7
SHORT_PASSWORD = 8
LONG_PASSWORD = 12
LONGEST_PASSWORD = 128
USER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,31}")

STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)

THROTTLE_WINDOW = timedelta(minutes=10)
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
    """An account to be made at a home place, with its sign-in names and grants."""

    name: str
    home_code: str
    user_name: str
    grants: tuple[NewGrant, ...]
    person_id: int | None = None
    school_id: int | None = None
    kind: NameKind = NameKind.USER_NAME
    is_demo: bool = False


class WrongCredentials(NotFound):
    """Name or password is wrong, the account is locked, disabled or gone: all answered the same."""

    status = 401
    code = "wrong_credentials"


class Locked(TooMany):
    """Too many failed sign-ins for this name or address."""

    code = "sign_in_locked"


class NameTaken(Conflict):
    """This sign-in name is or was in use; names are never used again."""

    code = "login_name_taken"


class AboveOwnLevel(NotAllowed):
    """Nobody creates, edits or grants above the own level or outside the own subtree."""

    code = "above_own_level"


class LinkSpent(NotFound):
    """The first-run link is unknown, used or expired."""

    code = "first_run_link_spent"


def check_password(password: str, *, level: int, known: tuple[str, ...] = ()) -> str:
    """The password as it is digested (NFC), or `Invalid`: 8 characters at levels 7 and 8, 12 above, never a known one.

    `known` are things others know about the person (names, numbers): a password made of one is refused, and so is the
    last six characters of an ID number in either case (SI-04).
    """
    text = unicodedata.normalize("NFC", password)
    shortest = SHORT_PASSWORD if level >= FIRST_PHONE_LEVEL else LONG_PASSWORD
    if len(text) < shortest:
        raise Invalid({"password": "password_short"}, shortest=shortest)
    if len(text) > LONGEST_PASSWORD:
        raise Invalid({"password": "password_long"}, longest=LONGEST_PASSWORD)
    plain = text.lower()
    if plain in BLOCKED or len(set(plain)) <= 2 or plain in {k.lower() for k in known if k}:  # noqa: PLR2004
        raise Invalid({"password": "password_known"})
    return text


def check_user_name(name: str) -> str:
    """The user name, or `Invalid`: a letter, then letters, digits and underscores, 2 to 32 in all (BC-07)."""
    if not USER_NAME.fullmatch(name):
        raise Invalid({"user_name": "user_name_shape"})
    return name
