"""A college returns a rate with an opinion; the counsellor reads it and submits again; the college approves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.rate_pages import (
    decided,
    figures,
    main,
    not_approved_below,
    open_todo,
    opened,
    says,
    submitted,
    todo,
)
from tests.journeys.site import Site
from tests.journeys.stand_ins import Chain
from tests.journeys.visit import Visit, Visiting

ROLE, BELOW = "college_officer", "counsellor"
OPINION = "请再核对困难学生"
BESIDE = "4136090001-2"
"""Another college."""


@pytest.fixture
def handed_in(site: Site, university: Chain) -> None:
    """All of the college are decided; the counsellor's grade has submitted, the others have not."""
    del university
    Chain(site, ROLE).everybody_decides()
    Chain(site, BELOW).submitted(position=1, by=BELOW)


@pytest.mark.usefixtures("handed_in")
def test_a_college_returns_and_approves(site: Site, visiting: Visiting) -> None:
    officer, counsellor = visiting(ROLE), visiting(BELOW)
    _returned_with_an_opinion(officer, site)
    assert todo(counsellor, "被退回的参保率") == 1
    opened(counsellor, BELOW, site)
    says(counsellor, OPINION)
    submitted(counsellor)
    _approved_as_it_was_submitted(officer, site)
    opened(counsellor, BELOW, site)
    assert main(counsellor).get_by_role("button", name="上报", exact=True).count() == 0
    past = counsellor.page.locator("section[aria-labelledby=history] tbody tr")
    assert [line.locator("td[data-role=tag]").inner_text() for line in past.all()][:2] == ["审核通过", "已退回"]
    expect(past.nth(1)).to_contain_text(OPINION)
    _not_before_every_grade_is_approved(officer, site)
    _other_colleges_answer_nothing(officer, site)


def _returned_with_an_opinion(officer: Visit, site: Site) -> None:
    """From the first page to the one rate that waits; without an opinion it is not returned."""
    open_todo(officer, "待我审核的参保率")
    officer.page.locator("table.grid tbody input[type=checkbox]").check()
    officer.click(officer.page.locator(".batch").get_by_role("button", name="审核", exact=True))
    assert figures(officer, site.place(BELOW).name)["应参保"] == str(len(site.students_of(BELOW)))
    decided(officer, "退回", refused=(422,))
    says(officer, "请填写退回的原因")
    assert officer.page.get_by_label("退回", exact=True).is_checked()
    decided(officer, "退回", OPINION)
    says(officer, "已退回 1 个参保率")


def _approved_as_it_was_submitted(officer: Visit, site: Site) -> None:
    """The page of the rate leads to the review; what is approved are the frozen figures."""
    open_todo(officer, "待我审核的参保率")
    officer.click(officer.rows().get_by_role("link", name=site.place(BELOW).name, exact=True))
    frozen = figures(officer, "提交时")
    officer.click(officer.page.get_by_role("link", name="审核", exact=True))
    shown = figures(officer, site.place(BELOW).name)
    assert {key: shown[key] for key in ("应参保", "已参保", "弃保", "参保率")} == {
        key: frozen[key] for key in ("应参保", "已参保", "弃保", "参保率")
    }
    decided(officer, "审核通过")
    says(officer, "已通过 1 个参保率")


def _not_before_every_grade_is_approved(officer: Visit, site: Site) -> None:
    """The college cannot submit while a grade is missing, is told which, and can once all of them are approved."""
    opened(officer, ROLE, site, step=2)
    missing = not_approved_below(officer)
    assert missing
    submitted(officer, refused=(409,))
    says(officer, f"下级有 {len(missing)} 个单位尚未审核通过（{'、'.join(missing)}）")
    chain = Chain(site, ROLE)
    chain.submitted(position=1)
    chain.approved(position=1)
    opened(officer, ROLE, site, step=2)
    submitted(officer)
    assert figures(officer, "提交时")["应参保"] == str(len(site.students_of(ROLE)))
    says(officer, "已提交")


def _other_colleges_answer_nothing(officer: Visit, site: Site) -> None:
    chain = Chain(site, ROLE)
    officer.go(f"/rates/{chain.unit_of(BESIDE, position=2)}", refused=(404,))
    officer.go(f"/rates/{chain.unit_of(f'{BESIDE}-1-1', position=1)}", refused=(404,))
    officer.go(f"/rates/?plan={chain.plan}&step=2")
    assert officer.page.locator("table.grid tbody th").all_inner_texts() == [site.place(ROLE).name]
