"""What a role may do: the difference is told first, and only the change itself writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM, Actor, Grant
from app.access.permissions import Permission
from app.accounts.models import RoleDetail
from app.accounts.seed import known_permissions
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import NotAllowed, NotFound, Stale
from app.roles import queries, services
from app.roles.rules import KEPT, RESERVED, MoreThanOwn, Reserved, SuperuserKeeps
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.make.visits import open_session
from tests.world import World

Role = Callable[[str], RoleDetail]
MOST_STATEMENTS = 9


def _held(session: Session, role: RoleDetail) -> frozenset[Permission]:
    return queries.held_by(session, role.role_id)


def _change(session: Session, actor: Actor, role: RoleDetail, wanted: frozenset[Permission]) -> None:
    services.change(session, actor, role_id=role.role_id, wanted=wanted, version=role.version)


def test_the_difference_is_told_and_nothing_is_written(
    session: Session, world: World, role: Role, acts: Callable[[], list[Audit]], database: Database
) -> None:
    counsellor, actor = role("counsellor"), world.actor(session, "root_admin")
    before = _held(session, counsellor)
    wanted = (before - {Permission.STUDENT_EXPORT}) | {Permission.PLAN_OPEN}
    open_session(database, world.accounts["counsellor"])
    found = services.difference(session, actor, role_id=counsellor.role_id, wanted=wanted)
    assert found.added == frozenset({Permission.PLAN_OPEN})
    assert found.removed == frozenset({Permission.STUDENT_EXPORT})
    assert (found.accounts, found.sessions) == (1, 1)
    assert _held(session, role("counsellor")) == before
    assert acts() == []


def test_a_change_is_saved_and_written_down_with_both_lists(
    session: Session, world: World, role: Role, acts: Callable[[], list[Audit]]
) -> None:
    teacher, actor = role("class_teacher"), world.actor(session, "root_admin")
    before, version = _held(session, teacher), teacher.version
    wanted = (before - {Permission.FORM_ACCEPT}) | {Permission.STUDENT_EXPORT}
    _change(session, actor, teacher, wanted)
    assert _held(session, role("class_teacher")) == wanted
    assert role("class_teacher").version == version + 1
    (line,) = acts()
    assert (line.act, line.subject, line.subject_ids) == ("role:update", "role", [teacher.role_id])
    assert line.before == {"role": "class_teacher", "permissions": sorted(map(str, before))}
    assert line.after == {"role": "class_teacher", "permissions": sorted(map(str, wanted))}
    assert world.actor(session, "class_teacher").holds(Permission.STUDENT_EXPORT)
    assert not world.actor(session, "class_teacher").holds(Permission.FORM_ACCEPT)


def test_the_permissions_in_the_database_stay_the_enum(session: Session, world: World, role: Role) -> None:
    actor = world.actor(session, "root_admin")
    _change(session, actor, role("student"), frozenset())
    _change(session, actor, role("guardian"), frozenset(Permission) - RESERVED)
    assert set(known_permissions(session)) == set(Permission)


def test_a_change_to_what_stands_already_writes_nothing(
    session: Session, world: World, role: Role, acts: Callable[[], list[Audit]]
) -> None:
    student = role("student")
    _change(session, world.actor(session, "root_admin"), student, _held(session, student))
    assert role("student").version == student.version
    assert acts() == []


@pytest.mark.parametrize("who", ["ministry_admin", "school_admin", "student"])
def test_only_who_holds_the_permission_changes_roles(who: str, session: Session, world: World, role: Role) -> None:
    student = role("student")
    with pytest.raises(NotAllowed):
        _change(session, world.actor(session, who), student, frozenset())
    with pytest.raises(NotAllowed):
        services.difference(session, world.actor(session, who), role_id=student.role_id, wanted=frozenset())


def test_a_role_above_the_editor_answers_as_an_unknown_one(session: Session, role: Role) -> None:
    editor = _editor(4, {Permission.ROLE_UPDATE})
    with pytest.raises(NotFound):
        _change(session, editor, role("province_admin"), frozenset())


def test_an_editor_gives_no_more_than_the_own_roles_allow(session: Session, role: Role) -> None:
    editor = _editor(4, {Permission.ROLE_UPDATE, Permission.STUDENT_READ})
    student = role("student")
    held = _held(session, student)
    with pytest.raises(MoreThanOwn):
        _change(session, editor, student, held | {Permission.STUDENT_EXPORT})
    _change(session, editor, student, held - {Permission.STUDENT_READ})
    assert _held(session, student) == held - {Permission.STUDENT_READ}


def _editor(level: int, permissions: set[Permission]) -> Actor:
    grant = Grant("editor", level, frozenset(permissions), prefixes=("/1/",))
    return replace(SYSTEM, user_id=1, name="editor", is_system=False, grants=(grant,))


@pytest.mark.parametrize("permission", sorted(KEPT))
def test_the_superuser_cannot_be_locked_out(permission: Permission, session: Session, world: World, role: Role) -> None:
    with pytest.raises(SuperuserKeeps):
        _change(session, world.actor(session, "root_admin"), role("system_admin"), frozenset(Permission) - {permission})


def test_the_business_permissions_may_be_taken_out_of_the_superuser(session: Session, world: World, role: Role) -> None:
    _change(session, world.actor(session, "root_admin"), role("system_admin"), KEPT)
    assert not world.actor(session, "root_admin").holds(Permission.STUDENT_READ)
    _change(session, world.actor(session, "root_admin"), role("system_admin"), frozenset(Permission))
    assert world.actor(session, "root_admin").holds(Permission.STUDENT_READ)


@pytest.mark.parametrize("permission", sorted(RESERVED))
def test_no_other_role_gets_what_is_the_superusers(
    permission: Permission, session: Session, world: World, role: Role
) -> None:
    ministry = role("ministry_admin")
    with pytest.raises(Reserved):
        _change(session, world.actor(session, "root_admin"), ministry, _held(session, ministry) | {permission})


def test_a_stale_change_is_refused(session: Session, world: World, role: Role) -> None:
    actor, seen = world.actor(session, "root_admin"), role("student").version
    _change(session, actor, role("student"), frozenset())
    with pytest.raises(Stale) as stale:
        services.change(
            session, actor, role_id=role("student").role_id, wanted=frozenset(Permission) - RESERVED, version=seen
        )
    assert stale.value.version == seen + 1
    assert _held(session, role("student")) == frozenset()


def test_a_change_takes_a_fixed_number_of_statements(
    session: Session, world: World, role: Role, statements: CountStatements
) -> None:
    actor, student = world.actor(session, "root_admin"), role("student")
    with statements() as sent:
        _change(session, actor, student, frozenset(Permission) - RESERVED - {Permission.STUDENT_READ})
    assert len(sent) <= MOST_STATEMENTS


@pytest.mark.committed
def test_of_two_changes_at_once_one_is_told_so(database: Database, session: Session, world: World, role: Role) -> None:
    actor, student = world.actor(session, "root_admin"), role("student")
    session.expunge_all()  # threads must not share the session through an object
    wanted = (frozenset({Permission.STUDENT_READ}), frozenset({Permission.PLAN_READ}))

    def changing(to: frozenset[Permission]) -> Callable[[], None]:
        return committed(database, lambda opened: _change(opened, actor, student, to))

    outcomes = at_once(*map(changing, wanted))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale"]
    winner = wanted[outcomes.index(None)]
    assert _held(session, role("student")) == winner
    count = "SELECT count(*) FROM audit WHERE act = 'role:update'"
    with database.engine.connect() as connection:
        assert connection.execute(text(count)).scalar_one() == 1
