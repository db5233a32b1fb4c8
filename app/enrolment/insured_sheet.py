"""The insured list (参保名单, 已缴费名单) as a workbook: its columns, and what importing one means.

An extra file beside `sheet.py`, which is the register we give out; this one comes in from a bureau or another system.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.core import clock
from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound, Refusal
from app.enrolment import insured, queries
from app.enrolment.insured import Entry, Months, Standing, Wanted
from app.enrolment.labels import REASONS, STATES
from app.enrolment.rules import PlanNotOpen
from app.enrolment.services import listed
from app.enrolment.states import EnrolmentState
from app.plans import queries as plans
from app.plans.models import Plan
from app.plans.states import PlanState
from app.sheets.columns import CellKind, Column, Layout
from app.sheets.kinds import Asked, Kind, Line
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.recognise import RawRow, Table
from app.sheets.remarks import remark_of
from app.sheets.rules import Blocker, Judged, Place, Verdict
from app.sheets.values import Bad, ends_rounded, value
from app.students.naming import CERTIFICATE_NUMBER, CERTIFICATE_TYPE, CLASS_NAME, NAME, STUDENT_NUMBER, looks_rounded

LAYOUT = Layout(
    key="insured",
    name_zh="参保名单",
    name_en="Insured list",
    columns=(
        NAME,
        CERTIFICATE_TYPE,
        CERTIFICATE_NUMBER,
        STUDENT_NUMBER,
        CLASS_NAME,
        Column(
            "status",
            "参保状态",
            "Insured",
            CellKind.CHOICE,
            also=(
                "是否参保",
                "是否已参保",
                "缴费状态",
                "是否缴费",
                "是否已缴费",
                "人员参保状态",
                "参保情况",
                "缴费情况",
            ),
            choices=("已参保", "未参保", "停保", "已在原校参保", "已在户籍地参保", "不参保"),
            hint_zh="没有此列时，名单上的人都视为已参保",
            hint_en="Without this column everybody on the list counts as insured",
            example="已参保",
        ),
        Column(
            "coverage",
            "参保年月",
            "Months of cover",
            CellKind.TEXT,
            also=("参保类型", "参保档次", "档次", "缴费档次", "参保期间", "参保时段"),
            hint_zh="计划有多个档次时填写",
            hint_en="Where the plan has several",
        ),
        Column(
            "paid_on",
            "缴费日期",
            "Paid on",
            CellKind.DATE,
            also=("参保日期", "缴费时间", "参保时间", "到账日期", "登记日期"),
            example="2026-10-15",
        ),
        Column(
            "amount",
            "缴费金额(元)",
            "Amount (yuan)",
            CellKind.AMOUNT,
            also=("个人缴费金额", "缴费金额", "实缴金额", "金额", "缴纳医保费", "应缴金额"),
            hint_zh="与计划的个人缴费核对",
            hint_en="Compared with the plan",
            example="400.00",
        ),
        Column(
            "reason",
            "不参保原因",
            "Reason for not enrolling",
            CellKind.TEXT,
            also=("未参保原因", "弃保原因"),
            hint_zh="不参保时填写",
            hint_en="For who does not enrol",
        ),
        Column(
            "declared",
            "已收不参保声明",
            "Declaration received",
            CellKind.YES_NO,
            also=("不参保声明", "是否提交不参保声明", "是否签署不参保声明", "是否收到声明", "声明是否已交", "弃保声明"),
            hint_zh="签字的纸质声明由学校保存的填是",
            hint_en="Yes where the school keeps the signed paper",
        ),
        Column("remark", "备注", "Remark", CellKind.TEXT, also=("说明", "备注说明")),
    ),
)
"""Columns of lists as bureaus and other systems give them out (spec/domain.md §3.2, §3.5)."""
REPORTED = {"name_missing": "missing_name", "id_future": "id_date", "insured_day_ahead": "date"}
"""Our codes that outside checks know by another word; what is none of `CODES` is `other`, its message says what."""
EVERY = 1_000


class InsuredList(Kind):
    """参保名单: who has not decided is entered as insured, what was decided otherwise is corrected, in one plan."""

    layout = LAYOUT
    permission = Permission.ENROLMENT_ENTER
    rank = 30
    target_option = "plan"
    reported = REPORTED
    endpoint = "ApplicationPageView.show"
    argument = "enrolment_id"
    word_column = "coverage"
    unexplained = frozenset({"insured_coverage"})

    def targets(self, session: Session, actor: Actor) -> list[tuple[str, str]]:
        """The open plans the actor may read, the newest cover year first."""
        return [(plan.code, plan.name) for plan in _open_plans(session, actor)]

    def target(self, session: Session, actor: Actor, place: Place, code: str) -> str:
        """The code of an open plan that covers the school, or a refusal."""
        plan = plans.find(session, actor, code=code.strip())
        if plan.state != PlanState.OPEN:
            raise PlanNotOpen(state=plan.state)
        if not place.path.startswith(plan.tree_path) and not plan.tree_path.startswith(place.path):
            raise Invalid({"target": "insured_plan_elsewhere"})
        return plan.code

    def places(self, session: Session, actor: Actor) -> list[Place]:
        """The schools in which the actor enters decisions; where they are many, the first ones."""
        return queries.schools_to_enter(session, actor)

    def place(self, session: Session, actor: Actor, code: str) -> Place:
        """The school of a code, or `NotFound`."""
        found = queries.schools_to_enter(session, actor, code=code)
        if not found:
            raise NotFound(what="school")
        return found[0]

    def judge(self, session: Session, actor: Actor, asked: Asked) -> Iterable[Judged]:
        """Judge every row: by itself, against the applications, then against the file."""
        plan = plans.find(session, actor, code=asked.target)
        today = clock.today(session)
        entries = list(_entries(asked, today))
        desk = _Desk(actor, plan, _months(session, plan), asked.values, listed.why_closed(session, plan))
        desk.known = listed.known(session, actor, plan, asked.place, _numbers(entries, asked.keyring))
        found = [desk.row_of(entry) for entry in entries]
        groups: dict[int, list[Entry]] = defaultdict(list)
        for entry, row in zip(entries, found, strict=True):
            if row is not None:
                groups[row.id].append(entry)
        insured.mark_doubles(groups)
        for n, (entry, row) in enumerate(zip(entries, found, strict=True), 1):
            if n % EVERY == 0:
                asked.tick(n)
            yield desk.judged(entry, row)

    def apply(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Write the new and changed rows, set-wise, as decisions brought into the plan."""
        listed.apply(session, actor, batch)

    def blockers(self, session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
        """The applications of which something was decided since."""
        return listed.blockers(session, actor, batch)

    def undo(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Give the applications what they said before."""
        listed.undo(session, actor, batch)

    def lines(self, session: Session, rows: Sequence[ImportRow], keyring: Keyring) -> list[Line]:  # noqa: ARG002
        """Rows as a list shows them; no certificate number is kept with them."""
        return [_line(row) for row in rows]

    def options(self, session: Session, actor: Actor, path: str) -> list[tuple[str, str]]:
        """The months of the open plans of a school that a word in the file may be taken for."""
        labels = [
            each.label
            for plan in _open_plans(session, actor)
            if path.startswith(plan.tree_path) or plan.tree_path.startswith(path)
            for each in _months(session, plan)
        ]
        return [(label, label) for label in dict.fromkeys(labels)]


class _Desk:
    """What the rows of a file are judged with."""

    known: listed.Known

    def __init__(
        self,
        actor: Actor,
        plan: Plan,
        months: Sequence[Months],
        meant: Mapping[str, str],
        closed: Refusal | None,
    ) -> None:
        self.actor, self.plan, self.months, self.meant, self.closed = actor, plan, months, meant, closed
        self.family = actor.persons(Permission.ENROLMENT_APPLY)

    def row_of(self, entry: Entry) -> listed.Found | None:
        """The application a row is about; notes on the row why there is none."""
        if entry.problems:
            return None
        by = entry.digest or entry.given["student_number"]
        column = "certificate_number" if entry.digest else "student_number"
        row = self.known.rows.get(by)
        other = self.known.others.get(by)
        if row is None and other is None:
            entry.wrong(column, "insured_not_here")
        elif row is None:
            elsewhere = other is not None and other.person_id in self.known.insured_elsewhere
            entry.wrong(column, "insured_elsewhere" if elsewhere else "insured_not_asked")
        elif row.name != entry.given["name"]:
            entry.wrong("name", "insured_name_differs", name=row.name)
        return row if not entry.problems else None

    def judged(self, entry: Entry, row: listed.Found | None) -> Judged:
        """What a row would do, or what is wrong with it."""
        insured.wrong_for_all(entry, self.closed)
        if row is not None and not entry.problems:
            self._refuse(entry, row)
        verdict, wanted = Verdict.BAD, None
        if row is not None and not entry.problems:
            wish = (row.coverage_option_id, row.waiver_reason, row.waiver_text, row.declared_on_paper)
            here = Standing(row.state, *wish)
            verdict, wanted = insured.settle(entry, here, self.months, self.meant)
        return self._said(entry, verdict, row, wanted)

    def _refuse(self, entry: Entry, row: listed.Found) -> None:
        if not self.known.shut.isdisjoint(ids_in(row.tree_path)):
            entry.wrong("status", "why_unit_submitted")
        elif not self.actor.is_system and row.person_id in {row.own_person, *self.family}:
            entry.wrong("name", "own_application")
        elif self._ends(entry, row) and not self.actor.covers(Permission.ENROLMENT_STOP, row.tree_path):
            entry.wrong("status", "insured_stop_by_hand")

    @staticmethod
    def _ends(entry: Entry, row: listed.Found) -> bool:
        return entry.status == insured.STOPPED and row.state != EnrolmentState.STOPPED

    def _said(self, entry: Entry, verdict: Verdict, row: listed.Found | None, wanted: Wanted | None) -> Judged:
        shown = {name: entry.given.get(name, "") for name in ("name", "student_number", "class_name")}
        if row is None or verdict == Verdict.BAD:
            where = (entry.sheet, entry.number, Verdict.BAD)
            return Judged(*where, shown, problems=entry.problems, warnings=entry.warnings)
        labels = {each.id: each.label for each in self.months}
        shown["student_number"] = row.student_number
        before = {"state": row.state, "coverage": labels.get(row.coverage_option_id), **_reason(row)}
        after = before
        if wanted is not None:
            after = {"state": str(wanted.state), "coverage": labels.get(wanted.option_id or 0), **_reason(wanted)}
            shown |= vars(wanted) | {"student_id": row.student_id, "version": row.version}
        differing = {name: before[name] for name in before if before[name] != after[name]}
        return Judged(
            entry.sheet,
            entry.number,
            verdict,
            {**shown, **after, "amount": entry.given.get("amount")},
            subject_id=row.id,
            before=differing if verdict == Verdict.CHANGED else None,
            warnings=entry.warnings,
        )


def _reason(wish: Any) -> dict[str, Any]:  # noqa: ANN401  a row or a wish: both have the two fields
    return {"waiver_reason": wish.waiver_reason, "waiver_text": wish.waiver_text}


def _open_plans(session: Session, actor: Actor) -> list[Plan]:
    return [plan for plan in plans.in_progress(session, actor) if plan.state == PlanState.OPEN]


def _months(session: Session, plan: Plan) -> list[Months]:
    options = plans.options_of(session, plan.id).values()
    return [Months(option.id, option.label, option.personal_amount) for option in options]


def _numbers(entries: Sequence[Entry], keyring: Keyring) -> listed.Numbers:
    """What the rows are looked for by: the certificate number where there is one, else the student number."""
    for entry in entries:
        entry.digest = keyring.digest(entry.key) if entry.key else None
    digests = {entry.digest for entry in entries if entry.digest}
    numbers = {number for entry in entries if not entry.digest and (number := entry.given.get("student_number"))}
    return listed.Numbers(sorted(digests), sorted(numbers))


def _entries(asked: Asked, today: date) -> Iterator[Entry]:
    for table in asked.tables:
        suspects = looks_rounded(table)
        for row in table.rows():
            yield _entry(table, row, today, suspects=suspects)


def _entry(table: Table, row: RawRow, today: date, *, suspects: bool) -> Entry:
    entry = Entry(table.sheet, row.number, {}, has_status="status" in table.mapping)
    for key, cell in row.cells.items():
        read = value(LAYOUT.by_key[key], cell)
        if isinstance(read, Bad):
            entry.problems += (remark_of(key, read),)
        elif read is not None:
            entry.given[key] = read
    if suspects and ends_rounded(entry.given.get("certificate_number", "")):
        entry.given.pop("certificate_number")
        entry.wrong("certificate_number", "id_precision_lost", reason="rounded")
    entry.given.setdefault("class_name", table.class_hint)
    insured.judge_entry(entry, today)
    return entry


def _line(row: ImportRow) -> Line:
    """The name, a few facts, and what changes from what to what, by column."""
    data = row.data
    amount = data.get("amount")
    facts = {name: str(data.get(name) or "") for name in ("student_number", "class_name")}
    facts |= _words(data) | {"amount": insured.yuan(amount) if amount is not None else ""}
    before = _words(data | (row.before or {}))
    after = _words(data)
    changes = [(column, before[column], after[column]) for column in after if before[column] != after[column]]
    return Line(str(data.get("name") or ""), facts, changes)


def _words(data: Mapping[str, Any]) -> dict[str, str]:
    """State, months and reason in words, by the columns of the list."""
    reason, said = data.get("waiver_reason"), data.get("waiver_text")
    return {
        "status": str(STATES.get(data.get("state") or "", "")),
        "coverage": str(data.get("coverage") or ""),
        "reason": str(said or REASONS.get(reason or "", "")),
    }


INSURED = InsuredList()
