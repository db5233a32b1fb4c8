"""UM-10: a number opens as many as it says: 未登记 who decided nothing, drafted or was rejected; 弃保 its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.actor import SYSTEM
from app.core.db import Session
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries
from app.rates.rules import Status
from tests.make.places import COUNTY_A, ROOT, A, class_of, grade
from tests.world import World

STATES = {
    Status.UNREGISTERED: {"unregistered", "draft", "rejected"},
    Status.WAIVED: {"waived"},
    Status.WAIVED_HARDSHIP: {"waived"},
    Status.PENDING: {"submitted"},
    Status.INSURED: {"insured"},
}


@pytest.mark.parametrize("code", [ROOT, COUNTY_A, A, grade(A, 1), class_of(A, 1, 2)])
@pytest.mark.parametrize("status", STATES)
def test_um10_a_number_opens_as_many_as_it_says(
    session: Session, world: World, node: Callable[[str], OrgNode], status: Status, code: str
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    place = node(code)
    listed = queries.people(session, SYSTEM, plan, place, status)
    assert len(listed) == queries.at(session, SYSTEM, plan, place).count(status)
    assert {member.state for member in listed} <= STATES[status]
