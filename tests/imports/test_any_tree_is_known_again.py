"""Whatever tree a list makes, the same list sent again changes nothing, and undoing it leaves the tree as it was."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sheets.rules import NothingToApply
from tests.imports.desk import Desk, workbook
from tests.imports.test_a_tree_is_imported_and_undone import everything_below
from tests.make.places import COUNTY_A

HEADINGS = ("学校", "学段", "年级", "班级")
PLAIN = ["1班", "（二）班", "画眉(1)班", "火箭班", "05"]
LETTERED = ["七(3)班", "801", "初三4班"]
"""Names of classes: those that leave the grade to its column, and those that say it themselves."""
SCHOOLS = ["画眉中学", "新溪初级中学", "新溪 九年一贯制学校", "䶮河学校"]
GRADES = ["七年级", "初二", "2024级", "26级"]
SENSIBLE = st.tuples(st.sampled_from(SCHOOLS), st.just("初中"), st.sampled_from(GRADES), st.sampled_from(["", *PLAIN]))
SENSIBLE |= st.tuples(st.sampled_from(SCHOOLS), st.just("初中"), st.just(""), st.sampled_from(LETTERED))
ANY = st.tuples(
    st.sampled_from(SCHOOLS),
    st.sampled_from(["", "初中", "小学"]),
    st.sampled_from(["", "一年级", *GRADES]),
    st.sampled_from(["", *PLAIN, *LETTERED]),
)
CHECKS = [HealthCheck.function_scoped_fixture]


def _applied(tree: Desk, data: bytes) -> int | None:
    """The batch after its good rows were applied; None where there was none."""
    try:
        return tree.apply(data, school=COUNTY_A, good_rows=True)
    except NothingToApply:
        return None


@given(rows=st.lists(SENSIBLE, min_size=1, max_size=10, unique=True))
@settings(max_examples=10, suppress_health_check=CHECKS)
def test_a_list_is_known_when_it_is_sent_again(tree: Desk, rows: Sequence[Sequence[str]]) -> None:
    before = everything_below(tree)
    data = workbook(rows, HEADINGS)
    batch = _applied(tree, data)
    if batch is not None:
        new, changed, unchanged, bad = tree.counts(batch)
        assert tree.counts(tree.read(data, school=COUNTY_A)) == (0, 0, new + changed + unchanged, bad)
        tree.undo(batch)
    assert everything_below(tree) == before


@given(rows=st.lists(ANY, min_size=1, max_size=10))
@settings(max_examples=10, suppress_health_check=CHECKS)
def test_a_list_that_contradicts_itself_makes_nothing_twice(tree: Desk, rows: Sequence[Sequence[str]]) -> None:
    before = everything_below(tree)
    data = workbook(rows, HEADINGS)
    batch = _applied(tree, data)
    if batch is not None:
        made = {row.n for row in tree.rows(batch, "new")}
        assert made
        assert not made & {row.n for row in tree.rows(tree.read(data, school=COUNTY_A), "new")}
        tree.undo(batch)
    assert everything_below(tree) == before
