"""W2: a student applies, keeps a draft, withdraws and applies again; who, when, in which state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotFound, Refusal, Stale
from app.core.workflow import WrongState
from app.enrolment import queries, services
from app.enrolment.models import Enrolment
from app.enrolment.rules import CountedNoMore, PlanNotOpen, ProfileIncomplete, WindowNotYet, WindowOver, Wish
from app.orgs.models import OrgNode
from app.plans.models import Plan
from app.plans.rules import UnitSubmitted
from tests.at_once import at_once, committed
from tests.campaigns import FROM, TO, opened
from tests.conftest import CountStatements, StandAt
from tests.enrolment.applying import TICKED, WAIVE, insure, row_of
from tests.make.places import A, B, class_of
from tests.plans.test_units_are_locked import set_state, unit_at
from tests.world import World

OTHERS = sorted(role.code for role in ROLES if role.code not in {"student", "guardian"})
INSIDE = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def plan(session: Session, at: StandAt) -> Plan:
    """A plan of school A in which nobody has decided yet; the clock stands inside its window."""
    at(INSIDE)
    return opened(session, "P")


def own(session: Session, world: World, plan: Plan) -> Enrolment:
    """The row of the cast's student."""
    return row_of(session, plan.id, world.of(A)[0].student_id)


def submit(session: Session, world: World, plan: Plan, wish: Wish, *, who: str = "student") -> Enrolment:
    """Hand the own application in, from the version it has."""
    row = own(session, world, plan)
    services.submit(
        session, world.actor(session, who), enrolment_id=row.id, version=row.version, wish=wish, proof=TICKED
    )
    return own(session, world, plan)


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_a_student_or_guardian_chooses_months_and_submits(who: str, session: Session, world: World, plan: Plan) -> None:
    wish = insure(session, plan.id)
    row = submit(session, world, plan, wish, who=who)
    assert (row.state, row.tally, row.choice, row.source) == ("submitted", "pending", "insure", "student")
    assert (row.coverage_option_id, row.filed_by) == (wish.coverage_option_id, world.accounts[who])
    assert row.submitted_at == INSIDE
    assert row.decided_at is None


def test_who_waives_gives_a_reason_and_no_months(session: Session, world: World, plan: Plan) -> None:
    option = insure(session, plan.id).coverage_option_id
    row = submit(session, world, plan, Wish("waive", option, "other", "  在父母处  参保 "))
    assert (row.state, row.choice, row.coverage_option_id) == ("submitted", "waive", None)
    assert (row.waiver_reason, row.waiver_text) == ("other", "在父母处 参保")


def test_choosing_months_clears_a_reason(session: Session, world: World, plan: Plan) -> None:
    wish = replace(insure(session, plan.id), waiver_reason="other", waiver_text="不想要")
    row = submit(session, world, plan, wish)
    assert (row.waiver_reason, row.waiver_text) == (None, None)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (Wish(), {"coverage": "coverage_missing"}),
        (Wish("perhaps"), {"coverage": "choice"}),
        (Wish("insure"), {"coverage": "choice"}),
        (Wish("insure", 10**9), {"coverage": "choice"}),
        (Wish("waive"), {"waiver_reason": "waiver_reason_missing"}),
        (Wish("waive", None, "because"), {"waiver_reason": "choice"}),
        (Wish("waive", None, "other"), {"waiver_text": "waiver_text_length"}),
        (Wish("waive", None, "other", " 无 "), {"waiver_text": "waiver_text_length"}),
        (Wish("waive", None, "other", "长" * 201), {"waiver_text": "waiver_text_length"}),
    ],
)
def test_an_application_that_says_too_little_is_refused(
    wish: Wish, problem: dict[str, str], session: Session, world: World, plan: Plan
) -> None:
    with pytest.raises(Invalid) as refused:
        submit(session, world, plan, wish)
    assert refused.value.fields == problem
    assert own(session, world, plan).state == "unregistered"


