"""Activation sheets over HTTP: ticked users, one act, two private files; large lists go to the worker."""

from __future__ import annotations

import io
import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.accounts.jobs import sheets, tidy
from app.accounts.rules import MOST_AT_ONCE, NewPersonal
from app.accounts.services import open_personal
from app.core.clock import now
from app.core.queue import Cancelled, JobRow, JobRun, Lost, cancel
from tests.conftest import StandAt
from tests.make.visits import HOST

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.users.conftest import Site

pytestmark = pytest.mark.committed
TEACHERS = ("class_teacher", "class_admin", "counsellor")


def ids(site: Site, *names: str) -> list[int]:
    """The ids of these of the cast."""
    return [site.world.accounts[name] for name in names]


def issue(client: FlaskClient, ticked: list[int], **form: object) -> TestResponse:
    """Send the form for ticked users."""
    data = {"rowid": ticked, "key": secrets.token_hex(16), **form}
    return client.post("/users/sheets/new", data=data, base_url=HOST)


def page(client: FlaskClient, path: str) -> str:
    """A page as text."""
    return client.get(path, base_url=HOST).get_data(as_text=True)


def codes_in(data: bytes) -> dict[str, str]:
    """User name → code of a workbook."""
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2, values_only=True))
    return {row[4]: row[5] for row in rows}


def test_ticked_users_are_shown_before_anything_happens(site: Site) -> None:
    site.give_password("class_teacher")
    client = site.visit("school_admin")
    shown = client.post("/users/sheets/new", data={"rowid": ids(site, *TEACHERS)}, base_url=HOST)
    words = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "Chosen: 3; of these, 1 have a password already." in words
    assert site.database.transaction(lambda s: s.connection().scalar(text("SELECT count(*) FROM code"))) == 0


def test_both_files_are_handed_out_and_their_codes_work(site: Site) -> None:
    client = site.visit("school_admin")
    answer = issue(client, ids(site, *TEACHERS))
    assert answer.status_code == 303
    book = client.get(f"{answer.location}/workbook", base_url=HOST)
    assert book.headers["Cache-Control"] == "no-store"
    codes = codes_in(book.data)
    assert set(codes) == set(TEACHERS)
    paper = client.get(f"{answer.location}/pdf", base_url=HOST)
    assert paper.data.startswith(b"%PDF-")
    assert not any(code in page(client, answer.location) for code in codes.values())
    asked = site.stranger().post("/activate/", data={"code": codes["class_teacher"]}, base_url=HOST)
    assert asked.status_code == 200


def test_who_got_none_is_named_with_the_reason(site: Site) -> None:
    site.give_password("class_teacher")
    client = site.visit("school_admin")
    answer = issue(client, ids(site, "class_teacher", "class_admin"))
    words = page(client, answer.location)
    assert "Has a password already and keeps it." in words
    again = issue(client, ids(site, "class_teacher"), also_in_use="y")
    assert set(codes_in(client.get(f"{again.location}/workbook", base_url=HOST).data)) == {"class_teacher"}


def test_a_double_click_issues_once(site: Site) -> None:
    client, key = site.visit("school_admin"), secrets.token_hex(16)
    first, second = (issue(client, ids(site, *TEACHERS), key=key) for _ in range(2))
    assert first.location == second.location
    assert site.database.transaction(lambda s: s.connection().scalar(text("SELECT count(*) FROM code"))) == len(
        TEACHERS
    )


def test_the_files_are_nobody_elses(site: Site) -> None:
    answer = issue(site.visit("school_admin"), ids(site, *TEACHERS))
    for other, refused in (("school_admin_b", 404), ("root_admin", 404), ("class_teacher", 403)):
        client = site.visit(other)
        for path in (answer.location, f"{answer.location}/pdf", f"{answer.location}/workbook"):
            assert client.get(path, base_url=HOST).status_code == refused
        assert "画眉" not in page(client, "/users/sheets/").split("<main")[1]


def test_each_fetching_is_written_down(site: Site) -> None:
    client = site.visit("school_admin")
    answer = issue(client, ids(site, *TEACHERS))
    client.get(f"{answer.location}/pdf", base_url=HOST)
    stmt = text("SELECT after->>'file' FROM audit WHERE act = 'account:sheet_download'")
    assert site.database.transaction(lambda s: s.connection().execute(stmt).scalars().all()) == ["pdf"]


