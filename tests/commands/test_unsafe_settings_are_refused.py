"""An address that others reach needs production settings; a start without them is refused before anything runs."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from app.cli.main import main

ALL = "0.0.0.0"  # noqa: S104  nothing listens: it is refused
UNSAFE = [
    ({"HOST": ALL}, "listening address"),
    ({"HOST": ALL, "XUEBAO_ENV": "production"}, "host names"),
    ({"HOST": ALL, "XUEBAO_ENV": "production", "TRUSTED_HOSTS": "xuebao.example"}, "TLS"),
]


@pytest.mark.parametrize(("settings", "named"), UNSAFE)
def test_serve_refuses_in_one_line(settings: dict[str, str], named: str, tmp_path: object) -> None:
    answer = CliRunner().invoke(main, ["serve"], env={"XUEBAO_DATA": str(tmp_path), "DATABASE_URL": None, **settings})
    assert answer.exit_code != 0
    assert f"Refusing to start, {named}" in answer.output


@pytest.mark.parametrize(
    "settings",
    [{"PORT": "0"}, {"PORT": "x"}, {"XUEBAO_ENV": "staging"}, {"DATABASE_URL": "mysql://x"}, {"WEB_WORKERS": "99"}],
)
def test_a_setting_that_cannot_be_is_named(settings: dict[str, str]) -> None:
    answer = CliRunner().invoke(main, ["serve"], env={"DATABASE_URL": None, **settings})
    assert answer.exit_code == 1
    assert next(iter(settings)) in answer.output
