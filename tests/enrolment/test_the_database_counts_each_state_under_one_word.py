"""`tally` is computed by the database; what contradicts itself cannot be stored."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.db import Session
from app.enrolment.models import EnrolmentState, Tally
from tests.make.places import A
from tests.world import World

CHANGE = (
    "UPDATE enrolment SET state = :state, choice = :choice, waiver_reason = :reason, removed_at = {removed},"
    " submitted_at = now(), decided_at = now()"
)
KEPT = " WHERE student_id = :id AND plan_id = :plan RETURNING tally"
GOOD = [
    ("unregistered", None, None, "unregistered"),
    ("draft", None, None, "unregistered"),
    ("draft", "insure", None, "unregistered"),
    ("submitted", "insure", None, "pending"),
    ("submitted", "waive", "refuse", "pending"),
    ("rejected", "insure", None, "unregistered"),
    ("insured", "insure", None, "insured"),
    ("waived", "waive", "hometown_resident", "waived"),
    ("stopped", "insure", None, "stopped"),
]


def change(session: Session, world: World, state: str, choice: str | None, reason: str | None, **more: str) -> str:
    """Write a state straight into a row; returns what it is counted under."""
    stmt = CHANGE.format(removed=more.get("removed", "NULL")) + KEPT
    values = {"state": state, "choice": choice, "reason": reason}
    values |= {"id": str(world.of(A)[4].student_id), "plan": str(world.plan_id)}
    tally: str = session.connection().execute(text(stmt), values).scalar_one()
    return tally


@pytest.mark.parametrize(("state", "choice", "reason", "tally"), GOOD)
def test_each_state_is_counted_under_one_word(
    session: Session,
    world: World,
    state: str,
    choice: str | None,
    reason: str | None,
    tally: str,
) -> None:
    assert change(session, world, state, choice, reason) == tally


def test_every_state_has_been_looked_at_and_every_word_is_used() -> None:
    assert {state for state, *_ in GOOD} == set(EnrolmentState)
    assert {tally for *_, tally in GOOD} == set(Tally)


@pytest.mark.parametrize(("state", "choice", "reason", "_tally"), GOOD)
def test_a_removed_row_is_counted_nowhere_and_only_an_undecided_one_can_be_removed(
    session: Session,
    world: World,
    state: str,
    choice: str | None,
    reason: str | None,
    _tally: str,
) -> None:
    if state in {"insured", "waived", "stopped"}:
        with pytest.raises(IntegrityError, match="removed_undecided"):
            change(session, world, state, choice, reason, removed="now()")
    else:
        assert change(session, world, state, choice, reason, removed="now()") is None


@pytest.mark.parametrize(
    ("state", "choice", "reason"),
    [
        ("insured", None, None),
        ("insured", "waive", "refuse"),
        ("waived", "insure", None),
        ("waived", "waive", None),
        ("waived", "waive", "because"),
        ("submitted", None, None),
        ("rejected", None, None),
        ("stopped", None, None),
        ("insured", "insure", "refuse"),
        ("insured", "perhaps", None),
        ("unheard-of", None, None),
    ],
)
def test_a_state_that_contradicts_its_choice_cannot_be_stored(
    session: Session,
    world: World,
    state: str,
    choice: str | None,
    reason: str | None,
) -> None:
    with pytest.raises(IntegrityError, match="ck_enrolment_"):
        change(session, world, state, choice, reason)


def test_nobody_writes_the_word_itself(session: Session) -> None:
    with pytest.raises(DBAPIError, match="generated column"):
        session.connection().execute(text("UPDATE enrolment SET tally = 'insured'"))


def test_the_table_cannot_be_emptied(session: Session) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        session.connection().execute(text("TRUNCATE enrolment CASCADE"))


def test_a_second_live_row_of_one_product_and_year_cannot_be_stored(session: Session) -> None:
    columns = "plan_id, product, cover_year, person_id, student_id, node_id, tree_path, school_id"
    copy = f"INSERT INTO enrolment ({columns}) SELECT {columns} FROM enrolment LIMIT 1"
    with pytest.raises(IntegrityError, match="uq_enrolment_live"):
        session.connection().execute(text(copy))


@pytest.mark.parametrize("what", ["product = 'student_accident'", "cover_year = 2030"])
def test_a_row_cannot_leave_the_product_and_year_of_its_plan(session: Session, what: str) -> None:
    with pytest.raises(IntegrityError, match="fk_enrolment_plan"):
        session.connection().execute(text(f"UPDATE enrolment SET {what}"))


def test_a_row_cannot_name_another_person_than_its_student(session: Session) -> None:
    with pytest.raises(IntegrityError, match="fk_enrolment_student"):
        session.connection().execute(text("UPDATE enrolment SET person_id = -person_id"))
