"""What people do on the pages where rates are submitted and reviewed, and what they read there."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.journeys.site import Site
from tests.journeys.visit import Visit


def todo(visit: Visit, label: str) -> int:
    """Go to the first page and say how many of something wait there; 0 when it is not named."""
    visit.go("/")
    line = _todo(visit, label)
    return number(line.locator(".waiting")) if line.count() else 0


def open_todo(visit: Visit, label: str) -> None:
    """Follow a line of the to-do list to the list behind it, which has as many rows."""
    count = todo(visit, label)
    assert count > 0
    visit.click(_todo(visit, label))
    assert_as_long_as(visit, count)


def _todo(visit: Visit, label: str) -> Locator:
    return visit.page.locator("ul.todo a", has=visit.page.get_by_text(label, exact=False)).filter(
        has=visit.page.locator(".waiting")
    )


def assert_as_long_as(visit: Visit, count: int) -> None:
    """The list on the page says that it has so many rows, and shows them as far as a page holds them."""
    expect(visit.page.locator(".pager-total")).to_contain_text(f"共 {count:,} 条")
    assert visit.rows().count() == min(count, 20)


def number(figure: Locator) -> int:
    """A figure as a number."""
    return int(figure.inner_text().replace(",", ""))


def opened(visit: Visit, role: str, site: Site, *, step: int = 1) -> None:
    """Open the own unit of a step from the list of rates."""
    visit.go(f"/rates/?plan={site.accounts[role].plan}&step={step}")
    visit.click(visit.rows().get_by_role("link", name=site.place(role).name, exact=True))


def figures(visit: Visit, line: str) -> dict[str, str]:
    """What a line of the first table says: by the heading of the column."""
    row = visit.rows().filter(has=visit.page.get_by_role("rowheader", name=line, exact=True)).first
    cells = row.locator("td")
    return {cell.get_attribute("data-label") or "": cell.inner_text() for cell in cells.all()}


def not_approved_below(visit: Visit) -> list[str]:
    """The units below that are not approved yet, as the page of a rate names them."""
    lines = visit.page.locator("section[aria-labelledby=below] tbody tr")
    return [line.locator("th").inner_text() for line in lines.all() if "审核通过" not in line.inner_text()]


def submitted(visit: Visit, *, refused: tuple[int, ...] = ()) -> None:
    """Press 上报 and confirm."""
    main(visit).get_by_role("button", name="上报", exact=True).click()
    dialog = visit.page.locator("dialog[open], .modal.show")
    visit.click(dialog.get_by_role("button", name="上报", exact=True), refused=refused)


def decided(visit: Visit, what: str, opinion: str = "", *, refused: tuple[int, ...] = ()) -> None:
    """Choose a decision on the page of the review, write an opinion, save."""
    visit.page.get_by_label(what, exact=True).check()
    visit.page.get_by_label("审核意见").fill(opinion)
    visit.click(visit.page.get_by_role("button", name="保存", exact=True), refused=refused)


def tick_all(visit: Visit, act: str) -> None:
    """Tick every row of the page and press a button of the batch bar."""
    visit.page.locator("table.grid thead input[type=checkbox]").check()
    visit.click(visit.page.locator(".batch").get_by_role("button", name=act, exact=True))


def main(visit: Visit) -> Locator:
    """The page without menu and head."""
    return visit.page.get_by_role("main")


def says(visit: Visit, words: str) -> None:
    """The page says these words."""
    expect(main(visit)).to_contain_text(words)


def names(visit: Visit) -> set[str]:
    """The names in the list on the page."""
    return set(visit.page.locator("table.grid tbody th[data-role=title]").all_inner_texts())
