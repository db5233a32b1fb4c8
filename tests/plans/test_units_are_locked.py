"""Reporting units under way: writers share them, a submitter holds one alone, nobody writes into a submitted one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text, update

from app.access.scope import everything
from app.core import locks
from app.core.db import Database, Session
from app.core.errors import NotFound, Stale
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.plans import units
from app.plans.models import ReportingUnit
from app.plans.rules import UnitSubmitted
from tests.at_once import Later, at_once, committed, until_waiting
from tests.conftest import CountStatements
from tests.make.places import BIRDS, COUNTY_A, A, B, class_of
from tests.stage import TEST
from tests.world import World

Node = Callable[[str], OrgNode]
WRITERS = 16


def unit_at(session: Session, world: World, code: str) -> int:
    """The id of the unit of a place in the cast's plan."""
    stmt = select(ReportingUnit.id).where(
        ReportingUnit.plan_id == world.plan_id, ReportingUnit.node_id == world.nodes[code]
    )
    return session.scalars(everything(stmt, because=TEST)).one()


def set_state(session: Session, unit_id: int, state: str) -> None:
    """Put a unit into a state, as its submitter does."""
    units.move_unit(session, units.hold_unit_exclusively(session, unit_id), state)


def versions(session: Session, world: World, path: str) -> int:
    """A number that grows with every write to a row below a path."""
    below = Enrolment.tree_path.startswith(path)
    stmt = select(func.sum(Enrolment.version)).where(Enrolment.plan_id == world.plan_id, below)
    return int(session.scalars(everything(stmt, because=TEST)).one())


def write(session: Session, world: World, path: str) -> None:
    """Change the rows below a path as every act on enrolments does: units first, then rows."""
    held = units.hold_units(session, world.plan_id, [path])
    units.require_open_units(session, held, [path])
    mine = (Enrolment.plan_id == world.plan_id, Enrolment.tree_path.startswith(path))
    session.execute(
        everything(select(Enrolment.id).where(*mine).order_by(Enrolment.id).with_for_update(), because=TEST)
    )
    stmt = update(Enrolment).where(*mine).values(version=Enrolment.version + 1)
    session.execute(everything(stmt, because=TEST), execution_options={"synchronize_session": False})


def test_the_units_above_a_place_are_those_of_every_step(session: Session, world: World, node: Node) -> None:
    held = units.hold_units(session, world.plan_id, [node(class_of(A, 1, 1)).path])
    assert [unit.node_id for unit in sorted(held.units, key=lambda unit: unit.position)] == [
        world.nodes[A],
        world.nodes[COUNTY_A],
    ]
    assert {unit.state for unit in held.units} == {"open"}
    assert (held.state, held.first_role) == ("open", "school_admin")
    assert held.apply_from < held.now < held.apply_to


@pytest.mark.parametrize("state", ["submitted", "approved"])
@pytest.mark.parametrize("code", [A, COUNTY_A])
def test_a_submitted_unit_is_refused_by_its_name(
    state: str, code: str, session: Session, world: World, node: Node
) -> None:
    set_state(session, unit_at(session, world, code), state)
    path = node(class_of(A, 1, 1)).path
    with pytest.raises(UnitSubmitted) as refused:
        units.require_open_units(session, units.hold_units(session, world.plan_id, [path]), [path])
    assert refused.value.facts == {"unit": node(code).name, "state": state}
    assert BIRDS[A] in node(A).name


@pytest.mark.parametrize("state", ["open", "returned"])
def test_an_open_or_returned_unit_lets_its_rows_be_decided(
    state: str, session: Session, world: World, node: Node
) -> None:
    set_state(session, unit_at(session, world, A), state)
    write(session, world, node(A).path)


def test_a_submitted_unit_shuts_no_other(session: Session, world: World, node: Node) -> None:
    set_state(session, unit_at(session, world, B), "submitted")
    write(session, world, node(A).path)


def test_a_place_that_was_not_locked_is_not_covered(session: Session, world: World, node: Node) -> None:
    held = units.hold_units(session, world.plan_id, [node(class_of(A, 1, 1)).path])
    assert held.covers(node(class_of(A, 1, 1)).path)
    assert not held.covers(node(class_of(A, 1, 2)).path)


def test_a_plan_or_unit_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        units.hold_units(session, 10**9, [])
    with pytest.raises(NotFound):
        units.hold_unit_exclusively(session, 10**9)


def test_locking_takes_three_statements_whatever_the_number(
    session: Session, world: World, node: Node, statements: CountStatements
) -> None:
    paths = [node(class_of(school, cohort, n)).path for school in (A, B) for cohort in (1, 2) for n in (1, 2)]
    with statements() as sent:
        units.hold_units(session, world.plan_id, paths)
    assert len(sent) == 3


def test_very_many_units_are_locked_as_the_whole_plan(
    session: Session, world: World, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "MOST_UNITS", 1)
    held = units.hold_units(session, world.plan_id, [node(class_of(A, 1, 1)).path])
    assert len(held.units) == 2
    modes = "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
    assert "ExclusiveLock" in set(session.scalars(text(modes)))


def test_a_state_is_set_only_over_the_one_that_was_read(session: Session, world: World) -> None:
    unit = units.hold_unit_exclusively(session, unit_at(session, world, A))
    units.move_unit(session, unit, "submitted")
    with pytest.raises(Stale):
        units.move_unit(session, unit, "approved")


@pytest.mark.committed
def test_a_submitter_waits_for_who_is_writing_and_counts_what_they_wrote(
    database: Database, session: Session, world: World, node: Node
) -> None:
    path, unit_id = node(A).path, unit_at(session, world, A)
    session.rollback()

    def submit(other: Session) -> int:
        units.move_unit(other, units.hold_unit_exclusively(other, unit_id), "submitted")
        return versions(other, world, path)

    before = versions(session, world, path)
    write(session, world, path)
    later = Later(committed(database, submit))
    until_waiting(database)
    session.commit()
    assert later.result() == before + 8


@pytest.mark.committed
def test_nobody_writes_into_a_unit_that_one_of_seventeen_submits(
    database: Database, session: Session, world: World, node: Node
) -> None:
    paths = [node(class_of(A, cohort, n)).path for cohort in (1, 2) for n in (1, 2)]
    path, unit_id = node(A).path, unit_at(session, world, A)
    session.rollback()

    def submit(other: Session) -> int:
        units.move_unit(other, units.hold_unit_exclusively(other, unit_id), "submitted")
        return versions(other, world, path)

    def writer(number: int) -> Callable[[], int]:
        def work(other: Session) -> int:
            write(other, world, paths[number % 4] if number % 3 else path)
            return 0

        return committed(database, work)

    calls = [writer(number) for number in range(WRITERS)]
    outcomes = at_once(*calls[:8], committed(database, submit), *calls[8:])
    counted = outcomes.pop(8)
    assert all(outcome == 0 or isinstance(outcome, UnitSubmitted) for outcome in outcomes), outcomes
    assert versions(session, world, path) == counted


@pytest.mark.committed
def test_who_closes_a_plan_waits_for_who_writes_in_it(
    database: Database, session: Session, world: World, node: Node
) -> None:
    write(session, world, node(A).path)
    later = Later(committed(database, lambda other: locks.hold(other, locks.PLAN, [world.plan_id])))
    until_waiting(database)
    assert later.outcome == []
    session.rollback()
    assert later.result() is None
