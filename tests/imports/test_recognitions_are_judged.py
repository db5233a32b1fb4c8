"""A list of hardship recognitions is judged: whose row, which category and period, against what is recognised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import NotAllowed, NotFound
from tests.imports.desk import number, workbook
from tests.imports.recognitions import HEADINGS, HardshipDesk, recognition
from tests.make.places import A, B
from tests.make.pupils import IN_HARDSHIP


def read(desk: HardshipDesk, *rows: list[object], headings: tuple[str, ...] = HEADINGS) -> int:
    """Have a list read."""
    return desk.read(workbook(rows, headings))


def test_a_category_not_yet_recognised_is_new_and_nothing_is_written_yet(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = read(desk, recognition(pupil))
    assert desk.counts(batch) == (1, 0, 0, 0)
    assert desk.recognised(pupil) == []


def test_the_last_day_of_a_file_is_covered(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = read(desk, recognition(pupil), recognition(desk.world.of(A)[1], 有效期至="2027年8月"))
    data = [row.data for row in desk.rows(batch, "new")]
    assert [each["until_on"] for each in data] == ["2027-09-01", "2027-09-01"]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"姓名": ""}, "name", "name_missing"),
        ({"姓名": "别人"}, "name", "name_does_not_fit"),
        ({"身份证号": number(7)}, "certificate_number", "student_unknown"),
        ({"身份证号": "360102201309010019"}, "certificate_number", "id_check_digit"),
        ({"身份证号": ""}, "certificate_number", "no_number"),
        ({"身份证号": "", "学号": "NOBODY-1"}, "student_number", "student_unknown"),
        ({"学号": f"{A}-02"}, "student_number", "numbers_of_two"),
        ({"困难类型": ""}, "category", "category_missing"),
        ({"困难类型": "无"}, "category", "category_missing"),
        ({"困难类型": "贫困生"}, "category", "category_unknown"),
        ({"困难类型": "低保、孤儿"}, "category", "category_several"),
        ({"困难等级": "很困难"}, "level", "level_unknown"),
        ({"困难等级": ""}, "level", "hardship_level_missing"),
        ({"认定日期": ""}, "since_on", "hardship_since_missing"),
        ({"认定日期": "1/9/2026"}, "since_on", "date"),
        ({"有效期至": "2026-08-31"}, "until_on", "period_upside_down"),
        ({"低保证号": "9" * 61}, "evidence_number", "evidence_number_length"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(
    hardship_desk: HardshipDesk, cells: dict[str, object], column: str, code: str
) -> None:
    desk = hardship_desk
    batch = read(desk, recognition(desk.world.of(A)[0], **cells), recognition(desk.world.of(A)[1]))
    assert desk.codes(batch) == {2: [(column, code)]}
    assert desk.counts(batch) == (1, 0, 0, 1)


def test_a_student_is_found_by_student_number_and_name(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = read(desk, recognition(pupil, 身份证号="", 学号=pupil.student_number))
    assert [row.subject_id for row in desk.rows(batch, "new")] == [pupil.student_id]


def test_what_is_recognised_like_this_is_unchanged(hardship_desk: HardshipDesk) -> None:
    desk, poor = hardship_desk, hardship_desk.world.of(A)[IN_HARDSHIP]
    same = {"困难类型": "建档立卡", "困难等级": "困难", "低保证号": "", "认定单位": ""}
    for cells in ({}, {"困难等级": ""}, {"有效期至": ""}, {"认定日期": "", "有效期至": ""}):
        assert desk.counts(read(desk, recognition(poor, **(same | cells)))) == (0, 0, 1, 0)


def test_a_prolonged_period_changes_with_before_and_after(hardship_desk: HardshipDesk) -> None:
    desk, poor = hardship_desk, hardship_desk.world.of(A)[IN_HARDSHIP]
    batch = read(desk, recognition(poor, 困难类型="脱贫户", 困难等级="", 有效期至="2028-08-31"))
    assert desk.counts(batch) == (0, 1, 0, 0)
    (row,) = desk.rows(batch, "changed")
    assert row.before == {"until_on": "2027-09-01", "evidence_number": None, "recognised_by": None}
    assert (row.data["until_on"], row.data["level"]) == ("2028-09-01", "hard")


def test_the_year_after_is_a_recognition_of_its_own(hardship_desk: HardshipDesk) -> None:
    desk, poor = hardship_desk, hardship_desk.world.of(A)[IN_HARDSHIP]
    headings = (*HEADINGS, "认定学年")
    row = [*recognition(poor, 困难类型="建档立卡", 认定日期="", 有效期至=""), "2027-2028学年"]
    batch = read(desk, row, headings=headings)
    (new,) = desk.rows(batch, "new")
    assert (new.data["since_on"], new.data["until_on"]) == ("2027-09-01", "2028-09-01")


def test_days_that_meet_another_recognition_are_refused_with_its_period(hardship_desk: HardshipDesk) -> None:
    desk, poor = hardship_desk, hardship_desk.world.of(A)[IN_HARDSHIP]
    batch = read(desk, recognition(poor, 困难类型="建档立卡", 认定日期="2027-03-01", 有效期至="2028-02-29"))
    (row,) = desk.rows(batch, "bad")
    facts = {"period": "2026-09-01 – 2027-08-31"}
    assert row.problems == [{"column": "since_on", "code": "hardship_met", "facts": facts}]


def test_one_category_twice_for_the_same_days_makes_both_rows_bad(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    rows = [recognition(pupil), recognition(pupil, 困难类型="孤儿"), recognition(pupil, 认定日期="2027-01-01")]
    batch = read(desk, *rows)
    assert desk.codes(batch) == {row: [("category", "duplicate_in_file")] for row in (2, 4)}
    assert desk.counts(batch) == (1, 0, 0, 2)


def test_a_word_that_was_explained_is_understood(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    batch = read(desk, recognition(pupil, 困难类型="丙类"))
    assert desk.counts(batch) == (0, 0, 0, 1)
    desk.explain(batch, {"丙类": "orphan"})
    (row,) = desk.rows(batch, "new")
    assert row.data["category"] == "orphan"


def test_students_of_another_school_are_unknown(hardship_desk: HardshipDesk) -> None:
    batch = read(hardship_desk, recognition(hardship_desk.world.of(B)[0]))
    assert hardship_desk.codes(batch) == {2: [("certificate_number", "student_unknown")]}


@pytest.mark.parametrize(
    "who", ["class_teacher", "counsellor", "county_admin", "school_admin_b", "guardian", "student"]
)
def test_only_who_imports_students_here_brings_such_lists_in(hardship_desk: HardshipDesk, who: str) -> None:
    data = workbook([recognition(hardship_desk.world.of(A)[0])], HEADINGS)
    with pytest.raises((NotFound, NotAllowed)):
        hardship_desk.of(who).read(data)


def test_a_class_set_administrator_reaches_only_the_own_classes(hardship_desk: HardshipDesk) -> None:
    desk = replace(hardship_desk, user="class_set_admin")
    batch = read(desk, *(recognition(pupil) for pupil in desk.world.of(A)))
    assert desk.counts(batch) == (4, 0, 0, 4)
    assert {codes[0][1] for codes in desk.codes(batch).values()} == {"student_unknown"}


def test_an_academic_year_says_what_the_days_do_not(hardship_desk: HardshipDesk) -> None:
    desk, pupil = hardship_desk, hardship_desk.world.of(A)[0]
    row = [*recognition(pupil, 认定日期="2026-10-15", 有效期至=""), "2026学年"]
    batch = read(desk, row, headings=(*HEADINGS, "学年"))
    assert desk.codes(batch) == {2: [("academic_year", "academic_year_shape")]}
    row[-1] = "2026—2027"
    (new,) = desk.rows(read(desk, row, headings=(*HEADINGS, "学年")), "new")
    assert (new.data["since_on"], new.data["until_on"]) == ("2026-10-15", date(2027, 9, 1).isoformat())
