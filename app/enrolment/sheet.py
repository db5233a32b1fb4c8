"""申请名册: the workbook of applications, all its columns whatever a list shows (UM-08), in either language."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.enrolment import queries
from app.enrolment.rules import in_china
from app.sheets.bulk import Exported, write

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME = "applications.xlsx"
PURPOSE = "enrolment.export"
BATCH = 1_000
YES_NO = {True: ("是", "yes"), False: ("否", "no")}
SEXES = {"0": ("未知", "unknown"), "1": ("男", "male"), "2": ("女", "female"), "9": ("未说明", "not stated")}
STATES = {
    "unregistered": ("未登记", "Not registered"),
    "draft": ("草稿", "Draft"),
    "submitted": ("待审核", "Awaiting review"),
    "rejected": ("审核不通过", "Rejected"),
    "insured": ("已参保", "Insured"),
    "waived": ("不参保", "Waived"),
    "stopped": ("停保", "Stopped"),
}
CHOICES = {"insure": ("参保", "Enrol"), "waive": ("不参保", "Do not enrol")}
REASONS = {
    "hometown_resident": ("已在户籍地参加居民医保", "Insured as a resident at home"),
    "employee": ("已参加职工医保", "Insured as an employee"),
    "dependent_scheme": ("享受子女统筹或公费医疗", "Scheme for dependants or public care"),
    "aid_registered": ("民政、乡村振兴或残联已代为参保", "Insured by an aid authority"),
    "military": ("参军入伍", "Joining the army"),
    "leaving": ("休学、出国或即将毕业", "On leave, abroad or about to graduate"),
    "foreign": ("留学生另行参保", "Insured as an international student"),
    "refuse": ("本人不愿参保", "Does not want to"),
    "other": ("其他原因", "Other reason"),
}
Words = Callable[[dict[str, tuple[str, str]], object], str]


@dataclass(frozen=True)
class Column:
    """A column: heading in both languages, and what an application has there."""

    zh: str
    en: str
    of: Callable[[queries.Shown, Words], Exported]


COLUMNS = (
    Column("学号", "Student number", lambda line, _: line.row.student_number),
    Column("姓名", "Full name", lambda line, _: line.row.name),
    Column("性别", "Sex", lambda line, word: word(SEXES, line.row.sex)),
    Column("学校", "School", lambda line, _: line.school_name),
    Column("班级", "Class", lambda line, _: line.full_name),
    Column("是否贫困生", "In hardship", lambda line, _: line.row.hardship),
    Column("参保选择", "Choice", lambda line, word: word(CHOICES, line.row.choice)),
    Column("参保年月", "Months of cover", lambda line, _: line.row.coverage or ""),
    Column("不参保原因", "Reason for not enrolling", lambda line, word: word(REASONS, line.row.waiver_reason)),
    Column("原因说明", "Reason in words", lambda line, _: line.row.waiver_text or ""),
    Column("缴费金额(元)", "Amount (yuan)", lambda line, _: _yuan(line.row.personal_amount)),
    Column("审核状态", "State", lambda line, word: word(STATES, line.row.state)),
    Column("审核意见", "Opinion", lambda line, _: line.row.opinion or ""),
    Column("提交时间", "Submitted at", lambda line, _: _at(line.row.submitted_at)),
    Column("审核时间", "Decided at", lambda line, _: _at(line.row.decided_at)),
)


def workbook(session: Session, actor: Actor, ids: Sequence[int], *, chinese: bool) -> tuple[bytes, int]:
    """The workbook of these applications as far as the actor may export them, in the order given, and how many.

    Read a thousand at a time and written in constant memory.
    """
    headings = [column.zh if chinese else column.en for column in COLUMNS]
    rows = _rows(session, actor, ids, chinese=chinese)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        count = write(path, "参保申请" if chinese else "Applications", headings, rows, at_most=max(1, len(ids)))
        return path.read_bytes(), count


def _rows(session: Session, actor: Actor, ids: Sequence[int], *, chinese: bool) -> Iterator[list[Exported]]:
    def word(words: dict[str, tuple[str, str]], code: object) -> str:
        return words[str(code)][0 if chinese else 1] if code else ""

    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        shown = queries.shown_of(session, actor, some, Permission.ENROLMENT_EXPORT)
        for each in some:
            if each in shown:
                yield [_said(column.of(shown[each], word), chinese=chinese) for column in COLUMNS]


def _said(value: Exported, *, chinese: bool) -> Exported:
    return YES_NO[value][0 if chinese else 1] if isinstance(value, bool) else value


def _at(moment: datetime | None) -> str:
    return in_china(moment) if moment else ""


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / 100
