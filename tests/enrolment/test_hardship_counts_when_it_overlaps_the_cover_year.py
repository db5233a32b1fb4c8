"""A hardship recognition counts for a plan when its half-open period overlaps the cover year, by even one day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Session
from app.enrolment.models import Enrolment
from app.students.rules import NewHardship
from app.students.services import admit
from tests.campaigns import opened
from tests.crowd import newcomer, persons
from tests.make.places import A, class_of
from tests.stage import TEST
from tests.world import KEYRING, World

CLASS = class_of(A, 1, 1)
PERIODS = [
    (date(2026, 1, 1), date(2027, 1, 1), False),
    (date(2026, 1, 1), date(2027, 1, 2), True),
    (date(2027, 6, 1), date(2027, 6, 2), True),
    (date(2027, 12, 31), date(2029, 1, 1), True),
    (date(2028, 1, 1), date(2029, 1, 1), False),
    (date(2020, 1, 1), None, True),
    (date(2027, 12, 31), None, True),
    (date(2028, 1, 1), None, False),
]


def in_hardship(session: Session, student_id: int, plan_id: int) -> bool:
    """Whether a student's row in a plan is marked."""
    stmt = select(Enrolment.hardship).where(Enrolment.student_id == student_id, Enrolment.plan_id == plan_id)
    return session.scalars(everything(stmt, because=TEST)).one()


def student_with(session: Session, *periods: tuple[date, date | None]) -> int:
    """Admit a student with these recognitions."""
    hardships = tuple(NewHardship("poverty", "hard", since, until) for since, until in periods)
    (person_id,) = persons(session, 1)
    return admit(session, SYSTEM, [newcomer(person_id, CLASS, hardships=hardships)], keyring=KEYRING)[0]


@pytest.mark.parametrize(("since", "until", "counts"), PERIODS)
def test_a_period_counts_at_opening_when_it_overlaps(
    session: Session,
    since: date,
    until: date | None,
    counts: bool,  # noqa: FBT001  a column of the table above
) -> None:
    student_id = student_with(session, (since, until))
    assert in_hardship(session, student_id, opened(session, "P", cover_year=2027).id) is counts


@pytest.mark.parametrize(("since", "until", "counts"), PERIODS)
def test_a_period_counts_for_a_newcomer_when_it_overlaps(
    session: Session,
    since: date,
    until: date | None,
    counts: bool,  # noqa: FBT001  a column of the table above
) -> None:
    plan = opened(session, "P", cover_year=2027)
    assert in_hardship(session, student_with(session, (since, until)), plan.id) is counts


def test_one_of_several_periods_is_enough_and_two_make_one_row(session: Session) -> None:
    student_id = student_with(session, (date(2020, 1, 1), date(2021, 1, 1)), (date(2027, 1, 1), None))
    assert in_hardship(session, student_id, opened(session, "P", cover_year=2027).id)


def test_the_same_recognition_counts_in_one_year_and_not_in_another(session: Session, world: World) -> None:
    poor = world.of(A)[3]
    outcomes = [
        in_hardship(session, poor.student_id, opened(session, f"P{year}", cover_year=year).id)
        for year in (2025, 2026, 2027, 2028)
    ]
    assert outcomes == [False, True, True, False]
