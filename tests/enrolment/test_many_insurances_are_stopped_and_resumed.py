"""批量停保 and 续保: ticked students with one reason, each row told what became of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.actor import SYSTEM
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotFound
from app.enrolment import queries, services
from app.enrolment.rules import Decision, Outcome, Refused
from app.enrolment.services import bring
from tests.at_once import at_once, committed
from tests.campaigns import opened
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.enrolment.applying import row_of, rows_of
from tests.make.places import A, class_of
from tests.plans.test_units_are_locked import set_state, unit_at
from tests.site import Visit
from tests.world import World

SENT = 303


def ids_of(session: Session, world: World) -> list[int]:
    """The rows of school A's students in the cast's plan; the first is insured, the sixth stopped."""
    return [row_of(session, world.plan_id, pupil.student_id).id for pupil in world.of(A)]


def stop(session: Session, world: World, ids: list[int], who: str = "school_admin", reason: str = "转出") -> Outcome:
    """Stop as somebody of the cast."""
    return services.stop_many(session, world.actor(session, who), plan_id=world.plan_id, ids=ids, reason=reason)


def resume(session: Session, world: World, ids: list[int], who: str = "school_admin") -> Outcome:
    """Resume as somebody of the cast."""
    return services.resume_many(session, world.actor(session, who), plan_id=world.plan_id, ids=ids, reason="转回")


def changes_of(session: Session, world: World, row_id: int) -> list[ChangeRecord]:
    """What happened to an application, the latest first."""
    return queries.history(session, world.actor(session, "school_admin"), row_id)


def test_who_is_insured_is_stopped_and_every_other_row_says_why_not(session: Session, world: World) -> None:
    ids = ids_of(session, world)
    refused = tuple(Refused(ids[n], "wrong_state") for n in (1, 2, 3, 4, 5, 6, 7))
    assert stop(session, world, ids) == Outcome((ids[0],), refused)
    assert row_of(session, world.plan_id, world.of(A)[0].student_id).state == "stopped"
    told = changes_of(session, world, ids[0])[0]
    assert (told.kind, told.reason) == ("enrolment_stopped", "转出")


def test_who_was_stopped_is_resumed_also_in_a_submitted_unit(session: Session, world: World) -> None:
    ids = ids_of(session, world)
    set_state(session, unit_at(session, world, A), "submitted")
    assert stop(session, world, ids[:1]).done == (ids[0],)
    assert resume(session, world, [ids[0], ids[5]]).done == (ids[0], ids[5])
    assert row_of(session, world.plan_id, world.of(A)[5].student_id).state == "insured"


@pytest.mark.parametrize("who", ["class_teacher", "college_officer", "county_admin", "school_admin_b", "student"])
def test_who_may_not_stop_finds_nothing(who: str, session: Session, world: World) -> None:
    ids = ids_of(session, world)
    with pytest.raises(NotFound):
        stop(session, world, ids, who)
    with pytest.raises(NotFound):
        resume(session, world, ids, who)


def test_a_batch_needs_its_reason(session: Session, world: World) -> None:
    with pytest.raises(Invalid):
        stop(session, world, ids_of(session, world), reason=" ")
    assert row_of(session, world.plan_id, world.of(A)[0].student_id).state == "insured"


def test_three_hundred_are_stopped_in_eight_statements(
    session: Session, world: World, statements: CountStatements, acts: Callable[[], list[Audit]]
) -> None:
    plan = opened(session, "P")
    students = admitted(session, [class_of(A, 1, 1 + n % 2) for n in range(300)])
    bring(session, SYSTEM, plan_id=plan.id, decisions=[Decision(each, "insured", "insure") for each in students])
    ids = [row.id for row in rows_of(session, plan.id, students)]
    actor = world.actor(session, "school_admin")
    with statements() as sent:
        outcome = services.stop_many(session, actor, plan_id=plan.id, ids=ids, reason="毕业离校")
    assert len(outcome.done) == 300
    assert len(sent) <= 8, sent
    line = acts()[-1]
    assert (line.act, line.after, line.reason) == ("enrolment:stop", {"plan": plan.id, "count": 300}, "毕业离校")


@pytest.mark.committed
def test_two_who_stop_the_same_rows_at_once_stop_each_once(database: Database, session: Session, world: World) -> None:
    ids = ids_of(session, world)
    actor = world.actor(session, "school_admin")
    session.rollback()

    def act(other: Session) -> Outcome:
        return services.stop_many(other, actor, plan_id=world.plan_id, ids=ids, reason="转出")

    outcomes = at_once(*(committed(database, act) for _ in range(4)))
    assert all(isinstance(outcome, Outcome) for outcome in outcomes), outcomes
    assert sorted(each for outcome in outcomes if isinstance(outcome, Outcome) for each in outcome.done) == [ids[0]]


@pytest.mark.committed
def test_the_list_stops_and_resumes_and_tells_what_became_of_each_row(
    visit: Callable[..., Visit], database: Database, world: World
) -> None:
    browser = visit("school_admin")
    with database.sessions() as session:
        ids = ids_of(session, world)
    listed = browser.get("/applications/").get_data(as_text=True)
    assert "Stop the insurance" in listed
    asked = browser.post("/applications/stop", {**browser.hidden("/applications/"), "rowid": ids[:2]})
    assert world.of(A)[1].name in asked.get_data(as_text=True)
    page = f"/applications/stop?rowid={ids[0]}&rowid={ids[1]}"
    form = {**browser.hidden(page), "rowid": ids[:2]}
    wrong = browser.post("/applications/stop", {**form, "reason": "x"})
    assert (wrong.status_code, "2 to 200 characters" in wrong.get_data(as_text=True)) == (422, True)
    answer = browser.post("/applications/stop", {**form, "reason": "转出"})
    assert answer.status_code == SENT
    told = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Not insured, so there is nothing to stop" in told
    form = {**browser.hidden(f"/applications/resume?rowid={ids[0]}"), "rowid": ids[:1], "reason": "转回"}
    assert browser.post("/applications/resume", form).status_code == SENT
    with database.sessions() as session:
        assert row_of(session, world.plan_id, world.of(A)[0].student_id).state == "insured"
    assert "Stop the insurance" not in visit("class_teacher").get("/applications/").get_data(as_text=True)
