"""Whatever sequence of admissions, transfers and leavings: figures, lists, a recount and the placements agree."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.permissions import Permission
from app.access.scope import everything, under
from app.core.db import Database, Session
from app.enrolment.models import Enrolment
from app.orgs import queries as orgs
from app.plans.models import Plan
from app.rates import queries as rates
from app.rates.rules import Status
from app.students import services
from app.students.models import Placement, Student
from app.students.rules import SameClass
from app.students.workflow import StudentEvent
from tests.crowd import admitted
from tests.make.places import A, class_of
from tests.stage import TEST
from tests.students.typed import placements, student
from tests.world import World

CLASSES = [
    (class_of(A, cohort, number), f"THRUSH-{year}0{number}")
    for cohort, year in ((1, 2026), (2, 2025))
    for number in (1, 2)
]
UNDECIDED = {"unregistered", "draft", "submitted", "rejected"}
STATUSES = (Status.TOTAL_ELIGIBLE, Status.INSURED, Status.WAIVED, Status.PENDING, Status.UNREGISTERED)

acts = st.one_of(
    st.tuples(st.just("admit"), st.integers(0, 3), st.integers(1, 3)),
    st.tuples(st.just("move"), st.integers(0, 3), st.integers(0, 50)),
    st.tuples(st.just("leave"), st.integers(0, 50), st.just(0)),
    st.tuples(st.just("pause"), st.integers(0, 50), st.just(0)),
)


@given(st.lists(acts, min_size=3, max_size=10))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_roll_and_the_figures_agree(database: Database, world: World, story: list[tuple[str, int, int]]) -> None:
    with database.sessions() as session:
        outer = session.begin_nested()
        bind(session, SYSTEM)
        where = {pupil.student_id: pupil.class_code for pupil in world.of(A)}
        for act, first, second in story:
            _play(session, where, act, first, second)
            session.expire_all()
        _agree(session, world, where)
        outer.rollback()


def _play(session: Session, where: dict[int, str], act: str, first: int, second: int) -> None:
    if act == "admit":
        code = CLASSES[first][0]
        where.update(dict.fromkeys(admitted(session, [code] * second), code))
    elif where and act == "move":
        one, (code, number) = sorted(where)[second % len(where)], CLASSES[first]
        if where[one] == code:
            with pytest.raises(SameClass):
                services.move(session, SYSTEM, ids=[one], class_number=number)
            return
        services.move(session, SYSTEM, ids=[one], class_number=number)
        where[one] = code
    elif where and act == "pause":
        one = sorted(where)[first % len(where)]
        version, state = student(session, one).version, student(session, one).state
        event = StudentEvent.TAKE_LEAVE if state == "in_school" else StudentEvent.RESUME
        services.change_status(
            session, SYSTEM, student_id=one, version=version, event=event, on=date(2026, 11, 1), reason="因病"
        )
    elif where:
        one = sorted(where)[first % len(where)]
        version = student(session, one).version
        services.leave(
            session,
            SYSTEM,
            student_id=one,
            version=version,
            state="withdrawn",
            on=date(2026, 11, 1),
            reason="退学",
        )
        del where[one]


def _agree(session: Session, world: World, where: dict[int, str]) -> None:
    stmt = select(Plan).where(Plan.id == world.plan_id)
    plan = session.scalars(everything(stmt, because=TEST)).one()
    for code in (A, *(code for code, _ in CLASSES)):
        node = orgs.find(session, SYSTEM, Permission.FIGURE_READ, code=code)
        figures = rates.at(session, SYSTEM, plan, node)
        recount = _recount(session, world.plan_id, node.path)
        for status in STATUSES:
            listed = len(rates.people(session, SYSTEM, plan, node, status))
            assert (code, status, listed) == (code, status, getattr(figures, status.value))
            if status is not Status.TOTAL_ELIGIBLE:
                assert listed == recount[status.value], (code, status)
    on_roll = Counter(where.values())
    rows = select(Student.id, Student.node_id).where(Student.closed_on.is_(None), Student.school_id == world.nodes[A])
    stands = {row.id: row.node_id for row in session.execute(everything(rows, because=TEST))}
    assert stands == {one: world.nodes[code] for one, code in where.items()}
    assert sum(on_roll.values()) == len(stands)
    for one, node_id in stands.items():
        assert [node for node, over in placements(session, one) if not over] == [node_id]
    left = select(Student.id).where(Student.closed_on.is_not(None))
    begun = select(func.count()).select_from(Placement).where(Placement.until.is_(None), Placement.student_id.in_(left))
    assert session.scalar(everything(begun, because=TEST)) == 0
    assert _drifted(session) == 0


def _recount(session: Session, plan_id: int, path: str) -> Counter[str]:
    """The rows of a plan below a path, counted one by one by their states, as the specification says."""
    stmt = select(Enrolment.state, Enrolment.removed_at).where(
        Enrolment.plan_id == plan_id, under(Enrolment.tree_path, (path,))
    )
    counted: Counter[str] = Counter()
    for row in session.execute(everything(stmt, because=TEST)):
        if row.removed_at is None:
            counted[
                "unregistered"
                if row.state in {"draft", "rejected"}
                else "pending"
                if row.state == "submitted"
                else row.state
            ] += 1
    return counted


def _drifted(session: Session) -> int:
    """Live undecided rows that do not stand where their student stands, or of somebody who is not in school."""
    stmt = (
        select(func.count())
        .select_from(Enrolment)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Enrolment.removed_at.is_(None),
            Enrolment.state.in_(UNDECIDED),
            (Enrolment.node_id != Student.node_id) | (Student.state != "in_school"),
        )
    )
    return session.scalar(everything(stmt, because=TEST)) or 0
