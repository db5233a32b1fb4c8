"""Files as schools send them, and as an enemy would: .xlsx by openpyxl and by hand, .xls by hand."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook as NewWorkbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.sheets.columns import CellKind, Column, Layout
from app.sheets.workbook import Cell, CellError, Merged, Row, Sheet, Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'

PUPILS = Layout(
    key="pupils",
    name_zh="学生名单",
    name_en="Pupils",
    columns=(
        Column("name", "姓名", "Name", CellKind.NAME, ("学生姓名",), required=True, example="张小明"),
        Column(
            "number",
            "证件号码",
            "Certificate number",
            CellKind.IDENTITY,
            ("身份证号", "身份证号码", "公民身份号码"),
            required=True,
            hint_zh="18位",
            example="360101201509011015",
        ),
        Column("sex", "性别", "Sex", CellKind.CHOICE, choices=("男", "女")),
        Column("born", "出生日期", "Birth date", CellKind.DATE, ("出生年月",)),
        Column("class_name", "班级", "Class", CellKind.CLASS_NAME, ("所在班级",)),
        Column("phone", "联系电话", "Phone", CellKind.PHONE, ("电话", "手机号码")),
        Column("fee", "缴费金额", "Amount", CellKind.AMOUNT),
        Column("poor", "是否贫困生", "Hardship", CellKind.YES_NO),
    ),
)
"""A layout as a feature would write it, for tests of the engine."""


def sheet(rows: Iterable[Sequence[Cell]], name: str = "Sheet1", merged: Iterable[Sequence[int]] = ()) -> Sheet:
    """A sheet as it is read: rows numbered from 1, empty ones left out."""
    kept = (Row(number, tuple(cells)) for number, cells in enumerate(rows, start=1))
    return Sheet(name, tuple(row for row in kept if any(cell is not None for cell in row.cells)), merged=blocks(merged))


def blocks(merged: Iterable[Sequence[int]]) -> tuple[Merged, ...]:
    """Merged blocks from (first row, last row, first column, last column)."""
    return tuple(Merged(*numbers) for numbers in merged)


def workbook(*sheets: Sheet | Sequence[Sequence[Cell]]) -> Workbook:
    """A workbook as it is read."""
    return Workbook(tuple(one if isinstance(one, Sheet) else sheet(one) for one in sheets))


def save_xlsx(path: Path, sheets: Mapping[str, Iterable[Sequence[object]]], *, since_1904: bool = False) -> Path:
    """Write an .xlsx file as Excel would, values as given; text that begins with = is a formula."""
    book = NewWorkbook()
    book.epoch = CALENDAR_MAC_1904 if since_1904 else book.epoch
    book.remove(book.active)
    for name, rows in sheets.items():
        out = book.create_sheet(name)
        for cells in rows:
            out.append([cell.text if isinstance(cell, CellError) else cell for cell in cells])
    book.save(path)
    return path


def raw_xlsx(path: Path, data: Iterable[str], *, strings: Iterable[str] = (), head: str = HEAD, tail: str = "") -> Path:
    """Write an .xlsx file whose one sheet has the given rows as XML, piece by piece; `head` stands before the sheet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(
            "[Content_Types].xml", f'{HEAD}<Types xmlns="{RELATIONS.replace("relationships", "content-types")}"/>'
        )
        out.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        out.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        out.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")),
        )
        with out.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f'{HEAD}<sst xmlns="{MAIN}">'.encode())
            for piece in strings:
                part.write(piece.encode())
            part.write(b"</sst>")
        with out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'{head}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for piece in data:
                part.write(piece.encode())
            part.write(f"</sheetData>{tail}</worksheet>".encode())
    return path


