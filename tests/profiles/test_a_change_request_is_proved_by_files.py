"""W14: a change request with evidence; who may read the request, and nobody else, opens its files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.clock import now
from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.core.errors import Invalid, NotFound
from app.core.files import FileStore
from app.core.stored import StoredFile, erase_expired
from app.evidence.queries import drafts
from app.evidence.rules import KEPT, MOST_A_DAY, Fit, SentTooMuch
from app.evidence.services import stage
from app.profiles import queries, services
from app.profiles.models import RequestEvidence
from tests.at_once import at_once, committed
from tests.conftest import StandAt
from tests.evidence.samples import HEIC, PDF, jpeg, png
from tests.make.places import A
from tests.profiles.test_pages_of_profiles import same
from tests.site import Visit
from tests.stage import TEST
from tests.world import KEYRING, World

PHOTO = Fit("户口簿.png", "image/png", png())
SENT = 303
Visiting = Callable[..., Visit]


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """Where files lie."""
    return FileStore(tmp_path)


def staged(session: Session, world: World, store: FileStore, who: str = "student", count: int = 1) -> list[int]:
    """Files somebody has sent."""
    return stage(session, world.actor(session, who), [PHOTO] * count, files=store, keyring=KEYRING)


def ask(session: Session, world: World, evidence: list[int], who: str = "student") -> int:
    """Ask for another name with evidence."""
    return services.ask(
        session,
        world.actor(session, who),
        student_id=world.of(A)[0].student_id,
        wanted={"name": "画眉新"},
        reason="登记有误",
        keyring=KEYRING,
        evidence=evidence,
    )


def of(session: Session, world: World, who: str, request_id: int) -> list[int]:
    """The files of a request that somebody finds."""
    return [one.id for one in queries.evidence_of(session, world.actor(session, who), request_id) if not one.is_gone]


def test_files_are_attached_and_kept_for_two_years(
    session: Session, world: World, store: FileStore, acts: Callable[[], list[Audit]]
) -> None:
    ids = staged(session, world, store, count=3)
    request_id = ask(session, world, ids)
    assert of(session, world, "counsellor", request_id) == ids
    row = session.get_one(StoredFile, ids[0], populate_existing=True)
    assert (row.purpose, row.expires_at - now(session) > timedelta(days=729)) == (KEPT, True)
    assert (acts()[-1].after or {})["evidence"] == 3


@pytest.mark.parametrize("who", sorted({role.code for role in ROLES} - {"system_admin"}))
def test_who_reads_the_request_opens_its_files_and_nobody_else(
    who: str, session: Session, world: World, store: FileStore
) -> None:
    request_id = ask(session, world, staged(session, world, store))
    actor = world.actor(session, who)
    try:
        queries.request(session, actor, queries.READING, request_id=request_id)
        reads = True
    except NotFound:
        reads = False
    assert bool(of(session, world, who, request_id)) == reads


@pytest.mark.parametrize("who", ["school_admin_b", "unit_operator"])
def test_another_school_finds_no_file(who: str, session: Session, world: World, store: FileStore) -> None:
    ids = staged(session, world, store)
    request_id = ask(session, world, ids)
    assert of(session, world, who, request_id) == []
    with pytest.raises(NotFound):
        queries.evidence_file(session, world.actor(session, who), request_id, ids[0])


def test_a_file_of_somebody_else_or_of_another_request_cannot_be_attached(
    session: Session, world: World, store: FileStore
) -> None:
    for ids in (staged(session, world, store, "guardian"), staged(session, world, store, "school_admin_b"), [10**9]):
        with pytest.raises(Invalid) as refused, session.begin_nested():
            ask(session, world, ids)
        assert refused.value.fields == {"evidence": "evidence_gone"}
    ids = staged(session, world, store)
    services.withdraw(session, world.actor(session, "student"), request_id=ask(session, world, ids), version=1)
    with pytest.raises(Invalid):
        ask(session, world, ids)


def test_three_files_are_enough(session: Session, world: World, store: FileStore) -> None:
    with pytest.raises(Invalid) as refused:
        ask(session, world, staged(session, world, store, count=4))
    assert refused.value.fields == {"evidence": "evidence_many_ticked"}


def test_what_is_taken_back_is_erased(session: Session, world: World, store: FileStore) -> None:
    ids = staged(session, world, store)
    request_id = ask(session, world, ids)
    services.withdraw(session, world.actor(session, "student"), request_id=request_id, version=1)
    for who in ("student", "counsellor"):
        with pytest.raises(NotFound):
            queries.evidence_file(session, world.actor(session, who), request_id, ids[0])
    row = session.get_one(StoredFile, ids[0], populate_existing=True)
    assert erase_expired(session, store) == 1
    assert not store.path(row.digest).exists()
    shown = queries.evidence_of(session, world.actor(session, "counsellor"), request_id)
    assert [(one.name, one.is_gone) for one in shown] == [("户口簿.png", True)]


def test_a_draft_is_erased_after_a_day_and_evidence_after_two_years(
    session: Session, world: World, store: FileStore, at: StandAt
) -> None:
    kept, draft = staged(session, world, store), staged(session, world, store)
    request_id = ask(session, world, kept)
    at(now(session) + timedelta(days=1, minutes=1))
    assert erase_expired(session, store) == 1
    assert drafts(session, world.actor(session, "student"), draft) == []
    at(now(session) + timedelta(days=730))
    assert of(session, world, "student", request_id) == []
    assert erase_expired(session, store) == 1


def test_nobody_fills_the_disk(session: Session, world: World, store: FileStore) -> None:
    staged(session, world, store, count=MOST_A_DAY)
    with pytest.raises(SentTooMuch):
        staged(session, world, store)
    assert staged(session, world, store, "guardian")


@pytest.mark.committed
def test_one_file_is_attached_once_whoever_asks_at_once(
    database: Database, session: Session, world: World, store: FileStore
) -> None:
    with database.sessions.begin() as other:
        ids = staged(other, world, store)
    session.rollback()
    outcomes = at_once(*(committed(database, lambda s: ask(s, world, ids)) for _ in range(4)))
    assert len([each for each in outcomes if isinstance(each, int)]) == 1, outcomes
    stmt = everything(select(RequestEvidence.file_id), because=TEST)
    assert session.scalars(stmt).all() == ids


# ---------------------------------------------------------------------------------------------------- pages


def sent(data: bytes, name: str) -> tuple[BytesIO, str]:
    """A file as a browser sends it."""
    return BytesIO(data), name


def ticked(page: str) -> list[str]:
    """The ids of the files a form would attach."""
    return re.findall(r'name="evidence"\s+value="(\d+)"\s+checked', page)


@pytest.mark.committed
def test_a_refused_file_loses_nothing_that_was_typed_or_sent(visit: Visiting, world: World) -> None:
    student = visit("student")
    asking = f"/change-requests/new/{world.of(A)[0].student_id}"
    typed = {**student.hidden(asking), **same(world), "name": "画眉新", "reason": "登记有误"}
    files = [sent(png(), "户口簿.png"), sent(HEIC, "IMG_1.HEIC")]
    answer = student.post(asking, {**typed, "evidence_files": files})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "IMG_1.HEIC is a HEIC photo" in page
    assert "Most Compatible" in page
    assert "画眉新" in page
    ids = ticked(page)
    assert len(ids) == 1
    answer = student.post(asking, {**typed, "evidence": ids})
    assert answer.status_code == SENT
    assert "户口簿.png" in visit("counsellor").get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.committed
def test_a_mistake_elsewhere_in_the_form_keeps_the_photo(visit: Visiting, world: World) -> None:
    student = visit("student")
    asking = f"/change-requests/new/{world.of(A)[0].student_id}"
    typed = {**student.hidden(asking), **same(world), "name": "画眉新", "reason": ""}
    answer = student.post(asking, {**typed, "evidence_files": [sent(jpeg(), "户口簿.jpg")]})
    assert answer.status_code == 422
    assert len(ticked(answer.get_data(as_text=True))) == 1


@pytest.mark.committed
def test_files_are_sent_one_by_one_and_only_three_are_taken(visit: Visiting, world: World) -> None:
    student = visit("student")
    student_id = world.of(A)[0].student_id
    token = student.hidden(f"/change-requests/new/{student_id}")["csrf_token"]
    files = [sent(png(), f"{n}.png") for n in range(4)]
    page = student.post("/evidence/drafts", {"csrf_token": token, "evidence_files": files}).get_data(as_text=True)
    ids = ticked(page)
    assert len(ids) == 3
    assert "3.png was left out" in page
    draft = f"/evidence/drafts/{ids[0]}"
    assert student.get(draft).data == png()
    for who in ("guardian", "counsellor", "school_admin_b"):
        assert visit(who).get(draft).status_code in {403, 404}


@pytest.mark.committed
@pytest.mark.parametrize(("data", "way"), [(jpeg(after=b"<script>"), "inline"), (png(), "inline"), (PDF, "attachment")])
def test_a_file_is_handed_out_safely_and_each_opening_is_written_down(
    data: bytes, way: str, visit: Visiting, world: World, database: Database
) -> None:
    student, counsellor = visit("student"), visit("counsellor")
    asking = f"/change-requests/new/{world.of(A)[0].student_id}"
    form = {**student.hidden(asking), **same(world), "name": "画眉新", "reason": "登记有误"}
    here = student.post(asking, {**form, "evidence_files": [sent(data, "a<b>.html")]}).headers["Location"]
    href = re.search(rf"{here}/evidence/\d+", counsellor.get(here).get_data(as_text=True))
    assert href
    answer = counsellor.get(href[0])
    assert b"<script>" not in answer.data
    headers = answer.headers
    assert headers["Content-Disposition"].startswith(f'{way}; filename="evidence-')
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert visit("school_admin_b").get(href[0]).status_code == 404
    assert visit("unit_operator").get(href[0]).status_code in {403, 404}
    with database.engine.connect() as connection:
        who = connection.exec_driver_sql("SELECT account_id FROM audit WHERE act = 'evidence:open'").scalars().all()
    assert who == [world.accounts["counsellor"]]
