"""UM-11 to UM-14 and UM-19: submitted figures stay, the next level decides one or many, upper rates are their sums."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import NotAllowed, NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment.models import Enrolment
from app.enrolment.services import review as review_applications
from app.plans.rules import UnitSubmitted
from app.rates import queries, services
from app.rates.models import Submission
from app.rates.queries.drift import drift
from app.rates.queries.units import history, unit
from app.rates.rules import AboveSubmitted, ChildrenMissing, OpinionMissing, OwnSubmission, Verdict
from app.rates.workflow import WORKFLOW, UnitState
from app.students import services as students
from app.students.models import Student
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import A, B, class_of, grade
from tests.rates.chain import APPROVED, GRADES, RETURNED, Chain, chained
from tests.rates.recounted import raw
from tests.stage import TEST
from tests.world import World

FIRST, SECOND = GRADES


@pytest.fixture
def chain(session: Session, world: World) -> Chain:
    """A plan with a chain of two steps, everybody insured."""
    found = chained(session, world)
    found.decide()
    return found


def latest(chain: Chain, code: str) -> Submission:
    """What a unit submitted last."""
    line = unit(chain.session, SYSTEM, chain.unit(code).id)
    assert line.submission is not None
    return line.submission


def path_of(chain: Chain, code: str) -> str:
    """Where a node stands."""
    return queries.place(chain.session, SYSTEM, code=code).path


def test_the_life_of_a_rate_reaches_every_state_and_leads_nowhere_else() -> None:
    assert WORKFLOW.reachable() == frozenset(UnitState)
    assert {move.not_by for move in WORKFLOW.moves if move.event != "submit"} == {"submitter"}


def test_um11_after_submission_nothing_below_is_decided_until_it_is_returned(chain: Chain, world: World) -> None:
    session = chain.session
    raw(
        session,
        "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
        "state = 'insured', choice = 'insure' WHERE plan_id = :id",
        id=chain.plan.id,
    )
    chain.submit(FIRST)
    (newcomer,) = admitted(session, [class_of(A, 1, 1)])
    raw(
        session,
        "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
        "state = 'submitted', choice = 'insure' WHERE student_id = :id",
        id=newcomer,
    )
    stmt = select(Enrolment.id).where(Enrolment.student_id == newcomer, Enrolment.plan_id == chain.plan.id)
    ids = session.scalars(everything(stmt, because=TEST)).all()
    who = chain.who("counsellor")
    refused = review_applications(session, who, plan_id=chain.plan.id, ids=ids, approve=True)
    assert not refused.done
    chain.review((FIRST,), RETURNED)
    assert chain.unit(FIRST).state == "returned"
    assert review_applications(session, who, plan_id=chain.plan.id, ids=ids, approve=True).done
    assert chain.submit(FIRST)
    assert (latest(chain, FIRST).number, latest(chain, FIRST).insured) == (2, 5)
    assert world.plan_id
    assert UnitSubmitted.code == "unit_submitted"


def test_um11_the_snapshot_stays_while_the_roll_goes_on_and_drift_names_who(chain: Chain) -> None:
    session = chain.session
    chain.submit(FIRST)
    frozen = latest(chain, FIRST)
    assert drift(session, SYSTEM, frozen, path_of(chain, FIRST)) == []
    (came,) = admitted(session, [class_of(A, 1, 2)])
    mover = chain.world.of(A)[0]
    students.move(session, SYSTEM, ids=[mover.student_id], class_number="THRUSH-202501")
    raw(
        session,
        "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
        "state = 'stopped' WHERE plan_id = :plan AND student_id = :id",
        plan=chain.plan.id,
        id=chain.world.of(A)[1].student_id,
    )
    assert (latest(chain, FIRST).insured, latest(chain, FIRST).digest) == (4, frozen.digest)
    found = drift(session, chain.who("college_officer"), frozen, path_of(chain, FIRST))
    number = session.scalar(everything(select(Student.student_number).where(Student.id == came), because=TEST))
    assert {(each.what, each.student_number) for each in found} == {
        ("left", "THRUSH-01"),
        ("changed", "THRUSH-02"),
        ("came", number),
    }
    nameless = drift(session, chain.who("province_admin"), frozen, path_of(chain, FIRST))
    assert [(each.what, each.name, each.student_number) for each in nameless] == [
        (each.what, None, None) for each in found
    ]


def test_um12_several_are_reviewed_with_one_opinion_each_on_its_own(chain: Chain) -> None:
    chain.submit(FIRST)
    outcome = chain.review(GRADES, Verdict("approve", "同意"))
    assert outcome.done == (chain.unit(FIRST).id,)
    assert outcome.refused == {chain.unit(SECOND).id: "wrong_state"}
    frozen = latest(chain, FIRST)
    assert (frozen.state, frozen.opinion, frozen.reviewed_name) == ("approved", "同意", "college_officer")
    assert (chain.unit(FIRST).state, chain.unit(SECOND).state) == ("approved", "open")


def test_um12_a_return_wants_an_opinion(chain: Chain) -> None:
    chain.submit(FIRST)
    for opinion in ("", "  ", "字" * 501):
        with pytest.raises(OpinionMissing):
            chain.review((FIRST,), Verdict("return", opinion))
    assert chain.unit(FIRST).state == "submitted"


def test_only_the_role_of_the_chain_reviews_and_nobody_the_own_submission(chain: Chain) -> None:
    chain.submit(FIRST)
    for role in ("counsellor", "student_affairs"):
        with pytest.raises(NotAllowed):
            chain.review((FIRST,), APPROVED, chain.who(role))
    with pytest.raises(NotFound):
        chain.review((FIRST,), APPROVED, chain.who("college_officer", B))
    same_account = chain.who("college_officer", A, chain.world.accounts["counsellor"])
    assert chain.review((FIRST,), APPROVED, same_account).refused == {chain.unit(FIRST).id: "own_submission"}
    found = chain.unit(FIRST)
    with pytest.raises(OwnSubmission):
        services.review_one(chain.session, same_account, unit_id=found.id, version=found.version, verdict=APPROVED)
    with pytest.raises(IntegrityError, match="ck_submission_not_by_submitter"):
        raw(chain.session, "UPDATE submission SET state = 'approved', reviewed_at = now(), reviewed_by = submitted_by")


def test_um13_the_upper_rate_is_the_sum_of_what_was_approved_once_all_of_it_is(chain: Chain) -> None:
    with pytest.raises(ChildrenMissing) as refusal:
        chain.submit(A)
    assert refusal.value.facts["count"] == 2
    for code in GRADES:
        chain.submit(code)
    chain.review((FIRST,))
    with pytest.raises(ChildrenMissing) as refusal:
        chain.submit(A)
    assert (refusal.value.facts["count"], refusal.value.facts["names"]) == (1, "八年级")
    chain.review((SECOND,))
    admitted(chain.session, [class_of(A, 2, 2)])
    chain.submit(A)
    frozen = latest(chain, A)
    assert (frozen.insured, frozen.unregistered, len(frozen.parts), frozen.members) == (8, 0, 2, [])
    node = queries.place(chain.session, SYSTEM, code=A)
    assert queries.at(chain.session, SYSTEM, chain.plan, node).total_eligible == 9


def test_um13_a_part_without_anybody_to_be_insured_holds_nobody_up(chain: Chain) -> None:
    sql = "UPDATE enrolment SET state = 'unregistered', choice = NULL, removed_at = now() WHERE plan_id = :plan"
    raw(
        chain.session,
        f"{sql} AND node_id IN (SELECT id FROM org_node WHERE code LIKE :codes)",
        plan=chain.plan.id,
        codes=f"{SECOND}-%",
    )
    chain.submit(FIRST)
    chain.review((FIRST,))
    assert chain.submit(A)


def test_um14_an_upper_rate_that_is_returned_lets_its_parts_be_returned_and_only_then(chain: Chain) -> None:
    for code in GRADES:
        chain.submit(code)
    chain.review(GRADES)
    chain.submit(A)
    assert chain.review((FIRST,), RETURNED).refused == {chain.unit(FIRST).id: "above_submitted"}
    found = chain.unit(FIRST)
    with pytest.raises(AboveSubmitted):
        services.review_one(
            chain.session, chain.who("college_officer"), unit_id=found.id, version=found.version, verdict=RETURNED
        )
    chain.review((A,), RETURNED)
    assert [chain.unit(code).state for code in (FIRST, SECOND, A)] == ["approved", "approved", "returned"]
    assert chain.review((FIRST,), RETURNED).done
    assert chain.unit(FIRST).state == "returned"
    with pytest.raises(ChildrenMissing):
        chain.submit(A)
    chain.submit(FIRST)
    chain.review((FIRST,))
    chain.submit(A)
    assert chain.review((A,)).done
    assert [each.state for each in history(chain.session, SYSTEM, chain.unit(A).id)] == ["approved", "returned"]


def test_um19_every_step_is_kept_with_time_and_name_and_audited(chain: Chain, acts: Callable[[], list[Audit]]) -> None:
    chain.submit(FIRST)
    chain.review((FIRST,), RETURNED)
    frozen = latest(chain, FIRST)
    assert (frozen.submitted_name, frozen.reviewed_name, frozen.opinion) == ("counsellor", "college_officer", "请补齐")
    assert frozen.reviewed_at is not None
    assert frozen.submitted_at <= frozen.reviewed_at
    found = [(act.act, act.actor_name) for act in acts() if act.subject == "submission"]
    assert found == [("submission:submit", "counsellor"), ("submission:return", "college_officer")]


def test_a_version_that_was_not_looked_at_is_not_decided(chain: Chain) -> None:
    chain.submit(FIRST)
    found = chain.unit(FIRST)
    who = chain.who("college_officer")
    with pytest.raises(Stale):
        services.review_one(chain.session, who, unit_id=found.id, version=found.version - 1, verdict=APPROVED)
    other = chain.unit(SECOND)
    with pytest.raises(WrongState):
        services.review_one(chain.session, who, unit_id=other.id, version=other.version, verdict=APPROVED)


def test_amounts_are_frozen_and_summed(chain: Chain) -> None:
    raw(
        chain.session,
        "UPDATE enrolment SET coverage_option_id = (SELECT id FROM coverage_option WHERE plan_id = :id)"
        " WHERE plan_id = :id AND choice = 'insure'",
        id=chain.plan.id,
    )
    for code in GRADES:
        chain.submit(code)
        assert latest(chain, code).amount == 4 * 40_000
    chain.review(GRADES)
    chain.submit(A)
    assert latest(chain, A).amount == 8 * 40_000


def test_two_are_reviewed_with_as_many_statements_as_one(chain: Chain, statements: CountStatements) -> None:
    counts = []
    for code in GRADES:
        chain.submit(code)
    for verdict, codes in ((APPROVED, (FIRST,)), (RETURNED, GRADES)):
        units, who = {u.id: u.version for u in map(chain.unit, codes)}, chain.who("college_officer")
        with statements() as sent:
            services.review(chain.session, who, units=units, verdict=verdict)
        counts.append(len(sent))
    assert counts == [counts[0]] * 2


@pytest.mark.committed
def test_of_two_who_review_at_once_one_decides(database: Database, world: World) -> None:
    with database.sessions() as session:
        chain = chained(session, world)
        chain.decide()
        chain.submit(grade(A, 1))
        found, who = chain.unit(grade(A, 1)), chain.who("college_officer")
        session.commit()

    def act(verdict: Verdict) -> object:
        def work(session: Session) -> object:
            return services.review(session, who, units={found.id: found.version}, verdict=verdict).done

        return committed(database, work)()

    outcomes = at_once(lambda: act(APPROVED), lambda: act(RETURNED), lambda: act(APPROVED))
    assert sorted(map(len, outcomes)) in ([0, 0, 1], [0, 0, 1])  # type: ignore[arg-type]
