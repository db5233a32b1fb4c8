"""Whatever changes enrolments, by whichever road, appends what changed; readers add it, a loop puts it away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core import locks
from app.core.db import Database, Session
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries
from app.rates.jobs import add_differences
from app.rates.models import SUMS, PlanClassFigure, PlanFigureDelta, PlanSchoolFigure
from app.rates.rules import Figures
from app.rates.services import fold
from tests.at_once import Later, at_once, committed
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.campaign import PAID
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, B, class_of, classes_of, grade
from tests.rates.recounted import agree, raw, waiting
from tests.stage import TEST
from tests.world import World

FindNode = Callable[[str], OrgNode]
SCHOOL = Figures(insured=1, waived=2, pending=1, unregistered=3, stopped=1, waived_hardship=1, amount=PAID)


def appended(session: Session) -> list[tuple[int, ...]]:
    """The differences that wait: class, school, then each sum."""
    stmt = select(PlanFigureDelta).order_by(PlanFigureDelta.id)
    rows = session.scalars(everything(stmt.execution_options(populate_existing=True), because=TEST))
    return [(row.node_id, row.school_id, *(getattr(row, name) for name in SUMS)) for row in rows]


def test_one_statement_appends_one_difference_for_each_class(session: Session, world: World) -> None:
    fold(session)
    admitted(session, [class_of(A, 1, 1)] * 3 + [class_of(A, 2, 2)])
    first, second = world.nodes[class_of(A, 1, 1)], world.nodes[class_of(A, 2, 2)]
    school = world.nodes[A]
    expected = {(first, school, 0, 0, 0, 3, 0, 0, 0), (second, school, 0, 0, 0, 1, 0, 0, 0)}
    assert len(appended(session)) == 2
    assert set(appended(session)) == expected
    agree(session)


def test_a_change_of_state_takes_from_one_figure_and_adds_to_another(session: Session, world: World) -> None:
    fold(session)
    raw(
        session,
        "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
        "state = 'submitted', choice = 'insure' WHERE state = 'rejected'",
    )
    rows = appended(session)
    assert {row[2:] for row in rows} == {(0, 0, 1, -1, 0, 0, 0)}
    assert {row[1] for row in rows} == {world.nodes[A], world.nodes[B]}
    agree(session)


def test_what_changes_no_figure_appends_nothing(session: Session) -> None:
    fold(session)
    assert raw(session, "UPDATE enrolment SET version = version + 1, source = 'import'") == 16
    raw(session, "UPDATE enrolment SET state = 'draft' WHERE state = 'unregistered'")
    assert appended(session) == []
    agree(session)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE enrolment SET removed_at = now() WHERE state IN ('unregistered', 'submitted')",
        "UPDATE enrolment SET hardship = NOT hardship",
        "UPDATE enrolment SET submitted_at = now(), decided_at = now(), state = 'stopped' WHERE state = 'insured'",
        "UPDATE enrolment SET state = 'unregistered', choice = NULL, waiver_reason = NULL",
        "DELETE FROM enrolment WHERE id % 2 = 0",
        "DELETE FROM enrolment",
    ],
)
def test_sql_past_every_service_is_counted_as_well(session: Session, sql: str) -> None:
    assert raw(session, sql) > 0
    agree(session)


def test_what_the_insured_pay_follows_their_options(session: Session, world: World, node: FindNode) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    option = "(SELECT id FROM coverage_option WHERE plan_id = :plan)"
    set_all = f"UPDATE enrolment SET coverage_option_id = {option} WHERE plan_id = :plan AND choice = 'insure'"
    raw(session, set_all, plan=plan.id)
    assert queries.at(session, SYSTEM, plan, node(ROOT)).amount == 80_000
    assert queries.at(session, SYSTEM, plan, node(class_of(A, 1, 1))).amount == 40_000
    raw(
        session,
        "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
        "state = 'insured', choice = 'insure' WHERE state = 'submitted'",
    )
    assert queries.at(session, SYSTEM, plan, node(A)).amount == 80_000
    agree(session)


def test_the_table_of_enrolments_cannot_be_emptied_past_the_counters(session: Session) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        raw(session, "TRUNCATE enrolment CASCADE")


def test_the_database_tells_the_triggers_when_it_carries_rows_along(
    session: Session, world: World, node: FindNode
) -> None:
    """A foreign key's cascade is a statement like any other: the rows change school, the counters with them."""
    fold(session)
    moving = node(class_of(A, 1, 1))
    path = f"{node(grade(B, 1)).path}{moving.id}/"
    school = world.nodes[B]
    sql = "UPDATE org_node SET path = :path, school_id = :school, parent_id = :parent WHERE id = :id"
    raw(session, "UPDATE class_group SET class_number = 'FREE' WHERE node_id = :id", id=moving.id)
    raw(session, sql, path=path, school=school, parent=world.nodes[grade(B, 1)], id=moving.id)
    both = {(row[1], row[2:]) for row in appended(session)}
    assert both == {(world.nodes[A], (-1, -1, 0, 0, 0, 0, -PAID)), (school, (1, 1, 0, 0, 0, 0, PAID))}
    plan = plans.find(session, SYSTEM, code=world.plan)
    assert queries.at(session, SYSTEM, plan, node(B)).total_eligible == 9
    agree(session)


