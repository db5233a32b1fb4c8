"""Lock files between processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.filelock import FileLock, held


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> tuple[FileLock, FileLock]:
    return FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")


def test_one_holds_and_the_other_is_told_so_at_once(pair: tuple[FileLock, FileLock]) -> None:
    one, other = pair
    assert one.hold()
    assert not other.hold()
    assert not other.share()
    one.close()
    assert other.hold()


def test_many_share_and_nobody_holds_meanwhile(pair: tuple[FileLock, FileLock]) -> None:
    one, other = pair
    assert one.share()
    assert other.share()
    assert not one.hold()
    other.close()
    assert one.hold()


def test_a_child_that_was_handed_the_file_keeps_the_lock(pair: tuple[FileLock, FileLock]) -> None:
    one, other = pair
    one.hold()
    childs = os.dup(one.fileno)
    one.close()
    assert not other.hold()
    os.close(childs)
    assert other.hold()


def test_waiting_too_long_for_a_lock_is_a_timeout(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held(path, 0), pytest.raises(TimeoutError), held(path, 0):
        pytest.fail("two hold one lock")


def test_an_unlocked_file_has_no_number_to_hand_over(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not locked"):
        _ = FileLock(tmp_path / "lock").fileno
