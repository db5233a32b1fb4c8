"""Wherever a school puts its table, and whatever stands around it, each row is found and each column known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.recognise import LEFT_OUT, Recognition, Table, recognise
from app.sheets.workbook import Cell, Row, Sheet, Workbook
from tests.make.workbooks import PUPILS, blocks, sheet, workbook

ZHANG, LI = "360101201509011015", "360101201003152021"


def found(*rows: Sequence[Cell], name: str = "Sheet1", merged: Sequence[Sequence[int]] = ()) -> Recognition:
    return recognise(workbook(sheet(rows, name, merged)), PUPILS)


def only(recognition: Recognition) -> Table:
    (table,) = recognition.tables
    return table


def cells(table: Table) -> list[tuple[int, dict[str, Cell]]]:
    return [(row.number, dict(row.cells)) for row in table.rows()]


def test_titles_and_instructions_stand_above_the_heading() -> None:
    table = only(
        found(
            ("东湖学校2026年秋季学生信息登记表",),
            ("填表说明：1.姓名、证件号码必填；2.性别填男或女。",),
            (),
            ("单位：", "东湖学校", None, "填表日期：", "2026-09-01"),
            ("序号", "姓名", "证件号码", "性别"),
            (1.0, "张三", ZHANG, "男"),
        )
    )
    assert (table.header_rows, table.mapping) == ((5,), {"name": 1, "number": 2, "sex": 3})
    assert cells(table) == [(6, {"name": "张三", "number": ZHANG, "sex": "男"})]
    assert table.unmapped == {0: "序号"}


def test_a_heading_of_two_levels_tells_the_pupil_from_the_guardian() -> None:
    table = only(
        found(
            ("序号", "学生信息", None, None, "监护人信息", None, None),
            (None, "姓名", "身份证号", "性别", "姓名", "身份证号", "联系电话"),
            (1.0, "张三", ZHANG, "男", "张大", LI, "13800000001"),
            merged=((1, 2, 0, 0), (1, 1, 1, 3), (1, 1, 4, 6)),
        )
    )
    assert table.mapping == {"name": 1, "number": 2, "sex": 3}
    assert table.unmapped[4] == "监护人信息 / 姓名"
    assert [row[0] for row in cells(table)] == [3]


def test_the_guardian_may_stand_before_the_pupil() -> None:
    table = only(
        found(
            ("家长", None, "学生", None, None),
            ("姓名", "电话", "姓名", "身份证号", "性别"),
            ("张大", "13800000001", "张三", ZHANG, "男"),
            merged=((1, 1, 0, 1), (1, 1, 2, 4)),
        )
    )
    assert table.mapping == {"name": 2, "number": 3, "sex": 4}


def test_a_heading_of_two_levels_without_merged_cells_is_read_as_it_is_seen() -> None:
    table = only(
        found(
            ("姓名", "证件号码", "联系方式", None),
            (None, None, "手机号码", "住址"),
            ("张三", ZHANG, "13800000001", "八一大道1号"),
        )
    )
    assert table.mapping == {"name": 0, "number": 1, "phone": 2}
    assert [number for number, _ in cells(table)] == [3]


def test_totals_signatures_notes_examples_and_empty_rows_are_left_out() -> None:
    recognition = found(
        ("姓名", "证件号码", "班级", "缴费金额"),
        ("示例：张小明", ZHANG, "七(1)班", 380.0),
        ("张三", ZHANG, "七(1)班", 380.0),
        (None, None, "七(1)班", None),
        ("李四", None, "七(1)班", 380.0),
        ("小 计", None, None, 760.0),
        ("王五", LI, None, 380.0),
        ("合计", "3人", None, 1140.0),
        (),
        ("填表人：赵六", None, "负责人（签字）：", None),
        ("注：本表一式两份",),
        (None, None, "2026年9月1日", None),
        ("第1页 共1页",),
    )
    assert [number for number, _ in cells(only(recognition))] == [3, 5, 7]
    left_out = {
        finding.facts["why"]: finding.facts["rows"]
        for finding in recognition.findings
        if finding.code == "rows_left_out"
    }
    assert left_out == {"example": (2,), "total": (6, 8), "note": (10, 11, 13)}


def test_totals_of_a_page_and_of_a_class_are_totals() -> None:
    words = ("本页小计", "本页合计：", "全班共计30人", "男生总数", "以上合计")
    recognition = found(("姓名", "证件号码"), ("张三", ZHANG), *((word, 8.0) for word in words))
    assert [number for number, _ in cells(only(recognition))] == [2]
    assert [finding.facts["why"] for finding in recognition.findings] == ["total"]


def test_somebody_without_a_number_is_not_taken_for_a_note_by_a_remark() -> None:
    recognition = found(
        ("序号", "姓名", "证件号码", "性别", "班级", "备注"),
        (1.0, "张三", None, "男", "七(1)班", "说明：身份证未办理"),
        (2.0, "李四", None, None, None, "注：户口在外地"),
        (None, "班主任签字：", "王五", None, None, "日期：2026年9月1日"),
        ("班主任签字：", "王五", "审核人：", "赵六", None, "日期："),
        (None, "班主任：王五", None, None, None, "填表日期：9月1日"),
        (None, "王五", None, None, "填表日期：9月1日", None),
    )
    assert [number for number, _ in cells(only(recognition))] == [2, 3]


def test_somebody_with_a_number_is_never_left_out() -> None:
    recognition = found(("姓名", "证件号码"), ("注册", ZHANG), ("合计", LI), ("共和", "无"), ("日期", 3.6e17))
    assert [number for number, _ in cells(only(recognition))] == [2, 3, 4, 5]


def test_the_heading_again_on_each_page_is_no_row() -> None:
    head = ("姓 名", "证件号码", "性别")
    table = only(
        found(("名单",), head, ("张三", ZHANG, "男"), ("名单",), ("姓名", "证件号码", "性别"), ("李四", LI, "女"))
    )
    assert [number for number, _ in cells(table)] == [3, 6]


def test_classes_one_below_the_other_are_tables_of_their_own() -> None:
    head = ("姓名", "证件号码")
    tables = found(
        ("七(1)班学生名单",), head, ("张三", ZHANG), ("七(2)班学生名单",), head, ("李四", LI), ("合计", "1人")
    ).tables
    assert [(table.class_hint, [row.number for row in table.rows()]) for table in tables] == [
        ("七(1)班", [3]),
        ("七(2)班", [6]),
    ]


@pytest.mark.parametrize(
    ("name", "title", "hint"),
    [
        ("七(1)班", "学生名单", "七(1)班"),
        ("Sheet1", "东湖学校七（1）班学生名单", "七（1）班"),
        ("Sheet1", "2026学年东湖中学初一(3)班花名册", "初一(3)班"),
        ("Sheet1", "班级：七(1)班 班主任：张老师", "七(1)班"),
        ("701", "学生名单", "701"),
        ("Sheet1", "计算机学院2024级软件工程1班参保登记表", "2024级软件工程1班"),
        ("Sheet1", "东湖学校学生名单", ""),
        ("学生名单", "各班班主任填写", ""),
        ("工作表2", "填表人：班长", ""),
        ("Sheet1 (2)", "学生名单", ""),
        ("2026", "学生名单", ""),
        ("2026年9月", "学生名单", ""),
        ("学生信息1", "学生名单", ""),
        ("学生名单(七1班)", "学生名单", "七1班"),
        ("高一3", "学生名单", "高一3"),
        ("实验班", "学生名单", "实验班"),
        ("Sheet1", "2026年秋季七(1)班学生名单", "七(1)班"),
        ("Sheet1", "2026-2027学年第一学期三年级2班", "三年级2班"),
        ("Sheet1", "2024级1班", "2024级1班"),
    ],
)
def test_the_class_may_stand_in_the_name_of_the_sheet_or_in_the_title(name: str, title: str, hint: str) -> None:
    assert only(found((title,), ("姓名", "证件号码"), ("张三", ZHANG), name=name)).class_hint == hint


def test_a_class_beside_its_label_is_the_class() -> None:
    assert only(found(("班级", "七(1)班", "人数", 40.0), ("姓名", "证件号码"), ("张三", ZHANG))).class_hint == "七(1)班"


def test_a_class_merged_down_a_column_belongs_to_each_row_and_a_name_does_not() -> None:
    table = only(
        found(
            ("班级", "姓名", "证件号码"),
            ("七(1)班", "张三", ZHANG),
            (None, None, LI),
            (None, "王五", None),
            merged=((2, 4, 0, 0), (2, 3, 1, 1)),
        )
    )
    assert [(row.cells.get("class_name"), row.cells.get("name")) for row in table.rows()] == [
        ("七(1)班", "张三"),
        ("七(1)班", None),
        ("七(1)班", "王五"),
    ]


def test_two_lists_side_by_side_are_both_read() -> None:
    recognition = found(
        ("七(1)班学生名单",),
        ("序号", "姓名", "身份证号", "性别", None, "序号", "姓名", "身份证号", "性别"),
        (1.0, "张三", ZHANG, "男", None, 3.0, "王五", "36010120120901007X", "男"),
        (2.0, "李四", LI, "女"),
        ("合计", None, None, None, None, 4.0, "赵六", "11010519491231002X", "女"),
    )
    left, right = recognition.tables
    assert (left.mapping, right.mapping) == (
        {"name": 1, "number": 2, "sex": 3},
        {"name": 6, "number": 7, "sex": 8},
    )
    assert [[(row.number, row.cells["name"]) for row in table.rows()] for table in (left, right)] == [
        [(3, "张三"), (4, "李四")],
        [(3, "王五"), (5, "赵六")],
    ]
    assert {table.class_hint for table in (left, right)} == {"七(1)班"}
    assert [finding.code for finding in recognition.findings] == ["rows_left_out"]


def test_without_a_heading_nothing_is_guessed() -> None:
    recognition = found(("张三", ZHANG, "男"), ("李四", LI, "女"))
    assert recognition.tables == ()
    assert [(finding.code, finding.facts["looked_for"]) for finding in recognition.findings] == [
        ("no_header", ("name", "number"))
    ]


def test_a_missing_and_a_doubled_column_are_told() -> None:
    recognition = found(("姓名", "性别", "学生姓名"), ("张三", "男", "张小三"))
    assert {(finding.code, finding.facts.get("key")) for finding in recognition.findings} == {
        ("missing_column", "number"),
        ("column_doubled", "name"),
    }
    assert only(recognition).mapping["name"] == 0


def test_what_a_person_has_set_goes_before_every_wording() -> None:
    rows = [("姓名", "曾用名字", "身份号", "性别"), ("张三", "张四", ZHANG, "男")]
    remembered = {"身份号": "number", "曾用名字": "name", "性别": LEFT_OUT}
    table = only(recognise(workbook(rows), PUPILS, remembered))
    assert table.mapping == {"name": 1, "number": 2}
    assert table.unmapped == {0: "姓名", 3: "性别"}


def test_hidden_things_are_read_and_told() -> None:
    rows = (Row(1, ("姓名", "证件号码")), Row(2, ("张三", ZHANG), hidden=True), Row(3, ("李四", LI)))
    hidden = Sheet("旧", rows, hidden=True, hidden_columns=frozenset({1}))
    recognition = recognise(Workbook((hidden, Sheet("选项", (Row(1, ("男",)),), hidden=True))), PUPILS)
    assert [row.hidden for row in only(recognition).rows()] == [True, False]
    assert {finding.code for finding in recognition.findings} == {"hidden_sheet", "hidden_rows", "hidden_columns"}


NOISE = st.sampled_from(
    [
        ("东湖学校学生名单",),
        ("填表说明：请勿改动表头，姓名须与证件一致",),
        (),
        (None, "2026年9月"),
        ("学校：", "东湖学校", "联系人：", "张老师"),
        ("一、填写要求", None, "证件号码须为文本"),
    ]
)
FOOT = st.sampled_from(
    [("合计", None, 3.0), (), ("填表人：", None, "审核人："), ("注：以上信息属实",), (None, "（盖章）")]
)
WORDINGS = {
    "name": st.sampled_from(
        ["姓名", "学生姓名", " 姓 名 ", "*姓名", "姓名（必填）", "学生姓名\n(与证件一致)", "姓名 Name"]
    ),
    "number": st.sampled_from(
        ["身份证号", "证件号码", "公民身份号码", "身份证号码(18位)", "学生身份证号", "身份证号/证件号码"]
    ),
    "sex": st.sampled_from(["性别", "性 别：", "性别(男/女)"]),
    "class_name": st.sampled_from(["班级", "所在班级", "【班级】"]),
    "phone": st.sampled_from(["联系电话", "电话", "手机号码（家长可代填）"]),
}
OTHERS = st.lists(st.sampled_from(["序号", "备注", "户籍", "住址", "民族"]), unique=True, max_size=4)


@given(st.data())
def test_any_table_is_found_wherever_it_stands(data: st.DataObject) -> None:
    keys = data.draw(
        st.lists(st.sampled_from(list(WORDINGS)), unique=True).map(
            lambda some: list({"name": 0, "number": 0} | dict.fromkeys(some))
        )
    )
    columns = data.draw(st.permutations([*keys, *(f"+{other}" for other in data.draw(OTHERS))]))
    left = data.draw(st.integers(0, 3))
    names = data.draw(st.lists(st.text("张王李赵䶮㛃·", min_size=2, max_size=4), min_size=1, max_size=8))
    wanted = [
        dict(zip(columns, (_cell(column, name, place) for column in columns), strict=True))
        for place, name in enumerate(names)
    ]
    heading = [column[1:] if column[0] == "+" else data.draw(WORDINGS[column]) for column in columns]
    above, below = data.draw(st.lists(NOISE, max_size=5)), data.draw(st.lists(FOOT, max_size=4))
    blank: list[Cell] = [None] * left
    body = [blank + [row[column] for column in columns] for row in wanted]
    table = only(found(*above, [*blank, *heading], *body, *below))
    assert table.header_rows == (len(above) + 1,)
    assert [row.number for row in table.rows()] == [len(above) + 2 + place for place in range(len(body))]
    assert [dict(row.cells) for row in table.rows()] == [
        {key: row[key] for key in sorted(keys, key=columns.index)} for row in wanted
    ]


def _cell(column: str, name: str, place: int) -> Cell:
    numbers: dict[str, Cell] = {
        "number": f"36010120150901{place:04}",
        "+序号": float(place + 1),
        "phone": 13800000001.0,
    }
    return numbers.get(column, name if column == "name" else "七(1)班" if column == "class_name" else "男")


@given(
    st.lists(st.lists(st.one_of(st.none(), st.text(max_size=6), st.floats(allow_nan=False)), max_size=6), max_size=12)
)
def test_nothing_is_found_where_no_heading_is(rows: list[list[Cell]]) -> None:
    assert found(*rows).tables == ()


def test_blocks_of_merged_cells_may_be_any() -> None:
    odd = blocks(((1, 1_048_576, 0, 16_383), (5, 4, 3, 2), (900, 901, 0, 0)))
    rows = (Row(1, ("姓名", "证件号码")), Row(2, ("张三", ZHANG)))
    assert len(recognise(Workbook((Sheet("S", rows, merged=odd),)), PUPILS).tables) == 1
