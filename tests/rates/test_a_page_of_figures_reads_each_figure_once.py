"""A place and those below are read together: above the schools the whole is the sum of its parts, below it is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.actor import Actor, Grant
from app.access.permissions import Permission
from app.core.db import Session
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries
from app.rates.services import fold
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import COUNTY_A, ROOT, A, class_of, grade
from tests.world import World

FindNode = Callable[[str], OrgNode]
PLACES = (ROOT, COUNTY_A, A, grade(A, 1), class_of(A, 1, 1))
POSTS = ((ROOT,), (COUNTY_A,), (A,), (COUNTY_A, A), (class_of(A, 1, 1), class_of(A, 2, 1)))
"""Where somebody keeps figures; in the fourth one of two posts lies inside the other."""


def _keeper(node: FindNode, codes: tuple[str, ...]) -> Actor:
    held = frozenset({Permission.FIGURE_READ, Permission.PLAN_READ})
    grants = (Grant("county_admin", n, held, (node(code).path,)) for n, code in enumerate(codes))
    return Actor(1, "somebody", tuple(grants))


@pytest.mark.parametrize("codes", POSTS)
@pytest.mark.parametrize("waits", [True, False])
def test_together_they_are_what_each_is_alone(
    session: Session, world: World, node: FindNode, codes: tuple[str, ...], *, waits: bool
) -> None:
    actor = _keeper(node, codes)
    plan = plans.find(session, actor, code=world.plan)
    fold(session)
    admitted(session, [class_of(A, 1, 1)] * 3)
    if not waits:
        fold(session)
    for code in PLACES:
        total, rows = queries.at_and_below(session, actor, plan, node(code))
        assert total == queries.at(session, actor, plan, node(code))
        assert rows == queries.by_child(session, actor, plan, node(code))
    assert queries.at_and_below(session, actor, plan, node(ROOT))[0].total_eligible > 0


def test_above_the_schools_the_whole_costs_no_statement(
    session: Session, world: World, node: FindNode, statements: CountStatements
) -> None:
    actor, place = _keeper(node, (COUNTY_A,)), node(COUNTY_A)
    plan = plans.find(session, actor, code=world.plan)
    with statements() as below:
        queries.by_child(session, actor, plan, place)
    with statements() as both:
        queries.at_and_below(session, actor, plan, place)
    assert len(both) == len(below)
