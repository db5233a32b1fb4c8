"""Sixteen who act at the same time, by every service there is, while differences are added and a school moves."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database, Session
from app.core.errors import Refusal
from app.core.files import FileStore
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.rates.services import fold
from tests.at_once import at_once, committed
from tests.make.places import COUNTY_A, COUNTY_B, A
from tests.rates.acts import ACTS, DRAWN
from tests.rates.hand import Hand
from tests.rates.identities import all_is_true
from tests.stage import TEST
from tests.world import World

NIGHT = int(os.environ.get("XUEBAO_TEST_HISTORIES", "0"))
WRITERS, ROUNDS = 16, 12 if NIGHT else 5
NOT_HERE = frozenset({"move_branch", "move_school", "close_plan", "end_of_day", "fold"})
"""Done once in a while by one beside the sixteen, or they would leave little to do for anybody else."""
ACTS_HERE = tuple(name for name in DRAWN if name not in NOT_HERE)


@pytest.fixture
def patient(database: Database) -> Iterator[Database]:
    """A database whose statements may wait as long as a busy machine needs: a page would say that it is worked on."""
    opened = Database(database.url, statement_timeout=60_000, pool_size=WRITERS + 4)
    yield opened
    opened.close()


@pytest.mark.committed
@pytest.mark.parametrize("seed", range(max(1, NIGHT // 10)))
def test_sixteen_writers_leave_every_figure_true(patient: Database, world: World, tmp_path: Path, seed: int) -> None:
    files = FileStore(tmp_path)
    writers = [partial(_write, patient, world, files, 100 * seed + number) for number in range(WRITERS)]
    moves = [partial(_moved, to=to) for to in (COUNTY_B, COUNTY_A, COUNTY_B)]
    outcomes = at_once(*writers, partial(_by_and_by, patient, [fold] * 10), partial(_by_and_by, patient, moves))
    assert [str(outcome) for outcome in outcomes if not isinstance(outcome, int)] == []
    assert sum(outcome for outcome in outcomes[:WRITERS] if isinstance(outcome, int)) > WRITERS
    with patient.sessions() as session:
        all_is_true(session, turn=seed, whole=bool(NIGHT))


def _write(database: Database, world: World, files: FileStore, number: int) -> int:
    """Some acts; one that is refused, because somebody else was first, leaves nothing. Returns how many happened."""
    dice = random.Random(number)  # noqa: S311  the same dice at every run
    hand = Hand(world, files, lambda work: committed(database, work)(), dice.randrange)
    done = 0
    for _ in range(ROUNDS):
        try:
            ACTS[dice.choice(ACTS_HERE)](hand)
            done += 1
        except Refusal:
            continue
    return done


def _by_and_by(database: Database, works: Sequence[Callable[[Session], int]]) -> int:
    return sum(int(committed(database, work)() > 0) for work in works)


def _moved(session: Session, *, to: str) -> int:
    node = session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()
    return reshape.move(session, SYSTEM, node_id=node.id, target_code=to, version=node.version)
