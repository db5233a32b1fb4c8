"""One cell has one fault; what contradicts itself is asked for; what is only written otherwise is no contradiction."""

from __future__ import annotations

import io

from openpyxl import load_workbook  # type: ignore[import-untyped]

from app.sheets.returning import error_workbook
from app.sheets.saying import say
from tests.imports.desk import HEADINGS, Desk, number, student, workbook
from tests.world import KEYRING

BORN = (*HEADINGS, "出生年月")
PLACED = (*HEADINGS, "年级")


def test_a_cell_that_cannot_be_read_is_not_missing_as_well(desk: Desk) -> None:
    batch = desk.read(workbook([student(1, 姓名=12345), student(3)]))
    assert desk.codes(batch) == {2: [("name", "cell_not_text")]}


def test_a_month_of_birth_does_not_contradict_the_day_in_the_number(desk: Desk) -> None:
    rows = [
        [*student(1, 身份证号=number(1, day="20140317")), "2014.3"],
        [*student(3, 身份证号=number(3, day="20140317")), "2014.4"],
        [*student(5, 身份证号=number(5, day="20140317")), "2014-03-18"],
    ]
    batch = desk.read(workbook(rows, BORN))
    warned = {
        row.number: [(remark["column"], remark["code"]) for remark in row.warnings or ()]
        for row in desk.rows(batch, "warnings")
    }
    assert warned == {3: [("birth_date", "id_birth_mismatch")], 4: [("birth_date", "id_birth_mismatch")]}


def test_a_grade_that_is_not_the_grade_of_the_class_is_asked_for(desk: Desk) -> None:
    grades = ("八年级", "初二", "七年级", "本部")
    rows = [[*student(serial), grade] for serial, grade in zip((1, 3, 5, 7), grades, strict=True)]
    batch = desk.read(workbook(rows, PLACED))
    assert desk.codes(batch) == {4: [("class_name", "class_ambiguous")]}
    (bad,) = desk.rows(batch, "bad")
    problem = (bad.problems or [])[0]
    assert "七年级 八年级画眉(1)班" in say(problem["code"], problem["facts"], "zh_Hans_CN")


def test_of_two_lists_side_by_side_the_wrong_cell_of_each_is_marked(desk: Desk) -> None:
    left, right = student(1, 身份证号="1"), student(3, 身份证号="2")
    batch = desk.read(workbook([[*left, None, *student(5)], [*student(7), None, *right]], (*HEADINGS, "", *HEADINGS)))

    def fetched(session: object, actor: object) -> bytes:
        kept = {"keyring": KEYRING, "files": desk.files, "locale": "zh_Hans_CN"}
        return error_workbook(session, actor, batch_id=batch, **kept)  # type: ignore[arg-type]

    page = load_workbook(io.BytesIO(desk.run(fetched))).active
    red = {cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == "00FFC7CE"}
    assert red == {"B2", "I3"}
