"""The template says what to write where, keeps long numbers whole, and is read back without its example."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.sheets.reading import read
from app.sheets.recognise import recognise
from app.sheets.template import write_template
from tests.make.workbooks import PUPILS

ZHANG = "360101201509011015"


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_a_filled_in_template_is_read_without_its_example(tmp_path: Path, locale: str) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, PUPILS, locale)
    empty = recognise(read(path), PUPILS)
    assert [len(table) for table in empty.tables] == [0]
    book = load_workbook(path)
    book.active["B4"], book.active["C4"] = "张三", ZHANG
    book.save(path)
    recognition = recognise(read(path), PUPILS)
    (table,) = recognition.tables
    assert [(row.number, row.cells) for row in table.rows()] == [(4, {"name": "张三", "number": ZHANG})]
    assert set(table.mapping) == {column.key for column in PUPILS.columns}
    assert [finding.facts["why"] for finding in recognition.findings] == ["example"]


def test_headings_hints_and_formats_help_whoever_fills_it_in(tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", PUPILS, "zh_Hans_CN")
    out = load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in out[2]][:4] == ["序号", "*姓名", "*证件号码", "性别"]
    assert (out.title, out["C2"].comment.text, out["A3"].value, out["C3"].value) == ("学生名单", "18位", "示例", ZHANG)
    assert (out["C3"].data_type, out["C3"].number_format, out.column_dimensions["C"].number_format) == ("s", "@", "@")
    assert "第4行" in out["A1"].value


def test_choices_of_any_length_are_offered(tmp_path: Path) -> None:
    classes = [f"七({number})班" for number in range(1, 200)]
    write_template(tmp_path / "a.xlsx", PUPILS, "zh_Hans_CN", {"class_name": classes})
    book = load_workbook(tmp_path / "a.xlsx")
    rules = {str(rule.sqref): rule.formula1 for rule in book.active.data_validations.dataValidation}
    assert rules == {"D3:D20000": "=list_4", "F3:F20000": "=list_6"}
    assert book.defined_names["list_6"].attr_text == "'选项'!$F$1:$F$199"
    assert [cell.value for cell in book["选项"]["F"]] == classes
    assert book["选项"].sheet_state == "hidden"
