"""What a cell means: a text, a name, a number of a certificate, a day, a phone, an amount. Pure.

Each reader takes a cell as it was read and returns its value, None for an empty cell, or `Bad` with a code and facts;
none of them guesses. Whether a certificate number is a good one is judged above (`app.people.certificates`): here only
whether what stands in the cell is still what somebody typed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from app.sheets.cells import APOSTROPHES, DASHES, HALF_WIDTH, INVISIBLE, UNSEEN, Bad, bad
from app.sheets.columns import CellKind, Column
from app.sheets.days import day
from app.sheets.workbook import Cell, CellError

__all__ = ["CODES", "Bad", "Value", "amount", "choice", "day", "identity", "name", "phone", "readers", "text", "value"]
__all__ += ["ends_rounded", "rounded", "yes_no"]

CODES = frozenset(
    {
        "id_check_digit",
        "id_date",
        "id_precision_lost",
        "id_sex_mismatch",
        "duplicate_in_file",
        "missing_name",
        "missing_class",
        "unknown_class",
        "phone",
        "date",
        "certificate_type",
        "other",
    }
)
"""The codes a row of any list can be refused with; `other` has a reason in its facts."""

EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; the rest it has replaced by zeros before we see it."""
LONGEST_TEXT = 500
LARGEST_AMOUNT = 10**12


def text(cell: Cell) -> str | Bad | None:
    """A text on one line, without spaces at its ends; whole numbers as they are written, without a point."""
    if isinstance(cell, CellError):
        return bad("other", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return _shown(cell)
    if isinstance(cell, (int, float)):
        return _digits(cell) or bad("other", "not_whole")
    plain = " ".join(UNSEEN.sub("", cell or "").split())
    if len(plain) > LONGEST_TEXT:
        return bad("other", "too_long", limit=LONGEST_TEXT)
    return plain or None


def _shown(cell: bool | date | time | timedelta) -> str:  # noqa: FBT001  a cell of any sort
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat().replace("T", " ")


def _digits(number: float) -> str:
    """A number as it would be typed: 380, 380.5; empty for what is no number."""
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 10**EXACT_DIGITS else repr(number)


def name(cell: Cell) -> str | Bad | None:
    """A person's name: trimmed, composed, one kind of middle dot between letters; rare characters stay as they are."""
    if isinstance(cell, str) and _PLAIN_NAME.fullmatch(cell):
        return cell
    if isinstance(cell, (bool, int, float, date, time, timedelta)):
        return bad("other", "not_text")
    plain = text(cell)
    if not isinstance(plain, str):
        return plain
    return unicodedata.normalize("NFC", plain.strip(APOSTROPHES).translate(_DOTS)).strip() or None


_DOTS = dict.fromkeys((0x2022, 0x2027, 0x22C5, 0x2219, 0x25CF, 0x30FB, 0xFF65, 0xFF0E), "·")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,60}")
"""Names as nearly all are: nothing of them has to be written otherwise."""
_PLAIN_NUMBER = re.compile(r"[0-9]+[Xx]?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?E\+?[0-9]+")
_POINT_ZERO = re.compile(r"([0-9]+)\.0*")


