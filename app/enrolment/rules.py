"""What an application must say, when it may be acted upon, and what an act on many answers. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.access.actor import Actor
from app.core.errors import Conflict
from app.enrolment.states import Choice, WaiverReason
from app.plans.states import WaiverProof

SHORTEST_TEXT, LONGEST_TEXT = 2, 200
SUPERUSER_LEVEL = 0
SCHOOL_LEVEL = 5
"""Roles of this level and below work inside one school (spec/roles.md)."""
SHANGHAI = ZoneInfo("Asia/Shanghai")
DECLARATION = 1
"""The wording of the 不参保声明 in force (`labels.DECLARATIONS`); a new wording is a new number, old ones stay."""
PROVABLE = frozenset(
    {
        WaiverReason.HOMETOWN_RESIDENT,
        WaiverReason.EMPLOYEE,
        WaiverReason.DEPENDENT_SCHEME,
        WaiverReason.AID_REGISTERED,
        WaiverReason.MILITARY,
        WaiverReason.FOREIGN,
    }
)
"""The reasons that some paper or screenshot shows: insured, or cared for, elsewhere."""
POSTGRADUATE_STAGES = frozenset({"master", "doctor"})
"""Whose basic record must be complete before they apply (UM-03)."""


@dataclass(frozen=True)
class Decision:
    """What somebody decided, as an import or a demo brings it: the state reached, the choice and the reason.

    `coverage_option_id` names the months (else the plan's first), `version` the row as it was when it was looked at;
    `on_paper` says that the signed declaration of who does not enrol is there, `participation_code` is psn_insu_stas.
    """

    student_id: int
    state: str
    choice: str | None = None
    waiver_reason: str | None = None
    source: str = "import"
    coverage_option_id: int | None = None
    waiver_text: str | None = None
    version: int | None = None
    on_paper: bool = False
    participation_code: str | None = None


@dataclass(frozen=True)
class Wish:
    """What an application asks for: months (a coverage option of the plan), or 不参保 with its reason."""

    choice: str | None = None
    coverage_option_id: int | None = None
    waiver_reason: str | None = None
    waiver_text: str | None = None


@dataclass(frozen=True)
class Proof:
    """What a family hands in with an application not to enrol: the wording it has ticked, and files it has sent."""

    declaration: int | None = None
    files: tuple[int, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A row of a batch that was left as it is, and why: a code whose sentence the screen knows."""

    id: int
    code: str


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: the rows done and the rows refused, each as the screen listed them."""

    done: tuple[int, ...]
    refused: tuple[Refused, ...] = ()


class PlanNotOpen(Conflict):
    """The plan has been closed, or has not been opened: nothing in it is decided."""

    code = "plan_not_open"


class WindowNotYet(Conflict):
    """Applications are taken from `since` on."""

    code = "window_not_yet"


class WindowOver(Conflict):
    """Applications were taken until `until` (the first moment that is too late)."""

    code = "window_over"


class ReviewOver(Conflict):
    """Applications were reviewed until `until` (the first moment that is too late)."""

    code = "review_over"


class OwnApplication(Conflict):
    """Nobody decides about an own application, nor about one filed by oneself."""

    code = "own_application"


class CountedNoMore(Conflict):
    """The student has left undecided: the application is history."""

    code = "counted_no_more"


class MovedMeanwhile(Conflict):
    """The student changed class at this moment: look at the page again."""

    code = "moved_meanwhile"


class ProfileIncomplete(Conflict):
    """A postgraduate's basic record is not complete; `student_id` leads to it."""

    code = "profile_incomplete"


class StatusFrozen(Conflict):
    """The open plan of the name `plan` has frozen the roll: no transfers and changes of status until it is closed."""

    code = "status_frozen"


class CountChanged(Conflict):
    """As many applications match now as `now` says, not `shown` as on the page the act was sent from."""

    code = "count_changed"


def judge_wish(wish: Wish, options: Collection[int], *, whole: bool) -> tuple[Wish, dict[str, str]]:
    """The wish as it is kept, and what is wrong with it: field name → code (UM-04).

    A choice of months clears any reason; a waiver needs one, and `other` words of at least 2 characters. A draft
    (`whole` false) may leave out what it likes, but nothing in it may be wrong.
    """
    if wish.choice is None:
        return Wish(), {"coverage": "coverage_missing"} if whole else {}
    if wish.choice == Choice.INSURE:
        kept = Wish(wish.choice, wish.coverage_option_id)
        return kept, {} if wish.coverage_option_id in options else {"coverage": "choice"}
    if wish.choice != Choice.WAIVE:
        return Wish(), {"coverage": "choice"}
    text = " ".join((wish.waiver_text or "").split()) or None
    kept = replace(wish, coverage_option_id=None, waiver_text=text if wish.waiver_reason == "other" else None)
    return kept, _wrong_reason(kept, whole=whole)


def _wrong_reason(wish: Wish, *, whole: bool) -> dict[str, str]:
    if not wish.waiver_reason:
        return {"waiver_reason": "waiver_reason_missing"} if whole else {}
    if wish.waiver_reason not in set(WaiverReason):
        return {"waiver_reason": "choice"}
    if wish.waiver_reason != WaiverReason.OTHER or (wish.waiver_text is None and not whole):
        return {}
    return {} if is_text(wish.waiver_text) else {"waiver_text": "waiver_text_length"}


def judge_proof(proof: Proof, waiver_proof: str, reason: str | None) -> dict[str, str]:
    """What is missing beside a submitted waiver: field name → code. The plan says what it asks for."""
    missing = {} if proof.declaration == DECLARATION else {"declared": "declaration_missing"}
    if not proof.files and needs_file(waiver_proof, reason):
        missing["evidence"] = "proof_missing"
    return missing


def needs_file(waiver_proof: str, reason: str | None) -> bool:
    """Whether a waiver for this reason needs a file: always, or where the reason can be proved."""
    return waiver_proof == WaiverProof.ALWAYS or (waiver_proof == WaiverProof.REASON and reason in PROVABLE)


def is_text(text: str | None) -> bool:
    """Whether an opinion or a reason says something: 2 to 200 printable characters."""
    return text is not None and SHORTEST_TEXT <= len(text.strip()) <= LONGEST_TEXT and text.strip().isprintable()


def require_window(since: datetime, until: datetime, now: datetime) -> None:
    """Refuse (`WindowNotYet`, `WindowOver`) outside [since, until)."""
    if now < since:
        raise WindowNotYet(since=in_china(since))
    if now >= until:
        raise WindowOver(until=in_china(until))


def in_china(moment: datetime) -> str:
    """A moment as people in China write it, to the minute."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def deadline_in_china(moment: datetime) -> str:
    """A deadline as notices write it: one at midnight is 24:00 of the day that ends then."""
    text = in_china(moment)
    if not text.endswith(" 00:00"):
        return text
    return in_china(moment - timedelta(days=1)).removesuffix("00:00") + "24:00"


def as_step(actor: Actor, role: str) -> Actor:
    """The actor with those grants only whose role the step of the plan's chain names; superusers keep theirs."""
    named = tuple(grant for grant in actor.grants if grant.role == role or grant.level == SUPERUSER_LEVEL)
    return actor if actor.is_system else replace(actor, grants=named)


def as_family(actor: Actor) -> Actor:
    """The actor with those grants only that stand at a person: the own self, the own child."""
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.person_id is not None))
