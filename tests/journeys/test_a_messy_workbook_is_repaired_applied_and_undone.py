"""A school's own list is uploaded, repaired by its error workbook, applied, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import expect

from tests.imports.desk import number
from tests.journeys.import_pages import READY, count, undone, upload
from tests.journeys.visit import Visit, Visiting

HEADINGS = ("序号", "学生姓名", "公民身份号码", "性 别", "学号", "所在班级", "特长")
WRONG_ROW, NUMBER_COLUMN = 6, 3


def _messy(path: Path) -> Path:
    """A title and instructions above, another order and wording, a total below, and one wrong number."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.append(["学生花名册"])
    page.append(["填表说明：身份证号请设为文本格式"])
    page.append(HEADINGS)
    for serial, name in enumerate(("王小明", "阿依古丽·买买提", "䶮㛃"), 1):
        good = number(serial * 2 - 1)
        written = good[:-1] + ("0" if good[-1] != "0" else "1") if serial == len("䶮㛃") + 1 else good
        page.append([serial, name, written, "男", f"JOURNEY-{serial}", "七(1)班", "画画"])
    page.append(["合计", 3])
    book.save(path)
    return path


def _repaired(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    book.worksheets[0].cell(WRONG_ROW, NUMBER_COLUMN).value = number(5)
    book.save(path)
    return path


@pytest.mark.usefixtures("worker")
def test_a_messy_workbook_is_repaired_applied_and_undone(visiting: Visiting, tmp_path: Path) -> None:
    visit = visiting("school_admin")
    upload(visit, _messy(tmp_path / "名单.xlsx"))
    assert (count(visit, "新增"), count(visit, "有误")) == ("2", "1")
    visit.click(visit.page.locator("a.figure", has_text="有误"))
    expect(visit.page.locator("tbody")).to_contain_text("末位校验不符")
    visit.page.go_back()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="下载错误清单").click()
    errors = tmp_path / "errors.xlsx"
    download.value.save_as(errors)

    upload(visit, _repaired(errors))
    assert (count(visit, "新增"), count(visit, "有误")) == ("3", "0")
    visit.click(visit.page.get_by_role("link", name="导入", exact=True))
    expect(visit.page.locator("form.record")).to_contain_text("新增 3 名学生")
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="导入 3 行").click()
    visit.page.get_by_role("link", name="撤销导入").wait_for(timeout=READY)
    visit.look()
    batch = visit.path()
    assert visit.page.locator(".figure", has_text="新增").locator(".figure-hint").inner_text() == "已新增"
    assert _on_the_roll(visit) == {"JOURNEY-1", "JOURNEY-2", "JOURNEY-3"}
    undone(visit, batch)
    assert _on_the_roll(visit) == set()


def _on_the_roll(visit: Visit) -> set[str]:
    """The numbers of the list that the school's own students are found by."""
    visit.go("/students/?number=JOURNEY&size=500")
    found = visit.page.locator("table.grid td[data-label=学号]").all_inner_texts()
    return {number for number in found if number.startswith("JOURNEY")}
