"""The screens of roles in a browser's eyes: what they offer, what they refuse, and that nothing is saved unseen."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.accounts.models import RoleDetail
from app.core.db import Database
from app.roles import queries
from tests.cluster import Cluster
from tests.make.places import A, B
from tests.make.stage import Stage, stage_of
from tests.make.visits import HOST, browser, open_session

TICKED = re.compile(r'name="permission"\s+value="([\w:]+)"\s+checked')
Form = dict[str, str | list[str]]


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def database(stage: Stage) -> Database:
    """The database of the pages; what a test changes stays, so each changes a role of its own."""
    return stage.database


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application, with the tokens of its forms left aside."""
    return _app(stage)


def _app(stage: Stage) -> Flask:
    app = stage.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _visit(app: Flask, stage: Stage, who: str, language: str = "en") -> FlaskClient:
    return browser(app, open_session(stage.database, stage.world.accounts[who]), language=language)


@pytest.fixture
def admin(app: Flask, stage: Stage) -> FlaskClient:
    """The superuser's browser."""
    return _visit(app, stage, "root_admin")


def _role(database: Database, code: str) -> RoleDetail:
    with database.sessions() as session:
        return session.scalars(select(RoleDetail).where(RoleDetail.code == code)).one()


def _held(database: Database, code: str) -> frozenset[Permission]:
    with database.sessions() as session:
        return queries.held_by(session, _role(database, code).role_id)


def _get(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, base_url=HOST)
    assert answer.status_code == status
    return html.unescape(answer.get_data(as_text=True))


def _form(database: Database, code: str, wanted: frozenset[Permission], step: str) -> Form:
    return {
        "key": uuid.uuid4().hex,
        "version": str(_role(database, code).version),
        "permission": [str(permission) for permission in wanted],
        "step": step,
    }


def _send(client: FlaskClient, database: Database, code: str, form: Form) -> TestResponse:
    return client.post(f"/roles/{_role(database, code).role_id}/edit", data=form, base_url=HOST)


def _saved(database: Database) -> int:
    with database.engine.connect() as connection:
        counted: int = connection.execute(text("SELECT count(*) FROM audit WHERE act LIKE 'role:%'")).scalar_one()
        return counted


def test_the_list_leads_to_roles_their_holders_and_their_forms(admin: FlaskClient, database: Database) -> None:
    page = _get(admin, "/roles/")
    role_id = _role(database, "school_admin").role_id
    for href in (f"/roles/{role_id}", f"/role-holders/{role_id}", f"/roles/{role_id}/edit", f"/roles/{role_id}/copy"):
        assert f'href="{href}"' in page
    assert "School administrator" in page
    page = _get(admin, f"/roles/{role_id}")
    assert "School administrator" in page
    assert "学校管理员" in page


def test_a_reader_is_offered_nothing_to_edit(app: Flask, stage: Stage, database: Database) -> None:
    client = _visit(app, stage, "school_admin")
    role_id = _role(database, "class_teacher").role_id
    for path in ("/roles/", f"/roles/{role_id}"):
        page = _get(client, path)
        assert "Homeroom teacher" in page
        assert "/edit" not in page
        assert "/copy" not in page
    for path in ("edit", "copy", "names"):
        _get(client, f"/roles/{role_id}/{path}", 403)


@pytest.mark.parametrize("path", ["/roles/{}", "/role-holders/{}"])
def test_a_role_above_the_reader_is_not_there(path: str, app: Flask, stage: Stage, database: Database) -> None:
    client = _visit(app, stage, "school_admin")
    _get(client, path.format(_role(database, "province_admin").role_id), 404)


@pytest.mark.parametrize("path", ["/roles/", "/roles/1", "/role-holders/1", "/role-answer/", "/role-answer/accounts"])
def test_who_reads_no_roles_is_turned_away(path: str, app: Flask, stage: Stage) -> None:
    _get(_visit(app, stage, "class_teacher"), path, 403)


@pytest.mark.parametrize("code", ["system_admin", "school_admin"])
def test_the_grid_ticks_what_the_role_holds(code: str, admin: FlaskClient, database: Database) -> None:
    page = _get(admin, f"/roles/{_role(database, code).role_id}/edit")
    sent_unseen = re.findall(r'type="hidden" name="permission" value="([\w:]+)"', page)
    assert sorted({*TICKED.findall(page), *sent_unseen}) == sorted(map(str, ROLE_BY_CODE[code].permissions))


