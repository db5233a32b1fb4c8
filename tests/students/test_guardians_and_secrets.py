"""Guardians are kept with a sealed phone, a secret is shown for a reason only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.audit.models import Audit
from app.core.db import Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.students import records, services
from tests.make.places import A, B
from tests.students.typed import shown
from tests.world import KEYRING, World

READ = Permission.STUDENT_READ
PHONE = "13812345678"
UNMASKERS = sorted(role.code for role in ROLES if Permission.PERSON_UNMASK in role.permissions)


def add(session: Session, world: World, student_id: int, who: str = "school_admin", **changed: str) -> int:
    """Add a guardian."""
    asked = {"name": "王建国", "relation": "father", "phone": PHONE, **changed}
    return services.add_guardian(session, world.actor(session, who), student_id=student_id, keyring=KEYRING, **asked)


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
    asked = {"name": "王建军", "relation": "other", "phone": "138****5678"}
    services.correct_guardian(session, admin, guardian_id=guardian, version=1, keyring=KEYRING, **asked)
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