def test_an_option_of_another_plan_is_refused(session: Session, world: World, plan: Plan) -> None:
    with pytest.raises(Invalid):
        submit(session, world, plan, insure(session, world.plan_id))


@pytest.mark.parametrize("wish", [Wish(), Wish("waive"), Wish("waive", None, "other")])
def test_a_draft_may_be_unfinished(wish: Wish, session: Session, world: World, plan: Plan) -> None:
    row = own(session, world, plan)
    services.save(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version, wish=wish)
    row = own(session, world, plan)
    assert (row.state, row.tally, row.submitted_at) == ("draft", "unregistered", None)
    assert (row.choice, row.waiver_reason) == (wish.choice, wish.waiver_reason)


def test_what_was_submitted_is_withdrawn_and_submitted_again(session: Session, world: World, plan: Plan) -> None:
    row = submit(session, world, plan, WAIVE)
    services.withdraw(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version)
    row = own(session, world, plan)
    assert (row.state, row.tally, row.choice) == ("draft", "unregistered", "waive")
    assert submit(session, world, plan, insure(session, plan.id)).choice == "insure"


def test_what_was_rejected_is_mended_and_submitted_again(session: Session, world: World, plan: Plan) -> None:
    row = submit(session, world, plan, WAIVE)
    services.review(session, SYSTEM, plan_id=plan.id, ids=[row.id], approve=False, opinion="缺少证明")
    assert own(session, world, plan).state == "rejected"
    row = submit(session, world, plan, insure(session, plan.id))
    assert (row.state, row.opinion) == ("submitted", "缺少证明")


def test_every_step_is_written_down_with_who_and_when(
    session: Session, world: World, plan: Plan, acts: Callable[[], list[Audit]]
) -> None:
    row = submit(session, world, plan, WAIVE)
    services.withdraw(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version)
    lines = queries.history(session, world.actor(session, "guardian"), row.id)
    assert [(line.kind, line.before["state"], line.after["state"]) for line in lines if line.before and line.after] == [
        ("enrolment_withdrawn", "submitted", "draft"),
        ("enrolment_submitted", "unregistered", "submitted"),
    ]
    assert {line.account_id for line in lines} == {world.accounts["student"]}
    assert [act.act for act in acts()][-2:] == ["enrolment:submit", "enrolment:withdraw"]


@pytest.mark.parametrize("state", ["submitted", "insured", "waived", "stopped"])
def test_what_is_under_review_or_decided_stays_as_it_is(state: str, session: Session, world: World, plan: Plan) -> None:
    row = submit(session, world, plan, insure(session, plan.id))
    if state != "submitted":
        change = "UPDATE enrolment SET state = :state, decided_at = now(), choice = :choice, waiver_reason = :reason,"
        waive = state == "waived"
        values = {"state": state, "choice": "waive" if waive else "insure", "reason": "refuse" if waive else None}
        session.connection().execute(
            text(change + " coverage_option_id = NULL WHERE id = :id"), values | {"id": row.id}
        )
    with pytest.raises(WrongState):
        submit(session, world, plan, WAIVE)
    if state != "submitted":
        with pytest.raises(WrongState):
            services.withdraw(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_applies_for_a_student(who: str, session: Session, world: World, plan: Plan) -> None:
    with pytest.raises(NotFound):
        submit(session, world, plan, WAIVE, who=who)


@pytest.mark.parametrize("pupil", [1, 8])
def test_a_student_applies_for_nobody_else(pupil: int, session: Session, world: World, plan: Plan) -> None:
    other = opened(session, "Q", place_code=B, product="student_accident", cover_year=2028) if pupil == 8 else plan
    student = [*world.of(A), *world.of(B)][pupil].student_id
    row = row_of(session, other.id, student)
    with pytest.raises(NotFound):
        services.submit(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version, wish=WAIVE)


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (FROM - timedelta(microseconds=1), WindowNotYet),
        (FROM, None),
        (TO - timedelta(microseconds=1), None),
        (TO, WindowOver),
    ],
)
def test_applications_are_taken_from_the_first_moment_to_before_the_last(
    moment: datetime, refusal: type[Refusal] | None, session: Session, world: World, plan: Plan, at: StandAt
) -> None:
    at(moment)
    if refusal is None:
        assert submit(session, world, plan, WAIVE).state == "submitted"
        return
    with pytest.raises(refusal):
        submit(session, world, plan, WAIVE)


