"""Services and buttons follow one table: what it does not allow from a state is refused in that act's own words."""

from __future__ import annotations

import pytest

from app.plans.services.drafting import REFUSED
from app.plans.states import PlanState
from app.plans.views.listing import ACTS
from app.plans.workflow import LIFE, NEEDED, PlanEvent


def test_every_state_is_reached_and_every_act_is_in_the_table() -> None:
    assert LIFE.reachable() == frozenset(PlanState)
    assert {move.event for move in LIFE.moves} == set(PlanEvent)


def test_every_act_has_a_permission_a_button_and_its_own_refusal() -> None:
    assert set(NEEDED) == set(ACTS) == set(REFUSED) == set(PlanEvent)


@pytest.mark.parametrize(
    ("state", "events"),
    [("draft", {"open", "correct"}), ("open", {"reschedule", "close"}), ("closed", {"reopen"})],
)
def test_a_state_offers_just_its_acts(state: str, events: set[str]) -> None:
    assert {str(event) for event in LIFE.events(PlanState(state))} == events
