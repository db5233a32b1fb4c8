"""What a plan is made of, what it must hold, and what is told when it opens. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.core.errors import Conflict, Invalid

SHUT = frozenset({"submitted", "approved"})
"""The states of a reporting unit in which nothing below it is decided any more."""
MOST_ROWS = 6
"""Steps of a chain, and coverage options of a plan, at most."""
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
RISE = (
    "class",
    "major",
    "grade",
    "faculty",
    "education_level",
    "college",
    "campus",
    "school",
    "unit",
    "county",
    "city",
)
"""Kinds of places in the order in which rates climb. Others stand in any order inside a school: not compared."""
CHAINS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "school": (("class", "class_teacher", "school_admin"),),
    "county": (
        ("class", "class_teacher", "school_admin"),
        ("school", "school_admin", "county_admin"),
    ),
    "province": (
        ("class", "class_teacher", "school_admin"),
        ("school", "school_admin", "county_admin"),
        ("county", "county_admin", "city_admin"),
        ("city", "city_admin", "province_admin"),
    ),
    "university": (
        ("grade", "counsellor", "college_officer"),
        ("college", "college_officer", "student_affairs"),
    ),
}
"""Usual chains to begin with: for each step the kind of place, who submits, who reviews (DESIGN, Chain and unit)."""


class UnitSubmitted(Conflict):
    """The unit (`unit` is its name) has submitted its rate: nothing below it is decided until it is returned."""

    code = "unit_submitted"


class NotDraft(Conflict):
    """Only a draft can be opened or changed as a whole; this plan is open or closed already."""

    code = "plan_not_draft"


class NotOpen(Conflict):
    """Only an open plan can be closed or rescheduled."""

    code = "plan_is_not_open"


class NotClosed(Conflict):
    """Only a closed plan can be opened again."""

    code = "plan_not_closed"


class Unfinished(Conflict):
    """A draft may lack its options or its chain; an open plan may not."""

    code = "plan_unfinished"


class WindowsDisordered(Conflict):
    """A step of the draft begins or ends before what it looks at; made before that was checked."""

    code = "plan_windows_order"


class PlanCodeTaken(Conflict):
    """A plan with this code exists, here or elsewhere."""

    code = "plan_code_taken"


class ReopeningAsked(Conflict):
    """Somebody has asked already to open the plan again."""

    code = "reopening_asked"


class ReopeningDecided(Conflict):
    """The wish has been agreed to or declined meanwhile."""

    code = "reopening_decided"


class SamePerson(Conflict):
    """Who asked cannot agree: opening a closed plan takes two persons."""

    code = "reopening_same_person"


@dataclass(frozen=True)
class NewStep:
    """A step of the chain: nodes of `kind` submit, `submit_role` acts, `review_role` above decides."""

    kind: str
    submit_role: str
    review_role: str
    leave_condition: str
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True)
class NewOption:
    """A coverage option; amounts in fen, months half-open [from, to)."""

    label: str
    cover_from: date
    cover_to: date
    personal_amount: int
    fiscal_amount: int


@dataclass(frozen=True)
class NewPlan:
    """A plan to be made at the node of `place_code` for its subtree."""

    code: str
    name: str
    place_code: str
    product: str
    cover_year: int
    audience: tuple[str, ...]
    apply_from: datetime
    apply_to: datetime
    steps: tuple[NewStep, ...]
    options: tuple[NewOption, ...]
    counts_stopped: bool = False
    waiver_proof: str = "declaration"
    freeze_status_changes: bool = False
    """While the plan is open, no transfer and no change of status of whom it asks (数据冻结, spec/domain.md §2.3)."""


@dataclass(frozen=True)
class Windows:
    """What may still be changed in an open plan: when applications are taken, when each step acts, the freeze.

    `freeze_status_changes` is None where it stays as it is.
    """

    apply_from: datetime
    apply_to: datetime
    steps: tuple[tuple[datetime, datetime], ...]
    freeze_status_changes: bool | None = None


@dataclass(frozen=True)
class PlanOpened:
    """Told when a plan has been opened, in the same transaction."""

    plan_id: int


@dataclass(frozen=True)
class PlanReopened:
    """Told when a closed plan has been opened again, in the same transaction."""

    plan_id: int


def checked(new: NewPlan) -> NewPlan:
    """The plan as it may be kept, or `Invalid` naming every field that is wrong.

    Fields of the n-th option and step are called option1_to, step2_kind and so on, counted from 1 (W1, UM-01).
    """
    wrong = dict(_wrong_in_head(new))
    for number, option in enumerate(new.options, 1):
        wrong |= _wrong_in_option(number, option)
    wrong |= dict(_wrong_in_chain(new.steps))
    steps = tuple((step.window_from, step.window_to) for step in new.steps)
    windows = Windows(new.apply_from, new.apply_to, steps)
    if wrong := (wrong or dict(_wrong_order(windows))):
        raise Invalid(wrong)
    return new


def checked_windows(windows: Windows) -> Windows:
    """Windows that end after they begin, no step before what it looks at, or `Invalid` naming those that do not."""
    wrong = {} if windows.apply_to > windows.apply_from else {"apply_to": "plan_window"}
    for number, (begin, end) in enumerate(windows.steps, 1):
        if end <= begin:
            wrong[f"step{number}_to"] = "plan_window"
    if wrong := (wrong or dict(_wrong_order(windows))):
        raise Invalid(wrong)
    return windows


def in_order(windows: Windows) -> bool:
    """Whether no step begins or ends before what it looks at."""
    return not dict(_wrong_order(windows))


def _wrong_order(windows: Windows) -> Iterator[tuple[str, str]]:
    """Applications, then the first step, then each step above: none begins, and none ends, before the one below it."""
    below = (windows.apply_from, windows.apply_to)
    for number, (begin, end) in enumerate(windows.steps, 1):
        if begin < below[0]:
            yield f"step{number}_from", "plan_step_begins"
        if end < below[1]:
            yield f"step{number}_to", "plan_step_ends"
        below = (begin, end)


def _wrong_in_head(new: NewPlan) -> Iterator[tuple[str, str]]:
    if not 2 <= len(new.name.strip()) <= 100:  # noqa: PLR2004  a name one can tell from others, and a page can show
        yield "name", "plan_name"
    elif not new.name.strip().isprintable():
        yield "name", "plan_hidden"
    if not CODE.fullmatch(new.code):
        yield "code", "plan_code"
    if not new.audience:
        yield "audience", "plan_audience"
    if new.apply_to <= new.apply_from:
        yield "apply_to", "plan_window"
    if len(new.options) > MOST_ROWS:
        yield "option1_label", "plan_options"
    if len(new.steps) > MOST_ROWS:
        yield "step1_kind", "plan_steps"


def _wrong_in_option(number: int, option: NewOption) -> dict[str, str]:
    wrong = {}
    if not option.label.strip():
        wrong[f"option{number}_label"] = "plan_option_label"
    elif not option.label.isprintable():
        wrong[f"option{number}_label"] = "plan_hidden"
    if option.cover_to <= option.cover_from:
        wrong[f"option{number}_to"] = "plan_period"
    for field, amount in (("personal", option.personal_amount), ("fiscal", option.fiscal_amount)):
        if amount < 0:
            wrong[f"option{number}_{field}"] = "plan_amount"
    return wrong


def _wrong_in_chain(steps: Sequence[NewStep]) -> Iterator[tuple[str, str]]:
    for number, step in enumerate(steps, 1):
        if step.window_to <= step.window_from:
            yield f"step{number}_to", "plan_window"
        if step.submit_role == step.review_role:
            yield f"step{number}_review_role", "plan_same_role"
        if number > 1 and not _rises(steps[number - 2].kind, step.kind):
            yield f"step{number}_kind", "plan_chain_order"


def _rises(lower: str, upper: str) -> bool:
    if lower == upper:
        return False
    return lower not in RISE or upper not in RISE or RISE.index(lower) < RISE.index(upper)
