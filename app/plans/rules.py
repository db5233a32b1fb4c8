"""What a plan is made of, and what is told when it opens. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.core.errors import Conflict

SHUT = frozenset({"submitted", "approved"})
"""The states of a reporting unit in which nothing below it is decided any more."""


class UnitSubmitted(Conflict):
    """The unit (`unit` is its name) has submitted its rate: nothing below it is decided until it is returned."""

    code = "unit_submitted"


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


@dataclass(frozen=True)
class PlanOpened:
    """Told when a plan has been opened, in the same transaction."""

    plan_id: int
