"""Own roles: copied under a code, a level and two names of their own; renamed; never above their editor."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.accounts.models import RoleDetail
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, Stale
from app.roles import queries, services
from app.roles.rules import RESERVED, BuiltIn, NewRole, Personal, RoleCodeTaken
from tests.at_once import at_once, committed
from tests.world import World

Role = Callable[[str], RoleDetail]
NURSE = NewRole("school_nurse", 6, "校医", "School nurse")


def _copy(session: Session, world: World, source: RoleDetail, new: NewRole, who: str = "root_admin") -> int:
    return services.copy(session, world.actor(session, who), source_id=source.role_id, new=new)


def test_a_copy_may_do_what_its_source_may(
    session: Session, world: World, role: Role, acts: Callable[[], list[Audit]]
) -> None:
    made = _copy(session, world, role("counsellor"), NURSE)
    nurse = role("school_nurse")
    assert (nurse.role_id, nurse.level, nurse.label_zh, nurse.label_en) == (made, 6, "校医", "School nurse")
    assert not nurse.is_builtin
    assert queries.held_by(session, made) == ROLE_BY_CODE["counsellor"].permissions
    (line,) = acts()
    assert (line.act, line.subject_ids) == ("role:create", [made])
    assert line.after is not None
    assert line.after["copied_from"] == "counsellor"
    assert line.after["permissions"] == sorted(map(str, ROLE_BY_CODE["counsellor"].permissions))


def test_a_copy_of_the_superuser_lacks_what_is_the_superusers_alone(session: Session, world: World, role: Role) -> None:
    made = _copy(session, world, role("system_admin"), NewRole("deputy", 1, "副管理员", "Deputy"))
    assert queries.held_by(session, made) == frozenset(Permission) - RESERVED


def test_what_waits_for_a_parameter_is_not_copied(session: Session, world: World, role: Role) -> None:
    made = _copy(session, world, role("province_admin"), NewRole("auditor", 2, "审计", "Auditor"))
    assert Permission.FIGURE_NAMES in ROLE_BY_CODE["province_admin"].switched
    assert Permission.FIGURE_NAMES not in queries.held_by(session, made)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewRole("School", 6, "校医", "Nurse"), "code"),
        (NewRole("s", 6, "校医", "Nurse"), "code"),
        (NewRole("1nurse", 6, "校医", "Nurse"), "code"),
        (NewRole("nurse\n", 6, "校医", "Nurse"), "code"),
        (NewRole("nurse", 0, "校医", "Nurse"), "level"),
        (NewRole("nurse", 9, "校医", "Nurse"), "level"),
        (NewRole("nurse", 6, "  ", "Nurse"), "label_zh"),
        (NewRole("nurse", 6, "校医", "N" * 51), "label_en"),
    ],
)
def test_what_cannot_be_a_role_is_told_beside_its_field(
    new: NewRole, field: str, session: Session, world: World, role: Role
) -> None:
    with pytest.raises(Invalid) as invalid:
        _copy(session, world, role("counsellor"), new)
    assert list(invalid.value.fields) == [field]


@pytest.mark.parametrize("code", ["guardian", "student"])
def test_roles_at_a_person_are_not_copied(code: str, session: Session, world: World, role: Role) -> None:
    with pytest.raises(Personal):
        _copy(session, world, role(code), NURSE)


@pytest.mark.parametrize("code", ["school_nurse", "school_admin"])
def test_a_code_is_used_once(code: str, session: Session, world: World, role: Role) -> None:
    _copy(session, world, role("counsellor"), NURSE)
    with pytest.raises(RoleCodeTaken):
        _copy(session, world, role("counsellor"), NewRole(code, 7, "又一", "Another"))


@pytest.mark.parametrize("who", ["ministry_admin", "school_admin"])
def test_only_who_edits_roles_makes_them(who: str, session: Session, world: World, role: Role) -> None:
    with pytest.raises(NotAllowed):
        _copy(session, world, role("counsellor"), NURSE, who)


@pytest.mark.committed
def test_of_two_copies_of_one_code_at_once_one_is_made(
    database: Database, session: Session, world: World, role: Role
) -> None:
    source = role("counsellor")
    session.expunge_all()  # threads must not share the session through an object
    outcomes = at_once(*[committed(database, lambda opened: _copy(opened, world, source, NURSE))] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["RoleCodeTaken", "int"]


def test_an_own_role_gets_other_names(
    session: Session, world: World, role: Role, acts: Callable[[], list[Audit]]
) -> None:
    made = _copy(session, world, role("counsellor"), NURSE)
    actor = world.actor(session, "root_admin")
    services.rename(session, actor, role_id=made, label_zh=" 保健老师 ", label_en="Nurse", version=1)
    nurse = role("school_nurse")
    assert (nurse.label_zh, nurse.label_en, nurse.version) == ("保健老师", "Nurse", 2)
    line = acts()[-1]
    assert line.before == {"role": "school_nurse", "label_zh": "校医", "label_en": "School nurse"}
    assert line.after == {"role": "school_nurse", "label_zh": "保健老师", "label_en": "Nurse"}


def test_a_stale_rename_tells_the_names_now(session: Session, world: World, role: Role) -> None:
    made = _copy(session, world, role("counsellor"), NURSE)
    actor = world.actor(session, "root_admin")
    services.rename(session, actor, role_id=made, label_zh="保健", label_en="Nurse", version=1)
    with pytest.raises(Stale) as stale:
        services.rename(session, actor, role_id=made, label_zh="卫生", label_en="Nurse", version=1)
    assert stale.value.current == {"label_zh": "保健", "label_en": "Nurse"}


def test_a_built_in_role_keeps_its_names(session: Session, world: World, role: Role) -> None:
    student = role("student")
    with pytest.raises(BuiltIn):
        services.rename(
            session,
            world.actor(session, "root_admin"),
            role_id=student.role_id,
            label_zh="孩子",
            label_en="Child",
            version=student.version,
        )
