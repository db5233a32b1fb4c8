"""What people do on the pages where lists are brought in, and what they read there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from tests.journeys.visit import Visit

READY = 60_000
"""Milliseconds after which the worker is given up; no test says anything about how long something took."""


def saved(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write rows into a workbook as somebody would."""
    book = openpyxl.Workbook()
    page: Any = book.active
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def upload(visit: Visit, file: Path, *, kind: str = "students", place: str = "") -> None:
    """Upload a file of a kind of list, for a place where it has to be named, and wait until it was looked through."""
    visit.go(f"/imports/new?kind={kind}")
    if place:
        visit.page.locator("[name=place]").fill(place)
    visit.page.get_by_label("文件").set_input_files(file)
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="上传并检查").click()
    looked_through(visit)


def looked_through(visit: Visit) -> None:
    """Wait until the worker has looked through the file."""
    visit.page.wait_for_selector(".figures", timeout=READY)
    visit.look()


def checked_again(visit: Visit, button: str) -> None:
    """Press a button that has the file checked again, and wait for it."""
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name=button, exact=True).click()
    visit.page.locator("#progress").wait_for(state="detached", timeout=READY)
    looked_through(visit)


def count(visit: Visit, label: str) -> str:
    """One of the numbers of the preview."""
    return visit.page.locator(".figure", has_text=label).locator(".figure-value").inner_text()


def applied(visit: Visit, *, good_rows: bool = False) -> str:
    """Import what was looked through; answers the address of the import."""
    batch = visit.path()
    visit.click(visit.page.get_by_role("link", name="导入正确的行" if good_rows else "导入", exact=True))
    with visit.page.expect_navigation():
        visit.page.locator("form.record button[type=submit]").click()
    visit.page.get_by_role("link", name="撤销导入").wait_for(timeout=READY)
    visit.look()
    return batch


def undone(visit: Visit, batch: str) -> None:
    """Take an import back."""
    visit.go(f"{batch}/undo")
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="撤销导入").click()
    visit.page.locator(".tag", has_text="已撤销").wait_for(timeout=READY)
    visit.look()
