"""Whatever tree a list makes, the same list sent again changes nothing, and undoing it leaves the tree as it was."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.sheets.rules import NothingToApply
from tests.imports.desk import Desk, workbook
from tests.imports.test_a_tree_is_imported_and_undone import everything_below
from tests.make.places import COUNTY_A

HEADINGS = ("学校", "学段", "年级", "班级")
SCHOOLS = st.sampled_from(["画眉中学", "新溪初级中学", "新溪 九年一贯制学校", "䶮河学校"])
STAGES = st.sampled_from(["", "初中", "小学"])
GRADES = st.sampled_from(["", "七年级", "初二", "2024级", "一年级", "26级"])
CLASSES = st.sampled_from(["", "1班", "（二）班", "七(3)班", "801", "画眉(1)班", "初三4班", "火箭班", "05"])
ROW = st.tuples(SCHOOLS, STAGES, GRADES, CLASSES)


TWO_STAGES = [
    ("新溪初级中学", "初中", "一年级", "初三4班"),
    ("画眉中学", "", "七年级", "1班"),
    ("新溪初级中学", "小学", "26级", "画眉(1)班"),
]


@given(rows=st.lists(ROW, min_size=1, max_size=10))
@example(rows=TWO_STAGES)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_is_known_when_it_is_sent_again(tree: Desk, rows: Sequence[Sequence[str]]) -> None:
    before = everything_below(tree)
    data = workbook(rows, HEADINGS)
    try:
        batch = tree.apply(data, school=COUNTY_A, good_rows=True)
    except NothingToApply:
        assert everything_below(tree) == before
        return
    new, changed, unchanged, bad = tree.counts(batch)
    assert new > 0
    made = {row.n for which in ("new", "changed", "unchanged") for row in tree.rows(batch, which)}
    again = tree.read(data, school=COUNTY_A)
    # rows that contradict each other are judged by the tree as it is now: one that was wrong may be right, or the other
    assert not made & {row.n for row in tree.rows(again, "new")}
    if not bad:
        assert tree.counts(again) == (0, changed, new + unchanged, 0)
    tree.undo(batch)
    assert everything_below(tree) == before
