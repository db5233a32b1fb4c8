"""Rows of an insured list: whom they are about, what they would do, and every way they can be wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.errors import Invalid, NotAllowed, NotFound
from app.enrolment.insured_sheet import INSURED
from app.enrolment.rules import PlanNotOpen
from tests.campaigns import opened
from tests.imports.desk import workbook
from tests.imports.insured import (
    DRAFT,
    INSURED_ONE,
    MONTHS,
    REJECTED,
    STOPPED,
    SUBMITTED,
    UNDECIDED,
    WAIVED_ONE,
    ListDesk,
    insured_list,
    listed,
)
from tests.make.places import A, B


def verdicts(desk: ListDesk, batch_id: int) -> list[str]:
    """The verdict of each row, in the order of the file."""
    rows = [row for which in ("new", "changed", "unchanged", "bad") for row in desk.rows(batch_id, which)]
    return [row.verdict for row in sorted(rows, key=lambda row: row.n)]


def test_a_list_is_compared_with_what_was_decided(lists: ListDesk) -> None:
    pupils = lists.world.of(A)
    batch_id = lists.read(insured_list(*[listed(pupil) for pupil in pupils]))
    assert verdicts(lists, batch_id) == ["unchanged", "changed", "bad", "changed", "new", "bad", "new", "new"]
    assert lists.codes(batch_id) == {5: [("status", "insured_submitted")], 8: [("status", "insured_stopped")]}


def test_a_row_says_what_it_would_write_and_what_is_there_now(lists: ListDesk) -> None:
    pupils = lists.world.of(A)
    batch_id = lists.read(insured_list(listed(pupils[WAIVED_ONE]), listed(pupils[UNDECIDED], 缴费金额="400.00")))
    (changed,), (new,) = lists.rows(batch_id, "changed"), lists.rows(batch_id, "new")
    shown = lists.run(lambda session, _: INSURED.lines(session, [changed, new], lists.bench.keyring))
    assert [line.title for line in shown] == [pupils[WAIVED_ONE].name, pupils[UNDECIDED].name]
    assert dict(shown[1].facts)["amount"] == "400.00"
    assert [column for column, *_ in shown[0].changes] == ["status", "coverage", "reason"]
    assert pupils[WAIVED_ONE].certificate not in str(changed.data)


def test_a_list_without_a_status_column_is_one_of_who_has_paid(lists: ListDesk) -> None:
    pupil = lists.world.of(A)[UNDECIDED]
    data = workbook([[pupil.name, pupil.certificate, 400]], ("姓名", "证件号码", "缴费金额"))
    assert lists.counts(lists.read(data)) == (1, 0, 0, 0)


def test_a_student_is_found_by_student_number_and_name(lists: ListDesk) -> None:
    pupil = lists.world.of(A)[UNDECIDED]
    row = listed(pupil, 身份证号="", 学号=pupil.student_number)
    assert lists.counts(lists.read(insured_list(row))) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("word", "place", "verdict"),
    [
        ("正常参保", UNDECIDED, "new"),
        ("1", DRAFT, "new"),
        ("已 缴 费", REJECTED, "new"),
        ("未参保", UNDECIDED, "unchanged"),
        ("0", WAIVED_ONE, "unchanged"),
        ("未缴费", SUBMITTED, "unchanged"),
        ("暂停参保", STOPPED, "unchanged"),
        ("2", INSURED_ONE, "changed"),
        ("终止参保", INSURED_ONE, "changed"),
        ("4", UNDECIDED, "new"),
        ("已在原校参保", UNDECIDED, "new"),
        ("已在原校参保", INSURED_ONE, "changed"),
        ("异地参保", UNDECIDED, "new"),
    ],
)
def test_words_of_many_systems_are_understood(lists: ListDesk, word: str, place: int, verdict: str) -> None:
    batch_id = lists.read(insured_list(listed(lists.world.of(A)[place], 参保状态=word)))
    assert verdicts(lists, batch_id) == [verdict]


@pytest.mark.parametrize(
    ("place", "other", "problem"),
    [
        (UNDECIDED, {"姓名": "别人"}, ("name", "insured_name_differs")),
        (UNDECIDED, {"身份证号": "", "学号": ""}, ("certificate_number", "insured_who")),
        (UNDECIDED, {"身份证号": "360102201309010011"}, ("certificate_number", "id_check_digit")),
        (UNDECIDED, {"身份证号": "360101201509011015"}, ("certificate_number", "insured_not_here")),
        (UNDECIDED, {"身份证号": "", "学号": "CANARY-01"}, ("student_number", "insured_not_here")),
        (UNDECIDED, {"参保状态": "大概"}, ("status", "insured_status_word")),
        (UNDECIDED, {"参保状态": ""}, ("status", "insured_status_missing")),
        (UNDECIDED, {"参保状态": "不参保"}, ("reason", "insured_reason_missing")),
        (UNDECIDED, {"参保年月": "半年"}, ("coverage", "insured_coverage")),
        (UNDECIDED, {"缴费金额": "399.99"}, ("amount", "insured_amount")),
        (UNDECIDED, {"缴费金额": "四百"}, ("amount", "cell_amount")),
        (INSURED_ONE, {"参保状态": "未参保"}, ("status", "insured_not_there")),
        (WAIVED_ONE, {"参保状态": "终止参保"}, ("status", "insured_never")),
        (SUBMITTED, {"参保状态": "2"}, ("status", "insured_submitted")),
    ],
)
def test_a_row_that_cannot_be_says_where_and_why(
    lists: ListDesk, place: int, other: dict[str, Any], problem: tuple[str, str]
) -> None:
    batch_id = lists.read(insured_list(listed(lists.world.of(A)[place], **other)))
    assert lists.codes(batch_id) == {3: [problem]}


def test_who_may_not_stop_insurances_ends_none_by_a_list(lists: ListDesk) -> None:
    rows = [listed(lists.world.of(A)[place], 参保状态="终止参保") for place in (INSURED_ONE, STOPPED)]
    desk = replace(lists, user="student_affairs")
    batch_id = desk.read(insured_list(*rows))
    assert verdicts(desk, batch_id) == ["bad", "unchanged"]
    assert desk.codes(batch_id) == {3: [("status", "insured_stop_by_hand")]}


def test_a_student_twice_in_a_file_is_wrong_in_both_rows(lists: ListDesk) -> None:
    pupil = lists.world.of(A)[UNDECIDED]
    by_number = listed(pupil, 身份证号="", 学号=pupil.student_number)
    batch_id = lists.read(insured_list(listed(pupil), by_number))
    assert lists.codes(batch_id) == {
        3: [("certificate_number", "duplicate_in_file")],
        4: [("student_number", "duplicate_in_file")],
    }


def test_who_is_on_the_roll_but_not_asked_is_told_apart(lists: ListDesk) -> None:
    first, second = lists.world.of(A)[UNDECIDED], lists.world.of(A)[INSURED_ONE]
    lists.raw("DELETE FROM enrolment WHERE student_id = :id", id=first.student_id)
    batch_id = lists.read(insured_list(listed(first), listed(second)))
    assert lists.codes(batch_id) == {3: [("certificate_number", "insured_not_asked")]}


def test_who_is_insured_in_another_plan_of_the_year_is_not_insured_twice(lists: ListDesk) -> None:
    pupil = lists.world.of(A)[INSURED_ONE]
    other = lists.run(lambda session, _: opened(session, "SAME", product="resident_medical", cover_year=2027).id)
    move = "UPDATE enrolment SET plan_id = :plan, coverage_option_id = NULL WHERE student_id = :id"
    lists.raw(move, plan=other, id=pupil.student_id)
    batch_id = lists.read(insured_list(listed(pupil)))
    assert lists.codes(batch_id) == {3: [("certificate_number", "insured_elsewhere")]}


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_submitted_unit_makes_its_rows_wrong(lists: ListDesk, state: str) -> None:
    lists.submit_unit(state)
    batch_id = lists.read(insured_list(listed(lists.world.of(A)[UNDECIDED])))
    assert lists.codes(batch_id) == {3: [("status", "why_unit_submitted")]}


def test_a_plan_closed_after_the_upload_makes_every_row_wrong(lists: ListDesk) -> None:
    batch_id = lists.read(insured_list(listed(lists.world.of(A)[UNDECIDED])))
    lists.close_plan()
    lists.again(batch_id)
    assert lists.codes(batch_id) == {3: [("status", "plan_not_open")]}


def test_a_list_is_for_an_open_plan_that_covers_the_school(lists: ListDesk) -> None:
    data = insured_list(listed(lists.world.of(A)[UNDECIDED]))
    lists.of("root_admin").run(lambda session, _: opened(session, "B-ONLY", place_code=B))
    with pytest.raises(NotFound):
        lists.read(data, target="NO-SUCH")
    with pytest.raises(Invalid) as refused:
        replace(lists, user="root_admin").read(data, target="B-ONLY")
    assert refused.value.facts["fields"] == {"target": "insured_plan_elsewhere"}
    lists.close_plan()
    with pytest.raises(PlanNotOpen):
        lists.read(data)


def test_open_plans_and_their_months_are_offered(lists: ListDesk) -> None:
    assert lists.run(INSURED.targets) == [("PLAN-2027", "2027年度居民医保")]
    path = lists.run(INSURED.places)[0].path
    assert lists.run(lambda session, actor: INSURED.options(session, actor, path)) == [(MONTHS, MONTHS)]


@pytest.mark.parametrize("user", ["class_teacher", "college_officer", "county_admin", "school_admin_b", "student"])
def test_who_may_not_enter_decisions_brings_no_list(lists: ListDesk, user: str) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        lists.of(user).read(insured_list(listed(lists.world.of(A)[UNDECIDED])))


def test_who_keeps_one_class_finds_only_its_students(lists: ListDesk) -> None:
    pupils = lists.world.of(A)
    batch_id = lists.of("class_admin").read(insured_list(listed(pupils[WAIVED_ONE]), listed(pupils[UNDECIDED])))
    assert lists.of("class_admin").counts(batch_id) == (0, 1, 0, 1)
    assert lists.of("class_admin").codes(batch_id) == {4: [("certificate_number", "insured_not_here")]}
