"""Bringing files in as a test does: a list of rows becomes a workbook, and goes the way of the worker."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from openpyxl import Workbook  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.gate import bind
from app.core.db import Database
from app.core.files import FileStore
from app.lists.keyset import Spot
from app.people.certificates import check_digit
from app.sheets import queries, services
from app.sheets.kinds import Kind
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.work import Bench, apply_batch, read_batch, receive_file, undo_batch
from app.students.sheet import STUDENTS
from tests.make.places import A
from tests.world import KEYRING, World

T = TypeVar("T")
HEADINGS = ("姓名", "身份证号", "学号", "班级", "联系电话", "性别")
Rows = Sequence[Sequence[object]]


def number(serial: int, *, day: str = "20140301") -> str:
    """A valid certificate number that nobody of the cast has; odd serials are boys'."""
    body = f"360101{day}{serial:03}"
    return body + check_digit(body)


def student(serial: int, **other: object) -> list[object]:
    """A good row under `HEADINGS`: 新生, a number, a student number, a class of the school's second cohort."""
    row: dict[str, object] = {
        "姓名": f"新生{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}",
        "身份证号": number(serial),
        "学号": f"NEW-{serial:03}",
        "班级": "八年级画眉(1)班",
        "联系电话": "",
        "性别": "",
    }
    return list((row | other).values())


def workbook(rows: Rows, headings: Sequence[str] = HEADINGS, sheet: str = "名单", above: Rows = ()) -> bytes:
    """An .xlsx of one sheet: what stands above, the headings, the rows."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in (*above, headings, *rows):
        page.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@dataclass(frozen=True)
class Desk:
    """Somebody who brings lists in; `user` is an account of the cast."""

    database: Database
    world: World
    files: FileStore
    user: str = "school_admin"
    kind: Kind = STUDENTS

    def of(self, user: str) -> Desk:
        """The same desk with somebody else at it."""
        return replace(self, user=user)

    def run(self, work: Callable[[Session, Actor], T]) -> T:
        """One transaction as the account."""

        def bound(session: Session) -> T:
            actor = self.world.actor(session, self.user)
            bind(session, actor)
            return work(session, actor)

        return self.database.transaction(bound)

    def for_kind(self, kind: Kind) -> Desk:
        """The same desk for lists of another kind."""
        return replace(self, kind=kind)

    @property
    def bench(self) -> Bench:
        """What the work is done with."""
        return Bench(self.run, KEYRING, self.files)

    def received(self, data: bytes, *, school: str = A, name: str = "名单.xlsx") -> int:
        """Upload a file; returns the batch's id."""

        def work(session: Session, actor: Actor) -> int:
            return receive_file(
                session,
                actor,
                self.kind,
                place_code=school,
                name=name,
                data=data,
                keyring=KEYRING,
                files=self.files,
            ).id

        return self.run(work)

    def read(self, data: bytes, *, school: str = A, name: str = "名单.xlsx") -> int:
        """Upload a file and have it read and judged."""
        batch_id = self.received(data, school=school, name=name)
        read_batch(self.bench, batch_id)
        return batch_id

    def confirm(self, batch_id: int, *, good_rows: bool = False) -> None:
        """Say that a batch is to be applied."""
        version = self.batch(batch_id).version
        self.run(lambda s, actor: services.confirm(s, actor, batch_id=batch_id, version=version, good_rows=good_rows))

    def apply(self, data: bytes, *, school: str = A, good_rows: bool = False) -> int:
        """Upload, read and apply a file."""
        batch_id = self.read(data, school=school)
        self.confirm(batch_id, good_rows=good_rows)
        apply_batch(self.bench, batch_id)
        return batch_id

    def undo(self, batch_id: int) -> None:
        """Take a batch back."""
        undo_batch(self.bench, batch_id)

    def batch(self, batch_id: int) -> ImportBatch:
        """The batch as it is now."""
        return self.run(lambda session, actor: queries.batch(session, actor, batch_id=batch_id))

    def rows(self, batch_id: int, which: str) -> list[ImportRow]:
        """The rows of a verdict, or those with warnings."""

        def work(session: Session, actor: Actor) -> list[ImportRow]:
            found = queries.batch(session, actor, batch_id=batch_id)
            return list(queries.rows(session, actor, found, which, spot=Spot(500)).rows)

        return self.run(work)

    def codes(self, batch_id: int) -> dict[int, list[tuple[str, str]]]:
        """Row number → column and code of what is wrong."""
        return {
            row.number: [(remark["column"], remark["code"]) for remark in row.problems or ()]
            for row in self.rows(batch_id, "bad")
        }

    def counts(self, batch_id: int) -> tuple[int, int, int, int]:
        """New, changed, unchanged, bad."""
        found: Any = self.batch(batch_id)
        return found.new_count, found.changed_count, found.unchanged_count, found.bad_count
