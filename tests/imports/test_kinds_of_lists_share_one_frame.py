"""Whatever kind of list a feature hands over gets its words, its command and its screens the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
import pytest

from app.access.permissions import Permission
from app.features import FEATURES
from app.sheets.cli import import_command
from app.sheets.kinds import DOORS, WORDS, Kind, all_kinds, connect
from app.students.sheet import LAYOUT, StudentList

KINDS: list[Kind] = [kind for feature in FEATURES for kind in feature.sheets]
SENTENCES = {code for feature in FEATURES for code in feature.sentences}


class _Strange(StudentList):
    """A kind whose permission opens no door of the import screens."""

    layout = replace(LAYOUT, key="strange")
    permission = Permission.SYSTEM_OPERATE


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.layout.key)
def test_a_kind_has_every_sentence_that_is_said_about_it(kind: Kind) -> None:
    words = (*WORDS, "target") if kind.target_option else WORDS
    assert {f"import_{kind.layout.key}_{word}" for word in words} <= SENTENCES


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.layout.key)
def test_a_kind_has_a_command_of_its_own(kind: Kind) -> None:
    context = click.Context(import_command)
    assert kind.layout.key in import_command.list_commands(context)
    command: Any = import_command.get_command(context, kind.layout.key)
    options = {option for parameter in command.params for option in parameter.opts}
    wanted = {f"--{kind.place_option}", "--as", "--apply", "--good-rows", "--errors", "--json", "file"}
    assert options == wanted | ({f"--{kind.target_option}"} if kind.target_option else set())


def test_every_kind_can_be_taken_back_by_one_command() -> None:
    context = click.Context(import_command)
    assert import_command.list_commands(context) == [*(kind.layout.key for kind in all_kinds()), "undo"]


def test_a_kind_nobody_could_reach_from_the_menu_is_refused() -> None:
    try:
        with pytest.raises(ValueError, match="system:operate"):
            connect([_Strange()])
    finally:
        connect(KINDS)
    assert {kind.permission for kind in all_kinds()} <= set(DOORS)