def test_after_a_day_the_files_are_gone(site: Site, at: StandAt) -> None:
    client = site.visit("root_admin")
    answer = issue(client, ids(site, *TEACHERS))
    start = site.database.transaction(now)
    at(start + timedelta(hours=24, seconds=1))
    later = site.visit("root_admin")
    assert later.get(f"{answer.location}/pdf", base_url=HOST).status_code == 404
    assert "have been erased" in page(later, answer.location)
    tidy(run_of(site, *begun(site, "accounts.tidy", {})))
    assert not [path for path in (site.settings.data / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("ticked", [[], ["x"], ["1 OR 1=1"], ["9" * 17]])
def test_what_is_no_tick_is_refused(site: Site, ticked: list[str]) -> None:
    data = {"rowid": ticked, "key": secrets.token_hex(16)}
    assert site.visit("school_admin").post("/users/sheets/new", data=data, base_url=HOST).status_code in {409, 422}


def begun(site: Site, kind: str | None, arguments: dict[str, object] | None = None) -> tuple[int, uuid.UUID]:
    """A job that a worker has begun: the newest that waits, or one of a kind."""
    lease = uuid.uuid4()

    def work(session: Session) -> int:
        if kind is not None:
            session.add(JobRow(kind=kind, arguments=arguments or {}))
            session.flush()
        row = session.scalars(select(JobRow).where(JobRow.state == "queued").order_by(JobRow.id.desc())).first()
        assert row is not None
        row.state, row.lease, row.started_at, row.attempts = "running", lease, row.created_at, 1
        return row.id

    return site.database.transaction(work), lease


def run_of(site: Site, job_id: int, lease: uuid.UUID) -> JobRun:
    """The run of a job that was begun."""
    row = site.database.transaction(lambda s: s.execute(select(JobRow).where(JobRow.id == job_id)).scalar_one())
    return JobRun(
        site.database,
        job_id,
        row.kind,
        row.arguments,
        None,
        0,
        1,
        lease=lease,
        owner_id=row.owner_id,
        data=site.settings.data,
    )


def crowd(site: Site, count: int) -> list[int]:
    """So many accounts of guardians in a class of school A."""
    pupil = site.world.of("THRUSH")[0]

    def work(session: Session) -> list[int]:
        bind(session, SYSTEM)
        node = site.world.nodes[pupil.class_code]
        path = session.connection().execute(text("SELECT path FROM org_node WHERE id = :id"), {"id": node}).scalar_one()
        new = [NewPersonal("guardian", f"家长{n}", node, path, pupil.person_id, f"jz9{n:07}") for n in range(count)]
        return open_personal(session, SYSTEM, new)

    return site.database.transaction(work)


def test_more_than_a_browser_waits_for_are_made_by_the_worker_once(site: Site) -> None:
    many = crowd(site, MOST_AT_ONCE + 1)
    client = site.visit("school_admin")
    answer = issue(client, many)
    assert answer.location.startswith("/work/")
    job_id, lease = begun(site, None)
    sheets(run_of(site, job_id, lease))
    assert "/users/sheets/" in page(client, answer.location)
    listed = page(client, "/users/sheets/")
    assert f"Codes: {MOST_AT_ONCE + 1}" in listed
    with pytest.raises(Lost):
        sheets(run_of(site, job_id, lease))
    assert (
        site.database.transaction(lambda s: s.connection().scalar(text("SELECT count(*) FROM code")))
        == MOST_AT_ONCE + 1
    )


def test_a_cancelled_job_has_issued_nothing(site: Site) -> None:
    many = crowd(site, MOST_AT_ONCE + 1)
    issue(site.visit("school_admin"), many)
    job_id, lease = begun(site, None)
    run = run_of(site, job_id, lease)
    run._looked = 0.0
    site.database.transaction(lambda session: cancel(session, job_id))
    with pytest.raises(Cancelled):
        sheets(run)
    assert site.database.transaction(lambda s: s.connection().scalar(text("SELECT count(*) FROM code"))) == 0


def test_who_may_reset_nobody_any_more_fetches_no_codes(site: Site) -> None:
    where = issue(site.visit("school_admin"), ids(site, *TEACHERS)).location
    ended = site.act(site.visit("root_admin"), "school_admin", "grants/change", {"role": "school_admin", "sure": "yes"})
    assert ended.status_code == 303
    client = site.visit("school_admin")
    for path in (where, f"{where}/workbook", f"{where}/pdf", "/users/sheets/"):
        assert client.get(path, base_url=HOST).status_code == 403


def test_it_is_said_when_no_code_was_issued_at_all(site: Site) -> None:
    site.give_password("class_teacher")
    client = site.visit("school_admin")
    told = page(client, issue(client, ids(site, "class_teacher")).location)
    assert "No code was issued" in told
    assert "The codes have been issued" not in told
    assert "/pdf" not in told
