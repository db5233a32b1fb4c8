"""What an operator reads: a refusal's code in words with its facts; unusable settings and databases in one line."""

from __future__ import annotations

import click
import pytest

from app.core.command import answering, database, plain
from app.core.errors import Conflict, Invalid, NotFound, Refusal, TooMany
from config import BadSetting, Settings


@pytest.mark.parametrize(
    ("refusal", "line"),
    [
        (NotFound(what="plan"), "Not found (what: plan)"),
        (Conflict(), "Conflict"),
        (TooMany(seconds=7), "Too many (seconds: 7)"),
        (Invalid({"name": "name_length"}), "Invalid (fields: {'name': 'name_length'})"),
    ],
)
def test_a_refusal_reads_as_its_code_and_facts(refusal: Refusal, line: str) -> None:
    assert plain(refusal) == line


def test_a_bad_setting_becomes_an_error_of_the_command() -> None:
    with pytest.raises(click.ClickException, match="PORT must be"), answering():
        raise BadSetting("PORT must be a whole number")


def test_a_database_that_cannot_be_reached_is_said_in_one_line_without_its_password() -> None:
    settings = Settings.from_env({"DATABASE_URL": "postgresql://somebody:very-secret@127.0.0.1:1/nothing"})
    with pytest.raises(click.ClickException) as error, answering(), database(settings):
        pytest.fail("there is no such database")
    assert error.value.message.startswith("The database cannot be reached: ")
    assert "\n" not in error.value.message
    assert "very-secret" not in error.value.message


def test_an_error_of_ours_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), answering():
        raise ZeroDivisionError
