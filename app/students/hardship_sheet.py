"""困难学生认定名单 as a workbook: its columns, and what importing one means.

An extra file beside `sheet.py`, which is the student list: a feature with two kinds of lists has a file for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core import clock
from app.core.crypto import Keyring
from app.people.rules import check_name, normalise_name
from app.people.words import CERTIFICATE_WORDS, code_of
from app.sheets.columns import CellKind, Column, Layout
from app.sheets.kinds import Asked, Kind, Line
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.recognise import Table
from app.sheets.remarks import remark_of
from app.sheets.rules import Blocker, Judged, Place
from app.sheets.services import reserve
from app.sheets.values import Bad, value
from app.sheets.workbook import Cell
from app.students import queries
from app.students.claims import claim_of, last_day
from app.students.entry import Entry
from app.students.naming import CERTIFICATE_NUMBER, CERTIFICATE_TYPE, CLASS_NAME, NAME, STUDENT_NUMBER
from app.students.services import classes as class_list
from app.students.services import recognition_list as listed
from app.students.showing import recognition_line
from app.students.words import CATEGORY_NAMES, LEVEL_NAMES

CATEGORY = Column(
    "category",
    "困难类别",
    "Hardship category",
    CellKind.TEXT,
    also=(
        *("困难类型", "困难种类", "贫困类型", "贫困类别", "认定类别", "认定类型", "困难学生类别", "困难学生类型"),
        *("特殊困难类型", "家庭困难类型", "家庭困难类别", "困难原因类别", "资助对象类别", "人员类别", "困难户类型"),
        *("贫困户类型", "困难身份", "特殊群体类型", "特殊群体类别", "hardship", "category"),
    ),
    required=True,
    choices=tuple(CATEGORY_NAMES.values()),
    hint_zh="一行一个类别；同一学生有几个类别时分几行填写",
    hint_en="One category a row; a student with several has several rows",
    example="最低生活保障(低保)",
)
LEVEL = Column(
    "level",
    "困难等级",
    "Hardship level",
    CellKind.TEXT,
    also=(
        *("认定等级", "困难程度", "困难级别", "认定级别", "贫困等级", "贫困程度", "困难档次", "认定档次", "资助档次"),
        *("家庭困难程度", "家庭困难等级", "困难认定等级", "level"),
    ),
    choices=tuple(LEVEL_NAMES.values()),
    example="困难",
)
ACADEMIC_YEAR = Column(
    "academic_year",
    "认定学年",
    "Academic year",
    CellKind.TEXT,
    also=("学年", "所属学年", "认定年度", "学年度"),
    hint_zh="如 2026-2027；已填起止日期时可不填",
    hint_en="Such as 2026-2027; may stay empty where the days are given",
    example="2026-2027",
)
SINCE = Column(
    "since_on",
    "认定开始日期",
    "From",
    CellKind.DATE,
    also=(
        *("开始日期", "起始日期", "开始时间", "起始时间", "有效期起", "有效期自", "有效期开始", "认定日期", "认定时间"),
        *("认定起始日期", "认定开始时间", "生效日期", "享受开始日期", "享受起始时间", "纳入日期", "纳入时间"),
    ),
    hint_zh="如 2026-09-01",
    hint_en="Such as 2026-09-01",
)
UNTIL = Column(
    "until_on",
    "认定结束日期",
    "Until",
    CellKind.DATE,
    also=(
        *("结束日期", "截止日期", "结束时间", "截止时间", "终止日期", "有效期止", "有效期至", "有效期结束", "到期日期"),
        *("认定结束时间", "认定截止日期", "失效日期", "享受结束日期", "享受终止时间", "到期时间", "退出日期"),
    ),
    hint_zh="最后一天，含当天；长期有效可不填",
    hint_en="The last day it covers; empty: open",
)
EVIDENCE = Column(
    "evidence_number",
    "证明编号",
    "Evidence number",
    CellKind.TEXT,
    also=("困难证号", "低保证号", "证明材料编号", "佐证编号", "证书编号", "文号", "认定编号", "扶贫手册编号"),
)
BODY = Column(
    "recognised_by",
    "认定部门",
    "Recognised by",
    CellKind.TEXT,
    also=("认定单位", "认定机构", "认定机关", "发证机关", "发证单位", "主管部门", "审批部门", "批准单位", "出具单位"),
    example="东湖区民政局",
)
LAYOUT = Layout(
    key="hardship",
    name_zh="困难学生认定名单",
    name_en="Hardship recognitions",
    columns=(
        NAME,
        replace(CERTIFICATE_TYPE, hint_zh="可不填", hint_en="May stay empty"),
        CERTIFICATE_NUMBER,
        STUDENT_NUMBER,
        replace(CLASS_NAME, kind=CellKind.TEXT, in_template=False),
        CATEGORY,
        LEVEL,
        ACADEMIC_YEAR,
        SINCE,
        UNTIL,
        EVIDENCE,
        BODY,
    ),
)
"""spec/domain.md §2.5; wordings as lists of schools and civil affairs have them."""
REPORTED = {"name_missing": "missing_name", "id_future": "id_date", "period_upside_down": "date"}
"""Our codes that outside checks know by another word."""
EVERY = 1_000


class HardshipList(Kind):
    """困难学生认定名单: students of the school are recognised, and recognitions prolonged, as the rows say."""

    layout = LAYOUT
    permission = Permission.STUDENT_IMPORT
    rank = 20
    reported = REPORTED
    endpoint = "StudentPageView.show"
    argument = "student_id"
    word_column = "category"
    unexplained = frozenset({"category_unknown"})

    def places(self, session: Session, actor: Actor) -> list[Place]:
        """The schools into which the actor imports students; where they are many, the first ones."""
        return queries.schools_to_import(session, actor)

    def place(self, session: Session, actor: Actor, code: str) -> Place:
        """The school of a code, or `NotFound`."""
        return queries.school_to_import(session, actor, code)

    def judge(self, session: Session, actor: Actor, asked: Asked) -> Iterable[Judged]:
        """Judge every row: by itself, then against the roll, what is recognised already, and the other rows."""
        today = clock.today(session)
        rows = list(_rows(asked))
        roll = listed.roll_of(session, actor, asked.place, rows)
        found = class_list.classes_of(session, actor, asked.place.path, {})
        reserved = iter(reserve(session, "hardship_recognition", len(rows)))
        desk = listed.Desk(found, reserved, today)
        for n, judged in enumerate(listed.verdicts(rows, roll, desk), 1):
            if n % EVERY == 0:
                asked.tick(n)
            yield judged

    def apply(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Write the new and changed recognitions, set-wise."""
        listed.bring(session, actor, batch)

    def blockers(self, session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
        """The students who left or came out of reach, and recognitions that were touched since."""
        return listed.blockers(session, actor, batch)

    def undo(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Take new recognitions away and give the changed ones their values again."""
        listed.undo(session, actor, batch)

    def lines(self, session: Session, rows: Sequence[ImportRow], keyring: Keyring) -> list[Line]:  # noqa: ARG002
        """Rows as a list shows them."""
        return [recognition_line(row) for row in rows]

    def options(self, session: Session, actor: Actor, path: str) -> list[tuple[str, str]]:  # noqa: ARG002
        """The categories a word in the file may be taken for."""
        return list(CATEGORY_NAMES.items())


def _rows(asked: Asked) -> Iterator[listed.ListedRow]:
    n = 0
    for table in asked.tables:
        for row in table.rows():
            n += 1
            if n % EVERY == 0:
                asked.tick(0)
            yield _row(table, row.number, row.cells, asked)


def _row(table: Table, number: int, cells: Mapping[str, Cell], asked: Asked) -> listed.ListedRow:
    entry = Entry(table.sheet, number, {})
    for key, cell in cells.items():
        read = last_day(cell) if key == UNTIL.key else value(LAYOUT.by_key[key], cell)
        if isinstance(read, Bad):
            entry.problems += (remark_of(key, read),)
        elif read is not None:
            entry.given[key] = read
    _check(entry)
    claim = claim_of(entry.given, asked.values, entry.wrong)
    if claim is None and not entry.problems:
        entry.wrong(CATEGORY.key, "category_missing")
    return listed.ListedRow(entry, claim, listed.digests_of(entry, asked.keyring))


def _check(entry: Entry) -> None:
    """The name must be there, and a stated kind of certificate known."""
    problem = check_name(normalise_name(str(entry.given.get("name", ""))))
    if problem and not any(remark.column == "name" for remark in entry.problems):
        entry.wrong("name", str(problem))
    if text := entry.given.get("certificate_type"):
        code = code_of(CERTIFICATE_WORDS, str(text))
        if code is None:
            entry.given.pop("certificate_type")
            entry.wrong("certificate_type", "certificate_type")
        else:
            entry.given["certificate_type"] = code


RECOGNITIONS = HardshipList()
