"""A deadline at midnight is 24:00 of the day that ends then, so that nobody comes a day late."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.core.clock import SHANGHAI
from app.enrolment.rules import deadline_in_china


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        ((2027, 3, 1, 0, 0), "2027-02-28 24:00"),
        ((2028, 3, 1, 0, 0), "2028-02-29 24:00"),
        ((2027, 1, 1, 0, 0), "2026-12-31 24:00"),
        ((2027, 3, 1, 17, 30), "2027-03-01 17:30"),
        ((2027, 3, 1, 0, 1), "2027-03-01 00:01"),
    ],
)
def test_a_deadline_is_written_as_in_notices(moment: tuple[int, int, int, int, int], written: str) -> None:
    assert deadline_in_china(datetime(*moment, tzinfo=SHANGHAI)) == written
