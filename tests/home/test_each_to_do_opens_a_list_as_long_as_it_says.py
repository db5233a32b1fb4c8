"""待办: every number of the first page opens a list of exactly that many rows, and goes when the work is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.actor import SYSTEM
from app.access.roles import ROLES
from app.core.crypto import Keyring
from app.core.db import Session
from app.plans.rules import NewStep
from app.plans.services import make
from tests.campaigns import FROM, TO, draft, opened
from tests.home.todos import rows, todos, waiting
from tests.make.places import A, class_of
from tests.make.strangers import bring_strangers
from tests.rates.recounted import raw
from tests.site import Visit
from tests.world import KEYRING, World

SignIn = Callable[..., Visit]
BY_CLASS = (
    NewStep("class", "class_teacher", "college_officer", "all_decided", FROM, TO),
    NewStep("school", "college_officer", "student_affairs", "children_approved", FROM, TO),
)
EVERYBODY = [role.code for role in ROLES if role.code not in {"guardian", "student"}]


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


@pytest.mark.parametrize("role", [*EVERYBODY, "root_admin"])
def test_whoever_asks_finds_as_many_rows_as_each_number_says(
    role: str, visit: SignIn, session: Session, world: World
) -> None:
    bring_strangers(session, world)
    opened(session, "P", steps=BY_CLASS)
    session.commit()
    visitor = visit(role)
    for words, (href, count) in todos(visitor).items():
        assert rows(visitor, href) == count, words


def test_applications_wait_for_whom_the_first_step_names(visit: SignIn, session: Session, world: World) -> None:
    assert waiting(visit("school_admin"), "Applications waiting for your review") == 1
    assert waiting(visit("root_admin"), "Applications waiting for your review") == 2  # of both schools
    for other in ("student_affairs", "class_teacher", "county_admin"):
        assert waiting(visit(other), "Applications waiting for your review") == 0
    raw(session, "UPDATE enrolment SET filed_by = :me", me=world.accounts["school_admin"])
    session.commit()
    assert waiting(visit("school_admin"), "Applications waiting for your review") == 0


def test_a_class_teacher_is_told_about_the_own_class_only(visit: SignIn, session: Session, world: World) -> None:
    assert waiting(visit("student_affairs"), "Students who have not decided yet") == 3
    assert waiting(visit("student_affairs"), "Rejected applications the student has to correct") == 1
    in_class = sum(pupil.class_code == class_of(A, 1, 1) for pupil in world.of(A))
    rejected = "state = 'rejected', choice = 'waive', waiver_reason = 'refuse', coverage_option_id = NULL"
    raw(session, f"UPDATE enrolment SET {rejected}")
    session.commit()
    assert waiting(visit("class_teacher"), "Rejected applications the student has to correct") == in_class
    assert waiting(visit("county_admin"), "Students who have not decided yet") == 0


def test_a_change_request_waits_for_everybody_but_who_asked(visit: SignIn, session: Session, world: World) -> None:
    bring_strangers(session, world)
    session.commit()
    assert waiting(visit("counsellor"), "Change requests waiting for you") == 1
    assert waiting(visit("school_admin"), "Change requests waiting for you") == 0


def test_an_import_waits_until_it_is_confirmed(visit: SignIn, session: Session, world: World) -> None:
    bring_strangers(session, world)
    session.commit()
    assert waiting(visit("student_affairs"), "Imports waiting for confirmation") == 1
    raw(session, "UPDATE import_batch SET state = 'cancelled'")
    session.commit()
    assert waiting(visit("student_affairs"), "Imports waiting for confirmation") == 0


def test_a_draft_waits_for_who_may_open_it(visit: SignIn, session: Session) -> None:
    make(session, SYSTEM, draft("D"))
    session.commit()
    assert waiting(visit("school_admin"), "Plans in draft") == 1
    assert waiting(visit("school_admin_b"), "Plans in draft") == 0
    assert waiting(visit("college_officer"), "Plans in draft") == 0


def test_a_plan_to_be_opened_again_waits_for_the_second_person(visit: SignIn, session: Session, world: World) -> None:
    plan = opened(session, "P", steps=BY_CLASS)
    raw(session, "UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id", id=plan.id)
    asked = "INSERT INTO plan_reopening (plan_id, reason, asked_by) VALUES (:id, '漏了一个班', :me)"
    raw(session, asked, id=plan.id, me=world.accounts["student_affairs"])
    session.commit()
    words = "Plans that wait for your agreement to be opened again"
    assert (waiting(visit("school_admin"), words), waiting(visit("student_affairs"), words)) == (1, 0)


def test_staff_without_access_wait_for_their_administrator(visit: SignIn, session: Session, world: World) -> None:
    words = "Staff who have never signed in"
    assert waiting(visit("school_admin"), words) == len(LOWER)
    assert waiting(visit("class_teacher"), words) == 0
    raw(session, "UPDATE account SET activated_at = now() WHERE id = :id", id=world.accounts["counsellor"])
    session.commit()
    assert waiting(visit("school_admin"), words) == len(LOWER) - 1


LOWER = (
    *("student_affairs", "school_admin", "college_officer", "class_set_admin"),
    *("counsellor", "class_teacher", "class_admin"),
)
"""Whom the administrator of school A looks after, the own account included; the county's stand higher."""
