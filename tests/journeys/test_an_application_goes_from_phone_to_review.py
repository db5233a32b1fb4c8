"""A student applies on a phone, takes it back and applies again; the counsellor's batch leaves one row as it is."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.journeys.site import Site
from tests.journeys.visit import DESK, PHONE, Visit, Visiting

UNDECIDED = (
    "UPDATE enrolment SET state = 'unregistered', choice = NULL, waiver_reason = NULL, coverage_option_id = NULL,"
    " submitted_at = NULL, decided_at = NULL WHERE person_id = (SELECT g.person_id FROM account_grant g"
    " JOIN login_name n ON n.account_id = g.account_id WHERE n.name = :name AND g.person_id IS NOT NULL LIMIT 1)"
    " RETURNING id"
)


@pytest.fixture
def application(site: Site) -> int:
    """The row of the demo's student, whom nobody has decided about yet."""
    with site.database.engine.begin() as connection:
        return int(connection.execute(text(UNDECIDED), {"name": site.accounts["student"].username}).scalar_one())


def submit(visit: Visit, *, refused: tuple[int, ...] = ()) -> None:
    """Press the button that submits."""
    visit.click(visit.page.get_by_role("main").get_by_role("button", name="提交", exact=True), refused=refused)


def test_from_the_phone_to_the_counsellors_batch(application: int, visiting: Visiting) -> None:
    phone = visiting("student", size=PHONE)
    phone.go("/")
    phone.click(phone.menu("医保申请"))
    phone.click(phone.page.get_by_role("main").get_by_role("link", name="我要申请").first)
    assert phone.path() == f"/my/insurance/{application}"
    assert not phone.page.get_by_label("不参保原因").is_visible()
    phone.page.get_by_text("不参保", exact=True).click()
    assert phone.page.get_by_label("不参保原因").is_visible()
    assert not phone.page.get_by_label("原因说明").is_visible()
    phone.page.get_by_label("不参保原因").select_option("other")
    assert phone.page.get_by_label("原因说明").is_visible()
    phone.page.get_by_label("不参保原因").select_option("")
    submit(phone, refused=(422,))
    assert "选择不参保时必须说明原因" in phone.words()
    phone.page.locator(".wish-months").first.check()
    submit(phone)
    assert "学校正在审核" in phone.words()
    phone.click(phone.page.get_by_role("link", name="撤回申请"))
    phone.click(phone.page.get_by_role("main").get_by_role("button", name="撤回", exact=True))
    assert "草稿" in phone.words()
    submit(phone)
    assert "待审核" in phone.words()
    _batch(visiting("counsellor", size=DESK), application)
    phone.go(f"/my/insurance/{application}")
    assert "您已参保" in phone.words()


def _batch(desk: Visit, application: int) -> None:
    """Tick the waiting application and one decided already, approve both, and read what became of each."""
    desk.go("/applications/?size=500")
    boxes = desk.page.locator("table.grid tbody input[name=rowid]")
    desk.page.locator(f"input[name=rowid][value='{application}']").check()
    decided = desk.page.locator("table.grid tbody tr", has_text="已参保").first.locator("input[name=rowid]")
    decided.check()
    assert boxes.count() >= 2
    desk.click(desk.page.locator(".batch").get_by_role("button", name="审核通过", exact=True))
    desk.page.get_by_label("审核意见").fill("材料齐全")
    desk.click(desk.page.get_by_role("main").get_by_role("button", name="审核通过", exact=True))
    assert desk.path() == "/applications/outcome"
    assert "已处理1份申请，未处理1份" in desk.words()
    assert "不在待审核状态" in desk.words()
