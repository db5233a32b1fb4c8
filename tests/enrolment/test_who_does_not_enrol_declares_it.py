"""不参保声明: ticked with every waiver of a family's own, with files where the plan asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.core.errors import Invalid, NotFound
from app.core.files import FileStore
from app.core.stored import StoredFile, erase_expired
from app.enrolment import queries, services
from app.enrolment.models import Enrolment
from app.enrolment.rules import DECLARATION, Proof, Wish
from app.evidence.rules import Fit
from app.evidence.services import stage
from app.plans.models import Plan
from tests.at_once import at_once, committed
from tests.campaigns import opened
from tests.conftest import StandAt
from tests.enrolment.applying import TICKED, WAIVE, insure, row_of
from tests.evidence.samples import HEIC, PDF, png
from tests.make.places import A
from tests.site import Visit
from tests.world import KEYRING, World

READ, APPLY = Permission.ENROLMENT_READ, Permission.ENROLMENT_APPLY
INSIDE = datetime(2026, 10, 1, tzinfo=UTC)
PHOTO = Fit("职工医保.png", "image/png", png())
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


@pytest.fixture
def plan(session: Session, at: StandAt) -> Plan:
    """A plan that takes applications now."""
    at(INSIDE)
    return opened(session, "P")


def own(session: Session, world: World, plan: Plan) -> Enrolment:
    """The row of the cast's student."""
    return row_of(session, plan.id, world.of(A)[0].student_id)


def submit(session: Session, world: World, plan: Plan, wish: Wish = WAIVE, proof: Proof = TICKED) -> Enrolment:
    """Hand the own application in."""
    row = own(session, world, plan)
    actor = world.actor(session, "student")
    services.submit(session, actor, enrolment_id=row.id, version=row.version, wish=wish, proof=proof)
    return own(session, world, plan)


def staged(session: Session, world: World, store: FileStore, count: int = 1, who: str = "student") -> tuple[int, ...]:
    """Files somebody has sent."""
    return tuple(stage(session, world.actor(session, who), [PHOTO] * count, files=store, keyring=KEYRING))


def of(session: Session, world: World, who: str, row: Enrolment) -> list[int]:
    """The files of an application that somebody of the staff finds."""
    found = queries.evidence_of(session, world.actor(session, who), READ, row.id)
    return [one.id for one in found if not one.is_gone]


def ask_for(session: Session, plan: Plan, waiver_proof: str) -> None:
    """Let the plan ask for that proof."""
    stmt = text("UPDATE plan SET waiver_proof = :proof WHERE id = :id")
    session.connection().execute(stmt, {"proof": waiver_proof, "id": plan.id})


def test_a_waiver_without_the_declaration_is_refused(session: Session, world: World, plan: Plan) -> None:
    for proof in (Proof(), Proof(DECLARATION + 1)):
        with pytest.raises(Invalid) as refused:
            submit(session, world, plan, proof=proof)
        assert refused.value.fields == {"declared": "declaration_missing"}
    assert submit(session, world, plan).declaration == DECLARATION


def test_everything_that_is_missing_is_said_at_once(session: Session, world: World, plan: Plan) -> None:
    ask_for(session, plan, "always")
    with pytest.raises(Invalid) as refused:
        submit(session, world, plan, Wish("waive"), Proof())
    assert set(refused.value.fields) == {"waiver_reason", "declared", "evidence"}


def test_a_draft_may_lack_it_and_who_enrols_needs_none(session: Session, world: World, plan: Plan) -> None:
    row = own(session, world, plan)
    actor = world.actor(session, "student")
    services.save(session, actor, enrolment_id=row.id, version=row.version, wish=WAIVE)
    assert submit(session, world, plan, insure(session, plan.id), Proof()).declaration is None


@pytest.mark.parametrize(
    ("asked", "reason"), [("reason", "employee"), ("reason", "foreign"), ("always", "refuse"), ("always", "employee")]
)
def test_where_the_plan_asks_for_a_file_none_goes_without(
    asked: str, reason: str, session: Session, world: World, plan: Plan, store: FileStore
) -> None:
    ask_for(session, plan, asked)
    wish = Wish("waive", None, reason)
    with pytest.raises(Invalid) as refused:
        submit(session, world, plan, wish)
    assert refused.value.fields == {"evidence": "proof_missing"}
    assert submit(session, world, plan, wish, Proof(DECLARATION, staged(session, world, store))).state == "submitted"


