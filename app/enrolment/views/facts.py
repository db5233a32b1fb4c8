"""What pages of applications show of the student, of money and of the past."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.access.permissions import Permission
from app.changes.models import ChangeRecord
from app.enrolment import queries
from app.enrolment.rules import in_china
from app.orgs.labels import KINDS
from app.orgs.models import Kind
from app.records.labels import CHANGES, doer, field_label, shown
from app.students import records
from app.students.labels import FIELDS
from app.students.labels import shown as student_value
from app.web.request import actor, backstage, reading

FIRST = ("student_number", "name", "certificate_type", "number", "sex", "ethnicity", "birth_date")
LAST = ("entry_date", "expected_graduation_date")
PLACES = (Kind.SCHOOL, Kind.COLLEGE, Kind.FACULTY, Kind.MAJOR, Kind.GRADE, Kind.CLASS)


def own_facts(student_id: int) -> list[dict[str, Any]]:
    """The record behind an application, read only (UM-02): numbers masked, the places it stands in by their kind."""
    keyring = backstage().keyring
    record = records.record_of(reading(), actor(), Permission.STUDENT_READ, student_id=student_id, keyring=keyring)
    values = records.values_of(record)
    places = queries.lineage(reading(), record.tree_path)
    return [
        *({"label": FIELDS[field], "value": student_value(field, values[field])} for field in FIRST),
        *({"label": KINDS[kind], "value": name} for kind, name in places if kind in PLACES),
        *({"label": FIELDS[field], "value": student_value(field, values[field])} for field in LAST),
    ]


def history_lines(changes: Iterable[ChangeRecord]) -> list[dict[str, Any]]:
    """What happened to an application, the latest first: when, what, who, which fields, why."""
    return [
        {
            "at": change.at,
            "when": in_china(change.at),
            "title": CHANGES.get(change.kind, change.kind),
            "who": doer(change.actor_name),
            "reason": change.reason,
            "fields": [(field_label(name), *_both(change, name)) for name in change.after or {}],
        }
        for change in changes
    ]


def _both(change: ChangeRecord, name: str) -> tuple[str, str]:
    """A field before and after, in words."""
    before, after = ((side or {}).get(name) for side in (change.before, change.after))
    return shown("enrolment", name, before, {}), shown("enrolment", name, after, {})


def money(fen: int) -> str:
    """An amount in fen as people write it: 380元, 126.50元 (¥ in front)."""
    yuan, rest = divmod(fen, 100)
    return f"¥{yuan:,}.{rest:02}" if rest else f"¥{yuan:,}"
