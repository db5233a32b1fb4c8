"""激活单 as files: a workbook of text cells and a PDF of slips to cut apart, made in the act that issues the codes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import segno

# openpyxl carries no types
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.accounts.rules import NoSlip, Slip
from app.accounts.services import hand_out, keep_sheets
from app.audit.rules import common_path
from app.core.clock import SHANGHAI
from app.core.crypto import Keyring
from app.core.files import FileStore
from app.core.pdf import render
from app.orgs.queries import names_of

SOURCE = Path(__file__).with_name("prints") / "activation_sheets.typ"
CODES_ISSUED, WORKBOOK_MADE, PDF_MADE = 30, 60, 95
"""How far the act is after each of its parts, of a hundred."""
LONGEST_TITLE = 60


@dataclass(frozen=True)
class Order:
    """How sheets are wanted: `address` is the activation page, `language` a locale; `by_class` begins new pages."""

    address: str
    language: str
    also_in_use: bool = False
    by_class: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the workbook: heading in both languages, width in characters, and what a slip has there."""

    zh: str
    en: str
    width: int
    of: Callable[[Slip], str]


COLUMNS = (
    Column("学校 / 机构", "School / organisation", 28, lambda slip: slip.place[0]),
    Column("班级 / 部门", "Class / place", 24, lambda slip: " / ".join(slip.place[1:])),
    Column("姓名", "Full name", 18, lambda slip: slip.name),
    Column("学生", "Student", 14, lambda slip: slip.about),
    Column("用户名", "User name", 22, lambda slip: slip.user_name),
    Column("激活码", "Activation code", 20, lambda slip: slip.code),
    Column("有效期至", "Works until", 18, lambda slip: until(slip.expires_at)),
)
WORDS = {
    "title": ("账号激活单", "Activation sheet"),
    "hint": (
        "沿虚线裁开，当面发给本人；激活码只能用一次，请勿拍照发群。",
        "Cut apart and hand over in person. Each code works once; never post it in a group chat.",
    ),
    "user_name": ("用户名", "User name"),
    "code": ("激活码", "Activation code"),
    "until": ("有效期至", "Works until"),
    "scan": ("扫码激活", "Scan"),
    "address": ("激活网址", "Activation page:"),
}


class Delivered(NamedTuple):
    """The number of the sheets that were made, and the code of the sentence that says whether there are files."""

    sheet_id: int
    sentence: str


def deliver(  # noqa: PLR0913  who, for whom, how, and where the files go
    session: Session,
    actor: Actor,
    order: Order,
    *,
    account_ids: Sequence[int],
    refused: Sequence[NoSlip] = (),
    about: Mapping[int, str] | None = None,
    store: FileStore,
    keyring: Keyring,
    step: Callable[[int], None] = lambda _percent: None,
) -> Delivered:
    """Issue the codes of these accounts, make both files and keep them.

    `refused` are rows that came to nothing before, `about` says of accounts of guardians whose they are. `step` is
    told how far the act is and may end it, which undoes all.
    """
    slips, more = hand_out(session, actor, account_ids=account_ids, also_in_use=order.also_in_use, keyring=keyring)
    slips = [replace(slip, about=(about or {}).get(slip.account_id, "")) for slip in slips]
    step(CODES_ISSUED)
    place = common_path(slip.tree_path for slip in slips) if slips else actor.home_path or "/"
    names = names_of(session, [place])[place] if place != "/" else []
    title = names[-1][:LONGEST_TITLE] if names else word("title", order.language)
    files = {}
    if slips:
        files["workbook"] = workbook(slips, order.language)
        step(WORKBOOK_MADE)
        files["pdf"] = pdf(slips, order, title)
        step(PDF_MADE)
    sheet_id = keep_sheets(
        session,
        actor,
        title=title,
        count=len(slips),
        refused=[*refused, *more],
        files=files,
        store=store,
        keyring=keyring,
    )
    return Delivered(sheet_id, "sheets_made" if slips else "sheets_empty")


def workbook(slips: Sequence[Slip], language: str) -> bytes:
    """The slips as an Excel file: every cell is text, whatever it looks like."""
    book = Workbook()
    sheet = book.active
    sheet.title = word("title", language)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(COLUMNS, 1):
        _write(sheet, 1, number, column.zh if is_chinese(language) else column.en).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = column.width
    for row, slip in enumerate(slips, 2):
        for number, column in enumerate(COLUMNS, 1):
            _write(sheet, row, number, column.of(slip))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, text: str) -> Any:  # noqa: ANN401  openpyxl's sheet and cell
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"  # whatever openpyxl took it for
    cell.number_format = "@"
    cell.quotePrefix = True  # so that it stays text when somebody edits it
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def pdf(slips: Sequence[Slip], order: Order, title: str) -> bytes:
    """The slips as a PDF, 24 on a page of A4; the picture on each leads to the activation page and says no more."""
    return render(SOURCE, _data(slips, order, title))


def _data(slips: Sequence[Slip], order: Order, title: str) -> Mapping[str, Any]:
    by_place = groupby(slips, key=lambda slip: slip.place) if order.by_class else [((title,), iter(slips))]
    return {
        "title": word("title", order.language),
        "hint": word("hint", order.language),
        "words": {name: word(name, order.language) for name in ("user_name", "code", "until", "scan", "address")},
        "qr": qr(order.address),
        "address": order.address,
        "groups": [{"title": place[-1], "slips": [_slip(slip) for slip in group]} for place, group in by_place],
    }


def _slip(slip: Slip) -> dict[str, str]:
    return {
        "name": slip.name,
        "user_name": slip.user_name,
        "place": " / ".join(slip.place) + (f" · {slip.about}" if slip.about else ""),
        "code": slip.code,
        "until": until(slip.expires_at),
    }


def qr(address: str) -> str:
    """An address as a picture (SVG) that a phone reads."""
    stream = io.BytesIO()
    segno.make(address, error="m").save(stream, kind="svg", border=1, xmldecl=False)
    return stream.getvalue().decode()


def until(moment: datetime) -> str:
    """A moment as sheets show it, in China's time."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def word(name: str, language: str) -> str:
    """A word of the sheets in a language."""
    chinese, english = WORDS[name]
    return chinese if is_chinese(language) else english


def is_chinese(language: str) -> bool:
    """Whether a locale is Chinese."""
    return language.startswith("zh")
