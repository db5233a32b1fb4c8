"""编辑学生: a stale form shows both values, secrets stay unless typed anew, identity changes are kept masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.people.details import Details
from app.people.identity import TypedIdentity
from app.students import records, services
from app.students.rules import HasLeft, OnFileElsewhere, OnFileHere, Particulars, StudentNumberTaken
from tests.at_once import at_once, committed
from tests.make.places import A, B
from tests.stage import TEST
from tests.students.typed import number, person, student
from tests.world import KEYRING, World

READ = Permission.STUDENT_READ


def form(session: Session, world: World, student_id: int, who: str = "school_admin") -> tuple[int, dict[str, Any]]:
    """What the form of a student is filled with when it is opened: version and fields."""
    found = records.record_of(session, world.actor(session, who), READ, student_id=student_id, keyring=KEYRING)
    return found.version, dict(records.values_of(found))


def send(
    session: Session,
    world: World,
    student_id: int,
    *,
    who: str = "school_admin",
    version: int | None = None,
    **changed: Any,  # noqa: ANN401  a field's value has any type
) -> None:
    """Open the form, change some of it and send it."""
    now, fields = form(session, world, student_id)
    fields |= changed
    identity = {name: fields.pop(name) for name in TypedIdentity.__dataclass_fields__}
    details = {name: fields.pop(name) for name in Details.__dataclass_fields__}
    services.correct(
        session,
        world.actor(session, who),
        student_id=student_id,
        version=version or now,
        typed=TypedIdentity(**identity),
        particulars=Particulars(**fields),
        details=Details(**details),
        keyring=KEYRING,
    )


def test_fields_are_changed_and_the_rest_stays(session: Session, world: World) -> None:
    one = world.of(A)[0]
    send(session, world, one.student_id, name="阿依古丽·买买提", ethnicity="05", boarding="2", class_roll_number=7)
    who, row = person(session, one.student_id), student(session, one.student_id)
    assert (who.name, who.ethnicity, who.initials, row.boarding, row.class_roll_number) == (
        "阿依古丽·买买提",
        "05",
        "ayglmmt",
        "2",
        7,
    )
    clear = services.disclose(
        session,
        world.actor(session, "school_admin"),
        student_id=one.student_id,
        field="number",
        reason="核对证件",
        keyring=KEYRING,
    )
    assert clear == one.certificate


def test_nothing_changed_writes_nothing(session: Session, world: World, acts: Callable[[], list[Audit]]) -> None:
    one = world.of(A)[0]
    before = student(session, one.student_id).version
    send(session, world, one.student_id)
    assert student(session, one.student_id).version == before
    assert acts() == []


def test_a_secret_comes_and_goes(session: Session, world: World) -> None:
    one = world.of(A)[0]
    send(session, world, one.student_id, phone="13912345678", address="江西省南昌市东湖区八一大道1号")
    shown = form(session, world, one.student_id)[1]
    assert (shown["phone"], shown["address"]) == ("139****5678", "江西省南昌市******")
    send(session, world, one.student_id, phone="", address="")
    row = student(session, one.student_id)
    assert (row.phone_sealed, row.phone_digest, row.address_sealed) == (None, None, None)


def test_an_identity_change_is_written_down_masked(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    one, new = world.of(A)[0], number(date(2012, 3, 7))
    send(session, world, one.student_id, number=new, name="画眉新")
    stmt = select(ChangeRecord).where(ChangeRecord.subject == "student", ChangeRecord.kind == "student_corrected")
    change = session.scalars(everything(stmt, because=TEST)).one()
    assert change.after
    assert change.before
    assert change.before["number"] == f"{one.certificate[:6]}********{one.certificate[-4:]}"
    assert change.after["number"] == f"{new[:6]}********{new[-4:]}"
    assert (change.before["name"], change.after["name"]) == (one.name, "画眉新")
    assert change.after["birth_date"] == person(session, one.student_id).birth_date.isoformat()  # type: ignore[union-attr]
    told = repr([(a.act, a.before, a.after) for a in acts()] + [change.before, change.after])
    assert "student:update" in told
    assert new not in told
    assert one.certificate not in told


def test_a_phone_whose_mask_stays_the_same_is_named_all_the_same(session: Session, world: World) -> None:
    one = world.of(A)[0]
    send(session, world, one.student_id, phone="13800010000")
    send(session, world, one.student_id, phone="13811110000")
    stmt = select(ChangeRecord).where(ChangeRecord.subject_id == one.student_id).order_by(ChangeRecord.id.desc())
    change = session.scalars(everything(stmt.limit(1), because=TEST)).one()
    assert (change.before, change.after) == ({"phone": "138****0000"}, {"phone": "138****0000"})


def test_a_stale_form_is_told_the_present_values(session: Session, world: World) -> None:
    one = world.of(A)[0]
    version, _ = form(session, world, one.student_id)
    send(session, world, one.student_id, name="先来的")
    with pytest.raises(Stale) as stale:
        send(session, world, one.student_id, version=version, name="后来的")
    assert stale.value.current["name"] == "先来的"
    assert stale.value.current["number"] == f"{one.certificate[:6]}********{one.certificate[-4:]}"
    assert person(session, one.student_id).name == "先来的"


def test_another_schools_student_is_not_found(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        send(session, world, world.of(A)[0].student_id, who="school_admin_b", name="偷改")


@pytest.mark.parametrize("role", ["counsellor", "class_teacher", "county_admin", "guardian", "student"])
def test_who_only_reads_corrects_nothing(session: Session, world: World, role: str) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        send(session, world, world.of(A)[0].student_id, who=role, name="偷改")


def test_a_number_of_somebody_else_is_refused(session: Session, world: World) -> None:
    one, other, foreign = world.of(A)[0], world.of(A)[1], world.of(B)[0]
    with pytest.raises(OnFileHere) as refusal:
        send(session, world, one.student_id, number=other.certificate)
    assert refusal.value.student_id == other.student_id
    with pytest.raises(OnFileElsewhere):
        send(session, world, one.student_id, number=foreign.certificate)


def test_a_student_number_of_somebody_else_is_refused(database: Database, world: World) -> None:
    def work(session: Session) -> None:
        send(session, world, world.of(A)[0].student_id, student_number=world.of(A)[1].student_number)

    with pytest.raises(StudentNumberTaken):
        committed(database, work)()


def test_wrong_fields_are_told_all_at_once(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        send(session, world, world.of(A)[0].student_id, name="", number="360102201509011012", boarding="9")
    assert refusal.value.fields == {"name": "name_missing", "number": "id_check_digit", "boarding": "choice"}


def test_a_student_who_left_stays_as_it_was(session: Session, world: World) -> None:
    one = world.of(A)[0]
    services.leave(
        session,
        world.actor(session, "school_admin"),
        student_id=one.student_id,
        version=student(session, one.student_id).version,
        state="graduated",
        on=date(2026, 11, 1),
        reason="毕业",
    )
    with pytest.raises(HasLeft):
        send(session, world, one.student_id, name="改名")


@pytest.mark.committed
def test_of_two_who_save_at_once_the_second_is_stale(database: Database, world: World) -> None:
    one = world.of(A)[0]
    with database.sessions() as looking:
        version = form(looking, world, one.student_id)[0]

    def save(name: str) -> Callable[[], object]:
        return committed(database, lambda s: send(s, world, one.student_id, version=version, name=name))

    outcomes = at_once(save("甲同学"), save("乙同学"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale"]


def test_the_mask_of_a_number_is_no_number(session: Session, world: World) -> None:
    one, other = world.of(A)[0], world.of(A)[1]
    mask = f"{other.certificate[:6]}********{other.certificate[-4:]}"
    with pytest.raises(Invalid) as refusal:
        send(session, world, one.student_id, number=mask)
    assert refusal.value.fields == {"number": "id_format"}


def test_masks_are_kept_only_for_what_they_mask() -> None:
    now = Particulars("T-00001", phone="13812345678")
    kept = services.correction._kept(replace(now, phone="138****5678"), now)
    assert kept.phone == "13812345678"
