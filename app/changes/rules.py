"""The kinds of changes users read about (异动记录). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ChangeKind(StrEnum):
    """异动类型 (spec/domain.md §6)."""

    STUDENT_CREATED = "student_created"
    STUDENT_CORRECTED = "student_corrected"
    CLASS_TRANSFER = "class_transfer"
    STUDENT_CLOSED = "student_closed"
    STUDY_LEAVE = "study_leave"
    STUDY_RESUMED = "study_resumed"
    PLACE_KEPT = "place_kept"
    STUDENT_REOPENED = "student_reopened"
    STUDENT_READMITTED = "student_readmitted"
    NODE_CREATED = "node_created"
    NODE_RENAMED = "node_renamed"
    NODE_MOVED = "node_moved"
    NODE_MERGED = "node_merged"
    NODE_CLOSED = "node_closed"
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CORRECTED = "account_corrected"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_RESET = "account_reset"
    CODE_ISSUED = "code_issued"
    ACCOUNT_DEREGISTERED = "account_deregistered"
    GRANTED = "granted"
    GRANT_ENDED = "grant_ended"
    DEPARTMENT_CHANGED = "department_changed"
    HARDSHIP_CHANGED = "hardship_changed"
    ENROLMENT_SAVED = "enrolment_saved"
    ENROLMENT_SUBMITTED = "enrolment_submitted"
    ENROLMENT_WITHDRAWN = "enrolment_withdrawn"
    ENROLMENT_APPROVED = "enrolment_approved"
    ENROLMENT_REJECTED = "enrolment_rejected"
    ENROLMENT_ENTERED = "enrolment_entered"
    ENROLMENT_CORRECTED = "enrolment_corrected"
    ENROLMENT_STOPPED = "enrolment_stopped"
    ENROLMENT_RESUMED = "enrolment_resumed"
    IMPORT_UNDONE = "import_undone"


@dataclass(frozen=True)
class Change:
    """One change to be recorded: at which node, about what, before and after in field names and masked values."""

    kind: ChangeKind
    node_id: int
    tree_path: str
    subject: str
    subject_id: int
    subject_name: str
    person_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None
    source: str = "screen"


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the fields that differ, before and after."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
