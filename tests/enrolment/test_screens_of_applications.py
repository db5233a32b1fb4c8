"""The pages of applications: a family's own, and those of the staff."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.core.queue import JobRow
from app.enrolment.models import Enrolment
from app.enrolment.sheet import PURPOSE
from app.enrolment.views import export
from tests.campaigns import opened
from tests.enrolment.applying import row_of
from tests.make.places import A, B
from tests.site import Visit
from tests.world import KEYRING, World

Visiting = Callable[..., Visit]
SENT = 303


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


@pytest.fixture
def own(database: Database, world: World) -> Callable[[], Enrolment]:
    """The own row of the cast's student in a plan nobody has decided in."""
    with database.sessions.begin() as session:
        plan_id = opened(session, "P", cover_year=2028).id

    def find() -> Enrolment:
        with database.sessions() as session:
            return row_of(session, plan_id, world.of(A)[0].student_id)

    return find


def text_of(answer: TestResponse) -> str:
    """What a page says."""
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["student", "guardian"])
@pytest.mark.committed
def test_a_family_keeps_a_draft_submits_and_withdraws(who: str, visit: Visiting, own: Callable[[], Enrolment]) -> None:
    browser = visit(who)
    row = own()
    here = f"/my/insurance/{row.id}"
    assert f'href="{here}"' in text_of(browser.get("/my/insurance/"))
    page = text_of(browser.get(here))
    assert "THRUSH-01" in page
    assert "Please choose and submit before" in page
    assert browser.fill(here, step="save", coverage="waive").status_code == SENT
    assert own().state == "draft"
    answer = browser.fill(here, step="submit", coverage="waive")
    assert (answer.status_code, own().state) == (422, "draft")
    assert "gives a reason" in text_of(answer)
    waiver = {"step": "submit", "coverage": "waive", "waiver_reason": "employee"}
    assert "ticks the declaration" in text_of(browser.fill(here, **waiver))
    assert browser.fill(here, **waiver, declared="y").status_code == SENT
    assert own().state == "submitted"
    assert "Withdraw the application" in text_of(browser.get(here))
    assert browser.fill(f"{here}/withdraw").status_code == SENT
    assert own().state == "draft"
    assert "Application withdrawn" in text_of(browser.get(here))


@pytest.mark.committed
def test_a_double_click_is_answered_once(visit: Visiting, own: Callable[[], Enrolment]) -> None:
    browser, row = visit("student"), own()
    here = f"/my/insurance/{row.id}"
    form = {**browser.hidden(here), "step": "submit", "coverage": "waive", "waiver_reason": "employee", "declared": "y"}
    assert [browser.post(here, form).status_code for _ in range(2)] == [SENT, SENT]
    assert own().version == row.version + 1


@pytest.mark.committed
def test_what_was_typed_stays_when_the_plan_is_closed_meanwhile(
    visit: Visiting, database: Database, own: Callable[[], Enrolment]
) -> None:
    browser, row = visit("student"), own()
    here = f"/my/insurance/{row.id}"
    form = {**browser.hidden(here), "step": "submit", "coverage": "waive", "waiver_reason": "other"}
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE plan SET state = 'closed', closed_at = now()")
    answer = browser.post(here, {**form, "waiver_text": "在父母处参保"})
    assert (answer.status_code, own().state) == (409, "unregistered")
    assert "The plan has been closed" in text_of(answer)
    assert "在父母处参保" in text_of(answer)


@pytest.mark.committed
def test_another_tab_shows_what_was_saved_meanwhile(visit: Visiting, own: Callable[[], Enrolment]) -> None:
    browser, row = visit("student"), own()
    here = f"/my/insurance/{row.id}"
    form = {**browser.hidden(here), "step": "save", "coverage": ""}
    browser.fill(here, step="save", coverage="waive", waiver_reason="employee")
    answer = browser.post(here, form)
    assert answer.status_code == 409
    assert "Saved meanwhile: Do not enrol" in text_of(answer)


@pytest.mark.committed
def test_the_staff_review_a_batch_and_are_told_row_by_row(visit: Visiting, world: World, database: Database) -> None:
    browser = visit("school_admin")
    with database.sessions() as session:
        rows = [row_of(session, world.plan_id, pupil.student_id) for pupil in world.of(A)]
    waiting = next(row.id for row in rows if row.state == "submitted")
    insured = next(row.id for row in rows if row.state == "insured")
    listed = text_of(browser.get("/applications/?state=submitted"))
    assert f'value="{waiting}"' in listed
    assert f'value="{insured}"' not in listed
    ticked = text_of(browser.post("/applications/approve", {**browser.hidden("/applications/"), "rowid": [waiting]}))
    assert world.of(A)[2].name in ticked
    form = {**browser.hidden(f"/applications/approve?rowid={waiting}&rowid={insured}"), "opinion": "同意"}
    answer = browser.post("/applications/approve", {**form, "rowid": [waiting, insured]})
    assert answer.status_code == SENT
    told = text_of(browser.get(answer.headers["Location"]))
    assert world.of(A)[0].name in told
    assert "Not awaiting review" in told
    with database.sessions() as session:
        assert row_of(session, world.plan_id, world.of(A)[2].student_id).state == "insured"


