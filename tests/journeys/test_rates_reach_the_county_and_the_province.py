"""Schools submit, the county sees a drift by name, returns and sums up; the province approves and names nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.rate_pages import (
    assert_as_long_as,
    decided,
    figures,
    main,
    not_approved_below,
    number,
    open_todo,
    opened,
    says,
    submitted,
    todo,
)
from tests.journeys.site import Site
from tests.journeys.stand_ins import Chain
from tests.journeys.visit import Visit, Visiting

SCHOOL, COUNTY, PROVINCE = "school_admin", "county_admin", "province_admin"
OPINION = "有学生停保，请核对后重新提交"
BESIDE_COUNTY, BESIDE_SCHOOL = "360103", "2136900003"


@pytest.fixture
def county(site: Site) -> Iterator[Chain]:
    """Everybody of the county is decided, nothing is submitted; afterwards all is open again."""
    chain = Chain(site, COUNTY)
    chain.reopened()
    chain.everybody_decides()
    yield chain
    chain.reopened()


def test_rates_reach_the_county_and_the_province(site: Site, visiting: Visiting, county: Chain) -> None:
    school, officer, province = visiting(SCHOOL), visiting(COUNTY), visiting(PROVINCE)
    opened(school, SCHOOL, site)
    submitted(school)
    stopped = _somebody_is_stopped(school, site)
    _returned_for_the_drift(officer, site, stopped)
    assert todo(school, "被退回的参保率") == 1
    opened(school, SCHOOL, site)
    says(school, OPINION)
    submitted(school)
    assert school.page.locator("section[aria-labelledby=drift]").count() == 0
    _the_county_sums_up(officer, site, county)
    _the_province_approves(province, site)
    _the_province_reads_places_not_people(province, site)
    _resumed(school, site, stopped)


def _somebody_is_stopped(school: Visit, site: Site) -> str:
    """After the submission an insurance is stopped: a fact of the roll, which goes on. Answers the name."""
    school.go(f"/applications/?plan={site.accounts[SCHOOL].plan}&state=insured")
    row = school.rows().first
    name = row.locator("th").inner_text()
    row.locator("input[name=rowid]").check()
    school.click(school.page.locator(".batch").get_by_role("button", name="停保", exact=True))
    school.page.get_by_label("原因").fill("转至外省参保")
    school.click(main(school).get_by_role("button", name="停保", exact=True))
    says(school, "已处理1份申请，未处理0份")
    return name


def _returned_for_the_drift(officer: Visit, site: Site, name: str) -> None:
    """The county reads who changed since, in the page of the rate, and returns it with an opinion."""
    open_todo(officer, "待我审核的参保率")
    officer.click(officer.rows().get_by_role("link", name=site.place(SCHOOL).name, exact=True))
    drift = officer.page.locator("section[aria-labelledby=drift] tbody tr")
    assert drift.count() == 1
    expect(drift).to_contain_text(name)
    assert drift.locator("td[data-label=提交时]").first.inner_text() == "已参保"
    assert (figures(officer, "当前")["已参保"], figures(officer, "差额")["已参保"]) == (
        str(int(figures(officer, "提交时")["已参保"]) - 1),
        "-1",
    )
    officer.click(officer.page.get_by_role("link", name="审核", exact=True))
    decided(officer, "退回", OPINION)


def _the_county_sums_up(officer: Visit, site: Site, county: Chain) -> None:
    """The county approves, is told which school is missing, and then submits the sum of its schools."""
    open_todo(officer, "待我审核的参保率")
    officer.click(officer.rows().get_by_role("link", name="审核", exact=True))
    decided(officer, "审核通过")
    opened(officer, COUNTY, site, step=2)
    missing = not_approved_below(officer)
    assert site.place(SCHOOL).name not in missing
    assert "东湖区示范幼儿园" in missing
    submitted(officer, refused=(409,))
    says(officer, f"下级有 {len(missing)} 个单位尚未审核通过（{'、'.join(missing)}）")
    county.submitted(position=1)
    county.approved(position=1)
    opened(officer, COUNTY, site, step=2)
    submitted(officer)
    parts = officer.page.locator("section[aria-labelledby=below] tbody tr td[data-label=已参保]")
    assert figures(officer, "提交时")["已参保"] == str(sum(number(cell) for cell in parts.all()))
    officer.go(f"/rates/{county.unit_of(BESIDE_COUNTY, position=2)}", refused=(404,))
    officer.go(f"/rates/{county.unit_of(BESIDE_SCHOOL, position=1)}", refused=(404,))


def _the_province_approves(province: Visit, site: Site) -> None:
    open_todo(province, "待我审核的参保率")
    province.click(province.rows().get_by_role("link", name="审核", exact=True))
    decided(province, "审核通过", "同意")
    expect(province.rows().filter(has_text="审核通过")).to_have_count(1)
    assert site.place(COUNTY).name in province.words()


def _the_province_reads_places_not_people(province: Visit, site: Site) -> None:
    """From the province down to a school; the list behind its figure has as many rows and no name."""
    province.go(f"/figures/?plan={site.accounts[PROVINCE].plan}")
    for name in ("南昌市", site.place(COUNTY).name, site.place(SCHOOL).name):
        province.click(province.page.locator("table.grid tbody th").get_by_role("link", name=name, exact=True))
    total = province.page.locator("tfoot td[data-kind=number] a").first
    count = number(total)
    assert count == len(site.students_of(SCHOOL)) - 1  # one insurance is stopped
    province.click(total)
    says(province, "按您的级别，此名单只显示学生所在的学校和班级，不显示姓名。")
    assert_as_long_as(province, count)
    said = province.words()
    assert not {student.name for student in site.students_of(SCHOOL) if len(student.name) > 2 and student.name in said}


def _resumed(school: Visit, site: Site, name: str) -> None:
    """The stopped insurance goes on again, also in a rate that stands."""
    school.go(f"/applications/?plan={site.accounts[SCHOOL].plan}&state=stopped&name={name}")
    tick_first(school, "续保")
    school.page.get_by_label("原因").fill("误操作")
    school.click(main(school).get_by_role("button", name="续保", exact=True))
    says(school, "已处理1份申请，未处理0份")


def tick_first(visit: Visit, act: str) -> None:
    """Tick the first row and press a button of the batch bar."""
    visit.page.locator("table.grid tbody input[name=rowid]").first.check()
    visit.click(visit.page.locator(".batch").get_by_role("button", name=act, exact=True))
