"""F20: a plain install of the framework did not start, for its own interface and a newer marshmallow do not fit."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.faults.conftest import House
from tests.promises.source import ROOT

PINNED = {"marshmallow": 4, "wtforms": 4}
"""Below these versions the framework works; it allows newer ones itself."""


@pytest.mark.parametrize("package", PINNED)
def test_what_the_framework_breaks_with_is_kept_out(package: str) -> None:
    """F20, FAB §0.1: by the lock and by what is asked for."""
    assert int(version(package).split(".")[0]) < PINNED[package]
    wanted = (ROOT / "requirements.in").read_text("utf-8").lower().split("\n")
    assert [line for line in wanted if line.startswith(package) and f"<{PINNED[package]}" in line]


def test_the_framework_interface_for_users_and_roles_stays_off(house: House) -> None:
    """F20: the second reason to leave it off is F13."""
    assert house.app.config["FAB_ADD_SECURITY_API"] is False
    assert house.app.config["FAB_ADD_SECURITY_VIEWS"] is False
    assert not any(rule.rule.startswith("/api/") for rule in house.app.url_map.iter_rules())
