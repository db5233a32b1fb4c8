"""Guardians are kept with a sealed phone, a secret is shown for a reason only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.people.models import Person
from app.students import records, services
from app.students.models import Student
from tests.at_once import at_once, committed
from tests.make.places import A, B
from tests.students.typed import shown
from tests.world import KEYRING, World

READ = Permission.STUDENT_READ
PHONE = "13812345678"
UNMASKERS = sorted(role.code for role in ROLES if Permission.PERSON_UNMASK in role.permissions)


def add(session: Session, world: World, student_id: int, who: str = "school_admin", **changed: str) -> int:
    """Add a guardian."""
    asked = {"name": "王建国", "relation": "father", "phone": PHONE, **changed}
    typed = services.TypedGuardian(**asked)
    return services.add_guardian(
        session, world.actor(session, who), student_id=student_id, typed=typed, keyring=KEYRING
    )


def families(session: Session, world: World, student_id: int) -> list[tuple[str, str, str, int]]:
    """The guardians on the page: name, relation, phone, version."""
    actor = world.actor(session, "school_admin")
    record = shown(session, actor, student_id, READ)
    found = records.families(session, actor, record, keyring=KEYRING)
    return [(one.name, one.relation, one.phone, one.version) for one in found]


def test_a_guardian_is_added_corrected_and_ended(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    guardian = add(session, world, one)
    assert families(session, world, one) == [("王建国", "father", "138****5678", 1)]
    typed = services.TypedGuardian("王建军", "other", "138****5678")
    services.correct_guardian(session, admin, guardian_id=guardian, version=1, typed=typed, keyring=KEYRING)
    assert families(session, world, one) == [("王建军", "other", "138****5678", 2)]
    clear = services.disclose(
        session,
        admin,
        student_id=one,
        field="guardian_phone",
        reason="紧急联系",
        guardian_id=guardian,
        keyring=KEYRING,
    )
    assert clear == PHONE
    with pytest.raises(Stale):
        services.end_guardian(session, admin, guardian_id=guardian, version=1, keyring=KEYRING)
    services.end_guardian(session, admin, guardian_id=guardian, version=2, keyring=KEYRING)
    assert families(session, world, one) == []


def test_a_guardian_is_judged(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        add(session, world, world.of(A)[0].student_id, name="1", relation="uncle", phone="12")
    assert refusal.value.fields == {"name": "name_character", "relation": "choice", "phone": "phone_format"}


FATHERS = "360101197506180121"


def test_a_certificate_is_sealed_shown_masked_and_in_full_for_a_reason(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    guardian = add(session, world, one, certificate_type="resident_id", number=f" {FATHERS} ")
    assert acts()[-1].after == {
        "guardian": "王建国",
        "relation": "father",
        "guardian_phone": "138****5678",
        "certificate_type": "resident_id",
        "guardian_number": "360101********0121",
    }
    record = shown(session, admin, one, READ)
    (family,) = records.families(session, admin, record, keyring=KEYRING)
    assert (family.certificate_type, family.number) == ("resident_id", "360101********0121")
    asked = {"student_id": one, "field": "guardian_number", "reason": "核对证件", "guardian_id": guardian}
    assert services.disclose(session, admin, keyring=KEYRING, **asked) == FATHERS  # type: ignore[arg-type]
    assert acts()[-1].after == {"field": "guardian_number", "guardian": guardian}


def test_a_number_that_comes_back_masked_stays_and_an_empty_one_goes(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    guardian = add(session, world, one, number=FATHERS)
    for version, typed, kept in (
        (
            1,
            services.TypedGuardian("王建国", "father", PHONE, "resident_id", "360101********0121"),
            "360101********0121",
        ),
        (2, services.TypedGuardian("王建国", "father", PHONE), ""),
    ):
        services.correct_guardian(session, admin, guardian_id=guardian, version=version, typed=typed, keyring=KEYRING)
        record = shown(session, admin, one, READ)
        assert [each.number for each in records.families(session, admin, record, keyring=KEYRING)] == [kept]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"certificate_type": "resident_id", "number": "360101197506180120"}, {"number": "id_check_digit"}),
        ({"certificate_type": "passport"}, {"number": "certificate_missing"}),
        ({"certificate_type": "library_card", "number": "1"}, {"certificate_type": "choice"}),
        ({"certificate_type": "passport", "number": "护照"}, {"number": "certificate_format"}),
    ],
)
def test_a_certificate_is_judged(
    session: Session, world: World, changed: dict[str, str], fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(session, world, world.of(A)[0].student_id, **changed)
    assert refusal.value.fields == fields


def test_nobody_is_a_guardian_of_one_student_twice(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    add(session, world, one, number=FATHERS)
    for changed, fields in (
        ({"phone": ""}, {"name": "guardian_twice"}),
        ({"name": "王建军", "number": FATHERS}, {"number": "guardian_number_twice"}),
    ):
        with pytest.raises(Invalid) as refusal:
            add(session, world, one, **changed)
        assert refusal.value.fields == fields
    add(session, world, world.of(A)[1].student_id, number=FATHERS)


def test_who_was_ended_can_come_again(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    guardian = add(session, world, one, number=FATHERS)
    services.end_guardian(session, admin, guardian_id=guardian, version=1, keyring=KEYRING)
    add(session, world, one, number=FATHERS)
    assert families(session, world, one) == [("王建国", "father", "138****5678", 1)]


def test_a_guardian_is_not_renamed_to_another_one(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    add(session, world, one)
    guardian = add(session, world, one, name="李秀兰")
    with pytest.raises(Invalid) as refusal:
        services.correct_guardian(
            session,
            admin,
            guardian_id=guardian,
            version=1,
            typed=services.TypedGuardian("王建国", "mother"),
            keyring=KEYRING,
        )
    assert refusal.value.fields == {"name": "guardian_twice"}


def test_of_a_student_without_a_number_the_guardians_number_is_asked_for(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    stmt = select(Student.person_id).where(Student.id == one)
    person = session.scalar(everything(stmt, because="a test"))
    values = {"certificate_type": "other", "number_sealed": None, "number_digest": None}
    session.execute(everything(update(Person).where(Person.id == person).values(**values), because="a test"))
    with pytest.raises(Invalid) as refusal:
        add(session, world, one)
    assert refusal.value.fields == {"number": "guardian_number_needed"}
    assert add(session, world, one, number=FATHERS)


@pytest.mark.committed
def test_of_three_who_enter_one_guardian_at_once_one_does(database: Database, world: World) -> None:
    one = world.of(A)[0].student_id
    outcomes = at_once(*[committed(database, lambda s: add(s, world, one)) for _ in range(3)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Invalid", "Invalid", "int"]
    with database.sessions() as session:
        assert len(families(session, world, one)) == 1


def test_guardians_of_another_school_are_not_found(session: Session, world: World) -> None:
    one, foreign = world.of(A)[0].student_id, world.actor(session, "school_admin_b")
    guardian = add(session, world, one)
    with pytest.raises(NotFound):
        add(session, world, one, who="school_admin_b")
    with pytest.raises(NotFound):
        services.end_guardian(session, foreign, guardian_id=guardian, version=1, keyring=KEYRING)
    for role in ("counsellor", "class_teacher", "guardian"):
        with pytest.raises((NotFound, NotAllowed)):
            add(session, world, one, who=role)


def unmask(session: Session, world: World, who: str, student_id: int, **changed: str) -> str:
    """Ask for the certificate number in clear."""
    asked = {"field": "number", "reason": "核对报名信息", **changed}
    return services.disclose(session, world.actor(session, who), student_id=student_id, keyring=KEYRING, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", UNMASKERS)
def test_who_may_sees_a_number_for_a_reason(
    session: Session, world: World, role: str, acts: Callable[[], list[Audit]]
) -> None:
    one = world.of(A)[0]
    if role == "unit_operator":
        with pytest.raises(NotFound):
            unmask(session, world, role, one.student_id)
        return
    assert unmask(session, world, role, one.student_id) == one.certificate
    act = acts()[-1]
    assert (act.act, act.after, act.reason) == ("person:unmask", {"field": "number"}, "核对报名信息")


@pytest.mark.parametrize("role", ["class_teacher", "class_set_admin", "school_admin_b", "ministry_admin"])
def test_who_may_not_sees_none(session: Session, world: World, role: str) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        unmask(session, world, role, world.of(A)[0].student_id)


@pytest.mark.parametrize(("field", "reason"), [("number", " "), ("number", "x"), ("name", "核对"), ("", "核对")])
def test_nothing_is_shown_without_field_and_reason(
    session: Session, world: World, field: str, reason: str, acts: Callable[[], list[Audit]]
) -> None:
    with pytest.raises(Invalid):
        unmask(session, world, "school_admin", world.of(A)[0].student_id, field=field, reason=reason)
    assert acts() == []


def test_a_guardian_of_somebody_else_is_not_shown(session: Session, world: World) -> None:
    guardian = add(session, world, world.of(A)[1].student_id)
    with pytest.raises(NotFound):
        services.disclose(
            session,
            world.actor(session, "school_admin"),
            student_id=world.of(A)[0].student_id,
            field="guardian_phone",
            reason="紧急联系",
            guardian_id=guardian,
            keyring=KEYRING,
        )


def test_a_record_of_another_school_is_not_found(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        shown(session, world.actor(session, "school_admin"), world.of(B)[0].student_id, READ)
