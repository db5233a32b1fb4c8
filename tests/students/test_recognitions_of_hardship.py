"""困难认定: recognitions count by overlap; mistaken ones are corrected or revoked, kept, and the figures follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.enrolment.models import Enrolment
from app.orgs import queries as orgs
from app.plans.models import Plan
from app.rates import queries as rates
from app.rates.rules import Status
from app.students import services
from app.students.models import HardshipRecognition
from app.students.rules import HardshipRevoked, HasLeft, NewHardship, meets
from tests.at_once import at_once, committed
from tests.make.places import A
from tests.stage import TEST
from tests.students.typed import student
from tests.world import World

OPEN = NewHardship("orphan", "special", date(2026, 9, 1), None)
PAST = NewHardship("orphan", "special", date(2024, 9, 1), date(2026, 9, 1))
NO_CORRECTORS = ["school_admin_b", "class_teacher", "counsellor", "county_admin", "guardian", "student"]
MISTAKE = "录入错误：同名同学"


def recognitions(session: Session, student_id: int) -> Sequence[HardshipRecognition]:
    """A student's recognitions as they are now, in the order they were made."""
    stmt = select(HardshipRecognition).where(HardshipRecognition.student_id == student_id)
    stmt = stmt.order_by(HardshipRecognition.id).execution_options(populate_existing=True)
    return session.scalars(everything(stmt, because=TEST)).all()


def recognised(session: Session, world: World, student_id: int, new: NewHardship = OPEN) -> int:
    """Recognise a hardship as the school does; the id."""
    services.recognise(session, world.actor(session, "school_admin"), student_id=student_id, new=new)
    return recognitions(session, student_id)[-1].id


def revoke(session: Session, world: World, recognition_id: int, who: str = "school_admin", **changed: object) -> None:
    """Revoke a recognition."""
    asked = {"version": 1, "reason": MISTAKE, **changed}
    services.revoke_recognition(session, world.actor(session, who), recognition_id=recognition_id, **asked)  # type: ignore[arg-type]


def correct(
    session: Session,
    world: World,
    recognition_id: int,
    new: NewHardship,
    who: str = "school_admin",
    **changed: object,
) -> None:
    """Correct a recognition."""
    asked = {"version": 1, "reason": MISTAKE, "new": new, **changed}
    services.correct_recognition(session, world.actor(session, who), recognition_id=recognition_id, **asked)  # type: ignore[arg-type]


def in_hardship(session: Session, student_id: int) -> bool:
    """Whether the student's row of the plan of 2027 counts as in hardship."""
    stmt = select(Enrolment.hardship).where(Enrolment.student_id == student_id)
    return session.scalars(everything(stmt, because=TEST)).one()


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (date(2026, 9, 1), None, True),
        (date(2026, 9, 1), date(2027, 1, 1), False),
        (date(2026, 9, 1), date(2027, 1, 2), True),
        (date(2027, 12, 31), date(2028, 6, 1), True),
        (date(2028, 1, 1), None, False),
    ],
)
def test_a_recognition_counts_where_it_overlaps_the_cover_year(
    session: Session, world: World, since: date, until: date | None, *, counts: bool
) -> None:
    one = world.of(A)[0].student_id
    recognised(session, world, one, NewHardship("orphan", "special", since, until))
    assert in_hardship(session, one) is counts


def test_a_recognition_that_ends_before_the_cover_year_counts_no_more(session: Session, world: World) -> None:
    one, admin = world.of(A)[3].student_id, world.actor(session, "school_admin")
    assert in_hardship(session, one)
    found = recognitions(session, one)[0].id
    with pytest.raises(Invalid):
        services.end_recognition(session, admin, recognition_id=found, version=1, until_on=date(2026, 9, 1))
    services.end_recognition(session, admin, recognition_id=found, version=1, until_on=date(2026, 12, 1))
    assert not in_hardship(session, one)
    with pytest.raises(Stale):
        services.end_recognition(session, admin, recognition_id=found, version=1, until_on=date(2027, 12, 1))
    other = world.actor(session, "school_admin_b")
    with pytest.raises(NotFound):
        services.end_recognition(session, other, recognition_id=found, version=2, until_on=date(2027, 12, 1))


