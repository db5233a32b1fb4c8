"""Student affairs approve the colleges in a batch, return one of them, read the university's figures and export."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.journeys.rate_pages import assert_as_long_as, decided, figures, number, open_todo, says, tick_all, todo
from tests.journeys.site import Site
from tests.journeys.stand_ins import Chain
from tests.journeys.visit import Visit, Visiting

ROLE, COLLEGE = "student_affairs", "college_officer"
OPINION = "请补充硕士生名单"
BESIDE = "3136900001"
"""A school of the same province."""


@pytest.fixture
def colleges(site: Site, university: Chain) -> int:
    """All is decided and approved up to the colleges, which have submitted; says how many there are."""
    university.everybody_decides()
    university.submitted(position=1)
    university.approved(position=1)
    Chain(site, COLLEGE).submitted(position=2, by=COLLEGE)
    university.submitted(position=2)
    return len([node for node in site.nodes.values() if node.kind == "college"])


def test_student_affairs_sum_up_a_university(site: Site, visiting: Visiting, colleges: int) -> None:
    visit = visiting(ROLE)
    assert todo(visit, "待我审核的参保率") == colleges
    _approved_in_a_batch(visit, colleges)
    _one_is_returned_after_all(visit, site)
    officer = visiting(COLLEGE)
    assert todo(officer, "被退回的参保率") == 1
    _figures_are_those_of_everybody(visit, site)
    _the_summary_has_a_line_each(visit, site, colleges)
    visit.go(f"/figures/?plan={site.accounts[ROLE].plan}&node={BESIDE}", refused=(404,))


def _approved_in_a_batch(visit: Visit, colleges: int) -> None:
    open_todo(visit, "待我审核的参保率")
    tick_all(visit, "审核")
    assert visit.rows().count() == colleges
    decided(visit, "审核通过", "同意")
    says(visit, f"已通过 {colleges} 个参保率")


def _one_is_returned_after_all(visit: Visit, site: Site) -> None:
    """What was approved can be returned as long as nobody above has submitted."""
    visit.click(visit.rows().get_by_role("link", name=site.place(COLLEGE).name, exact=True))
    visit.click(visit.page.get_by_role("link", name="审核", exact=True))
    decided(visit, "退回", OPINION)
    says(visit, "已退回 1 个参保率")


def _figures_are_those_of_everybody(visit: Visit, site: Site) -> None:
    """The statistics add up the colleges; every figure of the total opens as many people, all of the university."""
    visit.go("/figures/")
    total = visit.page.locator("tfoot td[data-kind=number]")
    counts = [number(cell) for cell in total.all()]
    columns = [row.locator("td[data-kind=number]").all() for row in visit.rows().all()]
    assert counts == [sum(number(cell) for cell in column) for column in zip(*columns, strict=True)]
    assert counts[0] == len(site.students_of(ROLE))
    insured = total.nth(1).locator("a")
    visit.click(insured)
    assert_as_long_as(visit, counts[1])
    everybody = {student.name for student in site.students_of(ROLE)}
    shown = visit.page.locator("table.grid tbody th[data-role=title]").all_inner_texts()
    assert set(shown) <= everybody


def _the_summary_has_a_line_each(visit: Visit, site: Site, colleges: int) -> None:
    """The exported summary says of each college what the list says, and adds them up in its last line."""
    visit.go(f"/rates/?plan={site.accounts[ROLE].plan}&step=2")
    college = site.place(COLLEGE).name
    seen = figures(visit, college)
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="导出", exact=True).click()
    book = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    lines = [[str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    (line,) = [row for row in lines if any(college in cell for cell in row)]
    assert {seen["应参保"], seen["已参保"], "已退回"} <= set(line)
    assert str(len(site.students_of(ROLE))) in lines[-1]
    assert sum("学院" in "".join(row[:3]) for row in lines[1:]) >= colleges
