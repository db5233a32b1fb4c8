"""A rate climbs: a refused submission leads to who is missing, then it is submitted, returned, approved, summed up."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core.db import Session
from app.lists.keyset import Spot
from app.plans import queries as plans
from app.rates import services
from app.rates.queries import units
from app.rates.rules import Verdict
from tests.journeys.site import Site
from tests.journeys.visit import Visit, Visiting

DECIDED = """
UPDATE enrolment AS e SET state = CASE coalesce(e.choice, 'insure') WHEN 'waive' THEN 'waived' ELSE 'insured' END,
  choice = coalesce(e.choice, 'insure'), submitted_at = coalesce(e.submitted_at, now()), decided_at = now()
FROM plan AS p WHERE p.id = e.plan_id AND p.code = :plan AND e.tree_path LIKE :path || '%'
  AND e.removed_at IS NULL AND e.state IN ('unregistered', 'draft', 'submitted', 'rejected')
"""
MISSING = """
UPDATE enrolment SET state = 'rejected', choice = 'insure', waiver_reason = NULL, waiver_text = NULL
WHERE removed_at IS NULL AND id = (SELECT min(e.id) FROM enrolment AS e JOIN plan AS p ON p.id = e.plan_id
  WHERE p.code = :plan AND e.tree_path LIKE :path || '%' AND e.state = 'insured')
"""
REVIEWER = replace(SYSTEM, user_id=1, name="其他审核人")


def everybody_decides(site: Site, role: str) -> None:
    """Whoever is not looked after by the journey's own people has done the same below the place of a role."""
    _change(site, DECIDED, role)


def somebody_is_rejected(site: Site, role: str) -> None:
    """One application below the place of a role is rejected: the rate is not complete."""
    _change(site, MISSING, role)


def _change(site: Site, sql: str, role: str) -> None:
    with site.database.engine.begin() as connection:
        assert connection.execute(text(sql), _where(site, role)).rowcount > 0


def everybody_is_decided_on_screen(visit: Visit, role: str, site: Site) -> None:
    """Who has not decided is entered on behalf, who waits is approved: all of a state at once, by ticking."""
    here = f"/applications/?plan={site.accounts[role].plan}&size=500&state="
    for state in ("unregistered", "draft", "rejected"):
        visit.go(here + state)
        if visit.rows().count():
            _tick_all(visit, "代填")
            visit.page.locator(".wish-months").first.check()
            visit.click(visit.page.get_by_role("main").get_by_role("button", name="保存", exact=True))
            expect(visit.page.get_by_role("main")).to_contain_text("未处理0份")
    visit.go(here + "submitted")
    if visit.rows().count():
        _tick_all(visit, "审核通过")
        visit.click(visit.page.get_by_role("main").get_by_role("button", name="审核通过", exact=True))
        expect(visit.page.get_by_role("main")).to_contain_text("未处理0份")
    for state in ("unregistered", "draft", "rejected", "submitted"):
        visit.go(here + state)
        assert visit.rows().count() == 0


def _tick_all(visit: Visit, act: str) -> None:
    visit.page.locator("table.grid thead input[type=checkbox]").check()
    visit.click(visit.page.locator(".batch").get_by_role("button", name=act, exact=True))


def the_others_are_approved(site: Site, role: str, *, position: int) -> None:
    """Units of a step below the place of a role that nobody of the journey looks after are submitted and approved."""

    def work(session: Session) -> None:
        bind(session, SYSTEM)
        plan = plans.find(session, SYSTEM, code=site.accounts[role].plan)
        wanted = units.Asked(plan.id, position, _where(site, role)["path"], ("open", "returned"))
        for line in units.units(session, SYSTEM, wanted, spot=Spot(500)).rows:
            services.submit(session, SYSTEM, unit_id=line.id, version=line.version)
            approve = Verdict("approve", "")
            services.review_one(session, REVIEWER, unit_id=line.id, version=line.version + 1, verdict=approve)

    site.database.transaction(work)


def _where(site: Site, role: str) -> dict[str, str]:
    account = site.accounts[role]
    return {"plan": account.plan or "", "path": site.nodes[account.place].path}


def opened(visit: Visit, role: str, site: Site, *, step: int = 1) -> None:
    """Open the own unit of a step from the list of rates."""
    visit.go(f"/rates/?plan={site.accounts[role].plan}&step={step}")
    name = site.nodes[site.accounts[role].place].name
    visit.click(visit.rows().get_by_role("link", name=name, exact=True))


