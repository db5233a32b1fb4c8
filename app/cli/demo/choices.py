"""What the demo students decided: shares of states, reasons and hardship, dealt from shuffled decks.

A deck is dealt to its last card before it is shuffled again, so the shares hold exactly, even for few students. Shares:
waiver 6 %, unregistered 3 %, hardship 18 % in higher education and 8 % in schools (spec/domain.md §10). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from app.enrolment.models import EnrolmentState, WaiverReason
from app.orgs.models import Stage
from app.students.rules import HardshipCategory

if TYPE_CHECKING:
    from random import Random

T = TypeVar("T")

INSURE, WAIVE = "insure", "waive"
STATES = {
    EnrolmentState.INSURED: 168,
    EnrolmentState.WAIVED: 12,
    EnrolmentState.SUBMITTED: 8,
    EnrolmentState.UNREGISTERED: 6,
    EnrolmentState.REJECTED: 3,
    EnrolmentState.DRAFT: 2,
    EnrolmentState.STOPPED: 1,
}
"""Cards per state in a deck of 200."""
HIGHER = frozenset({Stage.JUNIOR_COLLEGE, Stage.UNDERGRADUATE, Stage.MASTER, Stage.DOCTOR})
HARDSHIP_IN_HIGHER, HARDSHIP_IN_SCHOOLS = 18, 8
LEVELS = {"special": 2, "hard": 3, "general": 5}
SCHOOL_REASONS = {
    WaiverReason.HOMETOWN_RESIDENT: 6,
    WaiverReason.AID_REGISTERED: 1,
    WaiverReason.DEPENDENT_SCHEME: 1,
    WaiverReason.REFUSE: 2,
}
HIGHER_REASONS = {
    WaiverReason.HOMETOWN_RESIDENT: 5,
    WaiverReason.EMPLOYEE: 1,
    WaiverReason.MILITARY: 1,
    WaiverReason.LEAVING: 1,
    WaiverReason.REFUSE: 2,
}
CATEGORIES = {
    HardshipCategory.LOW_INCOME: 6,
    HardshipCategory.POVERTY: 5,
    HardshipCategory.LOW_INCOME_MARGIN: 3,
    HardshipCategory.SUDDEN_DIFFICULTY: 2,
    HardshipCategory.ORPHAN: 1,
    HardshipCategory.DISABLED_STUDENT: 1,
    HardshipCategory.DISABLED_PARENT: 1,
    HardshipCategory.EXTREME_POVERTY: 1,
}
WAIVING_SHARE = 0.1
SECOND_CATEGORY_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class DemoHardship:
    """A recognition of hardship: the category and how hard."""

    category: HardshipCategory
    level: str


@dataclass(frozen=True, slots=True)
class DemoChoice:
    """What a student decided: the state, the choice where there is one, the reason where it is a waiver."""

    state: EnrolmentState
    choice: str | None
    waiver_reason: WaiverReason | None


class Deck(Generic[T]):
    """Cards dealt in random order; every card comes once before any comes again."""

    def __init__(self, cards: Mapping[T, int], chance: Random) -> None:
        """Make a deck of so many of each card."""
        self._cards = [card for card, number in cards.items() for _ in range(number)]
        self._chance = chance
        self._dealt = self._deal()

    def draw(self) -> T:
        """Deal the next card."""
        return next(self._dealt)

    def _deal(self) -> Iterator[T]:
        while True:
            shuffled = list(self._cards)
            self._chance.shuffle(shuffled)
            yield from shuffled


class Choices:
    """Deals a decision and perhaps a hardship to one student after the other."""

    def __init__(self, chance: Random) -> None:
        """Shuffle the decks."""
        self._chance = chance
        self._states = Deck(STATES, chance)
        self._reasons = {True: Deck(HIGHER_REASONS, chance), False: Deck(SCHOOL_REASONS, chance)}
        self._hardship = {
            higher: Deck({True: share, False: 100 - share}, chance)
            for higher, share in ((True, HARDSHIP_IN_HIGHER), (False, HARDSHIP_IN_SCHOOLS))
        }
        self._categories = Deck(CATEGORIES, chance)
        self._levels = Deck(LEVELS, chance)

    def decide(self, stage: Stage, state: EnrolmentState | None = None) -> DemoChoice:
        """Deal a decision, or fill in the one given."""
        state = state or self._states.draw()
        choice = self._choice(state)
        reason = self._reasons[stage in HIGHER].draw() if choice == WAIVE else None
        return DemoChoice(state, choice, reason)

    def _choice(self, state: EnrolmentState) -> str | None:
        if state is EnrolmentState.UNREGISTERED:
            return None
        if state is EnrolmentState.WAIVED:
            return WAIVE
        open_to_both = state in {EnrolmentState.SUBMITTED, EnrolmentState.REJECTED}
        return WAIVE if open_to_both and self._chance.random() < WAIVING_SHARE else INSURE

    def hardship(self, stage: Stage, *, always: bool = False) -> tuple[DemoHardship, ...]:
        """Deal no hardship, one recognition, or now and then two of different categories."""
        if not always and not self._hardship[stage in HIGHER].draw():
            return ()
        first = DemoHardship(self._categories.draw(), self._levels.draw())
        if self._chance.random() >= SECOND_CATEGORY_SHARE:
            return (first,)
        other = self._categories.draw()
        return (first,) if other is first.category else (first, DemoHardship(other, first.level))