def test_a_plan_closed_meanwhile_takes_nothing(session: Session, world: World, plan: Plan) -> None:
    close = "UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id"
    session.connection().execute(text(close), {"id": plan.id})
    with pytest.raises(PlanNotOpen):
        submit(session, world, plan, WAIVE)


def test_a_submitted_unit_takes_nothing(session: Session, world: World) -> None:
    set_state(session, unit_at(session, world, A), "submitted")
    row = row_of(session, world.plan_id, world.of(A)[0].student_id)
    with pytest.raises(UnitSubmitted) as refused:
        services.withdraw(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version)
    assert refused.value.facts["unit"]


def test_who_is_counted_no_more_applies_no_more(session: Session, world: World, plan: Plan) -> None:
    row = own(session, world, plan)
    session.connection().execute(text("UPDATE enrolment SET removed_at = now() WHERE id = :id"), {"id": row.id})
    with pytest.raises(CountedNoMore):
        submit(session, world, plan, WAIVE)


def test_a_page_that_is_out_of_date_is_shown_what_stands_there_now(session: Session, world: World, plan: Plan) -> None:
    version = own(session, world, plan).version
    student = world.actor(session, "student")
    row = own(session, world, plan)
    services.save(session, student, enrolment_id=row.id, version=version, wish=WAIVE)
    with pytest.raises(Stale) as stale:
        services.save(session, student, enrolment_id=row.id, version=version, wish=Wish())
    assert stale.value.current == {"coverage": "waive", "waiver_reason": "employee", "waiver_text": ""}
    assert stale.value.version == version + 1


def test_a_postgraduate_completes_the_basic_record_first(
    session: Session, world: World, node: Callable[[str], OrgNode], plan: Plan
) -> None:
    path = node(class_of(A, 1, 1)).path
    session.connection().execute(text("UPDATE org_node SET stage = 'master' WHERE path = :path"), {"path": path})
    row = own(session, world, plan)
    with pytest.raises(ProfileIncomplete) as refused:
        submit(session, world, plan, WAIVE)
    assert refused.value.facts == {"student_id": row.student_id}
    services.save(session, world.actor(session, "student"), enrolment_id=row.id, version=row.version, wish=WAIVE)


def test_an_application_is_a_handful_of_statements(
    session: Session, world: World, plan: Plan, statements: CountStatements
) -> None:
    row, student = own(session, world, plan), world.actor(session, "student")
    with statements() as sent:
        services.submit(session, student, enrolment_id=row.id, version=row.version, wish=WAIVE, proof=TICKED)
    assert len(sent) <= 11, sent  # one of them reads what is attached already


@pytest.mark.committed
def test_two_tabs_at_once_get_one_answer_and_one_refusal(database: Database, session: Session, world: World) -> None:
    with database.sessions.begin() as other:
        plan_id = opened(other, "P", cover_year=2028).id
    student_id = world.of(A)[0].student_id
    row = row_of(session, plan_id, student_id)
    row_id, version = row.id, row.version
    student = world.actor(session, "student")
    session.rollback()

    def send(wish: Wish) -> Callable[[], object]:
        def act(other: Session) -> None:
            services.submit(other, student, enrolment_id=row_id, version=version, wish=wish, proof=TICKED)

        return committed(database, act)

    outcomes = at_once(send(WAIVE), send(Wish("waive", None, "refuse")))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale"]
    assert row_of(session, plan_id, student_id).version == version + 1


def test_the_permission_to_apply_is_the_families_alone() -> None:
    holders = {role.code for role in ROLES if Permission.ENROLMENT_APPLY in role.permissions}
    assert holders == {"student", "guardian", "system_admin"}
