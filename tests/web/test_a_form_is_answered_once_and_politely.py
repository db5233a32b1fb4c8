"""A form becomes one act, however often it is sent; what is wrong is said, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg.errors import DeadlockDetected, QueryCanceled
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.access.scope import everything
from app.core.db import Database
from app.departments.models import Department
from tests.at_once import at_once
from tests.make.places import A
from tests.site import HIDDEN, Visit
from tests.stage import TEST

pytestmark = pytest.mark.committed
SignIn = Callable[..., Visit]
NEW = "/departments/new"


def ids(database: Database) -> list[int]:
    """The ids of all departments."""
    stmt = everything(select(Department.id).order_by(Department.id), because=TEST)
    return database.transaction(lambda session: list(session.scalars(stmt)))


def offices(database: Database) -> list[str]:
    """The names of all departments."""
    stmt = everything(select(Department.name).order_by(Department.id), because=TEST)
    return database.transaction(lambda session: list(session.scalars(stmt)))


def test_a_sent_form_leads_to_the_list_with_a_sentence(visit: SignIn, database: Database) -> None:
    answer = visit("school_admin").fill(NEW, name="教务处", node=A)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/departments/")
    assert offices(database) == ["教务处"]


def test_the_next_page_says_what_was_done(visit: SignIn) -> None:
    admin = visit("school_admin")
    admin.fill(NEW, name="教务处", node=A)
    page = admin.get("/departments/").get_data(as_text=True)
    assert "Department 教务处 has been added." in page


def test_a_double_click_is_one_act_with_one_answer(visit: SignIn, database: Database) -> None:
    admin = visit("school_admin")
    form = {**admin.hidden(NEW), "name": "教务处", "node": A}
    answers = [admin.post(NEW, form) for _ in range(3)]
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {(303, "/departments/")}
    assert offices(database) == ["教务处"]


def test_clicks_at_the_same_instant_are_one_act(visit: SignIn, database: Database) -> None:
    admin = visit("school_admin")
    form = {**admin.hidden(NEW), "name": "教务处", "node": A}
    results = at_once(*[lambda: admin.post(NEW, form).status_code] * 4)
    assert results == [303] * 4
    assert offices(database) == ["教务处"]


def test_the_same_key_with_other_contents_is_refused(visit: SignIn, database: Database) -> None:
    admin = visit("school_admin")
    hidden = admin.hidden(NEW)
    admin.post(NEW, {**hidden, "name": "教务处", "node": A})
    answer = admin.post(NEW, {**hidden, "name": "学生处", "node": A})
    assert answer.status_code == 422
    assert offices(database) == ["教务处"]


def test_the_same_key_and_contents_at_another_record_is_no_second_click(visit: SignIn, database: Database) -> None:
    admin = visit("school_admin")
    for name in ("教务处", "学生处"):
        admin.fill(NEW, name=name, node=A)
    first, second = (f"/departments/{number}/close" for number in ids(database))
    form = admin.hidden(first)
    assert admin.post(first, form).status_code == 303
    assert admin.post(second, form).status_code == 422
    assert admin.fill(second).status_code == 303


def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(visit: SignIn, database: Database) -> None:
    answer = visit("school_admin").fill(NEW, name="长" * 101, node=A)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "At most 100 characters." in page
    assert "长" * 101 in page
    assert offices(database) == []


def test_a_refusal_of_the_service_keeps_what_was_typed_and_may_be_sent_again(visit: SignIn, database: Database) -> None:
    admin = visit("school_admin")
    admin.fill(NEW, name="教务处", node=A)
    form = {**admin.hidden(NEW), "name": "教务处", "node": A}
    answer = admin.post(NEW, form)
    assert answer.status_code == 409
    assert 'value="教务处"' in answer.get_data(as_text=True)
    assert admin.post(NEW, {**form, "name": "学生处"}).status_code == 303
    assert offices(database) == ["教务处", "学生处"]


def test_a_place_that_was_not_offered_is_a_field_error(visit: SignIn, database: Database) -> None:
    answer = visit("school_admin").fill(NEW, name="教务处", node="CANARY")
    assert answer.status_code == 422
    assert offices(database) == []


def test_a_stale_page_shows_both_values_and_may_overwrite_knowingly(visit: SignIn, database: Database) -> None:
    admin = visit("school_admin")
    admin.fill(NEW, name="教务处", node=A)
    stmt = everything(select(func.max(Department.id)), because=TEST)
    edit = f"/departments/{database.transaction(lambda session: session.scalar(stmt))}/edit"
    mine = admin.hidden(edit)
    visit("school_admin").fill(edit, name="教务科")
    answer = admin.post(edit, {**mine, "name": "教务部"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Saved meanwhile: 教务科" in page
    assert 'value="教务部"' in page
    assert admin.post(edit, {**dict(HIDDEN.findall(page)), "name": "教务部"}).status_code == 303
    assert offices(database) == ["教务部"]


def test_a_form_without_its_token_is_refused(visit: SignIn, database: Database) -> None:
    answer = visit("school_admin").post(NEW, {"name": "教务处", "node": A})
    assert answer.status_code == 400
    assert offices(database) == []


@pytest.mark.parametrize(
    ("waits_in", "words"),
    [("app.departments.services.create", "send it again in a minute"), ("app.web.acts.begin", "still being worked on")],
)
def test_who_waits_too_long_is_told_for_what(
    visit: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch, waits_in: str, words: str
) -> None:
    def cut_short(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT", {}, QueryCanceled("canceling statement due to statement timeout"))

    admin = visit("school_admin")
    form = {**admin.hidden(NEW), "name": "教务处", "node": A}
    monkeypatch.setattr(waits_in, cut_short)
    answer = admin.post(NEW, form)
    assert answer.status_code == 409
    assert words in answer.get_data(as_text=True)
    assert offices(database) == []


def test_an_act_that_gives_way_every_time_says_so_and_keeps_what_was_typed(
    visit: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crossed(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("INSERT", {}, DeadlockDetected("deadlock detected"))

    admin = visit("school_admin")
    form = {**admin.hidden(NEW), "name": "教务处", "node": A}
    monkeypatch.setattr("app.departments.services.create", crossed)
    answer = admin.post(NEW, form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "send it again in a minute" in page
    assert 'value="教务处"' in page
    assert offices(database) == []
