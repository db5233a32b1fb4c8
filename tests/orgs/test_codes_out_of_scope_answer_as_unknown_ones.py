"""Looking a place up: inside the scope it is found, outside it answers exactly as one that does not exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session
from app.core.errors import NotFound
from app.orgs import queries
from app.orgs.models import OrgNode
from tests.make.places import COUNTY_A, ROOT, B, class_of
from tests.world import World

FindNode = Callable[[str], OrgNode]
READERS = sorted(role.code for role in ROLES if Permission.ORG_READ in role.permissions)
OUTSIDE = (B, f"{B}-1", class_of(B, 1, 1), COUNTY_A, ROOT, "NOWHERE", "", "' OR 1=1")


@pytest.mark.parametrize("role", READERS)
def test_a_reader_finds_nothing_outside_the_own_place(
    session: Session,
    world: World,
    node: FindNode,
    role: str,
) -> None:
    actor = world.actor(session, role)
    answers = set()
    for code in OUTSIDE:
        with pytest.raises(NotFound) as refusal:
            queries.find(session, actor, Permission.ORG_READ, code=code)
        answers.add(str(refusal.value))
    for node_id in (node(B).id, 10**9):
        with pytest.raises(NotFound) as refusal:
            queries.get(session, actor, Permission.ORG_READ, node_id=node_id)
        answers.add(str(refusal.value))
    assert len(answers) == 1


@pytest.mark.parametrize("role", READERS)
def test_a_reader_finds_the_own_places_as_tops(
    session: Session,
    world: World,
    role: str,
) -> None:
    actor = world.actor(session, role)
    tops = queries.tops(session, actor, Permission.ORG_READ)
    assert tops
    assert {top.path for top in tops} == set(actor.places(Permission.ORG_READ))
