"""The words an enrolment is kept in. An extra file: tables and life cycle, which cannot see each other, need them."""

from __future__ import annotations

from enum import StrEnum


class EnrolmentState(StrEnum):
    """参保状态 (spec/domain.md §3.2)."""

    UNREGISTERED = "unregistered"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    INSURED = "insured"
    WAIVED = "waived"
    STOPPED = "stopped"


class Tally(StrEnum):
    """The five figures a counted row falls under."""

    INSURED = "insured"
    WAIVED = "waived"
    PENDING = "pending"
    UNREGISTERED = "unregistered"
    STOPPED = "stopped"


class Source(StrEnum):
    """Where a decision came from."""

    ROLL = "roll"
    STUDENT = "student"
    COUNSELLOR = "counsellor"
    IMPORT = "import"
    RENEWAL = "renewal"


class WaiverReason(StrEnum):
    """不参保原因 (spec/domain.md §3.2)."""

    HOMETOWN_RESIDENT = "hometown_resident"
    EMPLOYEE = "employee"
    DEPENDENT_SCHEME = "dependent_scheme"
    AID_REGISTERED = "aid_registered"
    MILITARY = "military"
    LEAVING = "leaving"
    FOREIGN = "foreign"
    REFUSE = "refuse"
    OTHER = "other"


class Choice(StrEnum):
    """参保 or 不参保."""

    INSURE = "insure"
    WAIVE = "waive"
