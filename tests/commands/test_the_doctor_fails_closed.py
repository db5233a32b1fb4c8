"""`xuebao doctor`: says what is well, exits non-zero when anything is unsafe, and changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.access.permissions import Permission
from app.core.db import driver_url
from tests.cluster import Cluster
from tests.commands.conftest import Installation
from tests.stage import Stage

LOOKED_AT = {
    "listening address",
    "host names",
    "TLS",
    "keys",
    "data folder",
    "schema",
    "database role",
    "clocks",
    "permissions",
    "demo data",
    "accounts",
}


def look(installation: Installation, **changed: str) -> tuple[int, dict[str, Any]]:
    """Exit status and findings of the doctor, under changed settings."""
    result = Installation({**installation.environment, **changed}).run("doctor", "--json")
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert list(answer) == ["ok", "checks"]
    assert answer["ok"] is (result.exit_code == 0)
    return result.exit_code, {found["check"]: found for found in answer["checks"]}


def unwell(found: dict[str, Any]) -> list[str]:
    """The names of what is not well."""
    return sorted(name for name, finding in found.items() if not finding["ok"])


def test_a_good_installation_is_well(installation: Installation) -> None:
    status, found = look(installation)
    assert unwell(found) == []
    assert status == 0
    assert set(found) >= LOOKED_AT
    assert found["permissions"]["detail"] == f"{len(Permission)} of {len(Permission)}"


@pytest.mark.parametrize(
    ("changed", "bad"),
    [
        ({"HOST": "0.0.0.0"}, ["host names", "listening address"]),  # noqa: S104  the doctor is to refuse it
        ({"HOST": "0.0.0.0", "TRUSTED_HOSTS": "a.example"}, ["listening address"]),  # noqa: S104  the same
        ({"HOST": "0.0.0.0", "XUEBAO_ENV": "production", "TRUSTED_HOSTS": "a.example"}, ["TLS"]),  # noqa: S104  the same
        ({"XUEBAO_ENV": "production"}, []),
    ],
)
def test_unsafe_settings_fail(installation: Installation, changed: dict[str, str], bad: list[str]) -> None:
    status, found = look(installation, **changed)
    assert set(bad) <= set(unwell(found))
    assert status == int(bool(unwell(found)))
    assert (unwell(found) == []) == (bad == [])


def test_keys_that_others_may_read_fail(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(installation.environment["XUEBAO_DATA"], folder)
    (folder / "keys.json").chmod(0o644)
    status, found = look(installation, XUEBAO_DATA=str(folder))
    assert (status, unwell(found)) == (1, ["keys"])
    assert "chmod 600" in found["keys"]["detail"]


def test_demo_data_in_production_fails(stage: Stage, installation: Installation) -> None:
    url = stage.clone("doctor_demo")
    engine = create_engine(driver_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE person SET is_demo = true"))
    engine.dispose()
    try:
        status, found = look(installation, DATABASE_URL=url, XUEBAO_ENV="production")
        assert (status, unwell(found)) == (1, ["demo data"])
        assert look(installation, DATABASE_URL=url)[0] == 0
    finally:
        stage.cluster.drop("doctor_demo")


def test_a_permission_that_is_missing_fails(stage: Stage, installation: Installation) -> None:
    url = stage.clone("doctor_permissions")
    engine = create_engine(driver_url(url))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ab_permission_view_role"))
        connection.execute(text("DELETE FROM ab_permission_view WHERE id = (SELECT max(id) FROM ab_permission_view)"))
    engine.dispose()
    try:
        status, found = look(installation, DATABASE_URL=url)
        assert (status, unwell(found)) == (1, ["permissions"])
    finally:
        stage.cluster.drop("doctor_permissions")


def test_a_database_without_the_schema_fails_and_stays_without_it(cluster: Cluster, installation: Installation) -> None:
    with cluster.cloned("doctor_empty") as url:
        engine = create_engine(driver_url(url))
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
        status, found = look(installation, DATABASE_URL=url)
        assert (status, unwell(found)) == (1, ["schema"])
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 0
        engine.dispose()


def test_without_json_each_finding_is_a_line_that_says_whether_it_is_well(installation: Installation) -> None:
    result = Installation({**installation.environment, "HOST": "0.0.0.0"}).run("doctor")  # noqa: S104  to be refused
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert {line[:4] for line in lines} == {"ok  ", "BAD "}
    assert "BAD  listening address: " in result.stdout


def test_a_process_of_its_own_prints_json_and_nothing_else(installation: Installation) -> None:
    done = installation.process("doctor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["ok"] is True
