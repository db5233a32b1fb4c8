"""Lists of places, of recognitions and of insured: each is mapped, looked through, applied, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.import_pages import applied, checked_again, count, saved, undone, upload
from tests.journeys.rate_pages import main, says
from tests.journeys.site import Site, Student
from tests.journeys.stand_ins import Chain
from tests.journeys.visit import Visit, Visiting

ROLE = "school_admin"
NEW_SCHOOL = "2136000123"
pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def undecided(site: Site) -> list[Student]:
    """Two students of the school who have not decided, in the order of their numbers."""
    chain = Chain(site, ROLE)
    chain.reopened()
    names = chain.everybody_decides(but=(("unregistered", 2),))["unregistered"]
    return [student for student in site.students_of(ROLE) if student.name in names][:2]


def test_a_list_of_places_is_undone_after_what_was_built_on_it(site: Site, visiting: Visiting, tmp_path: Path) -> None:
    visit = visiting("county_admin")
    rows = [("新溪小学", NEW_SCHOOL, "小学", "一年级", "1班"), ("新溪小学", NEW_SCHOOL, "小学", "一年级", "2班")]
    headings = ("办学机构全名", "学校标识码", "学段", "年级", "班级")
    upload(visit, saved(tmp_path / "机构.xlsx", [headings, *rows]), kind="tree", place=site.place("county_admin").code)
    _column_is(visit, "办学机构全名", "学校")
    assert (count(visit, "新增"), count(visit, "有误")) == ("2", "0")
    _looked_through(visit, "新增", ["(1)班", "(2)班"])
    first = applied(visit)
    visit.go(f"/figures/?node={NEW_SCHOOL}")
    assert visit.page.locator("table.grid tbody th").all_inner_texts() == ["一年级"]
    more = [("新溪小学", NEW_SCHOOL, "小学", "一年级", "3班")]
    upload(
        visit,
        saved(tmp_path / "机构2.xlsx", [("学校", *headings[1:]), *more]),
        kind="tree",
        place=site.place("county_admin").code,
    )
    second = applied(visit)
    visit.go(f"{first}/undo")
    says(visit, "不能撤销：此后有 1 条记录发生了变化。")
    expect(visit.page.locator(".todo-line a")).to_contain_text("一年级")
    undone(visit, second)
    undone(visit, first)
    visit.go(f"/figures/?node={NEW_SCHOOL}", refused=(404,))


def test_a_list_of_recognitions_comes_and_goes(site: Site, visiting: Visiting, tmp_path: Path) -> None:
    visit = visiting(ROLE)
    good, unknown = site.students_of(ROLE)[5:7]
    headings = ("学生姓名", "学号", "困难类型", "困难等级", "认定日期", "有效期至", "认定单位")
    rows = [
        (good.name, good.number, "低保户", "困难", "2026-09-01", "2027-08-31", "东湖区民政局"),
        (unknown.name, unknown.number, "镇里的低保", "困难", "2026-09-01", "2027-08-31", "东湖区民政局"),
        ("查无此人", "NOBODY-1", "低保户", "困难", "2026-09-01", "2027-08-31", "东湖区民政局"),
    ]
    upload(visit, saved(tmp_path / "困难.xlsx", [headings, *rows]), kind="hardship")
    assert (count(visit, "新增"), count(visit, "有误")) == ("1", "2")
    visit.page.get_by_label("镇里的低保").select_option(label="最低生活保障(低保)")
    checked_again(visit, "采用并重新检查")
    assert (count(visit, "新增"), count(visit, "有误")) == ("2", "1")
    _looked_through(visit, "有误", ["查无此人"])
    batch = applied(visit, good_rows=True)
    page = site.addresses_of(good)[0]
    visit.go(page)
    expect(visit.page.get_by_role("region", name="困难认定")).to_contain_text("东湖区民政局")
    undone(visit, batch)
    visit.go(page)
    expect(visit.page.get_by_role("region", name="困难认定")).to_contain_text("没有困难认定")
    expect(main(visit)).to_contain_text("导入编号")


def test_an_insured_list_comes_and_goes(visiting: Visiting, tmp_path: Path, undecided: list[Student]) -> None:
    visit = visiting(ROLE)
    before = _insured(visit)
    headings = ("姓名", "学号", "医保办结情况")
    rows = [(student.name, student.number, "已参保") for student in undecided]
    upload(visit, saved(tmp_path / "参保.xlsx", [headings, *rows]), kind="insured")
    _column_is(visit, "医保办结情况", "参保状态")
    assert (count(visit, "新增"), count(visit, "有误")) == ("2", "0")
    _looked_through(visit, "新增", [student.name for student in undecided])
    batch = applied(visit)
    assert _insured(visit) == before + len(undecided)
    undone(visit, batch)
    assert _insured(visit) == before


def _insured(visit: Visit) -> int:
    """How many of the school are insured, by the statistics."""
    visit.go("/figures/")
    return int(visit.page.locator("tfoot td[data-label=已参保]").inner_text())


def _column_is(visit: Visit, heading: str, meaning: str) -> None:
    """Say what a heading means that was not understood, and have the file checked again."""
    field = visit.page.get_by_label(heading, exact=True)
    if not field.is_visible():
        visit.page.locator("details > summary").click()
    field.select_option(label=meaning)
    checked_again(visit, "采用这些列并重新检查")


def _looked_through(visit: Visit, which: str, titles: Sequence[str]) -> None:
    """A number of the preview opens the rows it counts."""
    visit.click(visit.page.locator("a.figure", has_text=which))
    assert visit.page.locator("table.grid tbody th").all_inner_texts() == list(titles)
    visit.page.go_back()
