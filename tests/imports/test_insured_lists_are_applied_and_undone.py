"""What an insured list says is written as decisions, whole or not at all, and is taken back as if it had never been."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.enrolment.insured_sheet import INSURED
from app.enrolment.rules import Wish
from app.enrolment.services import correct
from app.orgs.models import OrgNode
from app.plans.models import Plan
from app.plans.queries import options_of
from app.rates import queries as figures
from app.sheets.rules import BadRows, NothingToApply, RollChanged, UndoBlocked
from app.sheets.work import apply_batch
from tests.at_once import at_once
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.imports.desk import workbook
from tests.imports.insured import (
    DRAFT,
    HEADINGS,
    INSURED_ONE,
    MONTHS,
    REJECTED,
    SUBMITTED,
    UNDECIDED,
    WAIVED_ONE,
    ListDesk,
    insured_list,
    listed,
)
from tests.make.campaign import PAID
from tests.make.places import A, classes_of
from tests.stage import TEST

KEPT = (
    "id, state, choice, coverage_option_id, waiver_reason, waiver_text, source, submitted_at, filed_by, decided_at,"
    " decided_by, opinion, declared_on_paper, participation_code, removed_at"
)
"""Every column of an application that a list may change, but the version, which only goes on counting."""


def snapshot(lists: ListDesk) -> list[tuple[object, ...]]:
    """All applications as they are."""
    stmt = text(f"SELECT {KEPT} FROM enrolment ORDER BY id")
    return lists.run(lambda session, _: [tuple(row) for row in session.execute(everything(stmt, because=TEST))])


@pytest.mark.parametrize(("word", "code"), [("4", "4"), ("终止参保", "4"), ("暂停参保", "2"), ("停保", None)])
def test_whose_insurance_has_ended_is_stopped_and_the_national_code_kept(
    lists: ListDesk, word: str, code: str | None
) -> None:
    pupils, before = lists.world.of(A), snapshot(lists)
    ended = [listed(pupils[place], 参保状态=word) for place in (INSURED_ONE, UNDECIDED)]
    batch = lists.apply(insured_list(*ended))
    found = lists.applications()
    for place in (INSURED_ONE, UNDECIDED):
        assert (found[place].state, found[place].participation_code) == ("stopped", code)
    lists.undo(batch)
    assert snapshot(lists) == before


def test_a_code_of_who_is_insured_is_kept_as_well(lists: ListDesk) -> None:
    lists.apply(insured_list(listed(lists.world.of(A)[UNDECIDED], 参保状态="1")))
    row = lists.applications()[UNDECIDED]
    assert (row.state, row.participation_code) == ("insured", "1")


def test_a_declaration_on_paper_comes_with_the_list_and_goes_with_its_undo(lists: ListDesk) -> None:
    pupils, before = lists.world.of(A), snapshot(lists)
    rows = [
        [*listed(pupils[UNDECIDED], 参保状态="不参保", 不参保原因="参军"), "是"],
        [*listed(pupils[DRAFT], 参保状态="不参保", 不参保原因="参军"), ""],
    ]
    data = workbook(rows, (*HEADINGS, "已收不参保声明"))
    batch = lists.read(data)
    assert lists.codes(batch) == {}
    assert [[each["code"] for each in row.warnings or ()] for row in lists.rows(batch, "warnings")] == [
        ["insured_undeclared"]
    ]
    lists.confirm(batch)
    apply_batch(lists.bench, batch)
    found = lists.applications()
    assert [(found[n].state, found[n].declared_on_paper) for n in (UNDECIDED, DRAFT)] == [
        ("waived", True),
        ("waived", False),
    ]
    lists.undo(batch)
    assert snapshot(lists) == before


def test_a_list_with_the_declaration_follows_one_without(lists: ListDesk) -> None:
    pupil = lists.world.of(A)[UNDECIDED]
    said = listed(pupil, 参保状态="不参保", 不参保原因="参军")
    lists.apply(insured_list(said))
    batch = lists.apply(workbook([[*said, "是"]], (*HEADINGS, "已收不参保声明")))
    assert lists.applications()[UNDECIDED].declared_on_paper is True
    assert lists.counts(lists.read(workbook([[*said, "是"]], (*HEADINGS, "已收不参保声明")))) == (0, 0, 1, 0)
    lists.undo(batch)
    assert lists.applications()[UNDECIDED].declared_on_paper is False


def good_list(lists: ListDesk) -> bytes:
    """A list that enters three and corrects one: waived, though undecided, and insured, though waived."""
    pupils = lists.world.of(A)
    rows = [listed(pupils[place]) for place in (WAIVED_ONE, UNDECIDED, DRAFT)]
    return insured_list(*rows, listed(pupils[REJECTED], 参保状态="已在原校参保"))


def test_what_the_list_says_is_decided(lists: ListDesk) -> None:
    lists.apply(good_list(lists))
    rows = lists.applications()
    entered, corrected, waived = rows[UNDECIDED], rows[WAIVED_ONE], rows[REJECTED]
    months = lists.run(lambda session, _: next(iter(options_of(session, lists.world.plan_id))))
    assert (entered.state, entered.source, entered.coverage_option_id) == ("insured", "import", months)
    assert (corrected.state, corrected.waiver_reason, corrected.coverage_option_id) == ("insured", None, months)
    assert (waived.state, waived.waiver_reason, waived.waiver_text) == ("waived", "other", "已在原校参保")
    assert {entered.decided_by, corrected.decided_by} == {lists.world.accounts["school_admin"]}


def test_figures_and_amounts_follow(lists: ListDesk) -> None:
    def at_school() -> tuple[int, int, int]:
        def read(session: Session, actor: Actor) -> tuple[int, int, int]:
            plan = session.scalars(everything(select(Plan).where(Plan.id == lists.world.plan_id), because=TEST)).one()
            node = session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()
            found = figures.at(session, actor, plan, node)
            return found.insured, found.unregistered, found.amount

        return lists.run(read)

    before = at_school()
    batch_id = lists.apply(good_list(lists))
    assert (before, at_school()) == ((1, 3, PAID), (4, 0, 4 * PAID))
    lists.undo(batch_id)
    assert at_school() == before


def test_every_decision_is_in_the_history_with_the_file_as_its_reason(lists: ListDesk) -> None:
    lists.apply(good_list(lists))
    stmt = select(ChangeRecord).where(ChangeRecord.source == "import", ChangeRecord.reason == "参保名单.xlsx")
    records = lists.run(lambda session, _: session.scalars(everything(stmt, because=TEST)).all())
    assert sorted(record.kind for record in records) == ["enrolment_corrected", *["enrolment_entered"] * 3]
    entered = next(record for record in records if record.kind == "enrolment_entered")
    assert (entered.after or {})["coverage"] == MONTHS


def test_a_list_taken_back_leaves_everything_as_it_was(lists: ListDesk) -> None:
    before = snapshot(lists)
    batch_id = lists.apply(good_list(lists))
    assert snapshot(lists) != before
    lists.undo(batch_id)
    assert (snapshot(lists), lists.batch(batch_id).state) == (before, "undone")


def test_the_same_list_twice_has_nothing_to_say(lists: ListDesk) -> None:
    lists.apply(good_list(lists))
    again = lists.read(good_list(lists))
    assert lists.counts(again) == (0, 0, 4, 0)
    with pytest.raises(NothingToApply):
        lists.confirm(again)


def test_with_wrong_rows_only_the_good_ones_are_written_when_asked(lists: ListDesk) -> None:
    pupils = lists.world.of(A)
    data = insured_list(listed(pupils[SUBMITTED]), listed(pupils[UNDECIDED]))
    with pytest.raises(BadRows):
        lists.apply(data)
    lists.apply(data, good_rows=True)
    assert [lists.states()[place] for place in (SUBMITTED, UNDECIDED)] == ["submitted", "insured"]


def test_what_changed_after_the_check_refuses_the_whole_list(lists: ListDesk) -> None:
    batch_id = lists.read(good_list(lists))
    lists.confirm(batch_id)
    decide_anew(lists, WAIVED_ONE)
    with pytest.raises(RollChanged) as refused:
        apply_batch(lists.bench, batch_id)
    assert refused.value.facts == {"count": 1}
    assert (lists.batch(batch_id).state, lists.states()[UNDECIDED]) == ("previewed", "unregistered")


@pytest.mark.parametrize(
    ("since", "code"),
    [("decided", "undo_decided_since"), ("submitted", "undo_unit_submitted"), ("closed", "undo_plan_closed")],
)
def test_what_later_depends_on_a_list_keeps_it_and_is_named(lists: ListDesk, since: str, code: str) -> None:
    batch_id = lists.apply(good_list(lists))
    if since == "decided":
        decide_anew(lists, UNDECIDED)
    elif since == "submitted":
        lists.submit_unit()
    else:
        lists.close_plan()
    after = snapshot(lists)
    blockers = lists.run(lambda session, actor: INSURED.blockers(session, actor, lists.batch(batch_id)))
    assert {blocker.code for blocker in blockers} == {code}
    assert blockers[0].name in {pupil.name for pupil in lists.world.of(A)}
    with pytest.raises(UndoBlocked if since != "closed" else Exception):
        lists.undo(batch_id)
    assert (snapshot(lists), lists.batch(batch_id).state) == (after, "applied")


def test_the_student_insured_before_stays_as_he_was(lists: ListDesk) -> None:
    before = lists.applications()[INSURED_ONE]
    lists.apply(insured_list(listed(lists.world.of(A)[INSURED_ONE]), listed(lists.world.of(A)[UNDECIDED])))
    assert lists.applications()[INSURED_ONE].version == before.version


def test_many_rows_take_as_many_statements_as_one(lists: ListDesk, statements: CountStatements) -> None:
    counts = []
    for many in (1, 6):
        ids = lists.run(partial(_admit, classes_of(A) * many))
        batch_id = lists.read(workbook_of(lists, ids))
        assert lists.batch(batch_id).new_count == len(ids)
        lists.confirm(batch_id)
        with statements() as sent:
            apply_batch(lists.bench, batch_id)
        with statements() as undone:
            lists.undo(batch_id)
        counts.append((len(sent), len(undone)))
    assert counts[0] == counts[1]


@pytest.mark.committed
def test_two_lists_about_the_same_students_at_once_are_written_once(lists: ListDesk) -> None:
    batches = [lists.read(good_list(lists)) for _ in range(4)]
    for batch_id in batches:
        lists.confirm(batch_id)
    outcomes = at_once(*[partial(apply_batch, lists.bench, each) for each in batches])
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, RollChanged) for outcome in outcomes) == 3
    assert lists.applications()[UNDECIDED].version == 2


def _admit(codes: list[str], session: Session, _actor: Actor) -> list[int]:
    return list(admitted(session, codes))


def workbook_of(lists: ListDesk, students: list[int]) -> bytes:
    """A list that says of students known by their numbers that they are insured."""
    stmt = text(
        "SELECT p.name, s.student_number FROM student s JOIN person p ON p.id = s.person_id WHERE s.id = ANY(:ids)"
    )
    rows = lists.run(lambda session, _: session.execute(everything(stmt, because=TEST), {"ids": students}).all())
    pupil = lists.world.of(A)[0]
    return insured_list(*[listed(pupil, 姓名=row.name, 身份证号="", 学号=row.student_number) for row in rows])


def decide_anew(lists: ListDesk, place: int) -> None:
    """Somebody corrects a decision by hand."""
    row = lists.applications()[place]
    wish = Wish("waive", None, "military")

    def work(session: Session, actor: Actor) -> None:
        plan_id, version = lists.world.plan_id, row.version
        which: dict[str, Any] = {"plan_id": plan_id, "enrolment_id": row.id, "version": version}
        correct(session, actor, **which, wish=wish, reason="参军入伍", on_paper=True)

    lists.run(work)
