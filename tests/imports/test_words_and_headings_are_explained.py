"""What a file's headings and words mean is said once by a person and remembered for the school."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid, NotAllowed, Refusal, Stale
from app.core.workflow import WrongState
from app.sheets import queries, services
from app.sheets.columns import normalise_heading
from app.sheets.work import read_batch
from tests.imports.desk import Desk, number, student, workbook
from tests.make.places import A, class_of


def _explain(desk: Desk, batch: int, headings: dict[str, str], values: dict[str, str]) -> None:
    version = desk.batch(batch).version
    desk.run(lambda s, a: services.explain(s, a, batch_id=batch, version=version, headings=headings, values=values))
    read_batch(desk.bench, batch)


def test_a_class_that_was_explained_is_known_from_then_on(desk: Desk) -> None:
    data = workbook([student(1, 班级="火箭班")])
    batch = desk.read(data)
    assert desk.codes(batch) == {2: [("class_name", "unknown_class")]}
    _explain(desk, batch, {}, {"火箭班": class_of(A, 2, 1)})
    assert desk.counts(batch) == (1, 0, 0, 0)
    assert desk.counts(desk.read(data)) == (1, 0, 0, 0)


def test_a_heading_that_was_explained_is_known_from_then_on(desk: Desk) -> None:
    rows = [["新生甲", number(1), "八年级画眉(1)班", "0791-12345678"]]
    data = workbook(rows, ("姓名", "身份证号", "班级", "紧急呼叫"))
    batch = desk.read(data)
    assert desk.rows(batch, "new")[0].data["phone_sealed"] is None
    _explain(desk, batch, {normalise_heading("紧急呼叫"): "phone"}, {})
    assert desk.rows(batch, "new")[0].data["phone_sealed"]
    assert desk.rows(desk.read(data), "new")[0].data["phone_sealed"]


def test_a_cancelled_import_is_over(desk: Desk) -> None:
    batch = desk.read(workbook([student(1)]))
    version = desk.batch(batch).version
    desk.run(lambda s, a: services.cancel(s, a, batch_id=batch, version=version))
    assert desk.batch(batch).state == "cancelled"
    with pytest.raises(WrongState):
        desk.confirm(batch)
    with pytest.raises(WrongState):
        read_batch(desk.bench, batch)


def test_an_import_can_be_cancelled_although_the_worker_has_begun_since_the_page_was_opened(desk: Desk) -> None:
    batch = desk.received(workbook([student(1)]))
    version = desk.batch(batch).version
    desk.run(lambda s, a: services.begin_reading(s, a, batch_id=batch))
    desk.run(lambda s, a: services.cancel(s, a, batch_id=batch, version=version))
    assert desk.batch(batch).state == "cancelled"


def test_a_preview_nobody_has_seen_is_not_cancelled(desk: Desk) -> None:
    batch = desk.received(workbook([student(1)]))
    version = desk.batch(batch).version
    read_batch(desk.bench, batch)
    with pytest.raises(Stale):
        desk.run(lambda s, a: services.cancel(s, a, batch_id=batch, version=version))


def test_a_file_without_headings_is_refused_with_what_was_looked_for(desk: Desk) -> None:
    batch = desk.read(workbook([["一", "二"], ["三", "四"]], ("甲", "乙")))
    found = desk.batch(batch)
    assert (found.state, found.error_code) == ("refused", "no_header")
    assert found.error_facts


@pytest.mark.parametrize(
    ("headings", "values"),
    [
        ({"姓名": "nothing_of_ours"}, {}),
        ({"姓" * 201: "name"}, {}),
        ({}, {"班" * 201: class_of(A, 1, 1)}),
        ({}, {"火箭班": "x" * 201}),
        ({}, {f"第{n}班": "x" for n in range(501)}),
    ],
)
def test_what_no_page_offers_is_not_remembered(desk: Desk, headings: dict[str, str], values: dict[str, str]) -> None:
    batch = desk.read(workbook([student(1)]))
    before = desk.batch(batch)
    with pytest.raises(Invalid):
        _explain(desk, batch, headings, values)
    after = desk.batch(batch)
    assert (after.state, after.version) == (before.state, before.version)


@pytest.mark.parametrize("user", ["class_teacher", "counsellor", "county_admin", "guardian", "student"])
def test_who_may_not_import_is_refused(desk: Desk, user: str) -> None:
    with pytest.raises(Refusal) as refused:
        desk.of(user).received(workbook([student(1)]))
    assert refused.value.status in {NotAllowed.status, 404}


def test_rows_of_another_school_are_not_found(desk: Desk) -> None:
    batch = desk.read(workbook([student(1)]))
    other = desk.of("school_admin_b")
    with pytest.raises(Refusal):
        other.run(lambda s, a: queries.batch(s, a, batch_id=batch))
