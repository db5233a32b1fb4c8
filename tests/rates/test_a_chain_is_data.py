"""Chains as plans have them: one step or four, levels left out, classes below no unit, moved or made after opening."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Session
from app.core.errors import NotFound
from app.enrolment.models import Enrolment
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.plans.rules import NewStep
from app.rates import queries, services
from app.rates.queries.units import parts_of, unit
from app.rates.rules import ChildrenMissing
from tests.campaigns import FROM, TO, opened
from tests.crowd import admitted
from tests.make.places import CITY_A, COUNTY_A, PROVINCE_A, A, class_of, classes_of, grade
from tests.rates.chain import APPROVED, Chain
from tests.stage import TEST
from tests.world import World

STEPS = {
    "class": NewStep("class", "class_teacher", "school_admin", "all_decided", FROM, TO),
    "grade": NewStep("grade", "counsellor", "school_admin", "all_decided", FROM, TO),
    "school": NewStep("school", "school_admin", "county_admin", "children_approved", FROM, TO),
    "county": NewStep("county", "county_admin", "city_admin", "children_approved", FROM, TO),
    "city": NewStep("city", "city_admin", "province_admin", "children_approved", FROM, TO),
}
WHERE = {"school": A, "county": COUNTY_A, "city": CITY_A}
PLACE_OF = {"school_admin": A, "county_admin": COUNTY_A, "city_admin": CITY_A, "province_admin": PROVINCE_A}


def campaign(session: Session, world: World, *kinds: str) -> Chain:
    """A plan over the province with a chain of these kinds of places, everybody insured."""
    chain = Chain(session, world, opened(session, "C", steps=tuple(STEPS[k] for k in kinds), place_code=PROVINCE_A))
    chain.decide()
    return chain


def climb(chain: Chain, code: str, step: NewStep) -> None:
    """Submit the unit at a place and have it approved, by whom the step names."""
    unit_at = chain.unit(code)
    submitter = chain.who(step.submit_role, code)
    services.submit(chain.session, submitter, unit_id=unit_at.id, version=unit_at.version)
    reviewer = chain.who(step.review_role, PLACE_OF[step.review_role])
    again = chain.unit(code)
    services.review(chain.session, reviewer, units={again.id: again.version}, verdict=APPROVED)
    assert chain.unit(code).state == "approved"


def frozen(chain: Chain, code: str) -> int:
    """How many insured the unit at a place has submitted."""
    line = unit(chain.session, SYSTEM, chain.unit(code).id)
    assert line.submission is not None
    return line.submission.insured


def asked(session: Session, chain: Chain) -> int:
    """How many the plan counts."""
    stmt = select(Enrolment.id).where(Enrolment.plan_id == chain.plan.id, Enrolment.tally.is_not(None))
    return len(session.scalars(everything(stmt, because=TEST)).all())


def test_a_chain_of_one_step_ends_with_its_approval(session: Session, world: World) -> None:
    chain = campaign(session, world, "grade")
    for code in (grade(A, 1), grade(A, 2)):
        climb(chain, code, STEPS["grade"])
    assert sum(frozen(chain, code) for code in (grade(A, 1), grade(A, 2))) == asked(session, chain)


@pytest.mark.parametrize("kinds", [("class", "school", "county", "city"), ("class", "county"), ("class", "city")])
def test_a_chain_of_four_steps_and_one_that_leaves_levels_out_climb_to_the_top(
    session: Session, world: World, kinds: tuple[str, ...]
) -> None:
    chain = campaign(session, world, *kinds)
    first = STEPS["class"]
    for code in classes_of(A):
        climb(chain, code, first)
    for kind in kinds[1:]:
        climb(chain, WHERE[kind], STEPS[kind])
    assert frozen(chain, WHERE[kinds[-1]]) == asked(session, chain)


def test_a_class_made_after_opening_holds_the_school_up_until_it_is_approved(session: Session, world: World) -> None:
    chain = campaign(session, world, "class", "school")
    for code in classes_of(A):
        climb(chain, code, STEPS["class"])
    grow(session, SYSTEM, [NewNode(grade(A, 2), "class", "画眉(9)班", code="NEW")])
    admitted(session, ["NEW"])
    chain.decide()
    with pytest.raises(ChildrenMissing):
        climb(chain, A, STEPS["school"])
    climb(chain, "NEW", STEPS["class"])
    climb(chain, A, STEPS["school"])
    assert frozen(chain, A) == asked(session, chain)


def test_a_class_that_moves_below_another_unit_is_counted_once(session: Session, world: World) -> None:
    grow(session, SYSTEM, [NewNode(A, "class", "画眉(9)班", code="NEW")])
    admitted(session, ["NEW"])
    chain = campaign(session, world, "grade", "school")
    climb(chain, "NEW", STEPS["grade"])
    place = session.scalars(everything(select(OrgNode).where(OrgNode.code == "NEW"), because=TEST)).one()
    reshape.move(session, SYSTEM, node_id=place.id, target_code=grade(A, 2), version=place.version)
    session.expire_all()
    ended = chain.unit("NEW")
    with pytest.raises(NotFound):
        services.submit(session, chain.who("counsellor", "NEW"), unit_id=ended.id, version=ended.version)
    for code in (grade(A, 1), grade(A, 2)):
        climb(chain, code, STEPS["grade"])
    assert len(parts_of(session, unit(session, SYSTEM, chain.unit(A).id))) == 2
    climb(chain, A, STEPS["school"])
    assert frozen(chain, A) == asked(session, chain)


def test_what_was_approved_alone_may_be_decided_again_below_its_new_unit(session: Session, world: World) -> None:
    chain = campaign(session, world, "grade", "school")
    climb(chain, grade(A, 1), STEPS["grade"])
    place = session.scalars(everything(select(OrgNode).where(OrgNode.code == class_of(A, 1, 1)), because=TEST)).one()
    reshape.move(session, SYSTEM, node_id=place.id, target_code=grade(A, 2), version=place.version)
    session.expire_all()
    live = queries.at(session, SYSTEM, chain.plan, queries.place(session, SYSTEM, code=grade(A, 2)))
    climb(chain, grade(A, 2), STEPS["grade"])
    assert frozen(chain, grade(A, 2)) == live.insured


def test_a_unit_that_moved_elsewhere_holds_nobody_up_at_its_former_place(session: Session, world: World) -> None:
    chain = campaign(session, world, "class", "grade", "school")
    place = session.scalars(everything(select(OrgNode).where(OrgNode.code == class_of(A, 1, 1)), because=TEST)).one()
    reshape.move(session, SYSTEM, node_id=place.id, target_code=grade(A, 2), version=place.version)
    session.expire_all()
    parts = parts_of(session, unit(session, SYSTEM, chain.unit(grade(A, 1)).id))
    assert [row.id for row in parts] == [chain.unit(class_of(A, 1, 2)).id]
