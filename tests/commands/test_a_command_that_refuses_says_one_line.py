"""Refusals of commands: one line on standard error, nothing on standard output, non-zero; unknown and hidden alike."""

from __future__ import annotations

import pytest

from app.cli.main import main
from tests.commands.conftest import Installation
from tests.make.places import COUNTY_A, ROOT, A, B, class_of, grade
from tests.world import World

COMMANDS = [("figures",), ("people", "--status", "insured")]


def asking(command: tuple[str, ...], world: World, **changed: str) -> tuple[str, ...]:
    """The words of a command, by the school admin, about the own school unless told otherwise."""
    words = {"plan": world.plan, "node": A, "as": "school_admin", **changed}
    return (*command, *(word for name, value in words.items() for word in (f"--{name}", value)), "--json")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_node_out_of_scope_answers_as_one_that_does_not_exist(
    installation: Installation,
    world: World,
    command: tuple[str, ...],
) -> None:
    codes = (B, grade(B, 1), class_of(B, 1, 1), COUNTY_A, ROOT, "NOWHERE", "", "' OR 1=1 --")
    answers = {installation.refusal(*asking(command, world, node=code)) for code in codes}
    assert answers == {"Error: Not found (what: node)\n"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_plan_out_of_reach_answers_as_one_that_does_not_exist(
    installation: Installation,
    world: World,
    command: tuple[str, ...],
) -> None:
    answers = {installation.refusal(*asking(command, world, plan=code)) for code in ("NOWHERE", "", B)}
    assert answers == {"Error: Not found (what: plan)\n"}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("user", ["nobody", "", "%"])
def test_an_unknown_user_is_not_found(
    installation: Installation,
    world: World,
    command: tuple[str, ...],
    user: str,
) -> None:
    words = asking(command, world, **{"as": user})
    assert installation.refusal(*words) == "Error: Not found (what: account)\n"


def test_a_word_that_is_no_text_is_refused_in_one_line(installation: Installation, world: World) -> None:
    said = installation.refusal(*asking(COMMANDS[0], world, node="\udcff"))
    assert said == "Error: A word of this command is not text in UTF-8\n"


@pytest.mark.parametrize("user", ["guardian", "student"])
def test_families_read_no_figures(installation: Installation, world: World, user: str) -> None:
    for node in (A, class_of(A, 1, 1)):
        words = asking(COMMANDS[0], world, node=node, **{"as": user})
        assert installation.refusal(*words) == "Error: Not found (what: node)\n"


def test_a_status_that_is_none_is_refused_with_the_ones_there_are(installation: Installation, world: World) -> None:
    result = installation.run(*asking(("people", "--status", "everybody"), world))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "total_eligible" in result.stderr


def test_a_refusal_of_a_process_of_its_own_is_one_line_as_well(installation: Installation, world: World) -> None:
    done = installation.process(*asking(COMMANDS[0], world, node=B))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Error: Not found (what: node)\n")


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"DATABASE_URL": "postgresql://u:very-secret@127.0.0.1:1/x"}, "Error: The database cannot be reached: "),
        ({"PORT": "eighty"}, "Error: PORT must be a whole number"),
        ({"XUEBAO_ENV": "test"}, "Error: XUEBAO_ENV must be development or production"),
    ],
)
def test_an_installation_that_cannot_be_used_is_said_in_one_line(
    installation: Installation,
    world: World,
    changed: dict[str, str],
    line: str,
) -> None:
    broken = Installation({**installation.environment, **changed})
    said = broken.refusal(*asking(COMMANDS[0], world))
    assert said.startswith(line)
    assert "very-secret" not in said


@pytest.mark.parametrize("name", sorted(main.list_commands(None)))  # type: ignore[arg-type]
def test_every_command_explains_itself(installation: Installation, name: str) -> None:
    result = installation.run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: main {name}")
    assert result.stderr == ""