def test_looking_at_the_difference_saves_nothing(admin: FlaskClient, database: Database) -> None:
    before, saved = _held(database, "counsellor"), _saved(database)
    wanted = (before - {Permission.STUDENT_EXPORT}) | {Permission.PLAN_OPEN}
    answer = _send(admin, database, "counsellor", _form(database, "counsellor", wanted, "look"))
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "Insurance plans · Open the plan" in page
    assert "Students · Export" in page
    assert "Users it concerns: 1;" in page
    assert (_held(database, "counsellor"), _saved(database)) == (before, saved)


def test_the_second_step_saves_once_however_often_it_is_sent(admin: FlaskClient, database: Database) -> None:
    wanted = _held(database, "student_affairs") - {Permission.STUDENT_EXPORT}
    saved, form = _saved(database), _form(database, "student_affairs", wanted, "sure")
    answers = [_send(admin, database, "student_affairs", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location == f"/roles/{_role(database, 'student_affairs').role_id}"
    assert _held(database, "student_affairs") == wanted
    assert _saved(database) == saved + 1


def test_going_back_keeps_the_ticks(admin: FlaskClient, database: Database) -> None:
    wanted = _held(database, "guardian") | {Permission.PLAN_OPEN}
    answer = _send(admin, database, "guardian", _form(database, "guardian", wanted, "again"))
    assert sorted(TICKED.findall(answer.get_data(as_text=True))) == sorted(map(str, wanted))


@pytest.mark.parametrize("step", ["look", "sure"])
def test_locking_everybody_out_is_refused_and_the_ticks_are_kept(
    step: str, admin: FlaskClient, database: Database
) -> None:
    wanted = frozenset(Permission) - {Permission.ROLE_UPDATE, Permission.PLAN_OPEN}
    answer = _send(admin, database, "system_admin", _form(database, "system_admin", wanted, step))
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "everybody would be locked out" in page
    assert "plan:open" not in TICKED.findall(page)
    assert _held(database, "system_admin") == frozenset(Permission)


@pytest.mark.parametrize("step", ["look", "sure"])
def test_what_is_the_superusers_is_given_to_nobody_else(step: str, admin: FlaskClient, database: Database) -> None:
    wanted = _held(database, "city_admin") | {Permission.SYSTEM_OPERATE}
    answer = _send(admin, database, "city_admin", _form(database, "city_admin", wanted, step))
    assert answer.status_code == 403
    assert "the system administrator alone" in answer.get_data(as_text=True)
    assert Permission.SYSTEM_OPERATE not in _held(database, "city_admin")


def test_a_permission_that_does_not_exist_is_refused(admin: FlaskClient, database: Database) -> None:
    before = _held(database, "unit_operator")
    form = _form(database, "unit_operator", before, "sure") | {"permission": ["student:everything"]}
    assert _send(admin, database, "unit_operator", form).status_code == 422
    assert _held(database, "unit_operator") == before


@pytest.mark.parametrize("step", ["look", "sure"])
def test_a_stale_form_shows_the_difference_to_what_stands_now(
    step: str, admin: FlaskClient, database: Database
) -> None:
    before = _held(database, "class_admin")
    form = _form(database, "class_admin", before | {Permission.PLAN_OPEN}, step)
    faster = _form(database, "class_admin", before - {Permission.STUDENT_READ}, "sure")
    assert _send(admin, database, "class_admin", faster).status_code == 303
    answer = _send(admin, database, "class_admin", form)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Somebody changed this" in page
    assert "Students · View" in page
    assert f'name="version" type="hidden" value="{_role(database, "class_admin").version}"' in page
    assert _held(database, "class_admin") == before - {Permission.STUDENT_READ}
    restored = _form(database, "class_admin", before, "sure")
    assert _send(admin, database, "class_admin", restored).status_code == 303


def test_a_change_holds_at_the_next_click_in_every_process(
    admin: FlaskClient, stage: Stage, database: Database
) -> None:
    elsewhere = _visit(_app(stage), stage, "college_officer")
    before = _held(database, "college_officer")
    _get(elsewhere, "/students/")
    form = _form(database, "college_officer", before - {Permission.STUDENT_READ}, "sure")
    assert _send(admin, database, "college_officer", form).status_code == 303
    _get(elsewhere, "/students/", 403)
    form = _form(database, "college_officer", before, "sure")
    assert _send(admin, database, "college_officer", form).status_code == 303
    _get(elsewhere, "/students/")


def test_a_role_is_copied_and_renamed(admin: FlaskClient, database: Database) -> None:
    form = {"key": uuid.uuid4().hex, "code": "nurse", "level": "7", "label_zh": "校医", "label_en": "Nurse"}
    source = _role(database, "counsellor").role_id
    answer = admin.post(f"/roles/{source}/copy", data=form, base_url=HOST)
    made = _role(database, "nurse")
    assert (answer.status_code, answer.location) == (303, f"/roles/{made.role_id}")
    assert "Nobody holds it yet" in _get(admin, f"/roles/{made.role_id}")
    form = {"key": uuid.uuid4().hex, "version": "1", "label_zh": "保健老师", "label_en": "Health teacher"}
    answer = admin.post(f"/roles/{made.role_id}/names", data=form, base_url=HOST)
    assert answer.status_code == 303
    assert "Health teacher" in _get(admin, f"/roles/{made.role_id}")


@pytest.mark.parametrize(
    ("field", "typed", "status"),
    [
        ("code", "School", 422),
        ("code", "student", 409),
        ("level", "0", 422),
        ("level", "x", 422),
        ("label_zh", "", 422),
    ],
)
def test_a_copy_with_a_mistake_keeps_what_was_typed(
    field: str, typed: str, status: int, admin: FlaskClient, database: Database
) -> None:
    form = {"key": uuid.uuid4().hex, "code": "cook", "level": "7", "label_zh": "厨师", "label_en": "Cook", field: typed}
    source = _role(database, "counsellor").role_id
    answer = admin.post(f"/roles/{source}/copy", data=form, base_url=HOST)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert f'id="{field}-wrong"' in page
    assert 'value="Cook"' in page


def test_built_in_names_stay(admin: FlaskClient, database: Database) -> None:
    student = _role(database, "student")
    form = {"key": uuid.uuid4().hex, "version": str(student.version), "label_zh": "孩子", "label_en": "Child"}
    answer = admin.post(f"/roles/{student.role_id}/names", data=form, base_url=HOST)
    assert answer.status_code == 409
    assert "Built-in roles keep their names" in answer.get_data(as_text=True)


def test_holders_are_shown_with_their_places(app: Flask, stage: Stage, database: Database) -> None:
    page = _get(_visit(app, stage, "school_admin"), f"/role-holders/{_role(database, 'school_admin').role_id}")
    assert "画眉中学" in page
    assert "金丝雀" not in page


def test_the_answer_names_the_grant(admin: FlaskClient) -> None:
    page = _get(admin, f"/role-answer/?account=school_admin&node={A}")
    assert re.search(r"School administrator at [^<]*画眉中学", page)
    assert "No role held there allows it" in page


def test_the_answer_elsewhere_is_no(admin: FlaskClient) -> None:
    assert not re.search(r"tag-good", _get(admin, f"/role-answer/?account=school_admin&node={B}"))


def test_a_question_without_a_place_is_about_the_home_place(admin: FlaskClient, stage: Stage) -> None:
    for account in ("school_admin", f"%23{stage.world.accounts['school_admin']}"):
        page = _get(admin, f"/role-answer/?account={account}")
        assert f'value="{A}"' in page
        assert re.search(r"School administrator at [^<]*画眉中学", page)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("account=school_admin_b", "node"),
        (f"node={A}", "account"),
        (f"account=school_admin_b&node={A}", "account"),
        (f"account=school_admin&node={B}", "node"),
        (f"account=%23x&node={A}", "account"),
        (f"account=&node={A}", "account"),
        ("account=school_admin&node=" + "9" * 61, "node"),
    ],
)
def test_a_question_about_what_is_elsewhere_is_told_beside_its_field(
    query: str, field: str, app: Flask, stage: Stage
) -> None:
    page = _get(_visit(app, stage, "school_admin"), f"/role-answer/?{query}", 422)
    assert f'id="{field}-wrong"' in page


def test_the_picker_offers_the_own_accounts(app: Flask, stage: Stage) -> None:
    page = _get(_visit(app, stage, "school_admin"), "/role-answer/accounts?q_from=account&account=school_admin")
    assert re.findall(r'<option value="([^"]*)"', page) == ["school_admin"]
