"""待办 of rates, along the chain: not complete, ready, submitted, returned; each for whom the chain names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.core.crypto import Keyring
from app.core.db import Session
from app.plans.rules import NewStep
from tests.campaigns import FROM, TO, opened
from tests.home.todos import todos, waiting
from tests.make.places import A
from tests.rates.recounted import raw
from tests.site import Visit
from tests.world import KEYRING, World

SignIn = Callable[..., Visit]
LACKING, READY = "Enrolment rates not complete yet", "Enrolment rates ready to be submitted"
TO_REVIEW, RETURNED = "Enrolment rates waiting for your review", "Enrolment rates returned to you"
BY_CLASS = (
    NewStep("class", "class_teacher", "student_affairs", "all_decided", FROM, TO),
    NewStep("school", "school_admin", "county_admin", "children_approved", FROM, TO),
)
DECIDED = (
    "UPDATE enrolment SET submitted_at = now(), decided_at = now(), state = 'insured', choice = 'insure',"
    " waiver_reason = NULL, waiver_text = NULL"
)


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


def numbers(visitor: Visit) -> tuple[int, int, int, int]:
    """How many rates wait: not complete, ready, to review, returned."""
    lacking, ready, to_review, returned = (waiting(visitor, words) for words in (LACKING, READY, TO_REVIEW, RETURNED))
    return lacking, ready, to_review, returned


def decide(session: Session) -> None:
    """Let everybody be insured."""
    raw(session, DECIDED)
    session.commit()


def submit(visitor: Visit, session: Session, world: World, code: str = A) -> None:
    """Press 提交 on the page of the unit at a node."""
    sql = "SELECT id FROM reporting_unit WHERE plan_id = :plan AND node_id = :node"
    unit_id = session.connection().execute(text(sql), {"plan": world.plan_id, "node": world.nodes[code]}).scalar_one()
    session.commit()
    answer = visitor.fill(f"/rates/{unit_id}")
    assert answer.status_code == 303


def test_what_keeps_a_rate_from_being_submitted_is_said(visit: SignIn, session: Session) -> None:
    school = visit("school_admin")
    assert numbers(school) == (1, 0, 0, 0)
    assert "3 not registered, 1 awaiting review" in school.get("/").get_data(as_text=True)
    opened(session, "P", steps=BY_CLASS)
    session.commit()
    assert waiting(visit("class_teacher"), LACKING) == 1
    assert "not every unit below is approved yet" in school.get("/").get_data(as_text=True)


@pytest.mark.committed
def test_a_rate_goes_from_ready_to_the_reviewer_and_back(visit: SignIn, session: Session, world: World) -> None:
    decide(session)
    school, county = visit("school_admin"), visit("county_admin")
    assert numbers(school) == (0, 1, 0, 0)
    submit(school, session, world)
    assert (numbers(school), numbers(county)) == ((0, 0, 0, 0), (0, 0, 1, 0))
    href = todos(county)[TO_REVIEW][0]
    row = county.get(href).get_data(as_text=True).split('name="rowid"')[1].split('value="')[1].split('"')[0]
    review = f"/rates/review?rowid={row}"
    assert county.fill(review, rowid=row, event="return", opinion="请核对").status_code == 303
    assert (numbers(school), numbers(county)) == ((0, 0, 0, 1), (0, 0, 0, 0))


@pytest.mark.committed
def test_nobody_reviews_what_the_same_account_submitted(visit: SignIn, session: Session, world: World) -> None:
    decide(session)
    submit(visit("school_admin"), session, world)
    assert waiting(visit("county_admin"), TO_REVIEW) == 1
    raw(session, "UPDATE submission SET submitted_by = :me", me=world.accounts["county_admin"])
    session.commit()
    assert waiting(visit("county_admin"), TO_REVIEW) == 0


@pytest.mark.committed
def test_what_was_submitted_in_time_is_reviewed_after_the_window_too(
    visit: SignIn, session: Session, world: World
) -> None:
    decide(session)
    submit(visit("school_admin"), session, world)
    over = "UPDATE plan_step SET window_from = :since, window_to = xuebao_now() - interval '1 day' WHERE plan_id = :id"
    raw(session, over, id=world.plan_id, since=FROM)
    session.commit()
    assert numbers(visit("county_admin")) == (0, 0, 1, 0)


@pytest.mark.committed
def test_superusers_are_told_what_has_been_handed_on(visit: SignIn, session: Session, world: World) -> None:
    decide(session)
    submit(visit("school_admin"), session, world)
    everywhere = visit("root_admin")
    assert numbers(everywhere) == (0, 0, 1, 0)
    raw(session, "UPDATE reporting_unit SET state = 'returned'")
    session.commit()
    assert numbers(everywhere)[3] == waiting(everywhere, RETURNED) > 1


def test_others_and_superusers_are_not_waited_for(visit: SignIn) -> None:
    for who in ("student_affairs", "province_admin", "root_admin", "class_teacher", "system_admin"):
        assert numbers(visit(who)) == (0, 0, 0, 0)
    assert waiting(visit("school_admin_b"), LACKING) == 1


def test_a_deadline_is_counted_in_days_and_marked_when_it_is_over(
    visit: SignIn, session: Session, world: World
) -> None:
    soon = "UPDATE plan_step SET window_to = xuebao_now() + interval '2 days' WHERE plan_id = :id AND position = 1"
    raw(session, soon, id=world.plan_id)
    session.commit()
    text = visit("school_admin").get("/").get_data(as_text=True)
    assert "2 days left" in text
    assert "left-near" in text
    over = "UPDATE plan_step SET window_from = :since, window_to = xuebao_now() - interval '1 day' WHERE plan_id = :id"
    raw(session, over, id=world.plan_id, since=FROM)
    session.commit()
    late = visit("school_admin").get("/").get_data(as_text=True)
    assert "1 day overdue" in late
    assert numbers(visit("school_admin")) == (0, 0, 0, 0)
    decide(session)
    raw(session, "UPDATE reporting_unit SET state = 'submitted'")
    session.commit()
    assert "overdue" not in visit("school_admin").get("/").get_data(as_text=True)
