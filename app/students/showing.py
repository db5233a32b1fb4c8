"""A judged row of a student list as the preview shows it, its secrets masked. An extra file beside `labels.py`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.crypto import Keyring
from app.people.certificates import mask_number
from app.people.country_words import COUNTRY_NAMES
from app.people.detail_words import HEALTH_NAMES, HOUSEHOLD_NAMES, OVERSEAS_NAMES, POLITICAL_NAMES
from app.people.details import mask_status_number
from app.people.rules import mask_address, mask_phone
from app.people.services import HOUSEHOLD_PLACE_AT, NUMBER_AT, SOCIAL_CARD_AT, STATUS_NUMBER_AT
from app.people.words import CERTIFICATE_NAMES, ETHNIC_NAMES
from app.sheets.kinds import Line
from app.sheets.models import ImportRow
from app.students.claims import DAY
from app.students.models import ADDRESS_AT, PHONE_AT
from app.students.words import CATEGORY_NAMES, ENTRY_MODE_NAMES, LEFT_BEHIND_NAMES, LEVEL_NAMES

SECRETS = {
    # column: (what it is sealed in, where it is sealed, whose seal, how it is masked)
    "certificate_number": ("number_sealed", NUMBER_AT, "person_sealed_as", mask_number),
    "phone": ("phone_sealed", PHONE_AT, "sealed_as", mask_phone),
    "status_number": ("status_number_sealed", STATUS_NUMBER_AT, "person_sealed_as", mask_status_number),
    "social_card_number": ("social_card_sealed", SOCIAL_CARD_AT, "person_sealed_as", mask_number),
    "household_place": ("household_place_sealed", HOUSEHOLD_PLACE_AT, "person_sealed_as", mask_address),
    "address": ("address_sealed", ADDRESS_AT, "sealed_as", mask_address),
}
RECOGNITION = ("category", "level", "since_on", "until_on", "evidence_number", "recognised_by")
WRITTEN: Mapping[str, Mapping[str, str]] = {
    "category": CATEGORY_NAMES,
    "level": LEVEL_NAMES,
    "certificate_type": CERTIFICATE_NAMES,
    "sex": {"0": "未知", "1": "男", "2": "女", "9": "未说明"},
    "ethnicity": {f"{number:02}": f"{name}族" for number, name in enumerate(ETHNIC_NAMES, 1)},
    "boarding": {"1": "走读", "2": "住校"},
    "entry_mode": ENTRY_MODE_NAMES,
    "left_behind": LEFT_BEHIND_NAMES,
    "overseas_status": OVERSEAS_NAMES,
    "household_type": HOUSEHOLD_NAMES,
    "political_status": POLITICAL_NAMES,
    "health": HEALTH_NAMES,
    "nationality": COUNTRY_NAMES,
}
"""The words that files have for the codes of a column."""
FACTS = ("student_number", "class_name", "certificate_number")


def line_of(row: ImportRow, keyring: Keyring) -> Line:
    """The name, a few facts, and what changes from what to what, by column."""
    data = row.data
    facts = {column: _value(column, data, keyring) for column in FACTS}
    changes = [
        (column, _before(column, before, data, keyring), _value(column, data, keyring))
        for column, before in (row.before or {}).items()
    ]
    return Line(str(data.get("name") or ""), facts, changes)


def _value(column: str, data: Mapping[str, Any], keyring: Keyring) -> str:
    if column not in SECRETS:
        return _written(column, data.get(column))
    return _masked(column, data.get(SECRETS[column][0]), data, keyring)


def _before(column: str, before: object, data: Mapping[str, Any], keyring: Keyring) -> str:
    return _masked(column, before["sealed"], data, keyring) if isinstance(before, dict) else _written(column, before)


def _masked(column: str, sealed: str | None, data: Mapping[str, Any], keyring: Keyring) -> str:
    if not sealed:
        return ""
    _, place, whose, mask = SECRETS[column]
    return mask(keyring.open(bytes.fromhex(sealed.removeprefix("\\x")), place, uuid.UUID(data[whose])))


def _written(column: str, value: object) -> str:
    """A value in the words that files have for it."""
    text = _text(value)
    return WRITTEN.get(column, {}).get(text, text)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def recognition_line(row: ImportRow) -> Line:
    """A row of a list of recognitions: whose, of which class, which category from when to when; and what changes."""
    data = row.data
    facts = {column: _shown(column, data) for column in ("student_number", "class_name", *RECOGNITION)}
    before = row.before or {}
    changes = [(column, _shown(column, before), _shown(column, data)) for column in RECOGNITION if column in before]
    return Line(str(data.get("name") or ""), facts, changes)


def _shown(column: str, values: Mapping[str, Any]) -> str:
    """A value as the file writes it: words for codes, and of a period the last day it covers."""
    value = _text(values.get(column))
    if column == "until_on" and value:
        return (date.fromisoformat(value) - DAY).isoformat()
    return _written(column, value)
