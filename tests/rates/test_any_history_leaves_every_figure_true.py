"""Any history of the roll, the tree, plans, applications and rates, acts undone among them: every identity holds."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.core.db import Session
from app.core.files import FileStore
from tests.rates.acts import DRAWN
from tests.rates.stand import Stand
from tests.world import World

NIGHT = int(os.environ.get("XUEBAO_TEST_HISTORIES", "0"))
"""How many histories a night run plays (`XUEBAO_TEST_HISTORIES=500`): longer ones, and every list is looked at."""
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


class History(RuleBasedStateMachine):
    """Acts in any order; after each of them all counters are counted again, at the end everything is looked at."""

    session: Session
    world: World
    files: FileStore
    turns: Iterator[int]

    def __init__(self) -> None:
        """Begin where the cast stands."""
        super().__init__()
        self.stand = Stand(self.session, self.world, self.files)

    @rule(name=st.sampled_from(DRAWN), seed=st.integers(0, 2**20), undone=st.integers(0, 7).map(lambda n: n == 7))
    def something_happens(self, name: str, seed: int, undone: bool) -> None:  # noqa: FBT001  drawn
        """One act, by the service that does it; whom it is about follows from the number."""
        self.stand.play(name, random.Random(seed).randrange, undone=undone)  # noqa: S311  no secret

    @invariant()
    def counters_say_what_a_count_says(self) -> None:
        """After every act."""
        self.stand.counters_agree()

    def teardown(self) -> None:
        """At the end: every node of the world, every plan."""
        self.stand.over(turn=next(self.turns), whole=bool(NIGHT))


def test_any_history_leaves_every_figure_true(session: Session, world: World, tmp_path: Path) -> None:
    shared = {"session": session, "world": world, "files": FileStore(tmp_path), "turns": itertools.count()}
    run_state_machine_as_test(
        type("Played", (History,), shared),
        settings=settings(
            max_examples=NIGHT or 5, stateful_step_count=50 if NIGHT else 12, suppress_health_check=QUIET
        ),
    )