def test_a_revoked_recognition_is_kept_and_counts_nowhere(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    one = world.of(A)[0].student_id
    found = recognised(session, world, one)
    assert in_hardship(session, one)
    revoke(session, world, found, reason=f" {MISTAKE} ")
    row = recognitions(session, one)[-1]
    assert row.revoked_at is not None
    assert (row.revoke_reason, row.version) == (MISTAKE, 2)
    assert not in_hardship(session, one)
    assert [(act.act, act.reason) for act in acts()][-1] == ("student:hardship_revoke", MISTAKE)
    stmt = select(ChangeRecord).where(ChangeRecord.subject_id == one).order_by(ChangeRecord.id.desc()).limit(1)
    change = session.scalars(everything(stmt, because=TEST)).one()
    assert (change.kind, change.reason, change.after) == ("hardship_changed", MISTAKE, {})
    assert (change.before or {})["category"] == "orphan"


def test_the_waived_in_hardship_follow_a_revocation(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    plan = session.scalars(everything(select(Plan).where(Plan.id == world.plan_id), because=TEST)).one()
    school = orgs.find(session, admin, Permission.FIGURE_READ, code=A)
    stmt = select(Enrolment.student_id).where(Enrolment.plan_id == world.plan_id, Enrolment.state == "waived")
    who_waived = set(session.scalars(everything(stmt, because=TEST)))
    waived = next(pupil.student_id for pupil in world.of(A) if pupil.student_id in who_waived)
    for row in recognitions(session, waived):
        revoke(session, world, row.id)
    before = rates.at(session, admin, plan, school).waived_hardship
    found = recognised(session, world, waived)
    assert rates.at(session, admin, plan, school).waived_hardship == before + 1
    assert len(rates.people(session, admin, plan, school, Status.WAIVED_HARDSHIP)) == before + 1
    revoke(session, world, found)
    assert rates.at(session, admin, plan, school).waived_hardship == before


def test_a_recognition_is_corrected_and_says_why(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    one = world.of(A)[0].student_id
    found = recognised(session, world, one)
    correct(session, world, found, NewHardship("low_income", "hard", date(2025, 9, 1), date(2026, 9, 1)))
    row = recognitions(session, one)[-1]
    assert (row.category, row.level, row.since_on, row.until_on, row.version) == (
        "low_income",
        "hard",
        date(2025, 9, 1),
        date(2026, 9, 1),
        2,
    )
    assert not in_hardship(session, one)
    act = acts()[-1]
    assert (act.act, act.reason) == ("student:hardship_update", MISTAKE)
    assert act.before == {"category": "orphan", "level": "special", "since_on": "2026-09-01", "until_on": ""}


@pytest.mark.parametrize(
    ("new", "reason", "wrong"),
    [
        (NewHardship("rich", "hard", date(2026, 9, 1), None), MISTAKE, {"category": "choice"}),
        (NewHardship("orphan", "very", date(2026, 9, 1), None), MISTAKE, {"level": "choice"}),
        (NewHardship("orphan", "hard", date(1949, 9, 1), None), MISTAKE, {"since_on": "since_on_range"}),
        (NewHardship("orphan", "hard", date(2026, 9, 1), date(2026, 9, 1)), MISTAKE, {"until_on": "period_order"}),
        (OPEN, " ", {"reason": "reason_length"}),
    ],
)
def test_a_correction_is_judged(
    session: Session, world: World, new: NewHardship, reason: str, wrong: dict[str, str]
) -> None:
    found = recognised(session, world, world.of(A)[0].student_id)
    with pytest.raises(Invalid) as refusal:
        correct(session, world, found, new, reason=reason)
    assert refusal.value.fields == wrong


@pytest.mark.parametrize(
    ("first", "second", "met"),
    [
        (OPEN, OPEN, True),
        (OPEN, PAST, False),
        (OPEN, NewHardship("orphan", "hard", date(2025, 1, 1), date(2026, 9, 2)), True),
        (PAST, NewHardship("orphan", "hard", date(2026, 9, 1), None), False),
        (PAST, NewHardship("orphan", "hard", date(2026, 8, 31), date(2026, 9, 30)), True),
        (OPEN, NewHardship("low_income", "special", date(2026, 9, 1), None), False),
    ],
)
def test_recognitions_of_one_category_never_share_a_day(
    session: Session, world: World, first: NewHardship, second: NewHardship, *, met: bool
) -> None:
    assert meets(second, [first]) is meets(first, [second]) is met
    one = world.of(A)[0].student_id
    recognised(session, world, one, first)
    if not met:
        recognised(session, world, one, second)
        return
    with pytest.raises(Invalid) as refusal:
        recognised(session, world, one, second)
    assert refusal.value.fields == {"since_on": "hardship_overlaps"}


def test_a_longer_end_may_not_run_into_the_next_recognition(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    past = recognised(session, world, one, PAST)
    recognised(session, world, one, OPEN)
    with pytest.raises(Invalid):
        services.end_recognition(session, admin, recognition_id=past, version=1, until_on=date(2026, 9, 2))
    with pytest.raises(Invalid):
        correct(session, world, past, OPEN)


def test_what_was_revoked_stands_in_nobodys_way_and_stays_as_it_is(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    found = recognised(session, world, one)
    revoke(session, world, found)
    recognised(session, world, one)
    with pytest.raises(HardshipRevoked):
        revoke(session, world, found, version=2)
    with pytest.raises(HardshipRevoked):
        correct(session, world, found, OPEN, version=2)
    with pytest.raises(HardshipRevoked):
        services.end_recognition(session, admin, recognition_id=found, version=2, until_on=date(2027, 1, 1))


def test_a_revocation_says_why_from_a_fresh_page(session: Session, world: World) -> None:
    found = recognised(session, world, world.of(A)[0].student_id)
    with pytest.raises(Invalid):
        revoke(session, world, found, reason="x")
    with pytest.raises(Stale):
        revoke(session, world, found, version=7)
    with pytest.raises(Stale):
        correct(session, world, found, OPEN, version=7)


@pytest.mark.parametrize("role", NO_CORRECTORS)
def test_who_may_not_correct_students_leaves_recognitions_alone(session: Session, world: World, role: str) -> None:
    found = recognised(session, world, world.of(A)[0].student_id)
    with pytest.raises((NotFound, NotAllowed)):
        revoke(session, world, found, who=role)
    with pytest.raises((NotFound, NotAllowed)):
        correct(session, world, found, OPEN, who=role)


def test_recognitions_of_who_has_left_are_history(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    found = recognised(session, world, one)
    version = student(session, one).version
    gone = {"state": "withdrawn", "on": date(2026, 11, 1), "reason": "迁居"}
    services.leave(session, admin, student_id=one, version=version, **gone)  # type: ignore[arg-type]
    with pytest.raises(HasLeft):
        revoke(session, world, found)


@pytest.mark.committed
def test_of_two_who_revoke_at_once_one_does(database: Database, world: World) -> None:
    one = world.of(A)[0].student_id
    with database.sessions.begin() as session:
        found = recognised(session, world, one)
    outcomes = at_once(*[committed(database, lambda session: revoke(session, world, found)) for _ in range(2)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale"]
    with database.sessions() as session:
        assert not in_hardship(session, one)


@pytest.mark.committed
def test_of_two_who_recognise_the_same_at_once_one_does(database: Database, world: World) -> None:
    one = world.of(A)[0].student_id
    outcomes = at_once(*[committed(database, lambda session: recognised(session, world, one)) for _ in range(2)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Invalid", "int"]
