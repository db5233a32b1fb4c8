"""W3: a reviewer decides about one application or many with one opinion; each row is told what became of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment import queries, services
from app.enrolment.rules import CountChanged, Decision, Outcome, OwnApplication, PlanNotOpen, ReviewOver
from app.enrolment.services import bring
from app.orgs.models import OrgNode
from app.plans.models import Plan
from app.plans.rules import NewStep, UnitSubmitted
from tests.at_once import at_once, committed
from tests.campaigns import FROM, TO, opened
from tests.conftest import CountStatements, StandAt
from tests.crowd import admitted
from tests.enrolment.applying import row_of, rows_of
from tests.make.places import A, B, class_of
from tests.plans.test_units_are_locked import set_state, unit_at
from tests.world import World

COUNSELLORS = NewStep("grade", "counsellor", "college_officer", "all_decided", FROM, TO)
HOLDERS = sorted(r.code for r in ROLES if Permission.ENROLMENT_REVIEW in r.permissions and r.code != "system_admin")


def submitted(session: Session, plan: Plan, students: list[int]) -> list[int]:
    """Let students have submitted, every second one a waiver; returns the ids of their rows."""
    choices = [("insure", None), ("waive", "refuse")]
    decisions = [Decision(student, "submitted", *choices[n % 2]) for n, student in enumerate(students)]
    bring(session, SYSTEM, plan_id=plan.id, decisions=decisions)
    return [row.id for row in rows_of(session, plan.id, students)]


@pytest.fixture
def plan(session: Session) -> Plan:
    """A plan of school A whose chain names counsellors to review; nobody has decided yet."""
    return opened(session, "P", steps=(COUNSELLORS,))


@pytest.fixture
def ids(session: Session, world: World, plan: Plan) -> list[int]:
    """The rows of the four students of the counsellor's grade, submitted; the first student is the cast's own."""
    return submitted(session, plan, [pupil.student_id for pupil in world.of(A)[:4]])


def states(session: Session, plan: Plan, world: World) -> list[str]:
    """The states of the rows of school A's students, in their order."""
    return [row.state for row in rows_of(session, plan.id, [pupil.student_id for pupil in world.of(A)])]


def approve(session: Session, world: World, plan: Plan, ids: list[int], who: str = "counsellor") -> Outcome:
    """Approve as somebody of the cast."""
    return services.review(session, world.actor(session, who), plan_id=plan.id, ids=ids, approve=True)


def reject(session: Session, world: World, plan: Plan, ids: list[int], opinion: str = "缺少证明") -> Outcome:
    """Reject as the counsellor."""
    actor = world.actor(session, "counsellor")
    return services.review(session, actor, plan_id=plan.id, ids=ids, approve=False, opinion=opinion)


def test_approval_leads_to_what_each_has_chosen(session: Session, world: World, plan: Plan, ids: list[int]) -> None:
    assert approve(session, world, plan, ids) == Outcome(tuple(ids))
    assert states(session, plan, world)[:4] == ["insured", "waived", "insured", "waived"]
    row = row_of(session, plan.id, world.of(A)[0].student_id)
    assert row.decided_by == world.accounts["counsellor"]
    assert row.decided_at is not None


def test_rejection_carries_one_opinion_for_all(session: Session, world: World, plan: Plan, ids: list[int]) -> None:
    assert reject(session, world, plan, ids[:2], "  缺少  证明 ") == Outcome(tuple(ids[:2]))
    rows = rows_of(session, plan.id, [pupil.student_id for pupil in world.of(A)[:3]])
    assert [(row.state, row.opinion) for row in rows] == [
        ("rejected", "缺少 证明"),
        ("rejected", "缺少 证明"),
        ("submitted", None),
    ]


