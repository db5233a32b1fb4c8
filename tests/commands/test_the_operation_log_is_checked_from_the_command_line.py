"""`xuebao audit`: an operator asks whether the log is still what was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.audit.jobs import seal_lines
from app.core.db import Database
from tests.commands.conftest import Installation


def _database(installation: Installation) -> Database:
    return Database(installation.environment["DATABASE_URL"])


@pytest.fixture
def sealed(installation: Installation) -> Installation:
    """The installation with every line of its log sealed."""
    database = _database(installation)
    seal_lines(database, Path(installation.environment["XUEBAO_DATA"]))
    database.close()
    return installation


def test_a_whole_chain_is_said_to_hold_with_its_end(sealed: Installation) -> None:
    answer = sealed.answer("audit")
    assert list(answer) == ["sealed", "head", "waiting", "breaks"]
    assert answer["sealed"] > 0
    assert (answer["waiting"], answer["breaks"]) == (0, [])
    said = sealed.run("audit")
    assert said.exit_code == 0
    assert f"end of the chain: {answer['sealed']}:{answer['head']}" in said.stdout


def test_the_end_noted_before_is_compared(sealed: Installation) -> None:
    answer = sealed.answer("audit")
    assert sealed.run("audit", "--head", f"{answer['sealed']}:{answer['head']}").exit_code == 0
    said = sealed.run("audit", "--head", f"{answer['sealed']}:{'0' * 64}")
    assert said.exit_code == 1
    assert said.stdout.startswith("other_head\t")


def test_an_end_that_is_none_is_refused(sealed: Installation) -> None:
    assert "64 digits" in sealed.run("audit", "--head", "12:34").stderr


def test_a_changed_line_is_named_and_the_command_ends_with_1(sealed: Installation) -> None:
    database = _database(sealed)
    with database.engine.begin() as connection:
        line = connection.scalar(text("SELECT min(audit_id) FROM audit_seal"))
        name = connection.scalar(text("SELECT actor_name FROM audit WHERE id = :id"), {"id": line})
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit SET actor_name = 'else' WHERE id = :id"), {"id": line})
    said = sealed.run("audit")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE audit SET actor_name = :name WHERE id = :id"), {"id": line, "name": name})
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
    database.close()
    assert said.exit_code == 1
    assert said.stdout.startswith(f"changed\tseal 1, line {line}\n")
    assert sealed.run("audit").exit_code == 0
