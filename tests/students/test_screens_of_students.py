"""学生管理 in the browser: what was typed is kept, a double click enters once, no secret in an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.access.scope import everything
from app.audit.models import Audit
from app.core.crypto import Keyring
from app.core.db import Database
from app.people.models import Person
from app.people.services import NUMBER_AT
from app.students.models import HardshipRecognition, Student
from tests.make.places import A, B
from tests.site import HIDDEN, Visit
from tests.stage import TEST
from tests.students.typed import number
from tests.world import KEYRING, World

pytestmark = pytest.mark.committed
Visiting = Callable[..., Visit]


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


def typed(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    """A form that would be accepted."""
    return {
        "certificate_type": "resident_id",
        "number": number(),
        "name": "阿依古丽·买买提",
        "student_number": "T-90001",
        "class_text": "THRUSH-202601",
        **changed,
    }


def named(database: Database, name: str) -> list[int]:
    """The students of a name."""
    stmt = select(Student.id).join(Person, Person.id == Student.person_id).where(Person.name == name)
    with database.sessions() as session:
        return list(session.scalars(everything(stmt, because=TEST)))


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "李䶮", "陈𬭩"])
def test_a_student_is_added_once_however_often_one_clicks(database: Database, visit: Visiting, name: str) -> None:
    admin = visit("school_admin")
    form = {**admin.hidden("/students/new"), **typed(name=name)}
    first, second = admin.post("/students/new", form), admin.post("/students/new", form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    made = named(database, name)
    assert len(made) == 1
    assert first.headers["Location"].endswith(f"/students/{made[0]}")
    page = admin.get(f"/students/{made[0]}").get_data(as_text=True)
    assert name in page
    assert form["number"] not in page


def test_a_wrong_number_is_told_beside_it_and_the_rest_is_kept(database: Database, visit: Visiting) -> None:
    answer = visit("school_admin", "zh_Hans_CN").fill("/students/new", **typed(number="360102201509011012"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "逐位核对" in page
    assert 'value="360102201509011012"' in page
    assert 'value="T-90001"' in page
    assert named(database, "阿依古丽·买买提") == []


def test_a_duplicate_leads_to_the_record_or_says_nothing_of_where(visit: Visiting, world: World) -> None:
    admin, own, foreign = visit("school_admin"), world.of(A)[0], world.of(B)[0]
    here = admin.fill("/students/new", **typed(name=own.name, number=own.certificate))
    assert here.status_code == 409
    assert f'href="/students/{own.student_id}"' in here.get_data(as_text=True)
    elsewhere = admin.fill("/students/new", **typed(name=foreign.name, number=foreign.certificate))
    page = elsewhere.get_data(as_text=True)
    assert elsewhere.status_code == 409
    assert "transfer" in page
    for secret in ("CANARY", "金丝雀中学", "荔湾", f"/students/{foreign.student_id}"):
        assert secret not in page


def test_a_wrong_number_is_told_together_with_what_is_missing(visit: Visiting) -> None:
    form = typed(number="360102201509011012", student_number="", class_text="")
    answer = visit("school_admin", "zh_Hans_CN").fill("/students/new", **form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "有 3 项填写有误" in page
    assert "逐位核对" in page


@pytest.mark.parametrize(
    ("kind", "text", "says", "asks"),
    [
        ("resident_id", "360101201509011015", "2015-09-01", False),
        ("resident_id", "360101201509011012", "mistyped", False),
        ("resident_id", "3601", "—", False),
        ("passport", "E12345678", 'name="birth_date"', True),
        ("nonsense", "", "—", False),
    ],
)
def test_what_a_number_tells_is_shown_while_it_is_typed(
    visit: Visiting, kind: str, text: str, says: str, *, asks: bool
) -> None:
    admin = visit("school_admin")
    token = admin.hidden("/students/new")["csrf_token"]
    answer = admin.post("/students/derived", {"csrf_token": token, "certificate_type": kind, "number": text})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert says in page
    assert ('name="sex"' in page) is asks


def test_a_stale_form_shows_both_values(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin"), world.of(A)[0].student_id
    path = f"/students/{one}/edit"
    fields = dict(
        re.findall(r'<input(?=[^>]*name="(\w+)")(?=[^>]*value="([^"]*)")', admin.get(path).get_data(as_text=True))
    )
    form = {**fields, "certificate_type": "resident_id", "boarding": "", "ethnicity": ""}
    assert admin.post(path, {**form, "name": "先来的"}).status_code == 303
    late = admin.post(path, {**form, "key": "f" * 32, "name": "后来的"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "先来的" in page
    assert 'value="后来的"' in page


def test_a_secret_is_shown_once_for_a_reason(database: Database, visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin"), world.of(A)[0]
    path = f"/students/{one.student_id}/unmask?field=number"
    assert admin.fill(path, field="number", reason="").status_code == 422
    form = {**admin.hidden(path), "field": "number", "reason": "核对报名信息"}
    answer = admin.post(path, form)
    assert one.certificate in answer.get_data(as_text=True)
    assert "no-store" in answer.headers["Cache-Control"]
    again = admin.post(path, form)
    assert again.status_code == 409
    assert one.certificate not in again.get_data(as_text=True)
    with database.sessions() as session:
        stmt = select(Audit.reason).where(Audit.act == "person:unmask")
        assert session.scalars(everything(stmt, because=TEST)).all() == ["核对报名信息"]


def test_a_number_is_looked_up_without_standing_in_an_address(visit: Visiting, world: World) -> None:
    admin, own, foreign = visit("school_admin"), world.of(A)[0], world.of(B)[0]
    token = admin.hidden("/students/new")["csrf_token"]
    found = admin.post("/students/find", {"csrf_token": token, "certificate": own.certificate})
    assert (found.status_code, found.headers["Location"]) == (303, f"/students/?person={own.person_id}")
    missed = admin.post("/students/find", {"csrf_token": token, "certificate": foreign.certificate})
    assert missed.headers["Location"] == "/students/"
    listed = admin.get(f"/students/?person={foreign.person_id}").get_data(as_text=True)
    assert "CANARY" not in listed


def test_ticked_students_are_transferred_together(database: Database, visit: Visiting, world: World) -> None:
    admin, ids = visit("school_admin"), [pupil.student_id for pupil in world.of(A)[:2]]
    token = admin.hidden("/students/new")["csrf_token"]
    asked = admin.client.post(
        "/students/transfer", data={"csrf_token": token, "rowid": ids}, base_url="http://localhost"
    )
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert all(pupil.name in page for pupil in world.of(A)[:2])
    form = {**dict(HIDDEN.findall(page)), "rowid": ids, "class_number": "THRUSH-202502"}
    assert admin.client.post("/students/transfer", data=form, base_url="http://localhost").status_code == 303
    with database.sessions() as session:
        stmt = select(Student.node_id).where(Student.id.in_(ids)).distinct()
        assert session.scalars(everything(stmt, because=TEST)).all() == [world.nodes["THRUSH-2-2"]]
    mixed = {"csrf_token": token, "rowid": [ids[0], world.of(B)[0].student_id]}
    assert admin.client.post("/students/transfer", data=mixed, base_url="http://localhost").status_code == 404


def test_a_student_leaves_on_screen(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin"), world.of(A)[0].student_id
    path = f"/students/{one}/leave"
    assert admin.fill(path, state="withdrawn", on="2026-11-40", reason="迁居").status_code == 422
    assert admin.fill(path, state="withdrawn", on="2026-11-01", reason="迁居").status_code == 303
    page = admin.get(f"/students/{one}").get_data(as_text=True)
    assert "迁居" in page
    assert f"/students/{one}/edit" not in page


def test_guardians_and_recognitions_are_kept_on_screen(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin"), world.of(A)[0].student_id
    guardian = {"name": "王建国", "relation": "father", "phone": "13812345678"}
    assert admin.fill(f"/students/{one}/guardians/new", **guardian).status_code == 303
    hardship = {"category": "orphan", "level": "special", "since_on": "2026-09-01", "until_on": ""}
    assert admin.fill(f"/students/{one}/hardship/new", **hardship).status_code == 303
    page = admin.get(f"/students/{one}").get_data(as_text=True)
    for said in ("王建国", "138****5678", "2026-09-01"):
        assert said in page
    assert "13812345678" not in page
    end = re.search(rf"/students/{one}/guardians/\d+/release", page)
    assert end
    assert admin.fill(end.group()).status_code == 303
    ended = admin.get(f"/students/{one}").get_data(as_text=True)
    assert "138****5678" not in ended.split('id="timeline"')[0]


def test_a_guardian_sent_twice_with_two_keys_is_told_and_what_was_typed_is_kept(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin", "zh_Hans_CN"), world.of(A)[0].student_id
    guardian = {"name": "王建国", "relation": "father", "certificate_type": "passport", "number": "E12345678"}
    assert admin.fill(f"/students/{one}/guardians/new", **guardian).status_code == 303
    shown = admin.get(f"/students/{one}").get_data(as_text=True)
    assert "护照 E1*****78" in shown
    assert "E12345678" not in shown
    again = admin.fill(f"/students/{one}/guardians/new", **guardian)
    page = again.get_data(as_text=True)
    assert again.status_code == 422
    assert "该学生已有同名监护人" in page
    assert 'value="E12345678"' in page


@pytest.mark.parametrize("role", ["counsellor", "class_teacher", "county_admin", "guardian", "student"])
def test_who_only_reads_is_offered_nothing_else(visit: Visiting, world: World, role: str) -> None:
    page = visit(role).get("/students/").get_data(as_text=True)
    assert world.of(A)[0].name in page
    assert not re.search(r"/students/\d+/(edit|leave)|/students/transfer|/students/new", page)


@pytest.mark.parametrize("path", ["", "/edit", "/leave", "/unmask?field=number", "/guardians/new", "/hardship/new"])
def test_a_student_of_another_school_is_nowhere(visit: Visiting, world: World, path: str) -> None:
    answer = visit("school_admin").get(f"/students/{world.of(B)[0].student_id}{path}")
    assert answer.status_code == 404
    assert "CANARY" not in answer.get_data(as_text=True)


def test_a_list_takes_at_most_eight_statements_beyond_the_actors(
    visit: Visiting, statements: Callable[..., Any]
) -> None:
    admin = visit("school_admin")
    with statements() as of_home:
        admin.get("/students/classes?q_from=q&q=nowhere")
    with statements() as of_list:
        admin.get("/students/?name=甲&class_name=七年级&size=50")
    actor = len(of_home) - 1
    assert len(of_list) - actor <= 8 + 2  # the frame names the place and the roles


def test_the_stored_number_is_the_one_that_was_typed(database: Database, visit: Visiting) -> None:
    form = typed(name="核对同学")
    assert visit("school_admin").fill("/students/new", **form).status_code == 303
    with database.sessions() as session:
        stmt = select(Person).where(Person.name == "核对同学")
        found = session.scalars(everything(stmt, because=TEST)).one()
        assert found.number_sealed
        assert KEYRING.open(found.number_sealed, NUMBER_AT, found.sealed_as) == form["number"]


def test_a_mistaken_recognition_is_corrected_and_revoked_on_screen(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin", "zh_Hans_CN"), world.of(A)[0].student_id
    hardship = {"category": "orphan", "level": "special", "since_on": "2026-09-01", "until_on": ""}
    assert admin.fill(f"/students/{one}/hardship/new", **hardship).status_code == 303
    again = admin.fill(f"/students/{one}/hardship/new", **hardship)
    assert again.status_code == 422
    assert "已有同类认定" in again.get_data(as_text=True)
    page = admin.get(f"/students/{one}").get_data(as_text=True)
    found = re.search(rf"/students/{one}/hardship/\d+", page)
    assert found
    wrong = admin.fill(f"{found.group()}/edit", **{**hardship, "level": "hard", "reason": ""})
    assert wrong.status_code == 422
    assert admin.fill(f"{found.group()}/edit", **{**hardship, "level": "hard", "reason": "等级录错"}).status_code == 303
    assert admin.fill(f"{found.group()}/revoke", reason="同名录错").status_code == 303
    after = admin.get(f"/students/{one}").get_data(as_text=True)
    assert "已撤销：同名录错" in after.replace(": ", "：")
    assert f"{found.group()}/edit" not in after
    assert "等级录错" in after


def test_a_recognition_is_written_and_shown_with_the_last_day_it_covers(
    visit: Visiting, world: World, database: Database
) -> None:
    admin, one = visit("school_admin", "zh_Hans_CN"), world.of(A)[0].student_id
    hardship = {"category": "orphan", "level": "special", "since_on": "2026-09-01", "until_on": "2027-08-31"}
    assert admin.fill(f"/students/{one}/hardship/new", **hardship).status_code == 303
    stmt = select(HardshipRecognition.until_on).where(HardshipRecognition.category == "orphan")
    with database.sessions() as session:
        assert session.scalars(everything(stmt, because=TEST)).all() == [date(2027, 9, 1)]
    page = admin.get(f"/students/{one}").get_data(as_text=True)
    assert "2026-09-01 – 2027-08-31" in page
    found = re.search(rf"/students/{one}/hardship/\d+", page)
    assert found
    assert 'value="2027-08-31"' in admin.get(f"{found.group()}/until").get_data(as_text=True)
    one_day = {**hardship, "level": "hard", "until_on": "2026-09-01", "reason": "当天取消"}
    assert admin.fill(f"{found.group()}/edit", **one_day).status_code == 303
    assert "2026-09-01 – 2026-09-01" in admin.get(f"/students/{one}").get_data(as_text=True)
    for never in ("9999-12-31", "2026-02-30"):
        assert admin.fill(f"{found.group()}/edit", **{**one_day, "until_on": never}).status_code == 422


def test_study_leave_and_return_are_kept_on_screen(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin", "zh_Hans_CN"), world.of(A)[0].student_id
    page = admin.get(f"/students/{one}").get_data(as_text=True)
    offered = set(re.findall(rf'href="/students/{one}/([a-z-]+)"', page))
    assert {"edit", "leave", "study-leave", "keep-place"} <= offered
    assert not offered & {"resume", "reopen"}
    asked = {"on": "2026-10-08", "reason": ""}
    assert admin.fill(f"/students/{one}/study-leave", **asked).status_code == 422
    assert admin.fill(f"/students/{one}/study-leave", **{**asked, "reason": "因病休学"}).status_code == 303
    page = admin.get(f"/students/{one}").get_data(as_text=True)
    for said in ("休学", "2026-10-08", "因病休学", f'href="/students/{one}/resume"'):
        assert said in page
    assert f'href="/students/{one}/study-leave"' not in page
    ways = admin.get(f"/students/{one}/leave").get_data(as_text=True)
    assert 'value="withdrawn"' in ways
    assert 'value="graduated"' not in ways
    assert admin.get(f"/students/{one}/study-leave").status_code == 409
    assert admin.fill(f"/students/{one}/resume", on="2026-11-09", reason="已康复").status_code == 303
    assert "已康复" in admin.get(f"/students/{one}").get_data(as_text=True)


def test_a_mistaken_leaving_is_undone_on_screen(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin"), world.of(A)[0].student_id
    assert admin.fill(f"/students/{one}/leave", state="expelled", on="2026-11-01", reason="点错学生").status_code == 303
    assert f'href="/students/{one}/reopen"' in admin.get(f"/students/{one}").get_data(as_text=True)
    assert admin.fill(f"/students/{one}/reopen", reason="点错学生").status_code == 303
    assert f'href="/students/{one}/edit"' in admin.get(f"/students/{one}").get_data(as_text=True)


def test_who_left_is_readmitted_on_screen(visit: Visiting, world: World) -> None:
    admin, one = visit("school_admin", "zh_Hans_CN"), world.of(A)[0].student_id
    assert admin.fill(f"/students/{one}/leave", state="withdrawn", on="2026-11-01", reason="迁居").status_code == 303
    assert f'href="/students/{one}/readmit"' in admin.get(f"/students/{one}").get_data(as_text=True)
    asked = {"class_text": "THRUSH-202602", "student_number": "1"}
    assert admin.fill(f"/students/{one}/readmit", **asked).status_code == 422
    answer = admin.fill(f"/students/{one}/readmit", **{**asked, "student_number": "BACK-001"})
    assert answer.status_code == 303
    assert "BACK-001" in admin.get(answer.headers["Location"]).get_data(as_text=True)
    old = admin.get(f"/students/{one}").get_data(as_text=True)
    assert f'href="{answer.headers["Location"]}"' in old
    assert f'href="/students/{one}/readmit"' not in old
