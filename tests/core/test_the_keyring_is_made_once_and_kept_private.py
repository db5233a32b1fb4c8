"""The keyring in the data folder: made at the first start, the same for everybody afterwards, readable by us alone."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from app.core.crypto import PURPOSES, Keyring
from tests.at_once import at_once


def test_a_second_start_reads_the_keys_of_the_first(tmp_path: Path) -> None:
    assert Keyring.at(tmp_path) == Keyring.at(tmp_path)


def test_the_file_is_readable_by_its_owner_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    Keyring.at(tmp_path / "data")
    (file,) = (tmp_path / "data").iterdir()
    assert file.name == "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_purpose_has_a_key_of_its_own_and_two_installations_share_none(tmp_path: Path) -> None:
    one, other = Keyring.at(tmp_path / "one"), Keyring.at(tmp_path / "other")
    keys = [*one.keys.values(), *other.keys.values()]
    assert set(one.keys) == set(PURPOSES)
    assert all(len(key) == 32 for key in keys)
    assert len(set(keys)) == 2 * len(PURPOSES)


def test_starts_at_the_same_instant_agree_on_one_keyring(tmp_path: Path) -> None:
    rings = at_once(*[lambda: Keyring.at(tmp_path)] * 8)
    assert all(ring == Keyring.at(tmp_path) for ring in rings)


def test_the_cookie_key_is_not_the_stored_text(tmp_path: Path) -> None:
    ring = Keyring.at(tmp_path)
    stored = json.loads((tmp_path / "keys.json").read_text())
    assert ring.cookie_key == ring.keys["cookie"].hex()
    assert ring.cookie_key not in stored.values()