@pytest.mark.committed
def test_all_that_match_are_rejected_with_one_opinion(visit: Visiting, world: World, database: Database) -> None:
    browser = visit("school_admin")
    form = {**browser.hidden("/applications/review/all"), "shown": "1"}
    assert browser.post("/applications/review/all", {**form, "step": "reject", "opinion": ""}).status_code == 422
    stale = browser.post("/applications/review/all", {**form, "shown": "5", "step": "reject", "opinion": "缺少证明"})
    assert stale.status_code == 409
    assert "1 applications match now, not 5" in text_of(stale)
    form = {**browser.hidden("/applications/review/all"), "shown": "1"}
    answer = browser.post("/applications/review/all", {**form, "step": "reject", "opinion": "缺少证明"})
    assert answer.status_code == SENT
    with database.sessions() as session:
        row = row_of(session, world.plan_id, world.of(A)[2].student_id)
    assert (row.state, row.opinion) == ("rejected", "缺少证明")


def test_all_that_match_are_offered_where_some_can_match_and_are_as_many_as_listed(visit: Visiting) -> None:
    browser = visit("school_admin")
    for state, is_offered in (("", True), ("submitted", True), ("to_review", True), ("insured", False)):
        page = text_of(browser.get(f"/applications/?state={state}"))
        assert ("/applications/review/all" in page) == is_offered, state
    assert "wait for review: 1" in text_of(browser.get("/applications/review/all?state=to_review"))


@pytest.mark.committed
def test_one_application_is_looked_at_and_decided(visit: Visiting, world: World, database: Database) -> None:
    browser = visit("school_admin")
    with database.sessions() as session:
        row = row_of(session, world.plan_id, world.of(A)[2].student_id)
    here = f"/applications/{row.id}"
    page = text_of(browser.get(here))
    assert world.of(A)[2].name in page
    assert "Approve" in page
    assert browser.fill(here, step="reject", opinion="").status_code == 422
    assert browser.fill(here, step="approve", opinion="").status_code == SENT
    page = text_of(browser.get(here))
    assert "Application approved" in page
    assert ">Approve<" not in page
    corrected = {"coverage": "waive", "waiver_reason": "refuse", "reason": "录入有误"}
    refused = browser.fill(f"{here}/correct", **corrected)
    assert refused.status_code == 422
    assert "Who does not enrol signs a declaration." in text_of(refused)
    assert browser.fill(f"{here}/correct", **corrected, declared="y").status_code == SENT
    assert "Signed on paper, kept by" in text_of(browser.get(here))
    with database.sessions() as session:
        assert row_of(session, world.plan_id, world.of(A)[2].student_id).state == "waived"


@pytest.mark.committed
def test_the_national_code_of_a_list_stands_on_the_page(visit: Visiting, world: World, database: Database) -> None:
    with database.sessions() as session:
        row = row_of(session, world.plan_id, world.of(A)[5].student_id)
    page = f"/applications/{row.id}"
    browser = visit("school_admin", "zh_Hans_CN")
    assert "参保状态代码" not in text_of(browser.get(page))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE enrolment SET participation_code = '4' WHERE id = :id"), {"id": row.id})
    shown = text_of(browser.get(page))
    assert "参保状态代码" in shown
    assert "4 终止参保" in shown


@pytest.mark.committed
def test_staff_enter_on_behalf(visit: Visiting, world: World, database: Database) -> None:
    browser = visit("school_admin")
    with database.sessions() as session:
        row = row_of(session, world.plan_id, world.of(A)[4].student_id)
    path = f"/applications/enter?rowid={row.id}"
    assert world.of(A)[4].name in text_of(browser.get(path))
    form = {**browser.hidden(path), "rowid": row.id, "coverage": "waive", "waiver_reason": "refuse"}
    refused = browser.post("/applications/enter", form)
    assert refused.status_code == 422
    assert "Who does not enrol signs a declaration." in text_of(refused)
    assert browser.post("/applications/enter", {**form, "declared": "y"}).status_code == SENT
    with database.sessions() as session:
        row = row_of(session, world.plan_id, world.of(A)[4].student_id)
    assert (row.state, row.source, row.filed_by) == ("waived", "counsellor", world.accounts["school_admin"])


@pytest.mark.committed
def test_a_workbook_holds_exactly_what_was_asked_for(visit: Visiting, world: World, session: Session) -> None:
    browser = visit("school_admin")
    sheet = load_workbook(io.BytesIO(browser.get("/applications/exports/all").data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + len(world.of(A))
    assert rows[0][:2] == ("Student number", "Full name")
    assert {row[0] for row in rows[1:]} == {pupil.student_number for pupil in world.of(A)}
    ticked = [row_of(session, world.plan_id, pupil.student_id).id for pupil in (*world.of(A)[:2], world.of(B)[0])]
    form = {**browser.hidden("/applications/"), "rowid": ticked}
    sheet = load_workbook(io.BytesIO(browser.post("/applications/exports/ticked", form).data)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["THRUSH-01", "THRUSH-02"]


@pytest.mark.committed
def test_many_rows_are_handed_to_the_worker_by_a_form_and_by_no_link(
    visit: Visiting, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 1)
    browser = visit("school_admin")
    assert "8 applications match" in text_of(browser.get("/applications/exports/all"))
    with database.sessions() as session:
        assert session.scalars(select(JobRow.kind)).all() == []
    assert browser.fill("/applications/exports/all").status_code == SENT
    with database.sessions() as session:
        assert session.scalars(select(JobRow.kind)).all() == [PURPOSE]


@pytest.mark.committed
def test_the_class_teacher_sees_only_the_own_class(visit: Visiting) -> None:
    page = text_of(visit("class_teacher").get("/applications/"))
    assert "THRUSH-01" in page
    assert "THRUSH-03" not in page
