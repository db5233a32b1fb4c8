"""From the first page downwards by clicking; whatever figure is clicked, its list has as many rows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator

from app.access.roles import ROLES
from tests.journeys.visit import Visit, Visiting

FAMILIES = {"guardian", "student"}
OF_A_UNIT = {"unit_operator"}  # an institution that no plan of the demo covers
STAFF = [role.code for role in ROLES if role.code not in FAMILIES | OF_A_UNIT]
DEEPEST = 2
LARGEST_PAGE = 500


def _number(figure: Locator) -> int:
    return int(figure.inner_text().replace(",", ""))


def _rows_behind(visit: Visit, figure: Locator) -> int:
    """How many rows the list behind a figure has, counted over all its pages without opening a window."""
    page, rows = 1, 0
    while True:
        href = f"{figure.get_attribute('href')}&size={LARGEST_PAGE}&page={page}"
        answer = visit.context.request.get(href)
        assert answer.ok, href
        found = len(re.findall(r'<tr role="row">', answer.text().partition("<tbody")[2].partition("</tbody>")[0]))
        rows += found
        if found < LARGEST_PAGE:
            return rows
        page += 1


def _check_figures(visit: Visit, figures: Locator) -> None:
    assert figures.count()
    for figure in figures.all():
        value = figure.locator(".figure-value")
        assert _rows_behind(visit, figure) == _number(value if value.count() else figure)


def _way_down(visit: Visit) -> Locator | None:
    """The name of the first place below with somebody in it."""
    for row in visit.rows().all():
        way = row.locator("th a")
        if way.count() and _number(row.locator("td[data-kind=number] a").first):
            return way
    return None


@pytest.mark.parametrize("role", STAFF)
def test_every_figure_opens_a_list_of_as_many_rows(role: str, visiting: Visiting) -> None:
    visit = visiting(role)
    visit.go("/")
    _check_figures(visit, visit.page.locator("a.figure"))
    depth = 0
    while depth < DEEPEST and (way := _way_down(visit)):
        name = way.inner_text()
        visit.click(way)
        assert name in visit.heading()
        depth += 1
    if depth:
        _check_figures(visit, visit.page.locator("tfoot td[data-kind=number] a"))
    figure = visit.page.locator("tfoot td[data-kind=number] a, a.figure").first
    value = figure.locator(".figure-value")
    expected = _number(value if value.count() else figure)
    visit.click(figure)
    assert f"共 {expected:,} 条" in visit.page.locator(".pager-total").inner_text()
    assert visit.rows().count() == min(expected, 20)
