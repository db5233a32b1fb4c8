"""What a scheduler does about the time it did not run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.feature import Schedule
from app.core.queue import JobRow
from app.core.schedule import Fire, catch_up, fire, latest_due, trigger

NIGHTLY = Schedule("figures_of_the_day", "30 1 * * *", "figure_day")
MONDAY_NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
"""12:00 in China."""


def fired(session: Session) -> list[datetime]:
    return [moment.astimezone(UTC) for moment in session.scalars(select(JobRow.fire_at).order_by(JobRow.id)) if moment]


def test_only_the_latest_of_many_missed_nights_is_caught_up(session: Session, at: Callable[[datetime], None]) -> None:
    at(MONDAY_NOON)
    catch_up(session, NIGHTLY)
    at(MONDAY_NOON + timedelta(days=9))
    assert catch_up(session, NIGHTLY) == datetime(2026, 9, 15, 17, 30, tzinfo=UTC)
    assert catch_up(session, NIGHTLY) is None
    assert fired(session) == [datetime(2026, 9, 15, 17, 30, tzinfo=UTC)]


def test_a_schedule_new_to_the_database_catches_nothing_up(session: Session, at: Callable[[datetime], None]) -> None:
    at(MONDAY_NOON)
    assert catch_up(session, NIGHTLY) is None
    assert fired(session) == []
    assert session.scalars(select(Fire.fire_at)).one().astimezone(UTC) == MONDAY_NOON


def test_a_due_time_fires_once_and_never_again(session: Session) -> None:
    due = datetime(2026, 9, 6, 17, 30, tzinfo=UTC)
    assert fire(session, NIGHTLY, due)
    assert not fire(session, NIGHTLY, due)
    assert fired(session) == [due]


def test_a_firing_that_is_rolled_back_can_fire_again(own_database: Database) -> None:
    due = datetime(2026, 9, 6, 17, 30, tzinfo=UTC)
    with own_database.sessions() as undone:
        assert fire(undone, NIGHTLY, due)
        undone.rollback()
    assert own_database.transaction(lambda session: fire(session, NIGHTLY, due))


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("* * * * *", datetime(2026, 9, 7, 4, 0, tzinfo=UTC)),
        ("0 8 * * mon", datetime(2026, 9, 7, 0, 0, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2024, 2, 28, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_latest_due_time_is_found_by_the_clock_of_china(cron: str, expected: datetime) -> None:
    assert latest_due(trigger(cron), datetime(2020, 1, 1, tzinfo=UTC), MONDAY_NOON) == expected


def test_no_due_time_is_found_where_there_is_none() -> None:
    assert latest_due(trigger("0 0 29 2 *"), datetime(2024, 3, 1, tzinfo=UTC), MONDAY_NOON) is None


def test_weekdays_by_number_are_refused_because_they_are_ambiguous() -> None:
    with pytest.raises(ValueError, match="name the weekdays"):
        trigger("0 8 * * 1-5")
