"""UM-09: nothing is submitted while somebody has not decided or waits for review; the vectors of domain §3.4."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.access.actor import SYSTEM
from app.core.db import Database, Session
from app.core.errors import NotAllowed, NotFound, Stale
from app.core.workflow import WrongState
from app.rates import queries, services
from app.rates.models import Submission
from app.rates.rules import NotComplete, NothingToSubmit, OutsideWindow
from tests.at_once import at_once, committed
from tests.campaigns import FROM, TO
from tests.conftest import CountStatements, StandAt
from tests.crowd import admitted
from tests.make.places import A, B, class_of, grade
from tests.rates.chain import GRADES, Chain, chained
from tests.rates.recounted import raw
from tests.world import World

A_MOMENT = timedelta(microseconds=1)


@pytest.fixture
def chain(session: Session, world: World) -> Chain:
    """A plan with a chain of two steps, nobody decided."""
    return chained(session, world)


def submission(chain: Chain, submission_id: int) -> Submission:
    """What was submitted."""
    found = chain.session.get(Submission, submission_id, execution_options={"xuebao_gate": frozenset({"*"})})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("insured", "waived", "unregistered", "pending", "rate", "waiver", "is_refused"),
    [
        (1, 1, 0, 0, "50.00", "50.00", False),
        (1, 0, 0, 0, "100.00", "0.00", False),
        (1, 0, 288, 0, "0.35", "0.00", True),
        (1, 2, 0, 0, "33.33", "66.67", False),
        (1, 799, 0, 0, "0.13", "99.88", False),
        (1, 1, 0, 1, "33.33", "33.33", True),
    ],
)
def test_the_vectors_of_the_domain_reference(  # noqa: PLR0917  one column each
    chain: Chain,
    insured: int,
    waived: int,
    unregistered: int,
    pending: int,
    rate: str,
    waiver: str,
    is_refused: bool,  # noqa: FBT001
) -> None:
    session, code = chain.session, class_of(A, 2, 2)
    raw(session, "DELETE FROM enrolment WHERE plan_id = :plan", plan=chain.plan.id)
    admitted(session, [code] * (insured + waived + unregistered + pending))
    ranked = "(SELECT id, row_number() OVER (ORDER BY id) AS n FROM enrolment WHERE plan_id = :plan)"
    for state, choice, why, first, last in (
        ("insured", "insure", None, 0, insured),
        ("waived", "waive", "refuse", insured, insured + waived),
        ("submitted", "insure", None, insured + waived, insured + waived + pending),
    ):
        raw(
            session,
            "UPDATE enrolment AS e SET submitted_at = now(), decided_at = now(), "
                "state = :state, choice = :choice, waiver_reason = :why"
            f" FROM {ranked} AS r WHERE r.id = e.id AND r.n > :first AND r.n <= :last",
            plan=chain.plan.id, state=state, choice=choice, why=why, first=first, last=last,
        )  # fmt: skip
    node = queries.place(session, SYSTEM, code=grade(A, 2))
    figures = queries.at(session, SYSTEM, chain.plan, node)
    assert (str(figures.rate), str(figures.waiver_rate)) == (rate, waiver)
    if is_refused:
        with pytest.raises(NotComplete) as refusal:
            chain.submit(grade(A, 2))
        assert (refusal.value.facts["unregistered"], refusal.value.facts["pending"]) == (unregistered, pending)
        assert chain.unit(grade(A, 2)).state == "open"
    else:
        frozen = submission(chain, chain.submit(grade(A, 2)))
        assert (frozen.insured, frozen.waived, len(frozen.members)) == (insured, waived, insured + waived)
        assert frozen.marks.count("I") == insured


def test_nothing_of_nothing_is_no_rate_and_is_not_submitted(chain: Chain) -> None:
    raw(chain.session, "DELETE FROM enrolment WHERE plan_id = :plan", plan=chain.plan.id)
    with pytest.raises(NothingToSubmit):
        chain.submit(grade(A, 1))


def test_who_stopped_and_is_not_counted_is_nobody_to_submit_nor_to_wait_for(chain: Chain) -> None:
    chain.decide()
    stopped = "UPDATE enrolment SET state = 'stopped' WHERE plan_id = :plan AND tree_path LIKE :below"
    path = queries.place(chain.session, SYSTEM, code=grade(A, 2)).path
    raw(chain.session, stopped, plan=chain.plan.id, below=f"{path}%")
    with pytest.raises(NothingToSubmit):
        chain.submit(grade(A, 2))
    chain.submit(grade(A, 1))
    chain.review((grade(A, 1),))
    assert submission(chain, chain.submit(A)).insured == 4


def test_the_rows_are_counted_not_the_counters(chain: Chain) -> None:
    chain.decide()
    raw(chain.session, "DELETE FROM plan_figure_delta")
    assert submission(chain, chain.submit(grade(A, 1))).insured == 4


def test_only_the_role_of_the_step_submits_and_only_at_its_place(chain: Chain) -> None:
    chain.decide()
    for role in ("college_officer", "student_affairs"):
        with pytest.raises(NotAllowed):
            chain.submit(grade(A, 1), chain.who(role))
    for code in (class_of(A, 1, 1), B):
        with pytest.raises(NotFound):
            chain.submit(grade(A, 1), chain.who("counsellor", code))
    assert chain.submit(grade(A, 1), chain.who("counsellor", grade(A, 1)))


def test_outside_the_window_or_in_a_closed_plan_nothing_is_submitted(chain: Chain, at: StandAt) -> None:
    chain.decide()
    at(TO + timedelta(seconds=1))
    with pytest.raises(OutsideWindow):
        chain.submit(grade(A, 1))
    at(TO - timedelta(days=1))
    raw(chain.session, "UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id", id=chain.plan.id)
    with pytest.raises(OutsideWindow):
        chain.submit(grade(A, 1))


@pytest.mark.parametrize(
    ("moment", "is_in_time"),
    [(FROM - A_MOMENT, False), (FROM, True), (TO - A_MOMENT, True), (TO, False)],
)
def test_the_window_of_a_step_is_open_from_its_first_moment_to_before_its_last(
    chain: Chain,
    at: StandAt,
    moment: datetime,
    is_in_time: bool,  # noqa: FBT001  a row of a table
) -> None:
    chain.decide()
    at(moment)
    if is_in_time:
        assert chain.submit(grade(A, 1))
        return
    with pytest.raises(OutsideWindow):
        chain.submit(grade(A, 1))


def test_an_old_page_submits_nothing_and_nothing_is_submitted_twice(chain: Chain) -> None:
    chain.decide()
    unit = chain.unit(grade(A, 1))
    with pytest.raises(Stale):
        services.submit(chain.session, chain.who("counsellor"), unit_id=unit.id, version=unit.version + 1)
    chain.submit(grade(A, 1))
    with pytest.raises(WrongState):
        chain.submit(grade(A, 1))


def test_a_large_unit_takes_as_many_statements_as_a_small_one(chain: Chain, statements: CountStatements) -> None:
    counts = []
    admitted(chain.session, [class_of(A, 2, 1)] * 60)
    chain.decide()
    for code in GRADES:
        unit, who = chain.unit(code), chain.who("counsellor")
        with statements() as sent:
            services.submit(chain.session, who, unit_id=unit.id, version=unit.version)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12


@pytest.mark.committed
def test_of_many_who_submit_at_once_one_does(database: Database, world: World) -> None:
    with database.sessions() as session:
        chain = chained(session, world)
        chain.decide()
        unit, who = chain.unit(grade(A, 1)), chain.who("counsellor")
        session.commit()
    act = committed(database, lambda session: services.submit(session, who, unit_id=unit.id, version=unit.version))
    outcomes = at_once(*[act] * 6)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} <= {int, WrongState}
