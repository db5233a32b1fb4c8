"""Leaks that reading the program as an enemy has found, or might have: each is tried as it would be used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.accounts.rules import NewGrant
from app.accounts.services import grant
from app.core.db import Session
from app.people.models import Person
from tests.cluster import Cluster
from tests.make.attacks import canaries, seen
from tests.make.places import A, B, class_of
from tests.make.stage import Stage, stage_of
from tests.make.visits import HOST, browser, open_session

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application, with the tokens of its forms left aside."""
    app = stage.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def admin(app: Flask, stage: Stage) -> FlaskClient:
    """The browser of school A's admin."""
    return browser(app, open_session(stage.database, stage.world.accounts["school_admin"]))


def _leaks(stage: Stage, body: str, typed: str = "") -> set[str]:
    return seen(body, canaries(stage.world), typed)


def test_who_administers_an_account_does_not_read_where_else_it_has_posts(admin: FlaskClient, stage: Stage) -> None:
    account = stage.world.accounts["counsellor"]

    def second_post(session: Session) -> None:
        bind(session, SYSTEM)
        grant(session, SYSTEM, account, NewGrant("counsellor", node_code=class_of(B, 1, 1)))

    stage.database.transaction(second_post)
    for path in (f"/users/{account}/grants", f"/users/{account}/edit", "/users/", "/changes/", "/audit/"):
        answer = admin.get(path, base_url=HOST)
        assert answer.status_code == 200, path
        assert _leaks(stage, answer.text) == set(), path


def test_entering_somebody_who_is_known_elsewhere_tells_only_that_it_is_so(admin: FlaskClient, stage: Stage) -> None:
    """FAB §3.12: uniqueness tells who is elsewhere."""
    known = stage.world.of(B)[0]
    typed = {
        "key": "1" * 32,
        "certificate_type": "resident_id",
        "number": known.certificate,
        "name": "王伟",
        "student_number": "NEW-0001",
        "class_text": f"{A}-202601",
    }
    before = _persons(stage)
    answer = admin.post("/students/new", data=typed, base_url=HOST)
    assert answer.status_code in {409, 422}
    assert _leaks(stage, answer.text, known.certificate) == set()
    assert _persons(stage) == before


def _persons(stage: Stage) -> int:
    with stage.database.sessions() as session:
        return session.scalar(everything(select(func.count(Person.id)), because="a test counts all")) or 0


@pytest.mark.parametrize("who", ["class_set_admin", "class_teacher", "counsellor", "college_officer"])
def test_the_figures_of_the_school_above_are_those_of_the_own_classes(who: str, app: Flask, stage: Stage) -> None:
    client = browser(app, open_session(stage.database, stage.world.accounts[who]))
    answer = client.get("/figures/", query_string={"node": A}, base_url=HOST)
    if who != "class_set_admin":
        assert answer.status_code == 404
        return
    people = client.get("/figures/people", query_string={"node": A, "status": "total_eligible"}, base_url=HOST).text
    shown = {pupil.student_number for pupil in stage.world.of(A) if pupil.student_number in people}
    theirs = {class_of(A, 1, 1), class_of(A, 2, 1)}
    stopped = f"{A}-06"  # left out of those who are to be insured
    counted = {p.student_number for p in stage.world.of(A) if p.class_code in theirs} - {stopped}
    assert shown == counted


@pytest.mark.parametrize("who", ["province_admin", "city_admin", "ministry_admin"])
def test_who_may_read_figures_but_no_names_gets_rows_without_names(who: str, app: Flask, stage: Stage) -> None:
    client = browser(app, open_session(stage.database, stage.world.accounts[who]))
    asked = {"node": A, "status": "total_eligible", "plan": stage.world.plan}
    page = client.get("/figures/people", query_string=asked, base_url=HOST)
    assert page.status_code == 200
    for pupil in stage.world.of(A):
        assert pupil.name not in page.text
        assert pupil.student_number not in page.text
        assert pupil.certificate not in page.text


@pytest.mark.parametrize("who", ["ministry_admin", "province_admin", "city_admin", "unit_operator", "bureau_clerk"])
def test_who_may_not_read_students_reads_none_on_any_page_of_the_menu(who: str, app: Flask, stage: Stage) -> None:
    client = browser(app, open_session(stage.database, stage.world.accounts[who]))
    for path in ("/", "/orgs/", "/figures/", "/students/", "/users/", "/audit/", "/changes/"):
        page = client.get(path, base_url=HOST).text
        assert not {pupil.name for pupil in stage.world.pupils.values() if pupil.name in page}, path
        assert not {pupil.certificate for pupil in stage.world.pupils.values() if pupil.certificate in page}, path


@pytest.mark.parametrize("who", ["guardian", "student"])
def test_families_read_of_one_person_only(who: str, app: Flask, stage: Stage) -> None:
    client = browser(app, open_session(stage.database, stage.world.accounts[who]))
    own, *others = stage.world.of(A)
    pages = [client.get(path, base_url=HOST).text for path in ("/", "/students/", "/changes/", "/students/?size=500")]
    assert own.student_number in pages[1]
    assert own.certificate not in pages[1]
    for page in pages:
        assert not {pupil.student_number for pupil in others if pupil.student_number in page}
        assert _leaks(stage, page) == set()


@pytest.mark.parametrize("who", ["school_admin", "class_teacher", "student_affairs", "guardian"])
def test_no_page_shows_a_whole_certificate_or_phone_number(who: str, app: Flask, stage: Stage) -> None:
    client = browser(app, open_session(stage.database, stage.world.accounts[who]))
    own = stage.world.of(A)[0]
    for path in ("/students/", f"/students/{own.student_id}", "/figures/people?status=total_eligible", "/audit/"):
        page = client.get(path, base_url=HOST).text
        for pupil in stage.world.of(A):
            assert pupil.certificate not in page, path
            assert f"1380000{pupil.student_number[-2:]}" not in page, path
