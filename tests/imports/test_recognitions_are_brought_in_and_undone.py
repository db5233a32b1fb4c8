"""A list of hardship recognitions is written whole or not at all, figures follow, and it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.errors import NotFound
from app.enrolment.models import Enrolment
from app.orgs import queries as orgs
from app.plans.models import Plan
from app.rates import queries as rates
from app.sheets.rules import NothingToApply, RollChanged, UndoBlocked
from app.sheets.work import apply_batch
from app.students import services
from app.students.hardship_sheet import RECOGNITIONS
from app.students.models import HardshipRecognition, Student
from app.students.rules import NewHardship
from app.students.services import leave
from tests.at_once import at_once
from tests.conftest import CountStatements
from tests.imports.desk import workbook
from tests.imports.recognitions import HEADINGS, TEST, HardshipDesk, recognition
from tests.imports.test_an_import_is_applied_and_undone import snapshot
from tests.make.places import A
from tests.make.pupils import IN_HARDSHIP

WHOLE = "id, student_id, category, level, since_on, until_on, evidence_number, recognised_by, revoked_at"
NEW = ("low_income", "special", date(2026, 9, 1), date(2027, 9, 1))


def sheet(*rows: Sequence[object]) -> bytes:
    """A workbook of recognitions."""
    return workbook(rows, HEADINGS)


def everything_held(desk: HardshipDesk) -> object:
    """The roll, and every recognition in full."""
    table = HardshipRecognition
    stmt = select(*(getattr(table, name) for name in WHOLE.split(", "))).order_by(table.id)
    rows = desk.run(lambda s, _a: [(*row,) for row in s.execute(everything(stmt, because=TEST))])
    return snapshot(desk), rows


def prolonged(desk: HardshipDesk) -> list[object]:
    """A row that prolongs the only recognition of the cast by a year."""
    return recognition(desk.world.of(A)[IN_HARDSHIP], 困难类型="建档立卡", 困难等级="", 有效期至="2028-08-31")


def test_new_and_prolonged_recognitions_are_written(hardship_desk: HardshipDesk) -> None:
    desk, pupil, poor = hardship_desk, hardship_desk.world.of(A)[0], hardship_desk.world.of(A)[IN_HARDSHIP]
    desk.apply(sheet(recognition(pupil), prolonged(desk)))
    assert desk.recognised(pupil) == [NEW]
    assert desk.recognised(poor) == [("poverty", "hard", date(2026, 9, 1), date(2028, 9, 1))]


def test_the_waived_in_hardship_follow_the_import_and_its_undo(hardship_desk: HardshipDesk) -> None:
    desk = hardship_desk

    def waived(session: Session, actor: Actor) -> int:
        plan = session.scalars(everything(select(Plan).where(Plan.id == desk.world.plan_id), because=TEST)).one()
        school = orgs.find(session, actor, Permission.FIGURE_READ, code=A)
        return rates.at(session, actor, plan, school).waived_hardship

    stmt = select(Enrolment.student_id).where(Enrolment.state == "waived", ~Enrolment.hardship)
    who = set(desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).all()))
    pupil = next(each for each in desk.world.of(A) if each.student_id in who)
    before = desk.run(waived)
    batch = desk.apply(sheet(recognition(pupil)))
    assert desk.counts_as_poor(pupil)
    assert desk.run(waived) == before + 1
    desk.undo(batch)
    assert not desk.counts_as_poor(pupil)
    assert desk.run(waived) == before


def test_each_student_has_a_change_record_and_the_act_one_line(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    desk.apply(sheet(recognition(pupil), prolonged(desk)))
    stmt = select(ChangeRecord).where(ChangeRecord.kind == "hardship_changed").order_by(ChangeRecord.id)
    records = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).all())
    assert [(each.kind, each.subject_id) for each in records] == [
        ("hardship_changed", pupil.student_id),
        ("hardship_changed", desk.world.of(A)[IN_HARDSHIP].student_id),
    ]
    assert (records[0].after or {})["category"] == "low_income"
    before, after = records[1].before or {}, records[1].after or {}
    assert (before["until_on"], after["until_on"]) == ("2027-09-01", "2028-09-01")
    acts = select(Audit.after).where(Audit.act == "student:hardship_import")
    told = desk.run(lambda s, _a: s.scalars(everything(acts, because=TEST)).all())
    assert [(each["new"], each["changed"]) for each in told if each] == [(1, 1)]


def test_the_same_list_again_changes_nothing(hardship_desk: HardshipDesk) -> None:
    desk = hardship_desk
    data = sheet(recognition(desk.world.of(A)[0]), prolonged(desk))
    desk.apply(data)
    batch = desk.read(data)
    assert desk.counts(batch) == (0, 0, 2, 0)
    with pytest.raises(NothingToApply):
        desk.confirm(batch)


def test_undo_leaves_every_recognition_as_it_was(hardship_desk: HardshipDesk) -> None:
    desk = hardship_desk
    before = everything_held(desk)
    batch = desk.apply(sheet(recognition(desk.world.of(A)[0]), prolonged(desk)))
    assert everything_held(desk) != before
    desk.undo(batch)
    assert everything_held(desk) == before


def test_what_was_recognised_meanwhile_refuses_the_whole(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = desk.read(sheet(recognition(pupil), recognition(desk.world.of(A)[1])))
    other = NewHardship("low_income", "hard", date(2027, 1, 1), None)
    desk.run(lambda s, a: services.recognise(s, a, student_id=pupil.student_id, new=other))
    before = everything_held(desk)
    desk.confirm(batch)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, batch)
    assert everything_held(desk) == before
    assert (desk.batch(batch).state, desk.batch(batch).error_code) == ("previewed", "import_roll_changed")


def test_a_recognition_that_was_edited_meanwhile_refuses_the_whole(hardship_desk: HardshipDesk) -> None:
    desk = hardship_desk
    batch = desk.read(sheet(prolonged(desk), recognition(desk.world.of(A)[1])))
    end_of(desk, IN_HARDSHIP, date(2027, 3, 1))
    desk.confirm(batch)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, batch)


def end_of(desk: HardshipDesk, which: int, until: date, version: int = 1) -> None:
    """End the recognition of a pupil on the page."""
    stmt = select(HardshipRecognition.id).where(HardshipRecognition.student_id == desk.world.of(A)[which].student_id)
    found = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())
    desk.run(
        lambda s, a: services.end_recognition(s, a, recognition_id=found, version=version, until_on=until),
    )


def test_who_left_since_the_preview_refuses_the_whole(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = desk.read(sheet(recognition(pupil)))
    gone(desk, pupil.student_id)
    desk.confirm(batch)
    with pytest.raises(RollChanged):
        apply_batch(desk.bench, batch)


def gone(desk: HardshipDesk, student_id: int) -> None:
    """Let a student leave."""
    stmt = select(Student.opened_on).where(Student.id == student_id)
    day = desk.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())
    reason = "随父母迁居"
    desk.run(lambda s, a: leave(s, a, student_id=student_id, version=1, state="withdrawn", on=day, reason=reason))


def test_what_happened_since_forbids_an_undo_and_is_listed(hardship_desk: HardshipDesk) -> None:
    desk, pupils = hardship_desk, hardship_desk.world.of(A)
    batch = desk.apply(sheet(*(recognition(pupils[n]) for n in (0, 1, 2)), prolonged(desk)))
    end_of(desk, 0, date(2027, 3, 1))
    gone(desk, pupils[1].student_id)
    end_of(desk, IN_HARDSHIP, date(2027, 3, 1), version=2)
    found = desk.run(lambda s, a: RECOGNITIONS.blockers(s, a, desk.batch(batch)))
    assert [(each.subject_id, each.code) for each in found] == [
        (pupils[0].student_id, "undo_edited"),
        (pupils[1].student_id, "undo_left"),
        (pupils[IN_HARDSHIP].student_id, "undo_edited"),
    ]
    before = everything_held(desk)
    with pytest.raises(UndoBlocked):
        desk.undo(batch)
    assert everything_held(desk) == before


def test_a_later_list_is_undone_before_the_earlier_one(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    before = everything_held(desk)
    first = desk.apply(sheet(recognition(pupil)))
    second = desk.apply(sheet(recognition(pupil, 有效期至="2028-08-31")))
    with pytest.raises(UndoBlocked):
        desk.undo(first)
    desk.undo(second)
    desk.undo(first)
    assert everything_held(desk) == before


def test_somebody_of_another_school_does_not_see_the_import(hardship_desk: HardshipDesk) -> None:
    batch = hardship_desk.read(sheet(recognition(hardship_desk.world.of(A)[0])))
    with pytest.raises(NotFound):
        hardship_desk.of("school_admin_b").confirm(batch)


def test_the_number_of_statements_does_not_grow_with_the_rows(
    hardship_desk: HardshipDesk, statements: CountStatements
) -> None:
    desk, sent = hardship_desk, []
    for pupils in (desk.world.of(A)[:1], desk.world.of(A)[1:]):
        rows = [recognition(pupil, 困难类型=kind) for pupil in pupils for kind in ("孤儿", "低保", "烈士子女")]
        batch = desk.read(sheet(*rows))
        desk.confirm(batch)
        with statements() as applied:
            apply_batch(desk.bench, batch)
        with statements() as undone:
            desk.undo(batch)
        sent.append((len(applied), len(undone)))
    assert sent[0] == sent[1]


@pytest.mark.committed
def test_two_who_apply_one_batch_at_once_write_it_once(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = desk.read(sheet(recognition(pupil)))
    desk.confirm(batch)
    outcomes = at_once(lambda: apply_batch(desk.bench, batch), lambda: apply_batch(desk.bench, batch))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert desk.recognised(pupil) == [NEW]


@pytest.mark.committed
def test_two_lists_with_one_recognition_at_once_write_it_once(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batches = [desk.read(sheet(recognition(pupil, 有效期至=last))) for last in ("2027-08-31", "2028-08-31")]
    for batch in batches:
        desk.confirm(batch)
    outcomes = at_once(*(lambda b=batch: apply_batch(desk.bench, b) for batch in batches))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "RollChanged"]
    assert len(desk.recognised(pupil)) == 1


@st.composite
def _row(draw: st.DrawFn) -> tuple[int, dict[str, object]]:
    cells: dict[str, object] = {
        "困难类型": draw(st.sampled_from(["低保", "建档立卡户", "孤儿", "残疾(二级)", "不详", "无"])),
        "困难等级": draw(st.sampled_from(["特别困难", "一般困难", ""])),
        "认定日期": draw(st.sampled_from(["2026-09-01", "2027-03-01", "2027-09-01", ""])),
        "有效期至": draw(st.sampled_from(["2027-02-28", "2027-08-31", "2028-08", ""])),
        "低保证号": draw(st.sampled_from(["", "DB-2"])),
    }
    return draw(st.integers(0, 7)), cells


@given(rows=st.lists(_row(), min_size=1, max_size=10))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_applied_and_undone_leaves_everything_as_it_was(
    hardship_desk: HardshipDesk, rows: Sequence[tuple[int, dict[str, object]]]
) -> None:
    desk = hardship_desk
    before = everything_held(desk)
    try:
        batch = desk.apply(sheet(*(recognition(desk.world.of(A)[n], **cells) for n, cells in rows)), good_rows=True)
    except NothingToApply:
        assert everything_held(desk) == before
        return
    assert everything_held(desk) != before
    desk.undo(batch)
    assert everything_held(desk) == before
