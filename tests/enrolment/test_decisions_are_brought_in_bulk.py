"""Bringing decisions taken elsewhere: into undecided rows of the own place, all or nothing, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment.models import Enrolment
from app.enrolment.queries import history
from app.enrolment.rules import Decision, OwnApplication, PlanNotOpen, ReviewOver, WindowNotYet
from app.enrolment.services import bring
from app.orgs.models import OrgNode
from app.plans.queries import options_of
from app.plans.rules import NewOption, UnitSubmitted
from app.plans.services import close
from app.plans.units import hold_unit_exclusively
from app.rates import queries as figures
from tests.at_once import Later, at_once, committed, until_waiting
from tests.campaigns import FROM, OPTION, TO, opened
from tests.conftest import CountStatements, StandAt
from tests.crowd import admitted
from tests.make.places import ROOT, A, B, classes_of
from tests.plans.test_units_are_locked import set_state, unit_at
from tests.stage import TEST
from tests.world import World

HOLDERS = sorted(role.code for role in ROLES if Permission.ENROLMENT_ENTER in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.ENROLMENT_ENTER not in role.permissions)


def insured(world: World, school: str, *places: int) -> list[Decision]:
    """The decision to be insured, for some of the eight students of a school."""
    return [Decision(world.of(school)[n].student_id, "insured", "insure") for n in places]


def so(student_id: int, state: str = "waived") -> Decision:
    """A decision that reaches a state, with the choice and reason it needs."""
    choice = {"draft": None, "waived": "waive"}.get(state, "insure")
    return Decision(student_id, state, choice, {"waived": "other"}.get(state))


def rows_of(session: Session, plan_id: int) -> list[Enrolment]:
    """The rows of a plan, by person."""
    stmt = select(Enrolment).where(Enrolment.plan_id == plan_id).order_by(Enrolment.person_id)
    return list(session.scalars(everything(stmt.execution_options(populate_existing=True), because=TEST)))


def states(session: Session, plan_id: int) -> list[str]:
    """The states of the rows of a plan, by person."""
    return [row.state for row in rows_of(session, plan_id)]


def test_what_was_decided_stands_in_the_rows(session: Session, world: World) -> None:
    plan = opened(session, "P")
    decisions = [
        Decision(world.of(A)[0].student_id, "insured", "insure"),
        Decision(world.of(A)[1].student_id, "waived", "waive", "military", "counsellor"),
        Decision(world.of(A)[2].student_id, "draft"),
        Decision(world.of(A)[3].student_id, "submitted", "insure"),
    ]
    assert bring(session, SYSTEM, plan_id=plan.id, decisions=decisions) == 4
    rows = rows_of(session, plan.id)
    assert [(r.state, r.choice, r.waiver_reason, r.source, r.version) for r in rows[:5]] == [
        ("insured", "insure", None, "import", 2),
        ("waived", "waive", "military", "counsellor", 2),
        ("draft", None, None, "import", 2),
        ("submitted", "insure", None, "import", 2),
        ("unregistered", None, None, "roll", 1),
    ]
    assert [(bool(r.submitted_at), bool(r.decided_at)) for r in rows[:4]] == [
        (True, True),
        (True, True),
        (False, False),
        (True, False),
    ]


def test_nothing_to_bring_changes_and_says_nothing(
    session: Session,
    world: World,
    acts: Callable[[], list[Audit]],
) -> None:
    assert bring(session, SYSTEM, plan_id=world.plan_id, decisions=[]) == 0
    assert acts() == []


def test_the_act_is_written_down_at_the_nearest_common_place(
    session: Session,
    world: World,
    node: Callable[[str], OrgNode],
    acts: Callable[[], list[Audit]],
) -> None:
    plan = opened(session, "P", place_code=ROOT)
    bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 0, 7))
    bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 1) + insured(world, B, 1))
    paths = [act.tree_path for act in acts() if act.act == "enrolment:bring"]
    assert paths == [node(A).path, node(ROOT).path]


@pytest.mark.parametrize("state", ["insured", "waived", "stopped", "submitted"])
def test_what_is_no_longer_undecided_is_not_decided_again(session: Session, world: World, state: str) -> None:
    plan = opened(session, "P")
    student = world.of(A)[0].student_id
    bring(session, SYSTEM, plan_id=plan.id, decisions=[so(student, state)])
    with pytest.raises(WrongState):
        bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 0, 1))
    assert states(session, plan.id)[:2] == [state, "unregistered"]


@pytest.mark.parametrize("state", ["draft", "rejected"])
def test_what_is_begun_or_rejected_is_decided_as_the_staff_would(session: Session, world: World, state: str) -> None:
    plan = opened(session, "P")
    bring(session, SYSTEM, plan_id=plan.id, decisions=[so(world.of(A)[0].student_id, state)])
    assert bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 0)) == 1
    assert states(session, plan.id)[0] == "insured"


@pytest.mark.parametrize("state", ["insured", "waived"])
def test_with_a_reason_what_was_decided_is_corrected(session: Session, world: World, state: str) -> None:
    plan = opened(session, "P")
    student = world.of(A)[0].student_id
    bring(session, SYSTEM, plan_id=plan.id, decisions=[so(student, state)])
    bring(session, SYSTEM, plan_id=plan.id, decisions=[so(student, "waived")], reason="核对名单")
    row = rows_of(session, plan.id)[0]
    assert (row.state, row.choice, row.coverage_option_id) == ("waived", "waive", None)


def test_months_are_the_first_of_the_plan_unless_named(session: Session, world: World) -> None:
    late = NewOption("2027年7月至12月", OPTION.cover_from, OPTION.cover_to, 20_000, 0)
    plan = opened(session, "P", options=(OPTION, late))
    first, second = options_of(session, plan.id)
    named = Decision(world.of(A)[1].student_id, "insured", "insure", coverage_option_id=second)
    bring(session, SYSTEM, plan_id=plan.id, decisions=[*insured(world, A, 0), named, so(world.of(A)[2].student_id)])
    assert [row.coverage_option_id for row in rows_of(session, plan.id)[:4]] == [first, second, None, None]


def test_months_of_another_plan_are_refused(session: Session, world: World) -> None:
    plan = opened(session, "P")
    other = next(iter(options_of(session, world.plan_id)))
    foreign = Decision(world.of(A)[0].student_id, "insured", "insure", coverage_option_id=other)
    with pytest.raises(Invalid):
        bring(session, SYSTEM, plan_id=plan.id, decisions=[foreign])


def test_amounts_are_in_the_figures_at_once(session: Session, world: World, node: Callable[[str], OrgNode]) -> None:
    plan = opened(session, "P")
    bring(session, SYSTEM, plan_id=plan.id, decisions=[*insured(world, A, 0, 1), so(world.of(A)[2].student_id)])
    assert figures.at(session, SYSTEM, plan, node(A)).amount == 2 * OPTION.personal_amount


def test_each_decision_is_read_in_the_history_of_its_application(session: Session, world: World) -> None:
    plan = opened(session, "P")
    actor = world.actor(session, "school_admin")
    bring(session, actor, plan_id=plan.id, decisions=insured(world, A, 0))
    bring(session, actor, plan_id=plan.id, decisions=[so(world.of(A)[0].student_id)], reason="核对名单")
    corrected, entered = history(session, actor, rows_of(session, plan.id)[0].id)
    assert (entered.kind, entered.source, entered.after) == (
        "enrolment_entered",
        "import",
        {"state": "insured", "choice": "insure", "coverage": OPTION.label},
    )
    assert (corrected.kind, corrected.reason, corrected.before) == (
        "enrolment_corrected",
        "核对名单",
        {"state": "insured", "choice": "insure", "coverage": OPTION.label, "waiver_reason": None},
    )


def test_who_brought_a_decision_stands_in_the_row(session: Session, world: World) -> None:
    plan = opened(session, "P")
    bring(session, world.actor(session, "school_admin"), plan_id=plan.id, decisions=insured(world, A, 0))
    row = rows_of(session, plan.id)[0]
    assert {row.filed_by, row.decided_by} == {world.accounts["school_admin"]}


def test_nothing_is_brought_into_a_closed_plan(session: Session, world: World) -> None:
    plan = opened(session, "P")
    close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason="收缴结束")
    with pytest.raises(PlanNotOpen):
        bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 0))
    assert states(session, plan.id)[0] == "unregistered"


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_nothing_is_brought_into_a_submitted_unit_which_is_named(session: Session, world: World, state: str) -> None:
    unit = unit_at(session, world, A)
    set_state(session, unit, state)
    undecided = insured(world, A, 4)
    with pytest.raises(UnitSubmitted) as refused:
        bring(session, SYSTEM, plan_id=world.plan_id, decisions=undecided)
    assert refused.value.facts["state"] == state
    set_state(session, unit, "returned")
    assert bring(session, SYSTEM, plan_id=world.plan_id, decisions=undecided) == 1


@pytest.mark.parametrize(("moment", "refusal"), [(FROM, WindowNotYet), (TO, ReviewOver)])
def test_decisions_are_brought_in_the_time_of_deciding_only(
    session: Session, world: World, at: StandAt, moment: datetime, refusal: type[Exception]
) -> None:
    plan = opened(session, "P")
    at(moment - timedelta(seconds=1) if refusal is WindowNotYet else moment)
    with pytest.raises(refusal):
        bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 0))


def test_a_row_that_changed_since_it_was_looked_at_refuses_the_whole_list(session: Session, world: World) -> None:
    plan = opened(session, "P")
    looked_at = [replace(decision, version=1) for decision in insured(world, A, 0, 1)]
    bring(session, SYSTEM, plan_id=plan.id, decisions=[Decision(world.of(A)[0].student_id, "draft")])
    with pytest.raises(Stale):
        bring(session, SYSTEM, plan_id=plan.id, decisions=looked_at)
    assert states(session, plan.id)[:2] == ["draft", "unregistered"]


def test_nobody_brings_a_decision_about_the_own_person(session: Session, world: World) -> None:
    plan = opened(session, "P")
    person = world.of(A)[0].person_id
    actor = world.actor(session, "school_admin")
    session.connection().execute(
        text("UPDATE account SET person_id = :person WHERE id = :id"), {"person": person, "id": actor.user_id}
    )
    with pytest.raises(OwnApplication):
        bring(session, actor, plan_id=plan.id, decisions=insured(world, A, 0))


def test_a_removed_row_is_not_decided(session: Session, world: World) -> None:
    plan = opened(session, "P")
    session.connection().execute(text("UPDATE enrolment SET removed_at = now() WHERE plan_id = :id"), {"id": plan.id})
    with pytest.raises(NotFound):
        bring(session, SYSTEM, plan_id=plan.id, decisions=insured(world, A, 0))


def test_a_student_decided_twice_in_one_list_is_refused(session: Session, world: World) -> None:
    with pytest.raises(Invalid):
        bring(session, SYSTEM, plan_id=opened(session, "P").id, decisions=insured(world, A, 0, 0))


def test_a_student_who_is_not_in_the_plan_is_not_found(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        bring(session, SYSTEM, plan_id=opened(session, "P").id, decisions=insured(world, B, 0))


@pytest.mark.parametrize("role", HOLDERS)
def test_who_holds_it_decides_for_those_of_the_own_place(session: Session, world: World, role: str) -> None:
    plan = opened(session, "P")
    assert bring(session, world.actor(session, role), plan_id=plan.id, decisions=insured(world, A, 0)) == 1


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_decides_for_nobody(session: Session, world: World, role: str) -> None:
    plan = opened(session, "P")
    with pytest.raises((NotAllowed, NotFound)):
        bring(session, world.actor(session, role), plan_id=plan.id, decisions=insured(world, A, 0))


@pytest.mark.parametrize("role", [role for role in HOLDERS if role != "system_admin"])
def test_one_student_of_another_place_refuses_the_whole_list(session: Session, world: World, role: str) -> None:
    plan = opened(session, "P", place_code=ROOT)
    decisions = insured(world, A, 0) + insured(world, B, 0)
    with pytest.raises(NotFound):
        bring(session, world.actor(session, role), plan_id=plan.id, decisions=decisions)
    assert set(states(session, plan.id)) == {"unregistered"}


def test_many_decisions_take_as_many_statements_as_one(session: Session, statements: CountStatements) -> None:
    plan = opened(session, "P")
    counts = []
    for codes in (classes_of(A)[:1], classes_of(A) * 25):
        decisions = [Decision(student_id, "insured", "insure") for student_id in admitted(session, codes)]
        with statements() as sent:
            assert bring(session, SYSTEM, plan_id=plan.id, decisions=decisions) == len(codes)
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.committed
def test_one_student_decided_by_many_at_once_is_decided_by_one(database: Database, world: World) -> None:
    plan_id = committed(database, lambda session: opened(session, "P").id)()
    deciding = committed(
        database,
        lambda session: bring(session, SYSTEM, plan_id=plan_id, decisions=insured(world, A, 0)),
    )
    outcomes = at_once(*[deciding] * 8)
    assert [outcome for outcome in outcomes if outcome == 1] == [1]
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 7
    with database.sessions() as session:
        assert rows_of(session, plan_id)[0].version == 2


@pytest.mark.committed
def test_overlapping_lists_in_any_order_never_deadlock(database: Database, world: World) -> None:
    plan_id = committed(database, lambda session: opened(session, "P").id)()

    def deciding(order: list[int]) -> int:
        # Past `transaction`, which would run a deadlock again.
        with database.sessions.begin() as session:
            return bring(session, SYSTEM, plan_id=plan_id, decisions=insured(world, A, *order))

    everybody = list(range(8))
    outcomes = at_once(*[lambda order=order: deciding(order) for order in (everybody, everybody[::-1])] * 4)
    assert [outcome for outcome in outcomes if outcome == 8] == [8]
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 7


@pytest.mark.committed
def test_a_list_waits_for_who_submits_the_unit_and_is_then_refused(database: Database, world: World) -> None:
    with database.sessions.begin() as session:
        unit = unit_at(session, world, A)
        hold_unit_exclusively(session, unit)
        bringing = Later(
            committed(
                database,
                lambda other: bring(other, SYSTEM, plan_id=world.plan_id, decisions=insured(world, A, 4)),
            )
        )
        until_waiting(database)
        set_state(session, unit, "submitted")
    assert isinstance(bringing.result(), UnitSubmitted)