@pytest.mark.parametrize("opinion", ["", " ", "不", "长" * 201])
def test_a_rejection_without_an_opinion_is_refused(
    opinion: str, session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    with pytest.raises(Invalid) as refused:
        reject(session, world, plan, ids, opinion)
    assert refused.value.fields == {"opinion": "opinion_length"}
    assert set(states(session, plan, world)[:4]) == {"submitted"}


def test_each_row_is_told_what_became_of_it(session: Session, world: World, plan: Plan, ids: list[int]) -> None:
    approve(session, world, plan, ids[:1])
    session.connection().execute(text("UPDATE enrolment SET removed_at = now() WHERE id = :id"), {"id": ids[1]})
    outside = row_of(session, plan.id, world.of(A)[5].student_id).id
    outcome = approve(session, world, plan, [*ids, outside, 10**12])
    assert outcome.done == tuple(ids[2:])
    assert {(each.id, each.code) for each in outcome.refused} == {
        (ids[0], "wrong_state"),
        (ids[1], "counted_no_more"),
        (outside, "not_found"),
        (10**12, "not_found"),
    }


def test_a_row_in_a_submitted_unit_is_left_while_the_others_are_done(session: Session, world: World) -> None:
    step = NewStep("class", "school_admin", "county_admin", "all_decided", FROM, TO)
    plan = opened(session, "P", steps=(step,))
    ids = submitted(session, plan, [pupil.student_id for pupil in world.of(A)[:4]])
    submit_class = "UPDATE reporting_unit SET state = 'submitted' WHERE plan_id = :plan AND node_id = :node"
    values = {"plan": plan.id, "node": world.nodes[class_of(A, 1, 1)]}
    session.connection().execute(text(submit_class), values)
    outcome = approve(session, world, plan, ids, "school_admin")
    assert outcome.done == tuple(ids[2:])
    assert {(each.id, each.code) for each in outcome.refused} == {(i, "unit_submitted") for i in ids[:2]}


def test_nobody_reviews_an_own_application(session: Session, world: World, plan: Plan, ids: list[int]) -> None:
    own = "UPDATE account SET person_id = :person WHERE id = :id"
    values = {"person": world.of(A)[0].person_id, "id": world.accounts["counsellor"]}
    session.connection().execute(text(own), values)
    outcome = approve(session, world, plan, ids)
    assert [(each.id, each.code) for each in outcome.refused] == [(ids[0], "own_application")]
    assert outcome.done == tuple(ids[1:])


def test_nobody_reviews_what_they_filed_themselves(session: Session, world: World, plan: Plan, ids: list[int]) -> None:
    filed = "UPDATE enrolment SET filed_by = :id WHERE id = :row"
    session.connection().execute(text(filed), {"id": world.accounts["counsellor"], "row": ids[1]})
    outcome = approve(session, world, plan, ids)
    assert [(each.id, each.code) for each in outcome.refused] == [(ids[1], "own_application")]


@pytest.mark.parametrize("role", HOLDERS)
def test_only_the_role_the_chain_names_reviews(
    role: str, session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    if role == "counsellor":
        assert approve(session, world, plan, ids, role).done == tuple(ids)
        return
    with pytest.raises((NotAllowed, NotFound)):
        approve(session, world, plan, ids, role)
    assert set(states(session, plan, world)[:4]) == {"submitted"}


def test_a_superuser_reviews_whatever_the_chain_names(
    session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    assert approve(session, world, plan, ids, "root_admin").done == tuple(ids)


@pytest.mark.parametrize("who", ["school_admin_b", "student", "guardian", "unit_operator"])
def test_who_has_no_business_here_finds_nothing(
    who: str, session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    with pytest.raises(NotFound):
        approve(session, world, plan, ids, who)


def test_after_the_first_step_is_over_nothing_is_reviewed(
    session: Session, world: World, plan: Plan, ids: list[int], at: StandAt
) -> None:
    at(TO)
    with pytest.raises(ReviewOver):
        approve(session, world, plan, ids)


def test_in_a_closed_plan_nothing_is_reviewed(session: Session, world: World, plan: Plan, ids: list[int]) -> None:
    close = "UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id"
    session.connection().execute(text(close), {"id": plan.id})
    with pytest.raises(PlanNotOpen):
        approve(session, world, plan, ids)


def test_all_that_match_are_reviewed_as_they_match_inside_the_act(
    session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    wanted = queries.Wanted(plan.id, state="submitted", choice="insure")
    actor = world.actor(session, "counsellor")
    outcome = services.review_matching(session, actor, wanted=wanted, shown=2, approve=True)
    assert outcome.done == (ids[0], ids[2])


def test_when_other_than_the_number_shown_match_nothing_is_done(
    session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    approve(session, world, plan, ids[:1])
    actor = world.actor(session, "counsellor")
    wanted = queries.Wanted(plan.id, state="submitted")
    with pytest.raises(CountChanged) as refused:
        services.review_matching(session, actor, wanted=wanted, shown=4, approve=True)
    assert refused.value.facts == {"shown": 4, "now": 3}
    assert states(session, plan, world)[1:4] == ["submitted"] * 3


def test_one_application_is_reviewed_from_the_version_that_was_read(
    session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    actor = world.actor(session, "counsellor")

    def once(version: int) -> None:
        services.review_one(session, actor, plan_id=plan.id, enrolment_id=ids[0], version=version, approve=True)

    version = row_of(session, plan.id, world.of(A)[0].student_id).version
    with pytest.raises(Stale):
        once(version - 1)
    once(version)
    with pytest.raises(WrongState):
        once(version + 1)


def test_one_application_is_refused_for_what_stands_against_it(session: Session, world: World) -> None:
    row = row_of(session, world.plan_id, world.of(A)[2].student_id)
    actor = world.actor(session, "school_admin")
    mine = "UPDATE enrolment SET filed_by = :id WHERE id = :row"
    session.connection().execute(text(mine), {"id": world.accounts["school_admin"], "row": row.id})

    def approve_it() -> None:
        services.review_one(
            session, actor, plan_id=world.plan_id, enrolment_id=row.id, version=row.version, approve=True
        )

    with pytest.raises(OwnApplication):
        approve_it()
    set_state(session, unit_at(session, world, A), "submitted")
    with pytest.raises(UnitSubmitted) as refused:
        approve_it()
    assert refused.value.facts["unit"]


def test_three_hundred_are_reviewed_in_eight_statements(
    session: Session, world: World, plan: Plan, statements: CountStatements, acts: Callable[[], list[Audit]]
) -> None:
    ids = submitted(session, plan, admitted(session, [class_of(A, 1, 1 + n % 2) for n in range(300)]))
    actor = world.actor(session, "counsellor")
    with statements() as sent:
        outcome = services.review(session, actor, plan_id=plan.id, ids=ids, approve=True)
    assert len(outcome.done) == 300
    assert len(sent) <= 8, sent
    line = acts()[-1]
    assert (line.act, line.after) == ("enrolment:approve", {"plan": plan.id, "count": 300})
    assert queries.history(session, actor, ids[299])[0].kind == "enrolment_approved"


@pytest.mark.committed
def test_two_who_review_overlapping_batches_at_once_do_each_row_once(
    database: Database, session: Session, world: World
) -> None:
    with database.sessions.begin() as other:
        plan = opened(other, "P", cover_year=2028)
        ids = submitted(other, plan, [pupil.student_id for pupil in world.of(A)])
        plan_id = plan.id
    reviewer = world.actor(session, "root_admin")
    session.rollback()

    def batch(some: list[int]) -> Callable[[], Outcome]:
        return committed(database, lambda s: services.review(s, reviewer, plan_id=plan_id, ids=some, approve=True))

    calls = [batch(ids[start : start + 5] if n % 2 else ids[::-1]) for n, start in enumerate((0, 1, 2, 3, 0, 1, 2, 3))]
    outcomes = at_once(*calls)
    assert all(isinstance(outcome, Outcome) for outcome in outcomes), outcomes
    done = [each for outcome in outcomes if isinstance(outcome, Outcome) for each in outcome.done]
    assert sorted(done) == sorted(ids)
    rows = rows_of(session, plan_id, [pupil.student_id for pupil in world.of(A)])
    assert {row.version for row in rows} == {3}


def test_a_list_of_applications_shows_what_it_counts(
    session: Session, world: World, plan: Plan, node: Callable[[str], OrgNode]
) -> None:
    submitted(session, plan, [pupil.student_id for pupil in world.of(A)[:4]])
    actor = world.actor(session, "school_admin")
    first = world.of(A)[0]
    for wanted, expected in (
        (queries.Wanted(plan.id), 8),
        (queries.Wanted(plan.id, state="submitted"), 4),
        (queries.Wanted(plan.id, choice="waive"), 2),
        (queries.Wanted(plan.id, name=first.name), 1),
        (queries.Wanted(plan.id, number=first.student_number), 1),
        (queries.Wanted(plan.id, class_name="THRUSH-202601"), 2),
        (queries.Wanted(plan.id, below=node(class_of(A, 1, 1)).path), 2),
    ):
        assert queries.count(session, actor, wanted) == expected
        assert len(queries.ids_matching(session, actor, wanted, Permission.ENROLMENT_READ)) == expected
    assert queries.count(session, world.actor(session, "school_admin_b"), queries.Wanted(plan.id)) == 0
    assert queries.count(session, world.actor(session, "school_admin_b"), queries.Wanted(world.plan_id)) == len(
        world.of(B)
    )


def test_one_application_is_read_with_all_details_inside_ones_own_place(
    session: Session, world: World, plan: Plan, ids: list[int]
) -> None:
    actor = world.actor(session, "counsellor")
    services.review(session, actor, plan_id=plan.id, ids=ids[:1], approve=False, opinion="缺少证明")
    found = queries.one(session, actor, Permission.ENROLMENT_READ, enrolment_id=ids[0])
    assert (found.name, found.enrolment.opinion, found.decided_by) == (world.of(A)[0].name, "缺少证明", "counsellor")
    other = world.actor(session, "school_admin_b")
    with pytest.raises(NotFound):
        queries.one(session, other, Permission.ENROLMENT_READ, enrolment_id=ids[0])
