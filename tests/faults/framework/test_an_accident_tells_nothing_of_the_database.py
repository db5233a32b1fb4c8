"""FAB §2.13, FAB §2.14: the framework showed SQL with its values to the user, and answered a duplicate with 500."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import Database
from app.departments import queries
from app.factory import create_app
from config import Settings
from tests.faults.conftest import House
from tests.make.places import BIRDS, A
from tests.make.visits import HOST, browser

SECRET = "3601022013090100018"

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


def _break(session: Session, *_args: object, **_asked: object) -> int:
    stmt = text("INSERT INTO ab_role (id, name) SELECT id, :secret FROM ab_role LIMIT 1")
    session.execute(stmt, {"secret": SECRET})
    return 0


def test_a_broken_statement_is_a_number_to_tell_support(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """FAB §2.13: the page has neither statement nor values, the log no values."""
    monkeypatch.setattr(queries, "count", _break)
    with caplog.at_level(logging.ERROR):
        answer = house.get("school_admin", "/departments/")
    assert answer.status_code == 500
    for word in ("INSERT", "ab_role", "psycopg", "Traceback", "pk_", SECRET):
        assert word not in answer.text
    (record,) = [record for record in caplog.records if "incident" in record.getMessage()]
    assert record.getMessage().split()[1] in answer.text
    assert SECRET not in caplog.text


def test_a_page_tells_it_even_when_the_database_is_away(tmp_path: Path) -> None:
    """FAB §2.13: the page of an accident asks the database nothing, whoever was signed in."""
    away = Database("postgresql://nobody@127.0.0.1:1/nothing", pool_size=1)
    app = create_app(Settings.from_env({"XUEBAO_DATA": str(tmp_path)}), away)
    for client in (browser(app), browser(app, "a token")):
        for path in ("/login/", "/health", "/students/", "/"):
            answer = client.get(path, base_url=HOST)
            assert answer.status_code in {500, 302}, path
            assert "127.0.0.1" not in answer.text
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.status_code == 302 or 'class="incident"' in answer.text, path
    away.close()


def test_a_duplicate_is_a_conflict_in_words(house: House) -> None:
    """FAB §2.14: 409, what is wrong and with which field or value; what was typed stays."""
    before = house.rows()
    name = f"{BIRDS[A]}处"
    answer = house.post("school_admin", "/departments/new", {"node": A, "name": name})
    assert answer.status_code == 409
    assert f'value="{name}"' in answer.text
    assert "uq_" not in answer.text
    taken = {"name": "王伟", "user_name": "CLASS_teacher", "place": A, "role": "counsellor"}
    assert house.post("school_admin", "/users/new", taken).status_code == 409
    assert house.rows() == before