@pytest.mark.parametrize(
    ("asked", "reason"), [("declaration", "employee"), ("reason", "refuse"), ("reason", "leaving")]
)
def test_where_the_plan_asks_for_none_the_declaration_is_enough(
    asked: str, reason: str, session: Session, world: World, plan: Plan
) -> None:
    ask_for(session, plan, asked)
    assert submit(session, world, plan, Wish("waive", None, reason)).state == "submitted"


def test_files_of_a_draft_are_the_familys_business_alone(
    session: Session, world: World, plan: Plan, store: FileStore
) -> None:
    row, ids = own(session, world, plan), staged(session, world, store)
    student = world.actor(session, "student")
    proof = Proof(DECLARATION, ids)
    services.save(session, student, enrolment_id=row.id, version=row.version, wish=WAIVE, proof=proof)
    assert of(session, world, "school_admin", row) == []
    assert of(session, world, "guardian", row) == list(ids)
    row = submit(session, world, plan, proof=proof)
    assert of(session, world, "school_admin", row) == list(ids)
    services.withdraw(session, student, enrolment_id=row.id, version=row.version)
    assert of(session, world, "school_admin", row) == []
    with pytest.raises(NotFound):
        queries.evidence_file(session, world.actor(session, "school_admin"), READ, row.id, ids[0])
    assert queries.evidence_file(session, student, APPLY, row.id, ids[0]).id == ids[0]


def test_what_the_staff_enter_instead_opens_no_draft(
    session: Session, world: World, plan: Plan, store: FileStore
) -> None:
    row = own(session, world, plan)
    student, admin = world.actor(session, "student"), world.actor(session, "school_admin")
    proof = Proof(DECLARATION, staged(session, world, store))
    services.save(session, student, enrolment_id=row.id, version=row.version, wish=WAIVE, proof=proof)
    services.enter(session, admin, plan_id=plan.id, ids=[row.id], wish=WAIVE, on_paper=True)
    assert own(session, world, plan).state == "waived"
    assert of(session, world, "school_admin", row) == []


@pytest.mark.parametrize("who", sorted({role.code for role in ROLES} - {"system_admin", "student", "guardian"}))
def test_who_reads_the_application_opens_its_files_and_nobody_else(
    who: str, session: Session, world: World, plan: Plan, store: FileStore
) -> None:
    row = submit(session, world, plan, proof=Proof(DECLARATION, staged(session, world, store)))
    try:
        queries.one(session, world.actor(session, who), READ, enrolment_id=row.id)
        reads = True
    except NotFound:
        reads = False
    assert bool(of(session, world, who, row)) == reads


def test_another_school_finds_no_file(session: Session, world: World, plan: Plan, store: FileStore) -> None:
    row = submit(session, world, plan, proof=Proof(DECLARATION, staged(session, world, store)))
    assert of(session, world, "school_admin_b", row) == []


def test_what_is_unticked_is_erased_and_who_enrols_after_all_proves_nothing(
    session: Session, world: World, plan: Plan, store: FileStore, at: StandAt
) -> None:
    first, second = staged(session, world, store, 2)
    at(INSIDE + timedelta(minutes=5))
    row, student = own(session, world, plan), world.actor(session, "student")
    proof = Proof(DECLARATION, (first, second))
    services.save(session, student, enrolment_id=row.id, version=row.version, wish=WAIVE, proof=proof)
    row = submit(session, world, plan, proof=Proof(DECLARATION, (second,)))
    assert of(session, world, "school_admin", row) == [second]
    services.withdraw(session, student, enrolment_id=row.id, version=row.version)
    submit(session, world, plan, insure(session, plan.id), Proof(DECLARATION, (second,)))
    assert of(session, world, "guardian", row) == []
    session.expire_all()
    digests = [session.get_one(StoredFile, each).digest for each in (first, second)]
    assert erase_expired(session, store) == 2
    assert not any(store.path(digest).exists() for digest in digests)


