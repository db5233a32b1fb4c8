"""What a row of a file says about a student's hardship, and how that stands to what is on file. Pure.

An extra file beside `roster.py`: the list of recognitions and the student list both hold these columns. A cell that is
empty says nothing. Days in files are the last day covered, as people write them; ours are the first not covered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from app.sheets.rules import Verdict
from app.sheets.values import Bad
from app.sheets.values import day as day_of
from app.sheets.workbook import Cell
from app.students.rules import NewHardship, judge_hardship, meets
from app.students.words import CATEGORY_NAMES, NO_HARDSHIP, category_of, level_of, names_several

DAY = timedelta(days=1)
_MONTH_ALONE = re.compile(r"[0-9]{4}[-/.年]?(?:0?[1-9]|1[0-2])月?")
_YEARS = re.compile(r"([0-9]{4})\s*(?:学?年)?[-–—~至到/]+([0-9]{4})(?:学?年度?|学年度?)?")
Say = Callable[..., None]
"""Notes what is wrong: column, code, facts."""


@dataclass(frozen=True)
class Claim:
    """A hardship as a row states it; what is None the row does not say."""

    category: str
    level: str | None = None
    since_on: date | None = None
    until_on: date | None = None
    evidence_number: str | None = None
    recognised_by: str | None = None


@dataclass(frozen=True)
class Settled:
    """What a claim would do: a new recognition, one on file changed or left as it is, or why it cannot be.

    `hardship` is what is written, `of` the id of the one on file it is about.
    """

    verdict: Verdict
    hardship: NewHardship | None = None
    of: int | None = None
    column: str = ""
    problem: str = ""
    facts: Mapping[str, Any] | None = None


def last_day(cell: Cell) -> date | Bad | None:
    """The last day a cell means: of a month without a day its last, for so people write 2027年8月."""
    found = day_of(cell)
    if isinstance(found, date) and _is_month(cell):
        return (found.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    return found


def _is_month(cell: Cell) -> bool:
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return False
    text = str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell)
    return bool(_MONTH_ALONE.fullmatch("".join(unicodedata.normalize("NFKC", text).split())))


def school_year(text: str) -> tuple[date, date] | None:
    """The first and the last day of an academic year (2026-2027学年), or None where the text names none."""
    found = _YEARS.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or int(found[2]) != int(found[1]) + 1:
        return None
    return date(int(found[1]), 9, 1), date(int(found[2]), 8, 31)


def claim_of(given: Mapping[str, Any], explained: Mapping[str, str], say: Say) -> Claim | None:
    """The hardship that the cells of a row claim; None where they claim none, or none that can be understood.

    Reads category, level, academic_year, since_on, until_on, evidence_number, recognised_by of `given`. What a person
    has explained of a category counts first.
    """
    text = str(given.get("category") or "").strip()
    if text.casefold() in NO_HARDSHIP:
        return None
    category = explained.get(text) or category_of(text)
    if category is None:
        say("category", "category_several" if names_several(text) else "category_unknown", text=text)
        return None
    level_text = str(given.get("level") or "")
    level = level_of(level_text) if level_text else None
    if level_text and level is None:
        say("level", "level_unknown", text=level_text)
        return None
    period = _period(given, say)
    if period is None:
        return None
    return Claim(category, level, *period, given.get("evidence_number"), given.get("recognised_by"))


IS_OF: Mapping[str, str] = {
    "is_poverty": "poverty",
    "is_low_income": "low_income",
    "is_extreme_poverty": "extreme_poverty",
    "is_orphan": "orphan",
    "is_disabled": "disabled_student",
    "is_martyr_child": "martyr_child",
}
"""Columns of yes and no in student lists, and the category each asks for: 是否建档立卡, 是否低保 …"""
ANY = "is_hardship"
"""是否贫困生: yes names no category."""


def claims_of(given: Mapping[str, Any], say: Say) -> tuple[Claim, ...]:
    """The hardships that a row of a student list claims: by its category, or by columns of yes and no."""
    texts = [given["category"]] if given.get("category") else []
    texts += [CATEGORY_NAMES[category] for column, category in IS_OF.items() if given.get(column) is True]
    if not texts and given.get(ANY) is True:
        say(ANY, "hardship_without_category")
    found = [claim_of({**given, "category": text}, {}, say) for text in texts]
    return tuple({claim.category: claim for claim in found if claim is not None}.values())


def _period(given: Mapping[str, Any], say: Say) -> tuple[date | None, date | None] | None:
    """Beginning and first day after the end; the academic year says what the columns of days do not."""
    since, last = given.get("since_on"), given.get("until_on")
    if (text := given.get("academic_year")) and (since is None or last is None):
        year = school_year(str(text))
        if year is None:
            say("academic_year", "academic_year_shape", text=str(text))
            return None
        since, last = since or year[0], last or year[1]
    if since and last and last < since:
        say("until_on", "period_upside_down")
        return None
    return since, last + DAY if last else None


def settle(claim: Claim, known: Mapping[int, NewHardship], today: date) -> Settled:
    """Compare a claim with the recognitions of the student that count (by id).

    One that began on the same day is meant; without a day, the only one of the category that has not ended. Any other
    that shares a day with the claim refuses it.
    """
    same = {number: one for number, one in known.items() if one.category == claim.category}
    if claim.since_on is None:
        running = [number for number, one in same.items() if one.until_on is None or one.until_on > today]
        if len(running) != 1:
            return Settled(Verdict.BAD, column="since_on", problem="hardship_since_missing")
        meant: int | None = running[0]
    else:
        meant = next((number for number, one in same.items() if one.since_on == claim.since_on), None)
    if meant is None:
        return _new(claim, list(same.values()))
    return _merged(claim, meant, same)


def _new(claim: Claim, others: Sequence[NewHardship]) -> Settled:
    if claim.level is None or claim.since_on is None:
        return Settled(Verdict.BAD, column="level", problem="hardship_level_missing")
    new = NewHardship(
        claim.category, claim.level, claim.since_on, claim.until_on, claim.evidence_number, claim.recognised_by
    )
    return _wrong(new, others) or Settled(Verdict.NEW, new)


def _merged(claim: Claim, meant: int, same: Mapping[int, NewHardship]) -> Settled:
    now = same[meant]
    said = {name: value for name, value in vars(claim).items() if value is not None}
    new = replace(now, **said)
    if new == now:
        return Settled(Verdict.UNCHANGED, new, meant)
    others = [one for number, one in same.items() if number != meant]
    return _wrong(new, others) or Settled(Verdict.CHANGED, new, meant)


def _wrong(new: NewHardship, others: Sequence[NewHardship]) -> Settled | None:
    for column, code in judge_hardship(new).items():
        return Settled(Verdict.BAD, column=column, problem=code)
    met = next((other for other in others if meets(new, [other])), None)
    if met is None:
        return None
    facts = {"period": shown_period(met)}
    return Settled(Verdict.BAD, column="since_on", problem="hardship_met", facts=facts)


def shown_period(hardship: NewHardship) -> str:
    """A period as files write it, its last day included: 2026-09-01 – 2027-08-31; open at the end without one."""
    last = (hardship.until_on - DAY).isoformat() if hardship.until_on else ""
    return f"{hardship.since_on.isoformat()} – {last}".rstrip()
