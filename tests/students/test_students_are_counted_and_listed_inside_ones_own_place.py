"""The roll: who sees which students, how many, how they are found, and that numbers are masked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session
from app.lists.keyset import Spot
from app.orgs.models import OrgNode
from app.orgs.queries import student_counts
from app.students import queries
from app.students.queries import Wanted
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import COUNTY_A, ROOT, A, B, class_of, classes_of, grade
from tests.make.posts import FAMILY, LOW
from tests.world import KEYRING, World

FindNode = Callable[[str], OrgNode]
READERS = {
    **dict.fromkeys((r.code for r in ROLES if Permission.STUDENT_READ in r.permissions), range(1, 9)),
    "college_officer": range(1, 5),
    "counsellor": range(1, 5),
    "class_set_admin": (1, 2, 5, 6),
    "class_teacher": (1, 2),
    "class_admin": (1, 2),
    "guardian": (1,),
    "student": (1,),
}
OTHERS = sorted(role.code for role in ROLES if Permission.STUDENT_READ not in role.permissions)


def numbers(session: Session, world: World, role: str, wanted: Wanted) -> list[str]:
    """The student numbers an account's list shows."""
    actor = world.actor(session, role)
    page = queries.page(session, actor, wanted, keyring=KEYRING, spot=Spot(100)).rows
    assert queries.count(session, actor, wanted) == len(page)
    return [line.student_number for line in page]


@pytest.mark.parametrize("role", sorted(READERS))
def test_each_role_lists_exactly_those_of_its_place(session: Session, world: World, role: str) -> None:
    assert numbers(session, world, role, Wanted()) == [f"{A}-{n:02}" for n in READERS[role]]


@pytest.mark.parametrize("role", OTHERS)
def test_who_may_not_read_students_lists_nobody(session: Session, world: World, role: str) -> None:
    assert numbers(session, world, role, Wanted()) == []


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(name="金丝雀"),
        Wanted(name="jin"),
        Wanted(number=f"{B}-"),
        Wanted(class_name="金丝雀"),
        Wanted(name="%"),
        Wanted(name="_"),
        Wanted(number="%"),
    ],
)
def test_no_question_finds_somebody_of_another_school(session: Session, world: World, wanted: Wanted) -> None:
    assert numbers(session, world, "school_admin", wanted) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(name="画眉甲"), [1]),
        (Wanted(name="眉乙"), [2]),
        (Wanted(name="丙"), [3]),
        (Wanted(name="hua mei jia"), [1]),
        (Wanted(name="HUAMEIJ"), [1, 6]),
        (Wanted(name="hmj"), [1, 6]),
        (Wanted(number=f"{A}-0"), range(1, 9)),
        (Wanted(number=f"{A}-03"), [3]),
        (Wanted(class_name="(2)班"), [3, 4, 7, 8]),
        (Wanted(state="in_school"), range(1, 9)),
        (Wanted(state="graduated"), []),
        (Wanted(name="画眉", class_name="(1)班"), [1, 2, 5, 6]),
    ],
)
def test_students_are_found_by_name_pinyin_number_class_and_state(
    session: Session,
    world: World,
    wanted: Wanted,
    found: list[int],
) -> None:
    assert numbers(session, world, "school_admin", wanted) == [f"{A}-{n:02}" for n in found]


def test_a_list_below_a_node_of_another_school_is_empty(session: Session, world: World, node: FindNode) -> None:
    for code in (B, class_of(B, 1, 1)):
        assert numbers(session, world, "school_admin", Wanted(below=node(code).path)) == []
    assert len(numbers(session, world, "school_admin", Wanted(below=node(ROOT).path))) == 8


def test_a_line_shows_the_number_masked_and_the_class_as_it_is_called(session: Session, world: World) -> None:
    actor = world.actor(session, "school_admin")
    line = queries.page(session, actor, Wanted(), keyring=KEYRING, spot=Spot(1)).rows[0]
    pupil = world.of(A)[0]
    assert (line.name, line.class_name, line.school_name) == (pupil.name, "七年级画眉(1)班", "画眉中学")
    assert pupil.certificate not in str(line)
    assert pupil.certificate[6:14] not in str(line)


def test_pages_follow_each_other_without_gap_or_double(session: Session, world: World) -> None:
    actor = world.actor(session, "school_admin")
    pages = [queries.page(session, actor, Wanted(), keyring=KEYRING, spot=Spot(3, n)).rows for n in (0, 3, 6)]
    assert [line.student_number for page in pages for line in page] == [f"{A}-{n:02}" for n in range(1, 9)]


def test_a_page_takes_as_many_statements_for_many_as_for_one(
    session: Session,
    world: World,
    statements: CountStatements,
) -> None:
    admitted(session, classes_of(A) * 10)
    actor, counts = world.actor(session, "school_admin"), []
    for limit in (1, 40):
        with statements() as sent:
            assert len(queries.page(session, actor, Wanted(), keyring=KEYRING, spot=Spot(limit)).rows) == limit
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_counts_below_places_are_those_in_school_as_far_as_the_actor_sees(
    session: Session,
    world: World,
    node: FindNode,
    statements: CountStatements,
) -> None:
    paths = [node(code).path for code in (ROOT, COUNTY_A, A, grade(A, 1), class_of(A, 1, 1), B)]
    with statements() as sent:
        everywhere = student_counts(session, world.actor(session, "root_admin"), paths)
    # the actor's own grants are read as well, however many paths
    assert len([text for text in sent if "student" in text]) == 1
    assert [everywhere[path] for path in paths] == [16, 8, 8, 4, 2, 8]
    own = student_counts(session, world.actor(session, "school_admin"), paths)
    assert [own[path] for path in paths] == [8, 8, 8, 4, 2, 0]


def test_low_posts_and_families_are_among_the_readers() -> None:
    assert {*LOW, *FAMILY} <= set(READERS)
