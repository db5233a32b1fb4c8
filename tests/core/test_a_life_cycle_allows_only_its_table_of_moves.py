"""The workflow engine, on a small life cycle."""

from __future__ import annotations

from enum import StrEnum

import pytest

from app.core.workflow import Move, Workflow, WrongState


class State(StrEnum):
    """Where an application is."""

    DRAFT = "draft"
    SENT = "sent"
    DECIDED = "decided"
    FORGOTTEN = "forgotten"


class Event(StrEnum):
    """What happens to one."""

    SEND = "send"
    TAKE_BACK = "take_back"
    DECIDE = "decide"


FLOW = Workflow(
    State,
    State.DRAFT,
    (
        Move(Event.SEND, State.DRAFT, State.SENT, needs="form:upload"),
        Move(Event.TAKE_BACK, State.SENT, State.DRAFT, needs="form:upload"),
        Move(Event.DECIDE, State.SENT, State.DECIDED, needs="form:accept", asks="opinion", not_by="sender"),
        Move(Event.DECIDE, State.DRAFT, State.DECIDED, needs="form:accept"),
    ),
)


def test_an_event_leads_to_the_state_of_its_row() -> None:
    move = FLOW.move(State.SENT, Event.DECIDE)
    assert (move.target, move.needs, move.asks, move.not_by) == (State.DECIDED, "form:accept", "opinion", "sender")


@pytest.mark.parametrize(("state", "event"), [(State.DECIDED, Event.SEND), (State.SENT, Event.SEND)])
def test_an_event_without_a_row_is_refused_with_its_state(state: State, event: Event) -> None:
    with pytest.raises(WrongState) as refusal:
        FLOW.move(state, event)
    assert refusal.value.facts == {"state": str(state), "event": str(event)}
    assert refusal.value.status == 409


def test_buttons_are_the_events_that_lead_on() -> None:
    assert FLOW.events(State.SENT) == (Event.TAKE_BACK, Event.DECIDE)
    assert FLOW.events(State.DECIDED) == ()


def test_the_sources_of_an_event_are_every_state_it_leads_from() -> None:
    assert FLOW.sources(Event.DECIDE) == (State.SENT, State.DRAFT)


def test_a_state_no_history_leads_to_is_found() -> None:
    assert set(State) - FLOW.reachable() == {State.FORGOTTEN}


def test_a_batch_is_split_into_what_may_move_and_what_forbids_the_rest() -> None:
    rows = [(1, State.SENT), (2, State.DECIDED), (3, State.DRAFT), (4, State.FORGOTTEN)]
    may, may_not = FLOW.split(rows, Event.DECIDE)
    assert may == [1, 3]
    assert may_not == {2: State.DECIDED, 4: State.FORGOTTEN}
