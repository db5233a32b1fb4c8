"""Whatever became of an import, its page says what happened in the reader's language, and offers a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.core.clock import sql_now
from app.core.queue import JobRow
from app.core.workflow import WrongState
from app.sheets import queries, services
from app.sheets.work import apply_batch, read_batch
from tests.imports.desk import Desk, student, workbook
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit

SignIn = Callable[..., Visit]
pytestmark = pytest.mark.committed


def _given_up(desk: Desk, batch: int) -> None:
    """Hand a confirmed import over to a worker that gives it up after its last attempt."""
    job = desk.run(lambda s, a: services.hand_over(s, a, queries.batch(s, a, batch_id=batch), services.APPLYING))
    ended = {"state": "failed", "attempts": 5, "error_code": "worker_died", "finished_at": sql_now()}
    desk.run(lambda session, _: session.execute(update(JobRow).where(JobRow.id == job).values(**ended)))


def test_an_import_the_worker_gave_up_is_checked_again_and_applied(desk: Desk, visit: SignIn) -> None:
    batch = desk.read(workbook([student(1), student(3)]))
    desk.confirm(batch)
    _given_up(desk, batch)
    clerk = visit("school_admin", "zh_Hans_CN")
    assert "重新检查" in clerk.get(f"/imports/{batch}").get_data(as_text=True)
    answer = clerk.post(f"/imports/{batch}/explain", clerk.hidden(f"/imports/{batch}"))
    assert answer.status_code == 303
    read_batch(desk.bench, batch)
    desk.confirm(batch)
    apply_batch(desk.bench, batch)
    assert (desk.batch(batch).state, desk.counts(batch)) == ("applied", (2, 0, 0, 0))


def test_a_given_up_import_that_was_checked_again_is_not_applied_by_a_late_worker(desk: Desk) -> None:
    batch = desk.read(workbook([student(1)]))
    desk.confirm(batch)
    _given_up(desk, batch)
    version = desk.batch(batch).version
    desk.run(lambda s, a: services.explain(s, a, batch_id=batch, version=version))
    with pytest.raises(WrongState):
        apply_batch(desk.bench, batch)
    assert desk.batch(batch).state == "uploaded"


@pytest.mark.parametrize(
    ("locale", "headings"), [("zh_Hans_CN", "姓名, 证件号码"), ("en", "Full name, Certificate number")]
)
def test_a_file_without_headings_is_told_which_were_looked_for(
    desk: Desk, visit: SignIn, locale: str, headings: str
) -> None:
    batch = desk.read(workbook([["一", "二"]], ("甲", "乙")))
    assert headings in visit("school_admin", locale).get(f"/imports/{batch}").get_data(as_text=True)


def test_the_rows_that_were_left_out_are_told_by_their_numbers(desk: Desk, visit: SignIn) -> None:
    remarks = [["本页小计", "1"], *[["合计", str(n)] for n in range(25)], ["班主任签字：", ""]]
    batch = desk.read(workbook([student(1), *remarks]))
    page = visit("school_admin", "zh_Hans_CN").get(f"/imports/{batch}").get_data(as_text=True)
    assert f"{', '.join(map(str, range(3, 23)))} …" in page
    assert "29" in page
