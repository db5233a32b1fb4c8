"""What codes look like, how long they live, and what is said about one that does not work. Pure."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import Conflict, Invalid, TooMany

UPPER = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""30 characters nobody mistakes for another: no I, L, O, U, 0, 1. Twelve of them are 58.9 bits."""
MIXED = "abcdefghjkmnpqrstvwxyzABCDEFGHJKMNPQRSTVWXYZ23456789"
"""52 characters; ten of them are 57 bits."""
SEPARATORS = re.compile(r"[\s\-‐‑‒–—―_.]+")

WINDOW = timedelta(minutes=10)
TRIES_PER_VISITOR = 10
TRIES_PER_ADDRESS = 100
TRIES_BEFORE_ALARM = 500
"""Failed tries of everybody together in one window after which the log raises the alarm."""


class CodeKind(StrEnum):
    """What a code is for."""

    ACTIVATION = "activation"
    BINDING = "binding"
    REGISTRATION = "registration"
    UPLOAD = "upload"
    DOWNLOAD = "download"


@dataclass(frozen=True)
class Format:
    """How codes of a kind are made and shown; `life` is how long they work unless the issuer says otherwise."""

    alphabet: str
    groups: tuple[int, ...]
    life: timedelta
    is_reprintable: bool = False
    """Kept encrypted as well, so that a reprint shows the same code and only a reset changes it."""

    @property
    def length(self) -> int:
        """How many characters a code has."""
        return sum(self.groups)


FORMATS = {
    CodeKind.ACTIVATION: Format(UPPER, (4, 4, 4), timedelta(days=7)),
    CodeKind.BINDING: Format(MIXED, (5, 5), timedelta(hours=24)),
    CodeKind.REGISTRATION: Format(UPPER, (4, 4, 4), timedelta(days=366), is_reprintable=True),
    CodeKind.UPLOAD: Format(UPPER, (4, 4, 4), timedelta(days=366), is_reprintable=True),
    CodeKind.DOWNLOAD: Format(UPPER, (4, 4, 4), timedelta(days=7)),
}


@dataclass(frozen=True)
class Subject:
    """What a code is issued for: an account, a node or a student, and the place where it stands."""

    id: int
    node_id: int
    tree_path: str


@dataclass(frozen=True)
class Issued:
    """A fresh code; `text` as it is shown, and nowhere else in clear."""

    subject_id: int
    text: str
    expires_at: datetime


@dataclass(frozen=True)
class Redeemed:
    """What a code led to."""

    subject_id: int
    node_id: int
    tree_path: str


class CodeWrong(Invalid):
    """There is no such code."""

    code = "code_wrong"

    def __init__(self) -> None:
        """Say it beside the field."""
        super().__init__({"code": "code_wrong"})


class CodeUsed(Conflict):
    """The code has been redeemed; each works once."""

    code = "code_used"


class CodeExpired(Conflict):
    """The code's time is over."""

    code = "code_expired"


class CodeReplaced(Conflict):
    """A newer code was issued, or the code was taken back."""

    code = "code_replaced"


class CodeJustIssued(Conflict):
    """Somebody else is issuing a code for the same subject at this moment."""

    code = "code_just_issued"


class CodeLocked(TooMany):
    """Too many failed tries from this account, browser or address."""

    code = "code_locked"


def draw(kind: CodeKind) -> str:
    """Draw a code of a kind, by the operating system's generator; without its dashes."""
    made = FORMATS[kind]
    return "".join(secrets.choice(made.alphabet) for _ in range(made.length))


def shown(kind: CodeKind, code: str) -> str:
    """The code in its groups: ABCD-EFGH-JKMN, or abcde-FGHJK for binding codes."""
    parts, start = [], 0
    for size in FORMATS[kind].groups:
        parts.append(code[start : start + size])
        start += size
    return "-".join(parts)


def read(kind: CodeKind, typed: str) -> str | None:
    """The code somebody typed or pasted, or None when it cannot be one.

    Full-width characters, spaces and dashes of any kind do not count; the case counts for binding codes only.
    """
    text = SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    made = FORMATS[kind]
    if made.alphabet == UPPER:
        text = text.upper()
    return text if len(text) == made.length and set(text) <= set(made.alphabet) else None