@pytest.mark.parametrize("folded", [True, False])
def test_a_school_that_moves_takes_its_figures_along(
    session: Session,
    world: World,
    node: FindNode,
    folded: bool,  # noqa: FBT001  whether the counters hold the figures already
) -> None:
    if folded:
        fold(session)
    plan = plans.find(session, SYSTEM, code=world.plan)
    found = node(A)
    actor = world.actor(session, "root_admin")
    reshape.move(session, actor, node_id=found.id, target_code=COUNTY_B, version=found.version)
    session.expire_all()
    assert queries.at(session, SYSTEM, plan, node(COUNTY_A)) == Figures()
    assert queries.at(session, SYSTEM, plan, node(COUNTY_B)) == Figures.total([SCHOOL, SCHOOL])
    agree(session)


def test_figures_read_the_same_before_and_after_differences_are_added(
    session: Session, world: World, node: FindNode
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    places = [node(code) for code in (ROOT, COUNTY_A, A, grade(A, 1), class_of(A, 1, 1))]

    def read() -> list[object]:
        each = [queries.at(session, SYSTEM, plan, place) for place in places]
        return [each, [queries.by_child(session, SYSTEM, plan, place) for place in places]]

    before = read()
    assert waiting(session) > 0
    fold(session)
    assert waiting(session) == 0
    assert read() == before
    admitted(session, classes_of(A))
    mixed = read()
    fold(session)
    assert read() == mixed != before


def test_adding_differences_takes_three_statements_however_many_there_are(
    session: Session,
    statements: CountStatements,
) -> None:
    counts = []
    for many in (1, 40):
        admitted(session, classes_of(A) * many)
        with statements() as sent:
            assert fold(session) > 0
        counts.append(len(sent))
    assert counts == [3, 3]


@pytest.mark.committed
def test_one_process_adds_differences_at_a_time_and_nothing_is_added_twice(database: Database, world: World) -> None:
    del world
    folding = committed(database, fold)
    outcomes = at_once(*[folding] * 6)
    with database.sessions() as session:
        assert waiting(session) == 0
        agree(session)
        kept = session.scalars(everything(select(PlanSchoolFigure), because=TEST)).all()
        assert [figure.unregistered for figure in kept] == [3, 3]
    assert sum(1 for outcome in outcomes if outcome) == 1


@pytest.mark.committed
def test_differences_wait_while_a_branch_of_the_tree_moves(database: Database, world: World) -> None:
    del world
    with database.sessions() as mover:
        locks.hold(mover, locks.TREE, [0])
        assert committed(database, fold)() == 0
        mover.rollback()
    assert committed(database, fold)() > 0


@pytest.mark.committed
def test_a_difference_that_is_committed_late_is_added_by_the_next_round(database: Database, world: World) -> None:
    add_differences(database, None)
    with database.sessions() as late:
        raw(late, "UPDATE enrolment SET removed_at = now() WHERE state = 'submitted'")
        add_differences(database, None)
        late.commit()
    with database.sessions() as session:
        assert waiting(session) == 2
    add_differences(database, None)
    with database.sessions() as session:
        assert waiting(session) == 0
        agree(session)
        node_id = world.nodes[class_of(A, 1, 2)]
        stmt = select(PlanClassFigure).where(PlanClassFigure.node_id == node_id)
        assert session.scalars(everything(stmt, because=TEST)).one().pending == 0


@pytest.mark.committed
def test_a_reader_never_waits_for_who_adds_differences(database: Database, world: World) -> None:
    with database.sessions() as adding:
        assert fold(adding) > 0
        reading = Later(committed(database, partial(_total, world=world)))
        assert reading.result() == 14
        later = Later(committed(database, lambda s: raw(s, "UPDATE enrolment SET hardship = NOT hardship")))
        assert later.result() == 16
        adding.rollback()


def _total(session: Session, world: World) -> int:
    plan = plans.find(session, SYSTEM, code=world.plan)
    root = session.scalars(everything(select(OrgNode).where(OrgNode.code == ROOT), because=TEST)).one()
    return queries.at(session, SYSTEM, plan, root).total_eligible


def test_province_pages_read_the_counters_of_schools_and_nothing_else(
    session: Session, world: World, node: FindNode, statements: CountStatements
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    fold(session)
    for code, wanted, unwanted in (
        (ROOT, "plan_school_figure", "plan_class_figure"),
        (COUNTY_A, "plan_school_figure", "plan_class_figure"),
        (grade(A, 1), "plan_class_figure", "plan_school_figure"),
    ):
        place = node(code)
        with statements() as sent:
            queries.at(session, SYSTEM, plan, place)
            queries.by_child(session, SYSTEM, plan, place)
        used = " ".join(sent)
        assert wanted in used
        assert unwanted not in used
        assert "enrolment" not in used


def test_a_counter_is_found_by_plan_and_place(session: Session, world: World, node: FindNode) -> None:
    """With a province's worth of schools the plan of the statement is one range of the index, not the whole table."""
    raw(session, "SET LOCAL enable_seqscan = off")
    sql = (
        "EXPLAIN SELECT sum(insured) FROM plan_school_figure"
        " WHERE plan_id = :plan AND tree_path >= :low AND tree_path < :high"
    )
    path = node(COUNTY_A).path
    values = {"plan": world.plan_id, "low": path, "high": f"{path[:-1]}0"}
    plan = " ".join(session.connection().execute(text(sql), values).scalars())
    assert "ix_plan_school_figure_plan_path" in plan
