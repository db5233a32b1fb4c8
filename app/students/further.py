"""The further columns of a student list: 学籍号, household, political status, health, way of entry. Pure.

An extra file beside `roster.py`. These never stop a student: what cannot be understood is left out with a remark. Only
a 学籍号 that contradicts itself or the certificate makes the row bad, for one of the two numbers is wrong then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from app.people.country_words import COUNTRY_WORDS
from app.people.detail_words import HEALTH_WORDS, HOUSEHOLD_WORDS, OVERSEAS_WORDS, POLITICAL_WORDS
from app.people.details import NOTHING, Details, StatusNumberProblem, judge_details
from app.people.words import code_of
from app.students.entry import Entry
from app.students.words import ENTRY_MODE_WORDS, LEFT_BEHIND_WORDS

OF_PERSON: Mapping[str, Mapping[str, str]] = {
    "status_number": {},
    "social_card_number": {},
    "overseas_status": OVERSEAS_WORDS,
    "household_type": HOUSEHOLD_WORDS,
    "political_status": POLITICAL_WORDS,
    "health": HEALTH_WORDS,
    "nationality": COUNTRY_WORDS,
    "household_place": {},
}
"""Columns of the person, and what their words stand for."""
OF_STAY: Mapping[str, Mapping[str, str]] = {
    "secondary_status_number": {},
    "entry_mode": ENTRY_MODE_WORDS,
    "left_behind": LEFT_BEHIND_WORDS,
}
"""Columns of the time at the school."""
FURTHER = {**OF_PERSON, **OF_STAY}
CONTRADICTIONS = frozenset(StatusNumberProblem) - {StatusNumberProblem.FORMAT}


def choose_further(entry: Entry) -> None:
    """Turn the words of the further columns into codes; a word that stands for nothing is left out with a remark."""
    for column in FURTHER.keys() & entry.given.keys():
        words, text = FURTHER[column], str(entry.given[column])
        code = code_of(words, text) if words else text
        if code is None:
            entry.given.pop(column)
            entry.odd(column, "word_left_out", text=text)
        else:
            entry.given[column] = code


def judge_further(entry: Entry, today: date) -> None:
    """Judge the person's further fields; `details` holds what is said and good."""
    given = {column: entry.given[column] for column in OF_PERSON if column in entry.given}
    if not given:
        return
    details, problems = judge_details(replace(NOTHING, **given), entry.identity, today)
    for column, code in problems.items():
        if code in CONTRADICTIONS:
            entry.wrong(column, code)
        else:
            entry.odd(column, code)
    entry.details = replace(details, **dict.fromkeys(problems, None)) if problems else details


def said(details: Details | None) -> Mapping[str, str]:
    """The fields that a row says, by name."""
    return {name: value for name, value in vars(details).items() if value is not None} if details else {}
