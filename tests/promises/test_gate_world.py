"""The shared cast is what the other tests believe it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything, visible
from app.core.db import Database, Session
from app.enrolment.models import Enrolment
from app.students.models import Student
from tests.cluster import Cluster
from tests.make.places import A, B
from tests.make.stage import Stage, stage_of
from tests.world import World


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def shared_database(stage: Stage) -> Database:
    """The database of the cast."""
    return stage.database


@pytest.fixture
def world(stage: Stage) -> World:
    """Who is in it."""
    return stage.world


def test_each_school_has_its_students_and_each_student_one_enrolment(world: World, session: Session) -> None:
    stmt = everything(select(func.count()).select_from(Enrolment), because="a test counts all")
    assert session.scalar(stmt) == len(world.pupils) == 16
    assert [len(world.of(school)) for school in (A, B)] == [8, 8]


def test_every_built_in_role_has_an_account_that_holds_its_one_grant(world: World, session: Session) -> None:
    for role in ROLES:
        assert [grant.role for grant in world.actor(session, role.code).grants] == [role.code]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("root_admin", 16),
        ("school_admin", 8),
        ("school_admin_b", 8),
        ("county_admin", 8),
        ("counsellor", 4),
        ("class_set_admin", 4),
        ("class_teacher", 2),
        ("guardian", 1),
        ("student", 1),
        ("unit_operator", 0),
        ("ministry_admin", 0),
    ],
)
def test_everybody_sees_the_students_of_the_own_places(world: World, session: Session, who: str, seen: int) -> None:
    stmt = visible(select(Student.id), Student, world.actor(session, who), Permission.STUDENT_READ)
    assert len(session.scalars(stmt).all()) == seen
