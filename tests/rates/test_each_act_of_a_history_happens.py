"""A history with the same dice at every run, in which each act that histories are made of really happens."""

from __future__ import annotations

import random
from pathlib import Path

from app.core.db import Session
from app.core.files import FileStore
from tests.rates.acts import ACTS
from tests.rates.stand import Stand
from tests.world import World

STORY = """
admit move_students import_list undo_import import_list leave undo_leaving leave readmit pause come_back
recognise revoke_recognition open_plan open_neighbours move_school open_plan close_plan ask_to_reopen agree_to_reopen
withdraw apply_for apply_for review_one apply_for review_matching enter correct stop resume
complete_a_unit submit_rate review_rate fold end_of_day complete_a_unit submit_rate review_rates
stop grow_class merge_places close_class move_branch move_branch admit end_of_day
"""
TRIES = 8


def test_each_act_of_a_history_happens(session: Session, world: World, tmp_path: Path) -> None:
    dice = random.Random(1)  # noqa: S311  the same dice at every run
    stand = Stand(session, world, FileStore(tmp_path))
    for name in STORY.split():
        before = stand.done[name]
        for _ in range(TRIES):
            stand.play(name, dice.randrange)
            if stand.done[name] > before:
                break
        assert stand.done[name] > before, (name, stand.done)
    assert set(STORY.split()) == set(ACTS)
    stand.over(turn=0)
