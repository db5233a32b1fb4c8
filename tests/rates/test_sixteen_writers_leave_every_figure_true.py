"""Sixteen who write at the same time, in the same classes, while differences are added and a school moves."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database, Session
from app.core.errors import Refusal
from app.enrolment.models import Enrolment
from app.enrolment.rules import Decision
from app.enrolment.services import bring
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.rates import queries
from app.rates.rules import Figures
from app.rates.services import fold
from app.students import services as students
from app.students.models import Student
from tests.at_once import at_once, committed
from tests.campaigns import plan_of
from tests.crowd import admitted
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, class_of, classes_of
from tests.rates.recounted import agree, raw
from tests.stage import TEST
from tests.world import World

ROUNDS = 4
Work = Callable[[Session], object]


def writer(world: World, number: int) -> list[Work]:
    """What one of the sixteen does, one transaction each: decide, admit, transfer, correct."""
    dice = random.Random(number)  # noqa: S311  the same dice at every run
    pupils = world.of(A)

    def decide(session: Session) -> object:
        stmt = select(Enrolment.student_id).where(
            Enrolment.plan_id == world.plan_id, Enrolment.state == "unregistered", Enrolment.removed_at.is_(None)
        )
        ids = list(session.scalars(everything(stmt.order_by(Enrolment.id), because=TEST)))[: dice.randint(1, 3)]
        still = [Decision(each, "insured", "insure") for each in ids]
        return bring(session, SYSTEM, plan_id=world.plan_id, decisions=still)

    def admit(session: Session) -> object:
        return admitted(session, [dice.choice(classes_of(A)) for _ in range(2)])

    def transfer(session: Session) -> object:
        pupil = dice.choice(pupils)
        stmt = select(Student.node_id).where(Student.id == pupil.student_id)
        here = session.scalar(everything(stmt, because=TEST))
        numbers = {class_of(A, c, n): f"{A}-{year}0{n}" for c, year in ((1, 2026), (2, 2025)) for n in (1, 2)}
        target = dice.choice([code for code in numbers if world.nodes[code] != here])
        return students.move(session, SYSTEM, ids=[pupil.student_id], class_number=numbers[target])

    def correct(session: Session) -> object:
        sql = "UPDATE enrolment SET hardship = NOT hardship WHERE id % 3 = :rest AND id IN"
        return raw(session, f"{sql} (SELECT id FROM enrolment ORDER BY id FOR UPDATE)", rest=number % 3)

    return [dice.choice([decide, admit, transfer, correct]) for _ in range(ROUNDS)]


@pytest.mark.committed
def test_sixteen_writers_leave_every_figure_true(database: Database, world: World) -> None:
    calls = [partial(_write, database, world, number) for number in range(16)]
    outcomes = at_once(*calls, partial(_sweep, database), partial(_move_to_and_fro, database))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    with database.sessions() as session:
        plan = plan_of(session, world.plan_id)
        for node in session.scalars(everything(select(OrgNode), because=TEST)).all():
            figures = queries.at(session, SYSTEM, plan, node)
            rows = [row.figures for row in queries.by_child(session, SYSTEM, plan, node)]
            assert not rows or Figures.total(rows) == figures
            if node.code == ROOT:
                assert figures.total_eligible >= 14
        agree(session)


def _write(database: Database, world: World, number: int) -> int:
    """Each act in a transaction of its own; one that is refused, because somebody else was first, leaves nothing."""
    done = 0
    for work in writer(world, number):
        with suppress(Refusal):
            committed(database, work)()
            done += 1
    return done


def _sweep(database: Database) -> int:
    return sum(int(committed(database, fold)() > 0) for _ in range(10))


def _move_to_and_fro(database: Database) -> int:
    return sum(committed(database, partial(_moved, to=to))() for to in (COUNTY_B, COUNTY_A, COUNTY_B))


def _moved(session: Session, *, to: str) -> int:
    node = session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()
    return reshape.move(session, SYSTEM, node_id=node.id, target_code=to, version=node.version)
