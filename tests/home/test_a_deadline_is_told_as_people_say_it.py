"""A time that ends at midnight ends with the day before: the page says that day, and counts to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import Babel, force_locale  # type: ignore[import-untyped]

from app.core.clock import SHANGHAI
from app.core.feature import Deadline
from app.home.views.today import deadline_line

MARCH = datetime(2027, 3, 1, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)


def told(until: datetime, now: datetime, *, is_late: bool = False) -> dict[str, str]:
    """The line in English."""
    app = Flask("deadlines")
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        return deadline_line(Deadline("Apply", "/", MARCH - 90 * 24 * HOUR, until, now, is_late=is_late))


@pytest.mark.parametrize(
    ("until", "now", "day", "left"),
    [
        (MARCH, MARCH - HOUR, "2027-02-28", "ends today"),
        (MARCH, MARCH - 25 * HOUR, "2027-02-28", "1 day left"),
        (MARCH + 17 * HOUR, MARCH + HOUR, "2027-03-01 17:00", "ends today"),
        (MARCH + 17 * HOUR, MARCH - HOUR, "2027-03-01 17:00", "1 day left"),
    ],
)
def test_a_deadline_is_told_as_people_say_it(until: datetime, now: datetime, day: str, left: str) -> None:
    line = told(until, now)
    assert (line["until"], line["left"]) == (day, left)


def test_the_morning_after_a_deadline_at_midnight_is_one_day_late() -> None:
    assert told(MARCH, MARCH + 9 * HOUR, is_late=True)["left"] == "1 day overdue"
