"""The arithmetic of figures and rates. Pure; one definition for cards, lists, exports and mails (DESIGN, Figures)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Self

from app.core.errors import Conflict

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
