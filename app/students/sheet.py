"""The student list as a workbook: its columns, and what importing one means. Screens and worker are in `app.sheets`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core import clock
from app.core.crypto import Keyring
from app.sheets.columns import CellKind, Column, Layout
from app.sheets.kinds import Asked, Kind, Line
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.recognise import RawRow, Table
from app.sheets.remarks import remark_of
from app.sheets.rules import Blocker, Judged, Place
from app.sheets.services import reserve
from app.sheets.values import Bad, Value, ends_rounded, readers
from app.sheets.workbook import Cell
from app.students import queries
from app.students.claims import claims_of, last_day
from app.students.columns import FURTHER_COLUMNS, HARDSHIP_COLUMNS, LENIENT
from app.students.entry import Entry
from app.students.kin import KIN_COLUMNS, implied, relatives_of
from app.students.naming import CERTIFICATE_NUMBER, CERTIFICATE_TYPE, CLASS_NAME, NAME, STUDENT_NUMBER, looks_rounded
from app.students.roster import judge_entry
from app.students.services import classes as class_list
from app.students.services import further, judging, merging, undoing
from app.students.services.beside import known_of
from app.students.showing import line_of

LAYOUT = Layout(
    key="students",
    name_zh="学生名单",
    name_en="Students",
    columns=(
        NAME,
        replace(CERTIFICATE_TYPE, example="居民身份证"),
        replace(CERTIFICATE_NUMBER, required=True, hint_zh="请设为文本格式", hint_en="As text"),
        STUDENT_NUMBER,
        Column("sex", "性别", "Sex", CellKind.CHOICE, also=("男女", "学生性别"), choices=("男", "女"), example="男"),
        Column("ethnicity", "民族", "Ethnic group", CellKind.TEXT, also=("族别", "民族名称"), example="汉族"),
        Column(
            "birth_date",
            "出生日期",
            "Birth date",
            CellKind.DATE,
            also=("出生年月日", "生日", "出生时间", "出生年月"),
            example="2015-09-01",
        ),
        Column("college", "学院", "College", CellKind.TEXT, also=("院系", "所在学院", "学院名称", "二级学院")),
        Column("major", "专业", "Major", CellKind.TEXT, also=("专业名称", "所学专业")),
        Column("grade", "年级", "Grade", CellKind.TEXT, also=("所在年级", "年级名称", "所属年级", "入学年级")),
        replace(
            CLASS_NAME,
            hint_zh="如 七年级(1)班；一个工作表一个班时可不填",
            hint_en="Such as 七年级(1)班; empty where the sheet is one class",
            example="七年级(1)班",
        ),
        Column(
            "class_roll_number",
            "班内学号",
            "Number in class",
            CellKind.TEXT,
            also=("座号", "班内序号", "学生座号", "班级座号", "班内编号"),
        ),
        Column(
            "entry_date",
            "入学时间",
            "Entry date",
            CellKind.DATE,
            also=("入学年月", "入学日期", "入校时间", "入校日期"),
            example="2026-09-01",
        ),
        Column(
            "expected_graduation_date",
            "拟毕业时间",
            "Expected graduation",
            CellKind.DATE,
            also=("毕业时间", "预计毕业时间", "拟毕业日期", "毕业年月", "预计毕业日期", "毕业日期"),
        ),
        Column(
            "phone",
            "联系电话",
            "Phone",
            CellKind.PHONE,
            also=("电话", "手机", "手机号", "手机号码", "联系方式", "联系手机", "本人电话", "学生电话", "电话号码"),
        ),
        Column(
            "address",
            "家庭住址",
            "Address",
            CellKind.TEXT,
            also=("住址", "家庭地址", "现住址", "居住地址", "通讯地址", "联系地址"),
        ),
        Column(
            "boarding",
            "就读方式",
            "Boarding",
            CellKind.CHOICE,
            also=("是否住校", "住宿情况", "住校情况", "是否寄宿", "是否住宿"),
            choices=("走读", "住校"),
        ),
        *KIN_COLUMNS,
        *FURTHER_COLUMNS,
        *HARDSHIP_COLUMNS,
    ),
)
"""spec/domain.md §3.5, the columns that tell who a student is; wordings as files of schools have them."""
REPORTED = {
    "name_missing": "missing_name",
    "class_ambiguous": "unknown_class",
    "id_future": "id_date",
    "id_birth_mismatch": "date",
    "phone_format": "phone",
    "entry_date_range": "date",
    "graduation_before_entry": "date",
    "birth_date_missing": "date",
    "birth_date_range": "date",
}
"""Our codes that outside checks know by another word; what is none of `CODES` is `other`, its message says what."""
EVERY = 1_000
WHOLE = 10


class StudentList(Kind):
    """学生名单: students are admitted, corrected and moved to another class of their school, as their rows say."""

    layout = LAYOUT
    permission = Permission.STUDENT_IMPORT
    rank = 10
    reported = REPORTED
    endpoint = "StudentPageView.show"
    argument = "student_id"
    word_column = "class_name"
    unexplained = frozenset({"unknown_class", "class_ambiguous"})

    def places(self, session: Session, actor: Actor) -> list[Place]:
        """The schools in which the actor keeps classes; where they are many, the first ones."""
        return queries.schools_to_import(session, actor)

    def place(self, session: Session, actor: Actor, code: str) -> Place:
        """The school of a code, or `NotFound`."""
        return queries.school_to_import(session, actor, code)

    def judge(self, session: Session, actor: Actor, asked: Asked) -> Iterable[Judged]:
        """Judge every row: by itself, then against the file, then against the roll."""
        today = clock.today(session)
        found = class_list.classes_of(session, actor, asked.place.path, asked.values)
        entries = list(_entries(asked, found, today))
        judging.mark_doubles(entries)
        roll = self._roll(session, asked, entries)
        desk = judging.Desk(actor, asked.place, found, asked.keyring, asked.batch_id)
        entries.reverse()  # each entry is let go as soon as it is judged: 50,000 of them weigh a hundred megabytes
        n = 0
        while entries:
            n += 1
            if n % EVERY == 0:
                asked.tick(n)
            yield judging.verdict(entries.pop(), n, desk, roll)

    def _roll(self, session: Session, asked: Asked, entries: Sequence[Entry]) -> judging.Roll:
        good = [entry for entry in entries if not entry.problems]
        digests = judging.find_digests(good, asked.keyring)
        numbers = sorted({number for entry in good if (number := entry.given.get("student_number"))})
        formal = {number for entry in good if (number := further.formal_number(entry))}
        status = sorted(asked.keyring.digest(f"status:{number}") for number in formal)
        by_digest = judging.on_file(session, digests)
        by_number = judging.numbers_in_use(session, asked.place, numbers)
        known = {row.student_id for row in (*by_digest.values(), *by_number.values()) if row.student_id}
        return judging.Roll(
            by_digest,
            by_number,
            further.status_numbers_on_file(session, status),
            known_of(session, good, known, clock.today(session)),
            iter(reserve(session, "person", len(good))),
            iter(reserve(session, "student", len(good))),
        )

    def apply(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Write the new and changed rows, set-wise."""
        merging.merge(session, actor, batch)

    def blockers(self, session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
        """The students of whom something happened since."""
        return undoing.blockers(session, actor, batch)

    def undo(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Take the admissions back and give the changed students their values again."""
        undoing.undo(session, actor, batch)

    def lines(self, session: Session, rows: Sequence[ImportRow], keyring: Keyring) -> list[Line]:  # noqa: ARG002
        """Rows as a list shows them, masked."""
        return [line_of(row, keyring) for row in rows]

    def options(self, session: Session, actor: Actor, path: str) -> list[tuple[str, str]]:
        """The classes a class name in the file may be taken for."""
        return list(class_list.choices(class_list.classes_of(session, actor, path, {})))


def _entries(asked: Asked, found: class_list.Classes, today: date) -> Iterator[Entry]:
    n = 0
    reading = _Reading(found, today, readers(LAYOUT.columns))
    for table in asked.tables:
        suspects = looks_rounded(table)
        reading = replace(reading, implied=implied(table.headings, table.mapping))
        for row in table.rows():
            n += 1
            if n % EVERY == 0:
                asked.tick(0)
            yield _entry(table, row, suspects, reading)


@dataclass(frozen=True)
class _Reading:
    """What every row of a file is read with."""

    classes: class_list.Classes
    today: date
    readers: Mapping[str, Callable[[Cell], Value | Bad]]
    implied: Mapping[str, str] = field(default_factory=dict)


def _entry(table: Table, row: RawRow, suspects: bool, reading: _Reading) -> Entry:  # noqa: FBT001  of the table
    entry = Entry(table.sheet, row.number, {}, class_text=table.class_hint)
    for key, cell in row.cells.items():
        read = reading.readers[key](cell) if key != "until_on" else last_day(cell)
        if isinstance(read, Bad):
            note_unread(entry, key, read)
        elif read is not None:
            entry.given[key] = read
    if suspects and ends_rounded(entry.given.get("certificate_number", "")):
        entry.given.pop("certificate_number")
        entry.wrong("certificate_number", "id_precision_lost", reason="rounded")
    _roll_number(entry)
    judge_entry(entry, reading.today)
    entry.claims = claims_of(entry.given, entry.odd)
    entry.relatives = relatives_of(entry.given, reading.implied, entry.odd, reading.today)
    judging.place_in_class(entry, reading.classes)
    entry.slim()
    return entry


def note_unread(entry: Entry, key: str, bad: Bad) -> None:
    """A cell that cannot be read makes the row bad, or is left out with a remark where the column stops nobody."""
    remark = remark_of(key, bad)
    if key in LENIENT:
        entry.warnings += (remark,)
    else:
        entry.problems += (remark,)


def _roll_number(entry: Entry) -> None:
    text = entry.given.get("class_roll_number")
    if text is None:
        return
    if text.isascii() and text.isdigit() and len(text) < WHOLE:
        entry.given["class_roll_number"] = int(text)
    else:
        entry.given.pop("class_roll_number")
        entry.wrong("class_roll_number", "class_roll_number_range")


STUDENTS = StudentList()
