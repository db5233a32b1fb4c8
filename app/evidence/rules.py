"""Which files may prove something, judged by what is in them and never by their names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import TooMany
from app.evidence.pictures import PNG_START, Damaged, TooManyPixels, clean_jpeg, clean_png

MOST_FILES = 3
LARGEST = 10 << 20
"""Bytes of one file (10 MB)."""
DRAFT, KEPT = "evidence_draft", "evidence"
"""The purposes of files: sent and not yet attached, attached to a record."""
DRAFT_LIFE = timedelta(days=1)
KEPT_LIFE = timedelta(days=730)
"""Two years: the autumn of applying, the year of cover, and the time in which costs of that year are settled."""
MOST_A_DAY = 60
"""Files one account may send in 24 hours."""
LONGEST_NAME = 80
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
PICTURES = frozenset({JPEG, PNG})
PDF_START, PDF_END, TAIL = b"%PDF-", b"%%EOF", 2048
ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
APPLE = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})
"""What a file of Apple's or Google's newer picture kinds says at its beginning."""
DIGITS = re.compile(r"\d{11,}[Xx]?")


@dataclass(frozen=True)
class Sent:
    """A file as it was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Fit:
    """A file as it is kept: a name to show, its kind by its contents, and clean contents."""

    name: str
    media_type: str
    data: bytes


class Unfit(ValueError):
    """A file that cannot prove anything; `code` has a sentence that says how to put it right."""

    def __init__(self, code: str) -> None:
        """Keep the code: evidence_empty, _large, _apple, _kind, _damaged, _pixels, _locked, _active, _many."""
        super().__init__(code)
        self.code = code


class SentTooMuch(TooMany):
    """One account sent more files in a day than anybody needs to."""

    code = "evidence_too_much"


def judged(sent: Sent) -> Fit:
    """A sent file as it is kept, or `Unfit`."""
    name = shown_name(sent.name)
    if not sent.data:
        raise Unfit("evidence_empty")
    if len(sent.data) > LARGEST:
        raise Unfit("evidence_large")
    if sent.data.startswith(b"\xff\xd8\xff"):
        return Fit(name, JPEG, _picture(clean_jpeg, sent.data))
    if sent.data.startswith(PNG_START):
        return Fit(name, PNG, _picture(clean_png, sent.data))
    if sent.data.startswith(PDF_START):
        return Fit(name, PDF, _document(sent.data))
    raise Unfit("evidence_apple" if sent.data[4:8] == b"ftyp" and sent.data[8:12] in APPLE else "evidence_kind")


def shown_name(name: str) -> str:
    """A file's name as it may be shown: one line, no signs that turn text around, long numbers left out."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in last if sign.isprintable())
    return DIGITS.sub("…", " ".join(plain.split()))[:LONGEST_NAME].strip() or "?"


def _picture(clean: Callable[[bytes], bytes], data: bytes) -> bytes:
    try:
        return clean(data)
    except Damaged as error:
        raise Unfit("evidence_damaged") from error
    except TooManyPixels as error:
        raise Unfit("evidence_pixels") from error


def _document(data: bytes) -> bytes:
    """A PDF that is whole, opens without a password and does nothing by itself, as far as its plain parts say."""
    if PDF_END not in data[-TAIL:]:
        raise Unfit("evidence_damaged")
    if b"/Encrypt" in data:
        raise Unfit("evidence_locked")
    if any(word in data for word in ACTIVE):
        raise Unfit("evidence_active")
    return data
