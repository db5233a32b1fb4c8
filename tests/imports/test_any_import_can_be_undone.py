"""Whatever a file of good and bad rows does, undoing it leaves the roll as it was."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import Refusal
from app.sheets.rules import NothingToApply
from tests.imports.desk import HEADINGS, Desk, number, workbook
from tests.imports.test_an_import_is_applied_and_undone import snapshot
from tests.make.places import A

CLASSES = st.sampled_from(["七年级画眉(1)班", "七年级画眉(2)班", "八年级画眉(1)班", "2025级画眉(2)班", "九(9)班", ""])
PHONES = st.sampled_from(["", "13911112222", "0791-12345678", "110"])
MORE = ("困难类型", "困难等级", "认定学年", "父亲姓名", "父亲电话", "户口性质")
BESIDE = st.tuples(
    st.sampled_from(["", "低保户", "建档立卡", "不详"]),
    st.sampled_from(["", "困难"]),
    st.sampled_from(["", "2026-2027", "2027-2028"]),
    st.sampled_from(["", "张大", "张大/李二"]),
    st.sampled_from(["", "13811110001", "110"]),
    st.sampled_from(["", "农业", "城镇", "甲"]),
)
NAMES = st.sampled_from(["王小明", "阿依古丽·买买提", "䶮㛃", "李", ""])


@st.composite
def _new_row(draw: st.DrawFn) -> tuple[object, ...]:
    serial = draw(st.integers(1, 30))
    return ("new", serial, draw(NAMES), draw(st.sampled_from(["", f"P-{serial:03}"])), draw(CLASSES), draw(PHONES))


@st.composite
def _known_row(draw: st.DrawFn) -> tuple[object, ...]:
    pupil = draw(st.integers(0, 7))
    return (
        "known",
        pupil,
        draw(st.sampled_from(["", "改了名字"])),
        draw(st.sampled_from(["", f"Q-{pupil:03}"])),
        draw(CLASSES),
        draw(PHONES),
    )


def _cells(desk: Desk, row: tuple[object, ...]) -> list[object]:
    kind, serial, name, student_number, class_name, phone = row
    if kind == "new":
        return [name, number(int(str(serial))), student_number, class_name, phone, ""]
    pupil = desk.world.of(A)[int(str(serial))]
    return [name or pupil.name, pupil.certificate, student_number, class_name, phone, ""]


@given(rows=st.lists(st.tuples(st.one_of(_new_row(), _known_row()), BESIDE), min_size=1, max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_import_and_undo_leave_the_roll_as_it_was(
    desk: Desk, rows: Sequence[tuple[tuple[object, ...], tuple[str, ...]]]
) -> None:
    before = snapshot(desk)
    try:
        batch = desk.apply(
            workbook([[*_cells(desk, row), *more] for row, more in rows], (*HEADINGS, *MORE)), good_rows=True
        )
    except NothingToApply:
        assert snapshot(desk) == before
        return
    except Refusal as refusal:
        raise AssertionError(f"a preview must hold when nobody else acts: {refusal}") from refusal
    counts = desk.counts(batch)
    assert len(snapshot(desk)["student"]) == len(before["student"]) + counts[0]
    desk.undo(batch)
    assert snapshot(desk) == before
