"""班级维护 (U15): classes of the own places are listed, found by number and shown name, and renamed; nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.actor import SYSTEM
from app.core.db import Session
from app.lists.keyset import Spot
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.students import classes
from tests.conftest import CountStatements
from tests.make.places import A, B, class_of, classes_of
from tests.site import Visit
from tests.world import World

FIRST = Spot(20)


def listed(session: Session, world: World, who: str, **query: str) -> list[classes.ClassLine]:
    """The classes somebody sees."""
    asked = {"name": "", "number": "", **query}
    actor = world.actor(session, who)
    found = list(classes.page(session, actor, **asked, spot=FIRST).rows)
    assert classes.count(session, actor, **asked) == len(found)
    return found


def test_the_classes_of_the_own_school_are_listed_with_their_students(session: Session, world: World) -> None:
    found = listed(session, world, "school_admin")
    assert [line.code for line in found] == classes_of(A)
    assert sum(line.students for line in found) == len(world.of(A))


def test_a_class_teacher_sees_the_own_class(session: Session, world: World) -> None:
    assert [line.code for line in listed(session, world, "class_teacher")] == [class_of(A, 1, 1)]


def test_classes_are_found_by_the_name_of_this_year(session: Session, world: World) -> None:
    every = listed(session, world, "school_admin")
    for line in every:
        found = listed(session, world, "school_admin", name=line.name)
        assert line in found
        assert all(line.name in one.name for one in found)
    assert listed(session, world, "school_admin", name="没有这个班") == []


def test_classes_are_found_by_their_number(session: Session, world: World) -> None:
    line = listed(session, world, "school_admin")[0]
    assert line in listed(session, world, "school_admin", number=line.number)


def test_a_closed_class_is_not_listed(session: Session, world: World, node: Callable[[str], OrgNode]) -> None:
    grow(session, SYSTEM, [NewNode(f"{A}-1", "class", "(3)班", code="SHUT")])
    shut = node("SHUT")
    shut.closed_at, shut.close_reason = shut.created_at, "merged"
    session.flush()
    assert "SHUT" not in {line.code for line in listed(session, world, "school_admin")}


def test_more_classes_take_no_more_statements(session: Session, world: World, statements: CountStatements) -> None:
    counts = []
    for more in ([], [NewNode(f"{A}-1", "class", f"({n})班") for n in range(5, 15)]):
        if more:
            grow(session, SYSTEM, more)
        with statements() as sent:
            listed(session, world, "school_admin")
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.committed
def test_a_class_is_renamed_and_keeps_its_number(visit: Callable[..., Visit], world: World) -> None:
    browser = visit("school_admin", "zh_Hans_CN")
    here = f"/class-records/{world.nodes[class_of(A, 1, 1)]}/edit"
    assert browser.fill(here, name="").status_code == 422
    assert browser.fill(here, name="(实验)班").headers["Location"] == "/class-records/"
    assert "(实验)班" in browser.get("/class-records/").get_data(as_text=True)
    assert browser.get(f"/class-records/{world.nodes[class_of(B, 1, 1)]}/edit").status_code == 404
    assert browser.get(f"/class-records/{world.nodes[A]}/edit").status_code == 404
