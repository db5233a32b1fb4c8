"""学籍异动: the table of moves is closed and reachable; leave, resuming and undoing a leaving, with what is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, text

from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment.models import Enrolment
from app.orgs.reshape import close, merge
from app.students import services
from app.students.rules import AlreadyInSchool, ClassIsClosed, HasLeft
from app.students.workflow import OPEN_STATES, PAUSED, STATUS, StudentEvent, StudentState, leaving
from tests.at_once import at_once, committed
from tests.make.places import A, class_of
from tests.stage import TEST
from tests.students.typed import identity, number, placements, register, student
from tests.world import World

DAY, LATER = date(2026, 10, 8), date(2026, 11, 9)
ILL = "因病休学一年"
NO_CORRECTORS = ["school_admin_b", "class_teacher", "counsellor", "county_admin", "guardian", "student"]


def change(session: Session, world: World, one: int, event: StudentEvent, **changed: object) -> None:
    """Let something happen to a student of school A, as its admin."""
    asked = {"version": student(session, one).version, "on": DAY, "reason": ILL, **changed}
    who = str(asked.pop("who", "school_admin"))
    services.change_status(session, world.actor(session, who), student_id=one, event=event, **asked)  # type: ignore[arg-type]


def leave(session: Session, world: World, one: int, state: str = "withdrawn", on: date = LATER) -> None:
    """Let a student of school A leave."""
    version, admin = student(session, one).version, world.actor(session, "school_admin")
    services.leave(session, admin, student_id=one, version=version, state=state, on=on, reason="迁居")


def tallies(session: Session, one: int) -> list[str | None]:
    """Under which words the rows of a student are counted, in the order they were made."""
    stmt = select(Enrolment.tally).where(Enrolment.student_id == one).order_by(Enrolment.id)
    return list(session.scalars(everything(stmt, because=TEST)))


def by_state(session: Session, world: World, state: str) -> int:
    """A student of school A whose row is in a state."""
    stmt = select(Enrolment.student_id).where(Enrolment.plan_id == world.plan_id, Enrolment.state == state)
    ids = set(session.scalars(everything(stmt, because=TEST)))
    return next(pupil.student_id for pupil in world.of(A) if pupil.student_id in ids)


def test_every_state_is_reached_and_every_event_leads_somewhere() -> None:
    assert STATUS.reachable() == set(StudentState)
    assert {move.event for move in STATUS.moves} == set(StudentEvent)
    assert len({(move.source, move.event) for move in STATUS.moves}) == len(STATUS.moves)
    assert all(STATUS.events(state) for state in StudentState)
    assert {move.needs for move in STATUS.moves} == {Permission.STUDENT_UPDATE, Permission.STUDENT_CLOSE}


def test_only_an_open_state_leads_out_of_the_school_and_only_undoing_leads_back() -> None:
    for move in STATUS.moves:
        assert (move.source in OPEN_STATES) or (move.event is StudentEvent.REOPEN)
    assert {move.target for move in leaving(StudentState.IN_SCHOOL)} == set(StudentState) - OPEN_STATES
    for state in PAUSED:
        finished = {StudentState.GRADUATED, StudentState.COMPLETED}
        assert {move.target for move in leaving(state)} == set(StudentState) - OPEN_STATES - finished
    assert leaving(StudentState.DECEASED) == ()


def test_the_database_knows_the_same_states(session: Session) -> None:
    stmt = text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'student'::regclass")
    checks = {row[0]: row[1] for row in session.execute(stmt)}
    for name, states in (
        ("ck_student_state", set(StudentState)),
        ("ck_student_open_states", OPEN_STATES),
        ("ck_student_paused_with_reason", PAUSED),
    ):
        named = {state for state in StudentState if f"'{state}'" in checks[name]}
        assert (name, named) == (name, set(states))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([StudentEvent.TAKE_LEAVE], "on_leave"),
        ([StudentEvent.RETAIN], "retained"),
        ([StudentEvent.TAKE_LEAVE, StudentEvent.RETAIN], "retained"),
        ([StudentEvent.TAKE_LEAVE, StudentEvent.RESUME], "in_school"),
        ([StudentEvent.RETAIN, StudentEvent.RESUME], "in_school"),
        ([StudentEvent.TAKE_LEAVE, StudentEvent.WITHDRAW], "withdrawn"),
        ([StudentEvent.GRADUATE], "graduated"),
        ([StudentEvent.GRADUATE, StudentEvent.REOPEN], "in_school"),
    ],
)
def test_a_status_follows_the_table(session: Session, world: World, events: list[StudentEvent], state: str) -> None:
    one = world.of(A)[0].student_id
    for event in events:
        change(session, world, one, event)
    row = student(session, one)
    assert (row.state, row.version) == (state, 1 + len(events))
    assert (row.closed_on is None) is (state in OPEN_STATES)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (None, StudentEvent.RESUME),
        (None, StudentEvent.REOPEN),
        (StudentEvent.TAKE_LEAVE, StudentEvent.TAKE_LEAVE),
        (StudentEvent.TAKE_LEAVE, StudentEvent.GRADUATE),
        (StudentEvent.RETAIN, StudentEvent.TAKE_LEAVE),
        (StudentEvent.RETAIN, StudentEvent.COMPLETE),
    ],
)
def test_what_the_table_does_not_know_is_refused(
    session: Session, world: World, before: StudentEvent | None, event: StudentEvent
) -> None:
    one = world.of(A)[0].student_id
    if before:
        change(session, world, one, before)
    with pytest.raises(WrongState):
        change(session, world, one, event)


def test_who_is_on_leave_resumes_before_finishing(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    change(session, world, one, StudentEvent.TAKE_LEAVE)
    with pytest.raises(Invalid) as refusal:
        leave(session, world, one, state="graduated")
    assert refusal.value.fields == {"state": "resume_first"}
    leave(session, world, one, state="withdrawn")
    with pytest.raises(HasLeft):
        change(session, world, one, StudentEvent.RESUME)


def test_leave_keeps_day_and_reason_and_is_written_down(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    one = world.of(A)[0].student_id
    change(session, world, one, StudentEvent.TAKE_LEAVE, reason=f" {ILL} ")
    row = student(session, one)
    assert (row.state_on, row.state_reason, row.closed_on) == (DAY, ILL, None)
    assert [(act.act, act.reason) for act in acts()] == [("student:take_leave", ILL)]
    stmt = select(ChangeRecord).where(ChangeRecord.subject_id == one).order_by(ChangeRecord.id.desc()).limit(1)
    noted = session.scalars(everything(stmt, because=TEST)).one()
    assert (noted.kind, noted.before, noted.reason) == ("study_leave", {"state": "in_school"}, ILL)
    assert noted.after == {"state": "on_leave", "state_on": "2026-10-08"}
    assert placements(session, one) == [(world.nodes[class_of(A, 1, 1)], False)]


@pytest.mark.parametrize("state", ["unregistered", "submitted", "insured", "waived"])
def test_on_leave_only_what_was_decided_is_counted_and_back_one_is_asked_anew(
    session: Session, world: World, state: str
) -> None:
    one = by_state(session, world, state)
    before = tallies(session, one)
    decided = state in {"insured", "waived"}
    change(session, world, one, StudentEvent.TAKE_LEAVE)
    assert tallies(session, one) == (before if decided else [None])
    change(session, world, one, StudentEvent.RESUME, on=LATER)
    assert tallies(session, one) == (before if decided else [None, "unregistered"])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"on": date(2026, 8, 31)}, {"on": "leave_date_range"}),
        ({"on": date(2099, 1, 1)}, {"on": "leave_date_range"}),
        ({"on": None}, {"on": "leave_date_range"}),
        ({"reason": "x"}, {"reason": "reason_length"}),
    ],
)
def test_a_change_needs_a_day_and_a_reason(
    session: Session, world: World, changed: dict[str, object], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        change(session, world, world.of(A)[0].student_id, StudentEvent.TAKE_LEAVE, **changed)
    assert refusal.value.fields == wrong


def test_nobody_resumes_before_the_leave_began(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    change(session, world, one, StudentEvent.TAKE_LEAVE, on=LATER)
    with pytest.raises(Invalid) as refusal:
        change(session, world, one, StudentEvent.RESUME, on=DAY)
    assert refusal.value.fields == {"on": "leave_date_range"}


@pytest.mark.parametrize("role", NO_CORRECTORS)
def test_who_may_not_changes_no_status(session: Session, world: World, role: str) -> None:
    one = world.of(A)[0].student_id
    for event in (StudentEvent.TAKE_LEAVE, StudentEvent.WITHDRAW, StudentEvent.REOPEN):
        with pytest.raises((NotFound, NotAllowed)):
            change(session, world, one, event, who=role)


def test_a_stale_page_changes_nothing(session: Session, world: World) -> None:
    with pytest.raises(Stale):
        change(session, world, world.of(A)[0].student_id, StudentEvent.TAKE_LEAVE, version=9)


def test_a_mistaken_leaving_is_undone(session: Session, world: World) -> None:
    one, home = by_state(session, world, "unregistered"), None
    home = student(session, one).node_id
    leave(session, world, one)
    assert tallies(session, one) == [None]
    change(session, world, one, StudentEvent.REOPEN, on=None, reason="点错学生")
    row = student(session, one)
    assert (row.state, row.closed_on, row.close_reason, row.node_id) == ("in_school", None, None, home)
    assert placements(session, one) == [(home, True), (home, False)]
    assert tallies(session, one) == [None, "unregistered"]


def test_a_leaving_is_not_undone_for_who_is_in_a_school_again(session: Session, world: World) -> None:
    admin, certificate = world.actor(session, "school_admin"), number()
    one = register(session, admin, "THRUSH-202601", identity("回来的", certificate))
    leave(session, world, one, on=student(session, one).opened_on)
    register(session, admin, "THRUSH-202602", identity("回来的", certificate))
    with pytest.raises(AlreadyInSchool):
        change(session, world, one, StudentEvent.REOPEN)


def test_a_leaving_is_not_undone_into_a_closed_class(session: Session, world: World) -> None:
    one, county = world.of(A)[0].student_id, world.actor(session, "county_admin")
    leave(session, world, one)
    source = world.nodes[class_of(A, 1, 1)]
    merge(session, county, node_id=source, target_code=class_of(A, 1, 2), version=1)
    with pytest.raises(ClassIsClosed):
        change(session, world, one, StudentEvent.REOPEN)


def test_a_class_with_somebody_on_leave_stays_open(session: Session, world: World) -> None:
    ids = [pupil.student_id for pupil in world.of(A) if pupil.class_code == class_of(A, 1, 1)]
    for one in ids:
        change(session, world, one, StudentEvent.TAKE_LEAVE)
    with pytest.raises(Exception, match="still_in_use"):
        close(
            session,
            world.actor(session, "county_admin"),
            node_id=world.nodes[class_of(A, 1, 1)],
            version=1,
            reason="并班",
        )


@pytest.mark.committed
def test_of_two_at_once_one_changes_the_status(database: Database, world: World) -> None:
    one = world.of(A)[0].student_id

    def act(event: StudentEvent) -> Callable[[], object]:
        return committed(database, lambda session: change(session, world, one, event, version=1))

    outcomes = at_once(act(StudentEvent.TAKE_LEAVE), act(StudentEvent.WITHDRAW))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale"]


def test_a_change_takes_few_statements(session: Session, world: World, statements: Callable[..., object]) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    with statements() as noted:  # type: ignore[attr-defined]
        services.change_status(
            session, admin, student_id=one, version=1, event=StudentEvent.TAKE_LEAVE, on=DAY, reason=ILL
        )
    assert len(noted) <= 16
