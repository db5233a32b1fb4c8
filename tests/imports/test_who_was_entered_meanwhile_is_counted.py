"""What somebody else has entered since the preview refuses the whole file, and says how many rows it concerns."""

from __future__ import annotations

import pytest

from app.sheets.rules import RollChanged
from app.sheets.work import apply_batch
from tests.imports.desk import Desk, student, workbook
from tests.imports.test_an_import_is_applied_and_undone import snapshot


def _refused(desk: Desk, first: list[list[object]], second: list[list[object]]) -> RollChanged:
    """Preview both files, apply the first; what the second is refused with."""
    batches = [desk.read(workbook(rows)) for rows in (first, second)]
    for batch in batches:
        desk.confirm(batch)
    apply_batch(desk.bench, batches[0])
    before = snapshot(desk)
    with pytest.raises(RollChanged) as refused:
        apply_batch(desk.bench, batches[1])
    assert snapshot(desk) == before
    assert desk.batch(batches[1]).error_facts == refused.value.facts
    return refused.value


def test_persons_on_file_meanwhile_are_counted(desk: Desk) -> None:
    first = [student(1), student(3)]
    second = [student(1, 学号="NEW-901"), student(3, 学号="NEW-903"), student(5)]
    assert _refused(desk, first, second).facts["count"] == 2


def test_student_numbers_taken_meanwhile_are_counted(desk: Desk) -> None:
    second = [student(5, 学号="NEW-001"), student(7)]
    assert _refused(desk, [student(1)], second).facts["count"] == 1