def identity(cell: Cell) -> str | Bad | None:
    """The number of a certificate: half-width, without spaces and apostrophes, letters in upper case.

    Refused with id_precision_lost, never guessed: a number cell of 16 digits or more (Excel keeps 15, and what it put
    in their place may even have a fitting check digit), and text that shows such a number (3.60102E+17).
    """
    if isinstance(cell, str) and len(cell) <= LONGEST_TEXT and _PLAIN_NUMBER.fullmatch(cell):
        return cell.upper()
    if isinstance(cell, CellError):
        return bad("other", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return bad("other", "not_text")
    if isinstance(cell, (int, float)):
        return _number_of(cell)
    return _written_number(_closed_up((cell or "").translate(DASHES)).upper())


def _closed_up(plain: str) -> str:
    """A text in half-width without spaces, apostrophes and what cannot be seen."""
    plain = plain.translate(HALF_WIDTH).translate(INVISIBLE)
    return "".join(character for character in plain if character not in APOSTROPHES and not character.isspace())


def _written_number(plain: str) -> str | Bad | None:
    if _SCIENTIFIC.fullmatch(plain):
        return bad("id_precision_lost", "scientific")
    if found := _POINT_ZERO.fullmatch(plain):
        return bad("id_precision_lost", "number") if len(found[1]) > EXACT_DIGITS else found[1]
    if len(plain) > LONGEST_TEXT:
        return bad("other", "too_long", limit=LONGEST_TEXT)
    return plain or None


def _number_of(number: float) -> str | Bad:
    if not math.isfinite(number) or abs(number) >= 10**EXACT_DIGITS:
        return bad("id_precision_lost", "number")
    if number < 0 or number != int(number):
        return bad("other", "not_whole")
    return str(int(number))


def rounded(numbers: Iterable[str]) -> bool:
    """Whether a column of certificate numbers looks as if Excel had rounded it before it was saved as text.

    Of true 18-digit numbers one in 1,100 ends in 000; where two or more, and over one in fifty, do, the file was
    saved from rounded numbers, and those that end so are refused although a check digit may fit by chance.
    """
    long = [number for number in numbers if len(number) == len("360101201509011015")]
    ending = sum(ends_rounded(number) for number in long)
    return ending >= 2 and ending * 50 > len(long)  # noqa: PLR2004  the rule above


def ends_rounded(number: str) -> bool:
    """Whether a number ends as an 18-digit number ends that Excel has rounded to 15 digits."""
    return len(number) == len("360101201509011015") and number.isdigit() and number.endswith("000")


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?")
_COUNTRY = re.compile(r"^(?:\+|00)?86-?(?=1[3-9][0-9])")


def phone(cell: Cell) -> str | Bad | None:
    """A mobile number or a landline with area code; spaces, hyphens of mobiles and +86 are taken away."""
    if isinstance(cell, str) and _MOBILE.fullmatch(cell):
        return cell
    if isinstance(cell, CellError):
        return bad("phone", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return bad("phone", "format")
    if isinstance(cell, (int, float)):
        cell = _digits(cell)
    plain = _closed_up((cell or "").translate(DASHES))
    if not plain:
        return None
    plain = plain.replace("(", "").replace(")", "-") if plain.startswith("(") else plain
    plain = _POINT_ZERO.sub(r"\1", plain)
    mobile = _COUNTRY.sub("", plain).replace("-", "")
    if _MOBILE.fullmatch(mobile):
        return mobile
    return plain if _LANDLINE.fullmatch(plain) else bad("phone", "format")


YES = frozenset({"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1", "需要", "参加", "参保"})
NO = frozenset({"否", "无", "不是", "没有", "×", "✗", "✘", "n", "no", "false", "0", "不需要", "不参加", "不参保"})


def yes_no(cell: Cell) -> bool | Bad | None:
    """Yes or no: 是/否, 有/无, √/×, Y/N, 1/0, TRUE/FALSE."""
    if isinstance(cell, bool):
        return cell
    plain = text(cell)
    if not isinstance(plain, str):
        return plain
    word = unicodedata.normalize("NFKC", plain).casefold()
    if word in YES:
        return True
    return False if word in NO else bad("other", "yes_no")


def choice(cell: Cell, choices: Mapping[str, str]) -> str | Bad | None:
    """One of a list: `choices` says for each wording (label, code, short form) which value it means."""
    plain = text(cell)
    if not isinstance(plain, str):
        return plain
    meant = {_same(wording): value for wording, value in choices.items()}.get(_same(plain))
    return meant if meant is not None else bad("other", "choice", choices=tuple(dict.fromkeys(choices)))


def _same(wording: str) -> str:
    return "".join(unicodedata.normalize("NFKC", wording).casefold().split())


_MONEY = re.compile(r"[¥￥]?(-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?)元?")


def amount(cell: Cell) -> int | Bad | None:
    """An amount of money in fen: 380, 380.00, ¥1,234.50, 380元. Parts of a fen and negative amounts are refused."""
    if isinstance(cell, CellError):
        return bad("other", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return bad("other", "amount")
    if isinstance(cell, float):
        cell = repr(cell) if math.isfinite(cell) and abs(cell) < LARGEST_AMOUNT else "?"
    plain = "".join(str(cell if cell is not None else "").translate(HALF_WIDTH).translate(INVISIBLE).split())
    if not plain:
        return None
    found = _MONEY.fullmatch(plain)
    if not found:
        return bad("other", "amount")
    return _fen(found[1].replace(",", ""))


def _fen(number: str) -> int | Bad:
    try:
        fen = Decimal(number) * 100
    except InvalidOperation:
        return bad("other", "amount")
    if fen < 0:
        return bad("other", "negative")
    if fen != fen.to_integral_value() or fen > LARGEST_AMOUNT:
        return bad("other", "amount")
    return int(fen)


Value = str | int | bool | date | None
_READERS: Mapping[CellKind, Callable[[Cell], Value | Bad]] = {
    CellKind.TEXT: text,
    CellKind.NAME: name,
    CellKind.IDENTITY: identity,
    CellKind.DATE: day,
    CellKind.PHONE: phone,
    CellKind.YES_NO: yes_no,
    CellKind.AMOUNT: amount,
    CellKind.CLASS_NAME: text,
    CellKind.CHOICE: text,
}


def value(column: Column, cell: Cell) -> Value | Bad:
    """What a cell of a column means by the column's kind; a choice as its text (what it stands for, `choice` says)."""
    return _READERS[column.kind](cell)


_ALL_DIFFERENT = frozenset({CellKind.NAME, CellKind.IDENTITY, CellKind.PHONE})
REMEMBERED = 4096
"""Different cells of a column that are remembered; a school has fewer classes, and fewer birthdays, than that."""


def readers(columns: Iterable[Column]) -> dict[str, Callable[[Cell], Value | Bad]]:
    """By the key of the column what `value` does, for one file: cells that come again are worked out once.

    Whoever reads a file asks for readers of its own, so that nothing of one file is kept for the next.
    """
    # `typed`: 1, 1.0 and TRUE are one key of a dictionary, and three different cells
    remember = lru_cache(maxsize=REMEMBERED, typed=True)
    return {
        column.key: _READERS[column.kind] if column.kind in _ALL_DIFFERENT else remember(_READERS[column.kind])
        for column in columns
    }
