"""A counsellor approves a batch, is refused with who is missing, clicks the number, completes, submits."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.rate_pages import (
    assert_as_long_as,
    figures,
    main,
    names,
    open_todo,
    opened,
    says,
    submitted,
    tick_all,
    todo,
)
from tests.journeys.site import Site
from tests.journeys.stand_ins import Chain
from tests.journeys.visit import Visit, Visiting

ROLE = "counsellor"
WAITING, MISSING = 3, 2
ELSEWHERE = "4136090001-2-1-1"
"""A grade of another college."""


@pytest.fixture
def lacking(site: Site, university: Chain) -> dict[str, set[str]]:
    """In the counsellor's grade three wait for a review and two have not registered: their names, by state."""
    del university
    return Chain(site, ROLE).everybody_decides(but=(("submitted", WAITING), ("unregistered", MISSING)))


def test_a_counsellor_completes_and_submits_a_rate(
    site: Site, visiting: Visiting, lacking: dict[str, set[str]]
) -> None:
    visit = visiting(ROLE)
    everybody = len(site.students_of(ROLE))
    _approve_two_of_a_batch(visit, lacking["submitted"])
    opened(visit, ROLE, site)
    live = figures(visit, "当前")
    assert (live["应参保"], live["待审核"], live["未登记"]) == (str(everybody), "1", str(MISSING))
    submitted(visit, refused=(409,))
    says(visit, f"{site.place(ROLE).name} 还不能提交：未登记 {MISSING} 人，待审核 1 人")
    _complete_from_the_numbers(visit, lacking["unregistered"], site)
    # ready for the first time, or returned by what another journey has left behind
    assert todo(visit, "可以提交的参保率") + todo(visit, "被退回的参保率") == 1
    opened(visit, ROLE, site)
    submitted(visit)
    says(visit, "已提交")
    frozen, live = figures(visit, "提交时"), figures(visit, "当前")
    assert {key: frozen[key] for key in ("应参保", "已参保", "弃保", "待审核", "未登记")} == {
        key: live[key] for key in ("应参保", "已参保", "弃保", "待审核", "未登记")
    }
    assert int(frozen["已参保"]) + int(frozen["弃保"]) == everybody
    assert main(visit).get_by_role("button", name="上报", exact=True).count() == 0
    _nothing_can_be_decided_now(visit, site)
    _the_other_colleges_answer_nothing(visit, site)


def _approve_two_of_a_batch(visit: Visit, waiting: set[str]) -> None:
    """From the first page to the list of those who wait; two of three are ticked and approved with one opinion."""
    open_todo(visit, "待我审核的参保申请")
    assert names(visit) == waiting
    for box in visit.page.locator("table.grid tbody input[name=rowid]").all()[:2]:
        box.check()
    visit.click(visit.page.locator(".batch").get_by_role("button", name="审核通过", exact=True))
    visit.page.get_by_label("审核意见").fill("材料齐全")
    visit.click(main(visit).get_by_role("button", name="审核通过", exact=True))
    says(visit, "已处理2份申请，未处理0份")


def _complete_from_the_numbers(visit: Visit, missing: set[str], site: Site) -> None:
    """Each number of the refusal opens the list of exactly those people; the last of them are entered on behalf."""
    here = f"/applications/?plan={site.accounts[ROLE].plan}&state="
    reasons = visit.page.locator(".missing a")
    assert [reason.inner_text().split() for reason in reasons.all()] == [["未登记", str(MISSING)], ["待审核", "1"]]
    visit.click(reasons.first)
    assert_as_long_as(visit, MISSING)
    assert names(visit) == missing
    visit.go(here + "unregistered")
    assert names(visit) == missing
    tick_all(visit, "代填")
    visit.page.locator(".wish-months").first.check()
    visit.click(main(visit).get_by_role("button", name="保存", exact=True))
    says(visit, f"已处理{MISSING}份申请，未处理0份")
    opened(visit, ROLE, site)
    visit.click(visit.page.locator(".missing a"))
    assert_as_long_as(visit, 1)
    visit.click(visit.page.locator("table.grid tbody th a"))
    visit.click(main(visit).get_by_role("button", name="审核通过", exact=True))


def _nothing_can_be_decided_now(visit: Visit, site: Site) -> None:
    """What was submitted stands: a row of the unit is left as it is, and the outcome says why."""
    visit.go(f"/applications/?plan={site.accounts[ROLE].plan}&state=insured")
    visit.page.locator("table.grid tbody input[name=rowid]").first.check()
    visit.click(visit.page.locator(".batch").get_by_role("button", name="审核通过", exact=True))
    visit.click(main(visit).get_by_role("button", name="审核通过", exact=True))
    says(visit, "所在单位已提交参保率")


def _the_other_colleges_answer_nothing(visit: Visit, site: Site) -> None:
    """The rate, the figures and the applications of a grade beside are not found, and no list names their people."""
    plan = site.accounts[ROLE].plan
    beside = Chain(site, ROLE).unit_of(ELSEWHERE, position=1)
    visit.go(f"/rates/{beside}", refused=(404,))
    visit.go(f"/figures/people?plan={plan}&node={ELSEWHERE}&status=insured", refused=(404,))
    others = [student for student in site.students if student.path.startswith(site.nodes[ELSEWHERE].path)]
    visit.go(f"/applications/?plan={plan}&number={others[0].number}")
    expect(visit.page.locator("#list")).not_to_contain_text(others[0].name)
    assert visit.rows().count() == 0
