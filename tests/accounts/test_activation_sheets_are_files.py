"""The files of activation sheets: a workbook of text cells, slips of which nothing is lost, a harmless QR code."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
import segno

from app.accounts import sheet
from app.accounts.rules import Slip
from app.accounts.sheet import COLUMNS, Order, pdf, qr, workbook

ADDRESS = "https://xuebao.example.cn/activate/"
SLIP = Slip(
    7,
    "王伟",
    "wang_wei",
    ("画眉中学", "七年级", "七年级(1)班"),
    "/1/2/3/",
    "ABCD-EFGH-2345",
    datetime(2026, 11, 29, 2, 30, tzinfo=UTC),
)


def cells(data: bytes) -> list[list[object]]:
    """The values of a workbook's sheet, row by row."""
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows()]


def test_a_row_says_whose_code_it_is_and_until_when() -> None:
    head, row = cells(workbook([SLIP], "zh_Hans_CN"))
    assert head == [column.zh for column in COLUMNS]
    assert row == ["画眉中学", "七年级 / 七年级(1)班", "王伟", None, "wang_wei", "ABCD-EFGH-2345", "2026-11-29 10:30"]
    assert cells(workbook([SLIP], "en"))[0] == [column.en for column in COLUMNS]


@pytest.mark.parametrize("name", ["=1+1", "+86", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "00123", "1e5"])
def test_what_looks_like_a_formula_or_a_number_is_text(name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([replace(SLIP, name=name, user_name=name)], "en")))
    for cell in (book.active["C2"], book.active["E2"]):
        assert (cell.value, cell.data_type, cell.number_format, cell.quotePrefix) == (name, "s", "@", True)


def test_the_slips_hold_everything_and_each_class_begins_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []

    def note(_source: Path, data: dict[str, object]) -> bytes:
        seen.append(data)
        return b"%PDF-"

    monkeypatch.setattr(sheet, "render", note)
    other = replace(SLIP, place=("画眉中学", "七年级", "七年级(2)班"), name="李丽")
    pdf([SLIP, other], Order(ADDRESS, "zh_Hans_CN", by_class=True), "画眉中学")
    pdf([SLIP, other], Order(ADDRESS, "en"), "画眉中学")
    by_class, together = (json.loads(json.dumps(data))["groups"] for data in seen)
    assert [(group["title"], len(group["slips"])) for group in by_class] == [("七年级(1)班", 1), ("七年级(2)班", 1)]
    assert [(group["title"], len(group["slips"])) for group in together] == [("画眉中学", 2)]
    assert by_class[0]["slips"][0] == {
        "name": "王伟",
        "user_name": "wang_wei",
        "place": "画眉中学 / 七年级 / 七年级(1)班",
        "code": "ABCD-EFGH-2345",
        "until": "2026-11-29 10:30",
    }


def test_the_pdf_is_typeset_for_more_than_a_page() -> None:
    slips = [replace(SLIP, account_id=n, name="#strong[王]" * 6, place=("很长的学校名" * 8, "班")) for n in range(60)]
    assert pdf(slips, Order(ADDRESS, "zh_Hans_CN"), "画眉中学").startswith(b"%PDF-")


def test_the_picture_leads_to_the_activation_page_and_says_nothing_else() -> None:
    stream = io.BytesIO()
    segno.make(ADDRESS, error="m").save(stream, kind="svg", border=1, xmldecl=False)
    assert qr(ADDRESS) == stream.getvalue().decode()
