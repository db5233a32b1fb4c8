"""Two plans of one product and year, one inside the other: together they count each person once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.actor import SYSTEM
from app.core.db import Session
from app.orgs.models import OrgNode
from app.rates import queries
from app.rates.rules import Status
from tests.campaigns import opened
from tests.crowd import admitted
from tests.make.places import ROOT, A, class_of, classes_of

FindNode = Callable[[str], OrgNode]


@pytest.mark.parametrize("inner_first", [True, False])
def test_the_plan_that_opened_first_counts_and_the_other_counts_the_rest(
    session: Session,
    node: FindNode,
    inner_first: bool,  # noqa: FBT001  which plan opened first
) -> None:
    places = {"INNER": class_of(A, 1, 1), "OUTER": ROOT}
    order = ["INNER", "OUTER"] if inner_first else ["OUTER", "INNER"]
    plans = {code: opened(session, code, place_code=places[code]) for code in order}
    admitted(session, classes_of(A))
    totals = {code: queries.at(session, SYSTEM, plan, node(ROOT)).total_eligible for code, plan in plans.items()}
    assert totals == ({"INNER": 3, "OUTER": 17} if inner_first else {"OUTER": 20, "INNER": 0})
    listed = [
        member.student_number
        for plan in plans.values()
        for member in queries.people(session, SYSTEM, plan, node(ROOT), Status.TOTAL_ELIGIBLE)
    ]
    assert len(listed) == len(set(listed)) == 20
