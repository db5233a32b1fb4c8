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
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from app.sheets.columns import CellKind, Column
from app.sheets.workbook import Cell, CellError

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
EARLIEST_SERIAL, LATEST_SERIAL = 3654, 73050
"""Excel's numbers of 1910-01-01 and 2099-12-31: a bare number in a column of days may be one of these."""
SERIAL_ORIGIN = date(1899, 12, 30)
LONGEST_TEXT = 500
LARGEST_AMOUNT = 10**12


@dataclass(frozen=True)
class Bad:
    """What is wrong with a cell: one of `CODES`, and facts for the sentence (never a whole certificate number).

    `reason` among the facts says more where the code alone does not: error_cell (text), not_text, not_whole, too_long,
    ambiguous, no_such_day, format, choice (choices), amount, negative, rounded …
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def _bad(code: str, reason: str, **facts: object) -> Bad:
    return Bad(code, {"reason": reason, **facts})


_HALF_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_INVISIBLE = dict.fromkeys((0x00AD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))
_INVISIBLE |= dict.fromkeys(range(0x2066, 0x206A))  # what telephones put around a number that is copied out of them
_UNSEEN = re.compile("[" + "".join(map(chr, _INVISIBLE)) + "]")
_APOSTROPHES = "'’‘`´′＇"
_DOTS = dict.fromkeys((0x2022, 0x2027, 0x22C5, 0x2219, 0x25CF, 0x30FB, 0xFF65, 0xFF0E), "·")
_DASHES: dict[int, int | str] = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFF0D), "-")


def text(cell: Cell) -> str | Bad | None:
    """A text on one line, without spaces at its ends; whole numbers as they are written, without a point."""
    if isinstance(cell, CellError):
        return _bad("other", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return _shown(cell)
    if isinstance(cell, (int, float)):
        return _digits(cell) or _bad("other", "not_whole")
    plain = " ".join(_UNSEEN.sub("", cell or "").split())
    if len(plain) > LONGEST_TEXT:
        return _bad("other", "too_long", limit=LONGEST_TEXT)
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
        return _bad("other", "not_text")
    plain = text(cell)
    if not isinstance(plain, str):
        return plain
    return unicodedata.normalize("NFC", plain.strip(_APOSTROPHES).translate(_DOTS)).strip() or None


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
        return _bad("other", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return _bad("other", "not_text")
    if isinstance(cell, (int, float)):
        return _number_of(cell)
    return _written_number(_closed_up((cell or "").translate(_DASHES)).upper())


def _closed_up(plain: str) -> str:
    """A text in half-width without spaces, apostrophes and what cannot be seen."""
    plain = plain.translate(_HALF_WIDTH).translate(_INVISIBLE)
    return "".join(character for character in plain if character not in _APOSTROPHES and not character.isspace())


def _written_number(plain: str) -> str | Bad | None:
    if _SCIENTIFIC.fullmatch(plain):
        return _bad("id_precision_lost", "scientific")
    if found := _POINT_ZERO.fullmatch(plain):
        return _bad("id_precision_lost", "number") if len(found[1]) > EXACT_DIGITS else found[1]
    if len(plain) > LONGEST_TEXT:
        return _bad("other", "too_long", limit=LONGEST_TEXT)
    return plain or None


def _number_of(number: float) -> str | Bad:
    if not math.isfinite(number) or abs(number) >= 10**EXACT_DIGITS:
        return _bad("id_precision_lost", "number")
    if number < 0 or number != int(number):
        return _bad("other", "not_whole")
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


_DAY = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})(?:[-/.月])([0-9]{1,2})日?(?:[ T][0-9:.]+Z?)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_COMPACT_MONTH = re.compile(r"([0-9]{4})([0-9]{2})")
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")
_SEPARATORS = dict.fromkeys(map(ord, "、,·•~\\"), "/")
_WEEKDAY = re.compile(r"[ (]*(?:星期|周)[一二三四五六日天]\)?$")
_NUMERALS = re.compile("[〇○零一二三四五六七八九十]+")
_DIGIT_OF: Mapping[str, str] = {character: str(number) for number, character in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
}
EARLIEST_YEAR, LATEST_YEAR = 1800, 2199


def day(cell: Cell) -> date | Bad | None:
    """A day, in every shape people write one; a month without a day is its first.

    2015-09-01, 2015/9/1, 2015.9.1, 20150901, 2015年9月1日, 二〇一五年九月一日, 201509, 2015年9月, a day of Excel, and in
    a column of days Excel's bare number of a day. 01/02/03 and 1/9/2015 are refused: nobody can say which is the month.
    """
    if isinstance(cell, CellError):
        return _bad("date", "error_cell", text=cell.text)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (bool, time, timedelta)):
        return _bad("date", "format")
    if isinstance(cell, (int, float)):
        return _day_of_number(cell)
    return _day_of_text(" ".join((cell or "").translate(_HALF_WIDTH | _DASHES).translate(_INVISIBLE).split()))


def _day_of_number(number: float) -> date | Bad | None:
    if not math.isfinite(number) or number < 0:
        return _bad("date", "format")
    if EARLIEST_SERIAL <= number <= LATEST_SERIAL:
        return SERIAL_ORIGIN + timedelta(days=int(number))
    return _day_of_text(str(int(number))) if number == int(number) else _decimal_month(number)


def _decimal_month(number: float) -> date | Bad:
    """2015.9 was typed as September 2015 and taken for a number; 2015.1 may have been October, so it is refused."""
    shown = repr(number)
    whole, _, rest = shown.partition(".")
    if len(whole) == len("2015") and (len(rest) == len("12") or rest in "23456789"):
        return _date(whole, rest, "1")
    return _bad("date", "ambiguous")


def _day_of_text(plain: str) -> date | Bad | None:
    plain = _as_most_write(plain)
    if not plain:
        return None
    close = plain.replace(" ", "") if not re.search(r"[0-9] [0-9]", plain) else plain
    for pattern, places in ((_DAY, (1, 3, 4)), (_COMPACT_DAY, (1, 2, 3))):
        if found := pattern.fullmatch(close):
            return _date(*(found[place] for place in places))
    for pattern in (_MONTH, _COMPACT_MONTH):
        if found := pattern.fullmatch(close):
            return _date(found[1], found[2], "1")
    if _TWO_DIGIT_YEAR.fullmatch(close):
        return _bad("date", "ambiguous")
    return _bad("date", "format")


def _as_most_write(plain: str) -> str:
    """A day with the usual marks between its numbers: 2015、9、1, 2015年9月1号 and 二〇一五年九月一日 become such."""
    plain = _WEEKDAY.sub("", plain.strip(_APOSTROPHES)).translate(_SEPARATORS)
    plain = plain.replace("号", "日").replace("月份", "月").rstrip(".。")
    return _NUMERALS.sub(_arabic, plain) if "年" in plain else plain


def _arabic(found: re.Match[str]) -> str:
    """二〇一五 is 2015, 十二 is 12, 三十 is 30."""
    tens, ten, ones = found[0].partition("十")
    if not ten:
        return "".join(_DIGIT_OF[character] for character in tens)
    return f"{_DIGIT_OF.get(tens, tens) or 1}{_DIGIT_OF.get(ones, ones) or 0}"


def _date(year: str, month: str, day_of_month: str) -> date | Bad:
    try:
        found = date(int(year), int(month), int(day_of_month))
    except ValueError:  # no such day: an answer, not an accident
        return _bad("date", "no_such_day")
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else _bad("date", "no_such_day")


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?")
_COUNTRY = re.compile(r"^(?:\+|00)?86-?(?=1[3-9][0-9])")


def phone(cell: Cell) -> str | Bad | None:
    """A mobile number or a landline with area code; spaces, hyphens of mobiles and +86 are taken away."""
    if isinstance(cell, str) and _MOBILE.fullmatch(cell):
        return cell
    if isinstance(cell, CellError):
        return _bad("phone", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return _bad("phone", "format")
    if isinstance(cell, (int, float)):
        cell = _digits(cell)
    plain = _closed_up((cell or "").translate(_DASHES))
    if not plain:
        return None
    plain = plain.replace("(", "").replace(")", "-") if plain.startswith("(") else plain
    plain = _POINT_ZERO.sub(r"\1", plain)
    mobile = _COUNTRY.sub("", plain).replace("-", "")
    if _MOBILE.fullmatch(mobile):
        return mobile
    return plain if _LANDLINE.fullmatch(plain) else _bad("phone", "format")


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
    return False if word in NO else _bad("other", "yes_no")


def choice(cell: Cell, choices: Mapping[str, str]) -> str | Bad | None:
    """One of a list: `choices` says for each wording (label, code, short form) which value it means."""
    plain = text(cell)
    if not isinstance(plain, str):
        return plain
    meant = {_same(wording): value for wording, value in choices.items()}.get(_same(plain))
    return meant if meant is not None else _bad("other", "choice", choices=tuple(dict.fromkeys(choices)))


def _same(wording: str) -> str:
    return "".join(unicodedata.normalize("NFKC", wording).casefold().split())


_MONEY = re.compile(r"[¥￥]?(-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?)元?")


def amount(cell: Cell) -> int | Bad | None:
    """An amount of money in fen: 380, 380.00, ¥1,234.50, 380元. Parts of a fen and negative amounts are refused."""
    if isinstance(cell, CellError):
        return _bad("other", "error_cell", text=cell.text)
    if isinstance(cell, (bool, date, time, timedelta)):
        return _bad("other", "amount")
    if isinstance(cell, float):
        cell = repr(cell) if math.isfinite(cell) and abs(cell) < LARGEST_AMOUNT else "?"
    plain = "".join(str(cell if cell is not None else "").translate(_HALF_WIDTH).translate(_INVISIBLE).split())
    if not plain:
        return None
    found = _MONEY.fullmatch(plain)
    if not found:
        return _bad("other", "amount")
    return _fen(found[1].replace(",", ""))


def _fen(number: str) -> int | Bad:
    try:
        fen = Decimal(number) * 100
    except InvalidOperation:
        return _bad("other", "amount")
    if fen < 0:
        return _bad("other", "negative")
    if fen != fen.to_integral_value() or fen > LARGEST_AMOUNT:
        return _bad("other", "amount")
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