def submitted(visit: Visit, *, refused: tuple[int, ...] = ()) -> None:
    """Press 上报 and confirm."""
    visit.page.get_by_role("main").get_by_role("button", name="上报", exact=True).click()
    dialog = visit.page.locator("dialog[open], .modal.show")
    visit.click(dialog.get_by_role("button", name="上报", exact=True), refused=refused)


def decided(visit: Visit, what: str, opinion: str = "") -> None:
    """Choose a decision on the page of the review, write an opinion, save."""
    visit.page.get_by_label(what, exact=True).check()
    visit.page.get_by_label("审核意见").fill(opinion)
    visit.click(visit.page.get_by_role("button", name="保存", exact=True))


def test_a_universitys_rate_climbs_from_the_counsellor_to_student_affairs(site: Site, visiting: Visiting) -> None:
    counsellor, officer = visiting("counsellor"), visiting("college_officer")
    somebody_is_rejected(site, "counsellor")
    opened(counsellor, "counsellor", site)
    submitted(counsellor, refused=(409,))
    expect(counsellor.page.get_by_role("main")).to_contain_text("还不能提交")
    missing = counsellor.page.locator("section.sheet li a").first
    count = int(missing.inner_text().split(":")[1])
    counsellor.click(missing)
    assert counsellor.rows().count() == min(count, 20)
    everybody_is_decided_on_screen(counsellor, "counsellor", site)
    opened(counsellor, "counsellor", site)
    submitted(counsellor)
    expect(counsellor.page.get_by_role("main")).to_contain_text("已提交")

    officer.go(f"/rates/?plan={site.accounts['college_officer'].plan}&step=1")
    row = officer.rows().filter(has_text="已提交")
    row.get_by_role("checkbox").check()
    officer.click(officer.page.locator(".batch").get_by_role("button", name="审核", exact=True))
    decided(officer, "退回", "请再核对困难学生")
    opened(counsellor, "counsellor", site)
    expect(counsellor.page.get_by_role("main")).to_contain_text("请再核对困难学生")
    submitted(counsellor)
    officer.go(f"/rates/?plan={site.accounts['college_officer'].plan}&step=1")
    officer.click(officer.rows().filter(has_text="已提交").get_by_role("link", name="审核", exact=True))
    decided(officer, "审核通过")

    everybody_decides(site, "college_officer")
    the_others_are_approved(site, "college_officer", position=1)
    opened(officer, "college_officer", site, step=2)
    submitted(officer)
    affairs = visiting("student_affairs")
    affairs.go(f"/rates/?plan={site.accounts['student_affairs'].plan}&step=2")
    affairs.click(affairs.rows().filter(has_text="已提交").get_by_role("link", name="审核", exact=True))
    decided(affairs, "审核通过", "同意")
    expect(affairs.rows().filter(has_text="审核通过")).to_have_count(1)


def test_a_schools_rate_climbs_to_the_county_and_the_province(site: Site, visiting: Visiting) -> None:
    everybody_decides(site, "county_admin")
    school, county, province = visiting("school_admin"), visiting("county_admin"), visiting("province_admin")
    opened(school, "school_admin", site)
    submitted(school)
    county.go(f"/rates/?plan={site.accounts['county_admin'].plan}&step=1")
    county.click(county.rows().filter(has_text="已提交").get_by_role("link", name="审核", exact=True))
    decided(county, "审核通过")
    the_others_are_approved(site, "county_admin", position=1)
    opened(county, "county_admin", site, step=2)
    submitted(county)
    province.go(f"/rates/?plan={site.accounts['province_admin'].plan}&step=2")
    province.click(province.rows().filter(has_text="已提交").get_by_role("link", name="审核", exact=True))
    decided(province, "审核通过")
    expect(province.rows().filter(has_text="审核通过")).to_have_count(1)


def test_a_class_teachers_phone_shows_a_card_of_the_own_class(site: Site, visiting: Visiting) -> None:
    visit = visiting("class_teacher", size=(390, 844))
    visit.go("/classes/")
    cards = visit.page.get_by_role("main").locator("section.sheet h2")
    assert cards.count() == 1
    assert cards.first.inner_text().endswith(site.nodes[site.accounts["class_teacher"].place].name)
    total = visit.page.get_by_role("main").locator("a.figure").first
    count = int(total.locator(".figure-value").inner_text())
    visit.click(total)
    expect(visit.page.locator(".pager-total")).to_contain_text(f"共 {count} 条")
