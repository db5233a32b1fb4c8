"""Closing needs an empty place and a reason; merging empties one place into another of its kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.db import Session
from app.core.errors import NotFound, Stale
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode, NotAlike, StillInUse
from app.orgs.services import grow
from tests.make.places import A, B, class_of, grade
from tests.world import World

Node = Callable[[str], OrgNode]


@pytest.fixture(name="empty")
def _empty(session: Session, world: World) -> str:
    """The code of a class without students."""
    made = grow(session, world.actor(session, "school_admin"), [NewNode(grade(A, 1), "class", "(9)班")])
    return next(iter(made))


def close(session: Session, world: World, node: Node, code: str, *, who: str = "school_admin") -> None:
    """Close a place as somebody of the cast."""
    found = node(code)
    actor = world.actor(session, who)
    reshape.close(session, actor, node_id=found.id, reason="并班", version=found.version)
    session.expire_all()


def merge(session: Session, world: World, node: Node, code: str, into: str) -> None:
    """Merge a place into another as the school's admin."""
    found = node(code)
    actor = world.actor(session, "school_admin")
    reshape.merge(session, actor, node_id=found.id, target_code=into, version=found.version)
    session.expire_all()


def test_an_empty_class_is_closed_with_its_reason(session: Session, world: World, node: Node, empty: str) -> None:
    close(session, world, node, empty)
    closed = node(empty)
    assert closed.closed_at is not None
    assert closed.close_reason == "并班"


def test_a_class_with_students_stays_open_and_says_how_many(session: Session, world: World, node: Node) -> None:
    inside = sum(pupil.class_code == class_of(A, 1, 1) for pupil in world.of(A))
    with pytest.raises(StillInUse) as refusal:
        close(session, world, node, class_of(A, 1, 1))
    assert refusal.value.facts == {"count": inside}
    assert node(class_of(A, 1, 1)).closed_at is None


def test_a_grade_with_classes_stays_open(session: Session, world: World, node: Node) -> None:
    with pytest.raises(StillInUse):
        close(session, world, node, grade(A, 1))


def test_a_closed_place_is_no_longer_there_to_be_changed(
    session: Session,
    world: World,
    node: Node,
    empty: str,
) -> None:
    close(session, world, node, empty)
    with pytest.raises(NotFound):
        close(session, world, node, empty)


def test_another_school_is_not_closed(session: Session, world: World, node: Node) -> None:
    with pytest.raises(NotFound):
        close(session, world, node, class_of(B, 1, 1))


def test_a_stale_page_closes_nothing(session: Session, world: World, node: Node, empty: str) -> None:
    found = node(empty)
    with pytest.raises(Stale):
        reshape.close(
            session,
            world.actor(session, "school_admin"),
            node_id=found.id,
            reason="x",
            version=found.version + 1,
        )


def test_a_merged_grade_gives_its_classes_and_closes(session: Session, world: World, node: Node) -> None:
    merge(session, world, node, grade(A, 1), grade(A, 2))
    assert node(grade(A, 1)).closed_at is not None
    for number in (1, 2):
        assert node(class_of(A, 1, number)).path.startswith(node(grade(A, 2)).path)


def test_only_alike_places_are_merged(session: Session, world: World, node: Node, empty: str) -> None:
    with pytest.raises(NotAlike):
        merge(session, world, node, empty, grade(A, 2))


def test_a_place_of_another_school_is_no_target(session: Session, world: World, node: Node, empty: str) -> None:
    with pytest.raises(NotFound):
        merge(session, world, node, empty, class_of(B, 1, 1))