def _relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def text_cell(reference: str, text: str) -> str:
    """A cell of a sheet's XML with a text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


HIDDEN_ROW, HIDDEN_COLUMN, ERROR_CODE = 0x20, 0x01, 42


def save_xls(
    path: Path,
    rows: Sequence[Sequence[Cell]],
    *,
    hidden: Iterable[int] = (),
    merged: str = "",
    name: str = "名单",
    tiny: bool = False,
    since_1904: bool = False,
) -> Path:
    """Write an .xls file (BIFF8 in a compound file) with one sheet.

    `hidden` are rows as Excel numbers them; with them column B is hidden too. `merged` is a MERGECELLS record in hex.
    `tiny` keeps a stream of less than 4,096 bytes as other programs do, in the small sectors; `since_1904` counts days
    from 1904.
    """
    hidden = set(hidden)
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    body += _record(0x007D, struct.pack("<HHHHHH", 1, 1, 2560, 0, HIDDEN_COLUMN, 0)) if hidden else b""
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for index, cells in enumerate(rows):
        option = HIDDEN_ROW if index + 1 in hidden else 0
        body += _record(0x0208, struct.pack("<HHHHHHHH", index, 0, len(cells), 255, 0, 0, option, 0))
        body += b"".join(_biff(index, column, cell) for column, cell in enumerate(cells))
    body += (_record(0x00E5, bytes.fromhex(merged)) if merged else b"") + _record(0x000A, b"")
    globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + _record(0x0042, b"\xb0\x04")
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    globals_ += _record(0x0022, b"\x01\x00") if since_1904 else b""
    offset = len(globals_) + 4 + 6 + len(title) + 4
    globals_ += _record(0x0085, struct.pack("<IBB", offset, 0, 0) + title) + _record(0x000A, b"")
    path.write_bytes(tiny_compound("Workbook", globals_ + body) if tiny else compound({"Workbook": globals_ + body}))
    return path


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff(row: int, column: int, cell: Cell) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        wide = cell.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(wide) // 2, 1) + wide)
    if isinstance(cell, CellError):
        return _record(0x0205, place + bytes((ERROR_CODE, 1)))
    return _record(0x0203, place + struct.pack("<d", cell)) if isinstance(cell, (int, float)) else b""


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (MS-CFB) of 512-byte sectors: streams, directory, allocation table."""
    sectors: list[bytes] = []
    table: list[int] = []

    def put(data: bytes) -> int:
        first, count = len(sectors), max(1, -(-len(data) // 512))
        sectors.extend(data[at * 512 : (at + 1) * 512].ljust(512, b"\0") for at in range(count))
        table.extend([*range(first + 1, first + count), 0xFFFFFFFE])
        return first

    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    places = {name: (put(data), len(data)) for name, data in padded.items()}
    entries = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    for number, (name, (first, length)) in enumerate(places.items(), start=1):
        entries += _entry(name, 2, number + 1 if number < len(places) else -1, first, length, child=False)
    directory = put(entries)
    count = -(-(len(table) + len(table) // 127 + 2) // 128)
    start = len(sectors)
    table += [0xFFFFFFFD] * count
    allocation = struct.pack(f"<{len(table)}I", *table).ljust(count * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, count, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *range(start, start + count), *[0xFFFFFFFF] * (109 - count))
    return header + b"".join(sectors) + allocation


def tiny_compound(name: str, data: bytes) -> bytes:
    """A compound file whose one stream of less than 4,096 bytes lies in small sectors, inside the root's stream."""
    pieces = -(-len(data) // 64)
    small = [*range(1, pieces), 0xFFFFFFFE]
    within = data.ljust(-(-len(data) // 512) * 512, b"\0")
    count = len(within) // 512
    entries = _entry("Root Entry", 5, 1, 3, pieces * 64) + _entry(name, 2, -1, 0, len(data), child=False)
    table = [0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, *range(4, 3 + count), 0xFFFFFFFE]
    allocation = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    header += struct.pack("<108I", *[0xFFFFFFFF] * 108)
    smaller = struct.pack(f"<{pieces}I", *small).ljust(512, b"\xff")
    return header + allocation + entries.ljust(512, b"\0") + smaller + within


def _entry(name: str, kind: int, following: int, first: int, length: int, *, child: bool = True) -> bytes:
    """A directory entry; the entries of a storage hang one on the right of the other."""
    title = (name + "\0").encode("utf-16-le")
    right = 0xFFFFFFFF if child or following < 0 else following
    below = following if child else 0xFFFFFFFF
    tree = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, right, below)
    return (
        title.ljust(64, b"\0")
        + struct.pack("<H", len(title))
        + tree
        + bytes(36)
        + struct.pack("<III", first, length, 0)
    )
