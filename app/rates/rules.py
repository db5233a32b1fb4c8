"""The arithmetic of figures and rates. Pure; one definition for cards, lists, exports and mails (DESIGN, Figures)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Self

from app.core.errors import Conflict, Invalid

HUNDRED = Decimal(100)
CENT = Decimal("0.01")
NOTHING = "—"


class Status(StrEnum):
    """The figures a list can be opened from."""

    TOTAL_ELIGIBLE = "total_eligible"
    INSURED = "insured"
    WAIVED = "waived"
    PENDING = "pending"
    UNREGISTERED = "unregistered"
    STOPPED = "stopped"
    WAIVED_HARDSHIP = "waived_hardship"
    NOT_INSURED = "not_insured"


class FiguresDiffer(Conflict):
    """Kept figures are not what a count of the enrolments says; `count` says how many."""

    code = "figures_differ"


@dataclass(frozen=True)
class Figures:
    """How many persons of a plan at a node stand where. `counts_stopped` is the plan's own rule.

    `total_eligible = insured + waived + pending + unregistered (+ stopped)`; spec/domain.md §3.4.
    """

    insured: int = 0
    waived: int = 0
    pending: int = 0
    unregistered: int = 0
    stopped: int = 0
    waived_hardship: int = 0
    amount: int = 0
    """缴费总额: what the insured pay by their coverage options, in fen."""
    counts_stopped: bool = False

    @property
    def total_eligible(self) -> int:
        """参保对象总人数."""
        counted = self.insured + self.waived + self.pending + self.unregistered
        return counted + self.stopped if self.counts_stopped else counted

    @property
    def not_insured(self) -> int:
        """未投保: whoever is to be insured and is not (M2, M14)."""
        return self.total_eligible - self.insured

    @property
    def rate(self) -> Decimal | None:
        """参保率 in percent, half-up to two decimals, or None for nothing of nothing."""
        return percent(self.insured, self.total_eligible)

    @property
    def waiver_rate(self) -> Decimal | None:
        """弃保率 in percent, half-up to two decimals, or None for nothing of nothing."""
        return percent(self.waived, self.total_eligible)

    def count(self, status: Status) -> int:
        """The figure of that name."""
        value: int = getattr(self, status.value)
        return value

    @classmethod
    def total(cls, parts: Iterable[Figures], *, counts_stopped: bool = False) -> Self:
        """The figures of a whole from those of its parts; rates are recomputed, never averaged."""
        rows = list(parts)
        names = [field.name for field in fields(cls) if field.name != "counts_stopped"]
        return cls(**{name: sum(getattr(row, name) for row in rows) for name in names}, counts_stopped=counts_stopped)


def percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent, half-up to two decimals (1 of 3 is 33.33), or None when the whole is nothing."""
    if whole == 0:
        return None
    return (Decimal(part) * HUNDRED / Decimal(whole)).quantize(CENT, rounding=ROUND_HALF_UP)


def on_screen(rate: Decimal | None) -> str:
    """`33.33%`, or a dash for nothing of nothing."""
    return NOTHING if rate is None else f"{rate}%"


def in_export(rate: Decimal | None) -> str:
    """`33.33%`, or `0.00%` for nothing of nothing."""
    return f"{rate or Decimal('0.00')}%"


class NotComplete(Conflict):
    """A rate is submitted only when everybody has decided and every application is reviewed (UM-09).

    `unregistered` and `pending` say how many are missing, `unit` where.
    """

    code = "rate_not_complete"


class ChildrenMissing(Conflict):
    """A unit submits only when every unit below it with students to be insured is approved (UM-13).

    `count` says how many are not, `names` the first of them.
    """

    code = "rate_children_missing"


class NothingToSubmit(Conflict):
    """Nobody is asked in this unit: there is no rate, so there is nothing to submit."""

    code = "rate_of_nothing"


class OutsideWindow(Conflict):
    """The plan is not open, or the window of this step has not begun or is over."""

    code = "rate_outside_window"


class OwnSubmission(Conflict):
    """Nobody reviews what the same account has submitted."""

    code = "own_submission"


class AboveSubmitted(Conflict):
    """The unit above has submitted already; it has to be returned first."""

    code = "above_submitted"


class OpinionMissing(Invalid):
    """A rate is returned with an opinion, so that those below know what to do."""

    code = "invalid"


@dataclass(frozen=True)
class Verdict:
    """What a reviewer says about one or many submitted rates: approved or returned, with an opinion."""

    event: str
    opinion: str


@dataclass(frozen=True)
class Outcome:
    """What became of a review of many: the units decided, and for each other unit the code of why not."""

    done: tuple[int, ...]
    refused: dict[int, str]


LONGEST_OPINION = 500


def checked_opinion(event: str, opinion: str) -> str:
    """The opinion as it is stored, or `OpinionMissing`: wanted for a return, at most 500 characters."""
    words = opinion.strip()
    if event == "return" and not words:
        raise OpinionMissing({"opinion": "opinion_missing"})
    if len(words) > LONGEST_OPINION or "\x00" in words:
        raise OpinionMissing({"opinion": "opinion_long"})
    return words


def fen_in_yuan(fen: int) -> str:
    """An amount in yuan with two decimals and separators, from integer fen: 40000 is 400.00."""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02}"
