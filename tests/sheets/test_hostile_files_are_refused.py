"""Files made to hurt are refused with a code that says why, before they are parsed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.sheets.limits import LIMITS, Limits, Unreadable
from app.sheets.reading import read
from tests.make.workbooks import HEAD, compound, raw_xlsx, save_xls, save_xlsx, text_cell

ROWS = [("姓名", "证件号码"), ("张三", "360101201509011015")]
Maker = Callable[[Path], Path]


def _written(data: bytes) -> Maker:
    def make(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return make


def _zipped(**parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name.replace("__", "/") + ".xml", data)
    return kept.getvalue()


def zip_bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(save_xlsx(path, {"名单": ROWS}), "a", zipfile.ZIP_DEFLATED) as out,
        out.open("xl/theme/more.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(100):
            part.write(bytes(1 << 20))
    return path


def sheet_bomb(path: Path) -> Path:
    return raw_xlsx(path, (" " * (1 << 20) for _ in range(100)))


def strings_bomb(path: Path) -> Path:
    return raw_xlsx(path, (), strings=("<si><t>a</t></si>" * 10_000 for _ in range(100)))


def repeated_string(path: Path) -> Path:
    """One text of 32,000 characters that 100,000 cells show: 3 GB in memory, 2 MB in the file."""
    cells = (
        "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(at, at + 1000))
        for at in range(1, 100_000, 1000)
    )
    return raw_xlsx(path, cells, strings=(f"<si><t>{'长' * 32_000}</t></si>",))


def entities(path: Path) -> Path:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    return raw_xlsx(
        path,
        [f'<row r="1">{text_cell("A1", "&e8;")}</row>'],
        head=f'{HEAD}<!DOCTYPE worksheet [<!ENTITY e0 "姓名">{lines}]>',
    )


def external_entity(path: Path) -> Path:
    return raw_xlsx(
        path,
        [f'<row r="1">{text_cell("A1", "&out;")}</row>'],
        head=f'{HEAD}<!DOCTYPE worksheet [<!ENTITY out SYSTEM "file:///etc/passwd">]>',
    )


def late_entity(path: Path) -> Path:
    return raw_xlsx(path, [], head=f"{HEAD}<!--{'x' * 1_500_000}--><!DOCTYPE worksheet [<!ENTITY a 'b'>]>")


def wide(path: Path) -> Path:
    return save_xlsx(path, {"名单": [[f"列{number}" for number in range(16_384)]]})


def far_corner(path: Path) -> Path:
    return raw_xlsx(
        path, [f'<row r="1">{text_cell("A1", "姓名")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>']
    )


def far_below(path: Path) -> Path:
    return raw_xlsx(
        path, [f'<row r="1">{text_cell("A1", "姓名")}</row><row r="1048576">{text_cell("B1048576", "x")}</row>']
    )


def endless_tags(path: Path) -> Path:
    return raw_xlsx(path, ['<row hidden="1" ' * 100_000, '<c r="AAA1" t="e" ' * 100_000])


def truncated(path: Path) -> Path:
    data = save_xlsx(path, {"名单": ROWS * 500}).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def damaged(path: Path) -> Path:
    data = bytearray(save_xlsx(path, {"名单": ROWS * 500}).read_bytes())
    start = data.index(b"xl/worksheets/sheet1.xml") + 200
    data[start : start + 400] = bytes(400)
    path.write_bytes(data)
    return path


def broken_xml(path: Path) -> Path:
    return raw_xlsx(path, ['<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></row>'])


def duplicated(path: Path) -> Path:
    with zipfile.ZipFile(save_xlsx(path, {"名单": ROWS}), "a") as out, pytest.warns(UserWarning, match="Duplicate"):
        out.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    return path


def locked_zip(path: Path) -> Path:
    data = bytearray(save_xlsx(path, {"名单": ROWS}).read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    path.write_bytes(data)
    return path


def cut_xls(path: Path) -> Path:
    data = save_xls(path, [("姓名", "证件号码"), *[("张三", "360101201509011015")] * 400]).read_bytes()
    path.write_bytes(data[:6000])
    return path


def cut_before_its_directory(path: Path) -> Path:
    data = compound({"Workbook": bytes(9000)})
    path.write_bytes(data[:6000])
    return path


def blank_sheet(path: Path) -> Path:
    return save_xlsx(path, {"名单": []})


CASES: list[tuple[Maker, str, str]] = [
    (zip_bomb, "a.xlsx", "zip_bomb"),
    (sheet_bomb, "a.xlsx", "zip_bomb"),
    (strings_bomb, "a.xlsx", "zip_bomb"),
    (repeated_string, "a.xlsx", "too_large"),
    (entities, "a.xlsx", "entity"),
    (external_entity, "a.xlsx", "entity"),
    (late_entity, "a.xlsx", "entity"),
    (wide, "a.xlsx", "too_many_columns"),
    (far_corner, "a.xlsx", "too_many_columns"),
    (far_below, "a.xlsx", "too_many_rows"),
    (endless_tags, "a.xlsx", "truncated"),
    (truncated, "a.xlsx", "truncated"),
    (damaged, "a.xlsx", "truncated"),
    (broken_xml, "a.xlsx", "truncated"),
    (duplicated, "a.xlsx", "zip_bomb"),
    (locked_zip, "a.xlsx", "encrypted"),
    (_written(compound({"EncryptedPackage": b"x", "EncryptionInfo": b"y"})), "a.xlsx", "encrypted"),
    (_written(compound({"WordDocument": b"x"})), "a.xls", "wrong_type"),
    (
        _written(compound({"Workbook": b"\x09\x08\x10\x00" + bytes(16) + b"\x2f\x00\x06\x00" + bytes(4096)})),
        "a.xls",
        "encrypted",
    ),
    (_written(compound({"Workbook": b"\xff" * 5000})), "a.xls", "truncated"),
    (cut_xls, "a.xls", "truncated"),
    (cut_before_its_directory, "a.xls", "truncated"),
    (_written(b""), "a.xlsx", "empty"),
    (_written(b"\xef\xbb\xbf\r\n\r\n"), "a.csv", "empty"),
    (_written(b",,,\r\n,,,\r\n"), "a.csv", "empty"),
    (blank_sheet, "a.xlsx", "empty"),
    (_written(b"%PDF-1.7 ..."), "a.xlsx", "wrong_type"),
    (_written(b"\x89PNG\r\n\x1a\n" + bytes(200)), "a.xlsx", "wrong_type"),
    (_written(b"MZ" + bytes(200)), "a.xls", "wrong_type"),
    (_written("姓名,证件号码\n张三,1\n".encode()), "a.xlsx", "wrong_type"),
    (_written(b"<html><table><tr><td>1</td></tr></table></html>"), "a.xls", "wrong_type"),
    (_written(b"<html><table></table></html>"), "a.csv", "wrong_type"),
    (_written(_zipped(word__document=b"<w/>")), "a.xlsx", "wrong_type"),
    (_written(_zipped(anything=b"<x/>")), "a.xlsx", "wrong_type"),
    (_written(bytes(range(256)) * 20), "a.csv", "wrong_type"),
    (_written('姓名,证件号码\n"张三,1\n李四,2\n'.encode()), "a.csv", "open_quote"),
    (_written('姓名,证件号码\n"张三"丰,1\n"李四,2\n'.encode()), "a.csv", "open_quote"),
    (_written(b"\xd5\xc5\xff\xff\xff\xfe" * 10), "a.csv", "encoding"),
]


@pytest.mark.parametrize(("make", "name", "code"), CASES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_hostile_file_is_refused_with_its_code(tmp_path: Path, make: Maker, name: str, code: str) -> None:
    path = make(tmp_path / "upload")
    with pytest.raises(Unreadable) as refusal:
        read(path, name)
    assert (refusal.value.code, refusal.value.args) == (code, (code,))


def test_a_file_larger_than_allowed_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as file:
        file.truncate(LIMITS.file_bytes + 1)
    with pytest.raises(Unreadable) as refusal:
        read(path, "a.xlsx")
    assert refusal.value.code == "too_large"


def numbers(path: Path, rows: int) -> Path:
    """Cells without references, so that only their number can be counted."""
    return raw_xlsx(path, (f"<row><c><v>{row}</v></c><c><v>1</v></c></row>" for row in range(rows)))


TIGHT: list[tuple[Limits, str]] = [
    (Limits(seconds=0), "too_slow"),
    (Limits(memory=30 << 20), "too_large"),
    (Limits(cells=199_000), "too_many_cells"),
    (Limits(rows=99_000), "too_many_rows"),
    (Limits(columns=1), "too_many_columns"),
    (Limits(inflated=1 << 20), "zip_bomb"),
    (Limits(parts=3), "zip_bomb"),
    (Limits(sheets=0), "too_many_sheets"),
]


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbers(tmp_path_factory.mktemp("tight") / "a.xlsx", 100_000)


@pytest.mark.parametrize(("limits", "code"), TIGHT, ids=[code for _, code in TIGHT])
def test_each_limit_is_kept(many_rows: Path, limits: Limits, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(many_rows, "", limits)
    assert refusal.value.code == code


def test_texts_that_no_cell_shows_are_counted_too(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", (), strings=(f"<si><t>{number}</t></si>" for number in range(2_000)))
    with pytest.raises(Unreadable) as refusal:
        read(path, "", Limits(strings=1_000))
    assert refusal.value.code == "zip_bomb"


def test_all_characters_together_are_counted(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(save_xlsx(tmp_path / "a.xlsx", {"名单": [["长" * 900] * 20]}), "", Limits(characters=10_000))
    assert refusal.value.code == "too_large"


def test_the_reading_process_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret@nowhere/x")
    (tmp_path / "sitecustomize.py").write_text("import os, sys\nsys.exit('DATABASE_URL' in os.environ)\n")
    monkeypatch.setattr("app.sheets.reading.ROOT", tmp_path)
    with pytest.raises(RuntimeError, match="ended with 1"):
        read(save_xlsx(tmp_path / "a.xlsx", {"名单": ROWS}))
