"""What a cell of days means, in every shape people write one. Pure. An extra file of `values`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from app.sheets.cells import APOSTROPHES, DASHES, HALF_WIDTH, INVISIBLE, Bad, bad
from app.sheets.workbook import Cell, CellError

EARLIEST_SERIAL, LATEST_SERIAL = 3654, 73050
"""Excel's numbers of 1910-01-01 and 2099-12-31: a bare number in a column of days may be one of these."""
SERIAL_ORIGIN = date(1899, 12, 30)
DAYS_TO_1904 = 1462
"""So many days later do workbooks begin to count whose first day is 1 January 1904."""
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

    2015-09-01, 2015/9/1, 2015.9.1, 20150901, 2015年9月1日, 二〇一五年九月一日, 201509, 2015年9月, a day of Excel,
    and Excel's bare number of a day. 01/02/03 and 1/9/2015 are refused: nobody can say which is the month.
    """
    if isinstance(cell, CellError):
        return bad("date", "error_cell", text=cell.text)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (bool, time, timedelta)):
        return bad("date", "format")
    if isinstance(cell, (int, float)):
        return _day_of_number(cell)
    return _day_of_text(" ".join((cell or "").translate(HALF_WIDTH | DASHES).translate(INVISIBLE).split()))


def _day_of_number(number: float) -> date | Bad | None:
    if not math.isfinite(number) or number < 0:
        return bad("date", "format")
    if EARLIEST_SERIAL <= number <= LATEST_SERIAL:
        return SERIAL_ORIGIN + timedelta(days=int(number))
    return _day_of_text(str(int(number))) if number == int(number) else _decimal_month(number)


def counted_from_1904(cell: Cell) -> Cell:
    """The day of a bare number that counts from 1904; every other cell as it is."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        serial = cell + DAYS_TO_1904
        if EARLIEST_SERIAL <= serial <= LATEST_SERIAL:
            return SERIAL_ORIGIN + timedelta(days=int(serial))
    return cell


def _decimal_month(number: float) -> date | Bad:
    """2015.9 was typed as September 2015 and taken for a number; 2015.1 may have been October, so it is refused."""
    shown = repr(number)
    whole, _, rest = shown.partition(".")
    if len(whole) == len("2015") and (len(rest) == len("12") or rest in "23456789"):
        return _date(whole, rest, "1")
    return bad("date", "ambiguous")


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
        return bad("date", "ambiguous")
    return bad("date", "format")


def _as_most_write(plain: str) -> str:
    """A day with the usual marks between its numbers: 2015、9、1, 2015年9月1号 and 二〇一五年九月一日 become such."""
    plain = _WEEKDAY.sub("", plain.strip(APOSTROPHES)).translate(_SEPARATORS)
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
        return bad("date", "no_such_day")
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else bad("date", "no_such_day")
