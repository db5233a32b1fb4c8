"""A list of places is laid over the tree: what is there, what would grow, what is renamed, what is wrong."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from app.orgs.sheet import TREE
from tests.imports.desk import Desk, workbook
from tests.make.places import COUNTY_A, A, class_of, grade

PLACES = ("上级单位", "名称", "类型", "编码", "学段")
WAY = ("学校", "年级", "班级")


def _codes(tree: Desk, headings: Sequence[str], *rows: Sequence[object], at: str = COUNTY_A) -> dict[int, list[str]]:
    batch = tree.read(workbook(rows, headings), school=at)
    return {number: [code for _, code in found] for number, found in tree.codes(batch).items()}


def _counts(tree: Desk, headings: Sequence[str], *rows: Sequence[object], at: str = COUNTY_A) -> tuple[int, ...]:
    return tree.counts(tree.read(workbook(rows, headings), school=at))


def test_a_row_a_place_grows_below_what_it_names(tree: Desk) -> None:
    rows = [
        ("新溪小学", "2026级", "年级", "", ""),  # its school stands further down
        ("", "新溪小学", "小学", "XINXI", ""),
        ("XINXI", "二年级", "年级", "", ""),
        ("新溪小学 / 2026级", "(1)班", "班级", "", ""),
    ]
    batch = tree.read(workbook(rows, PLACES), school=COUNTY_A)
    assert tree.counts(batch) == (4, 0, 0, 0)
    nodes = {row.number: row.data["nodes"] for row in tree.rows(batch, "new")}
    assert [[node["name"] for node in nodes[number]] for number in sorted(nodes)] == [
        ["2026级"],
        ["新溪小学"],
        ["2025级"],
        ["(1)班"],
    ]
    assert [(node["stage"], node["entry_year"]) for number in (2, 3, 4) for node in nodes[number]] == [
        (None, 2026),
        ("primary", None),
        (None, 2025),
    ]


def test_a_row_a_class_brings_the_places_on_its_way_once(tree: Desk) -> None:
    rows = [
        ("新溪小学", "一年级", "1班"),
        ("新溪小学", "一年级", "一(2)班"),
        ("新溪小学", "二年级", "201"),
    ]
    batch = tree.read(workbook(rows, WAY), school=COUNTY_A)
    assert tree.counts(batch) == (3, 0, 0, 0)
    names = [[node["name"] for node in row.data["nodes"]] for row in tree.rows(batch, "new")]
    assert names == [["新溪小学", "2026级", "(1)班"], ["(2)班"], ["2025级", "(1)班"]]


@pytest.mark.parametrize("written", ["七年级画眉(1)班", "画眉（1）班", "初一画眉(1)班", "2026级画眉(1)班"])
def test_a_class_that_is_there_is_known_however_it_is_written(tree: Desk, written: str) -> None:
    assert _counts(tree, WAY, ("画眉中学", "初一", written)) == (0, 0, 1, 0)


def test_a_class_without_its_grade_comes_into_the_grade_it_names(tree: Desk) -> None:
    batch = tree.read(workbook([("画眉中学", "七(8)班"), ("画眉中学", "901")], ("学校", "班级")), school=COUNTY_A)
    nodes = [[(node["kind"], node["name"]) for node in row.data["nodes"]] for row in tree.rows(batch, "new")]
    assert nodes == [[("class", "(8)班")], [("grade", "2024级"), ("class", "(1)班")]]


def test_merged_cells_stand_for_each_of_their_rows(tree: Desk) -> None:
    book = Workbook()
    page = book.active
    page.append(["画眉区组织机构一览表"])
    page.append(["学校名称", "所在年级", "班级名称"])
    for line in (["新溪小学", "一年级", "1班"], [None, None, "2班"], [None, "二年级", "1班"], ["合计", None, 3]):
        page.append(line)
    page.merge_cells("A3:A5")
    page.merge_cells("B3:B4")
    data = io.BytesIO()
    book.save(data)
    batch = tree.read(data.getvalue(), school=COUNTY_A)
    assert tree.counts(batch) == (3, 0, 0, 0)
    assert [len(row.data["nodes"]) for row in tree.rows(batch, "new")] == [3, 1, 2]


def test_a_place_named_by_its_code_gets_another_name(tree: Desk) -> None:
    batch = tree.read(workbook([("", "画眉实验中学", "学校", A, "")], PLACES), school=COUNTY_A)
    row = tree.rows(batch, "changed")[0]
    assert (row.before, row.data["name"]) == ({"name": "画眉中学"}, "画眉实验中学")


def test_what_is_on_file_under_the_same_name_stays(tree: Desk) -> None:
    rows = [
        ("东湖区", "画眉中学", "学校", "", "初中"),
        (A, "画眉2026级", "年级", "", ""),
        (A, "七年级", "年级", "", ""),
    ]
    batch = tree.read(workbook(rows, PLACES), school=COUNTY_A)
    assert tree.counts(batch) == (0, 0, 1, 2)  # two rows are the same cohort
    assert tree.codes(batch) == {3: [("name", "duplicate_in_file")], 4: [("name", "duplicate_in_file")]}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("", "某处", "村", "", ""), "tree_kind_unknown"),
        (("", "某处", "", "", ""), "tree_kind_missing"),
        (("", "", "学校", "", ""), "tree_name_missing"),
        (("", "九江市", "市", "", ""), "tree_outside"),
        (("", "一班", "班级", "", ""), "inside_schools_only"),
        ((class_of(A, 1, 1), "小组", "其他", "", ""), "class_is_leaf"),
        ((A, "分校", "学校", "", ""), "outside_schools_only"),
        ((A, "新生年级", "年级", "", ""), "tree_year"),
        ((A, "2026届", "年级", "", ""), "tree_year"),
        (("CANARY", "2026级", "年级", "", ""), "tree_parent_unknown"),
        (("没有这所学校", "2026级", "年级", "", ""), "tree_parent_unknown"),
        (("", "长" * 101, "学校", "", ""), "tree_name_length"),
        (("", "新学校", "学校", "", "成人"), "tree_stage_unknown"),
        (("", "新单位", "单位", "", "小学"), "tree_stage_here"),
        (("", "新学校", "学校", "CANARY", ""), "code_taken"),
        (("", "新学校", "学校", "9936000001", ""), "school_code_format"),
        ((grade(A, 1), "画眉中学", "学校", A, ""), "tree_elsewhere"),
        (("", "另一个区", "县", COUNTY_A, ""), "tree_own_place"),
    ],
)
def test_a_row_that_cannot_stand_says_why(tree: Desk, row: Sequence[object], code: str) -> None:
    assert code in _codes(tree, PLACES, row, ("", "好学校", "学校", "", ""))[2]


def test_a_name_that_cannot_be_read_is_not_missing_as_well(tree: Desk) -> None:
    assert _codes(tree, PLACES, ("", "长" * 501, "学校", "", "")) == {2: ["cell_too_long"]}


def test_a_place_below_a_wrong_one_is_wrong_as_well(tree: Desk) -> None:
    rows = [
        ("", "新学校", "学校", "9936000001", ""),
        ("新学校", "2026级", "年级", "", ""),
        ("2026级", "1班", "班", "", ""),
    ]
    found = _codes(tree, PLACES, *rows)
    assert found[3] == ["tree_parent_bad"]
    assert set(found) == {2, 3, 4}


def test_a_circle_of_places_is_wrong(tree: Desk) -> None:
    rows = [("乙处", "甲处", "其他", "", ""), ("甲处", "乙处", "其他", "", "")]
    assert set(_codes(tree, PLACES, *rows)) == {2, 3}


def test_a_name_of_two_places_is_asked_for(tree: Desk) -> None:
    rows = [
        ("", "甲校", "学校", "", ""),
        ("", "乙校", "学校", "", ""),
        ("甲校", "2026级", "年级", "", "初中"),
        ("乙校", "2026级", "年级", "", "初中"),
        ("2026级", "1班", "班级", "", ""),
        ("乙校/2026级", "1班", "班级", "", ""),
    ]
    assert _codes(tree, PLACES, *rows) == {6: ["tree_parent_ambiguous"]}


def test_a_list_of_another_place_is_refused_row_by_row(tree: Desk) -> None:
    headings = ("市", "县（区）", "学校", "班级")
    rows = [("南昌市", "东湖区", "画眉中学", "七(9)班"), ("广州市", "荔湾区", "金丝雀中学", "七(9)班")]
    assert _codes(tree, headings, *rows) == {3: ["tree_outside"]}


def test_a_school_imports_its_own_classes_only(desk: Desk) -> None:
    school = desk.for_kind(TREE)
    rows = [("画眉中学", "七年级", "5班"), ("金丝雀中学", "七年级", "5班")]
    assert _codes(school, WAY, *rows, at=A) == {3: ["tree_outside"]}


def test_columns_between_college_and_class_may_have_any_order(tree: Desk) -> None:
    headings = ("学校", "学院", "专业", "年级", "班级", "学段")
    rows = [
        ("赣江大学", "信息学院", "计算机", "2024级", "1班", "本科"),
        ("赣江大学", "信息学院", "计算机", "2025级", "1班", "本科"),
    ]
    batch = tree.read(workbook(rows, headings), school=COUNTY_A)
    assert tree.counts(batch) == (2, 0, 0, 0)
    nodes = [[node["name"] for node in row.data["nodes"]] for row in tree.rows(batch, "new")]
    assert nodes == [["赣江大学", "信息学院", "计算机", "2024级", "(1)班"], ["2025级", "(1)班"]]


def test_what_the_list_repeats_of_the_places_above_is_on_file(tree: Desk) -> None:
    rows = [("", "南昌市", "市", "", ""), ("南昌市", "东湖区", "县", "", ""), ("东湖区", "画眉中学", "学校", "", "")]
    assert _counts(tree, PLACES, *rows) == (0, 0, 3, 0)
    assert _counts(tree, ("市", "区", "学校"), ("南昌市", "东湖区", "画眉中学")) == (0, 0, 1, 0)


def test_nothing_grows_beside_the_place_of_the_list(tree: Desk) -> None:
    rows = [("", "南昌市", "市", "", ""), ("南昌市", "新区", "县", "", ""), ("新区", "新学校", "学校", "", "")]
    assert set(_codes(tree, PLACES, *rows)) == {3, 4}


def test_a_grade_whose_stage_nobody_knows_is_looked_at(tree: Desk) -> None:
    batch = tree.read(workbook([("新溪学校", "2026级"), ("新溪学校", "初二")], ("学校", "年级")), school=COUNTY_A)
    assert tree.counts(batch) == (2, 0, 0, 0)
    warned = [(row.number, remark["code"]) for row in tree.rows(batch, "warnings") for remark in row.warnings or ()]
    assert warned == [(2, "tree_stage_none")]


def test_class_numbers_are_kept_apart(tree: Desk) -> None:
    headings = ("学校", "班级", "班级编号")
    rows = [
        ("画眉中学", "七(7)班", f"{A}-202601"),  # has been given
        ("画眉中学", "七(8)班", "N8"),
        ("画眉中学", "七(9)班", "N8"),
        ("画眉中学", "七(6)班", "N 6"),
    ]
    assert _codes(tree, headings, *rows) == {
        2: ["class_number_taken"],
        4: ["tree_number_twice"],
        5: ["tree_number_shape"],
    }
