"""Adding below one node at the same instant: the second waits for the first and takes the next serials."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database
from app.orgs.models import ClassGroup, NodePlacement, OrgNode
from app.orgs.rules import ClassNumberTaken, CodeTaken, NewNode
from app.orgs.services import grow
from tests.at_once import at_once, committed
from tests.make.places import A, B
from tests.stage import TEST

pytestmark = pytest.mark.committed


def test_every_one_of_eight_gets_codes_of_its_own(database: Database) -> None:
    batch = [NewNode(A, "grade", "新级"), NewNode(f"{A}-1", "class", "新班"), NewNode(A, "grade", "新级")]
    outcomes = at_once(*[committed(database, lambda session: tuple(grow(session, SYSTEM, batch)))] * 8)
    codes = [code for made in outcomes if isinstance(made, tuple) for code in made]
    assert len(codes) == len(set(codes)) == 24
    with database.sessions() as session:
        below = select(OrgNode.code).join(NodePlacement, NodePlacement.node_id == OrgNode.id)
        stored = set(session.scalars(everything(below.where(OrgNode.code.in_(codes)), because=TEST)))
    assert stored == set(codes)


def test_one_code_goes_to_one_and_the_other_is_told_so(database: Database) -> None:
    outcomes = at_once(
        committed(database, lambda session: grow(session, SYSTEM, [NewNode(A, "grade", "甲", code="ONE-CODE")])),
        committed(database, lambda session: grow(session, SYSTEM, [NewNode(B, "grade", "乙", code="ONE-CODE")])),
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [CodeTaken]


def test_one_class_number_goes_to_one_and_the_other_is_told_so(database: Database) -> None:
    calls = [
        committed(
            database,
            lambda session, grade=grade: grow(  # type: ignore[misc]
                session,
                SYSTEM,
                [NewNode(grade, "class", "新班", class_number="ONE-NUMBER")],
            ),
        )
        for grade in (f"{A}-1", f"{A}-2")
    ]
    outcomes = at_once(*calls)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [ClassNumberTaken]
    with database.sessions() as session:
        stored = select(ClassGroup.node_id).where(ClassGroup.class_number == "ONE-NUMBER")
        assert len(session.scalars(everything(stored, because=TEST)).all()) == 1