def test_a_guardian_goes_on_with_what_the_student_attached(
    session: Session, world: World, plan: Plan, store: FileStore
) -> None:
    row, ids = own(session, world, plan), staged(session, world, store)
    student, guardian = world.actor(session, "student"), world.actor(session, "guardian")
    services.save(session, student, enrolment_id=row.id, version=row.version, wish=WAIVE, proof=Proof(DECLARATION, ids))
    more = staged(session, world, store, who="guardian")
    row = own(session, world, plan)
    proof = Proof(DECLARATION, ids + more)
    services.submit(session, guardian, enrolment_id=row.id, version=row.version, wish=WAIVE, proof=proof)
    assert of(session, world, "school_admin", row) == sorted(ids + more)


@pytest.mark.committed
def test_one_file_proves_one_application(
    database: Database, session: Session, world: World, store: FileStore, at: StandAt
) -> None:
    at(INSIDE)
    with database.sessions.begin() as other:
        plans = [opened(other, f"P{year}", cover_year=year).id for year in (2028, 2029)]
        ids = staged(other, world, store)
    rows = [row_of(session, plan_id, world.of(A)[0].student_id) for plan_id in plans]
    numbers = [(row.id, row.version) for row in rows]
    student = world.actor(session, "student")
    session.rollback()

    def send(number: int, version: int) -> Callable[[], None]:
        def act(other: Session) -> None:
            proof = Proof(DECLARATION, ids)
            services.submit(other, student, enrolment_id=number, version=version, wish=WAIVE, proof=proof)

        return committed(database, act)

    outcomes = at_once(*(send(*each) for each in numbers))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Invalid", "NoneType"]


@pytest.mark.committed
def test_the_page_keeps_photos_and_shows_the_reviewer_what_was_declared(
    visit: Visiting, world: World, database: Database
) -> None:
    with database.sessions.begin() as session:
        plan_id = opened(session, "P", cover_year=2028).id
        row = row_of(session, plan_id, world.of(A)[0].student_id)
        here, seen = f"/my/insurance/{row.id}", f"/applications/{row.id}"
    student, admin = visit("student"), visit("school_admin")
    waiver = {"step": "submit", "coverage": "waive", "waiver_reason": "employee"}
    files = [(BytesIO(png()), "职工医保.png"), (BytesIO(HEIC), "IMG_1.HEIC")]
    answer = student.fill(here, **waiver, evidence_files=files)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "IMG_1.HEIC is a HEIC photo" in page
    ids = re.findall(r'name="evidence"\s+value="(\d+)"\s+checked', page)
    answer = student.fill(here, **waiver, evidence=ids)
    assert "ticks the declaration" in answer.get_data(as_text=True)
    files = [(BytesIO(PDF), "声明.pdf")]
    assert student.fill(here, **waiver, declared="y", evidence=ids, evidence_files=files).status_code == SENT
    page = admin.get(seen).get_data(as_text=True)
    assert "of my own free will" in page
    assert "Ticked by student" in page
    opened_at = re.findall(rf"{seen}/evidence/\d+", page)
    assert "职工医保.png" in page
    assert "声明.pdf" in page
    assert admin.get(opened_at[0]).data == png()
    assert admin.get(opened_at[-1]).headers["Content-Disposition"].startswith("attachment")
    assert visit("school_admin_b").get(opened_at[0]).status_code == 404
    assert visit("guardian").get(f"{here}/evidence/{ids[0]}").data == png()
    with database.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT count(*) FROM audit WHERE act = 'evidence:open'").scalar_one()
    assert told == 3


@pytest.mark.committed
def test_the_declaration_is_printed_for_the_family_alone(visit: Visiting, world: World, database: Database) -> None:
    with database.sessions() as session:
        row = row_of(session, world.plan_id, world.of(A)[0].student_id)
        here = f"/my/insurance/{row.id}/declaration"
    answer = visit("student").get(here)
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="declaration.pdf"'
    for who in ("school_admin", "school_admin_b"):
        assert visit(who).get(here).status_code in {403, 404}
