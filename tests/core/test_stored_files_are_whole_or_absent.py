"""The file store: bytes under their digest, private, never half written, never outside its folder."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from app.core.files import FileStore
from tests.at_once import at_once

DATA = "学保".encode()


def names_in(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_by_their_digest(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    digest = store.put(DATA)
    assert digest == hashlib.sha256(DATA).hexdigest()
    assert store.get(digest) == DATA


def test_storing_the_same_bytes_twice_keeps_one_private_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    digest = store.put(DATA)
    assert store.put(DATA) == digest
    assert names_in(tmp_path) == [f"files/{digest[:2]}/{digest}"]
    assert stat.S_IMODE(store.path(digest).stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path(digest).parent.stat().st_mode) == 0o700


def test_the_same_bytes_stored_at_the_same_instant_leave_one_whole_file(tmp_path: Path) -> None:
    store, data = FileStore(tmp_path), bytes(range(256)) * 4096
    digests = at_once(*[lambda: store.put(data)] * 8)
    assert set(digests) == {hashlib.sha256(data).hexdigest()}
    assert names_in(tmp_path) == [f"files/{digests[0]!s:.2}/{digests[0]}"]
    assert store.get(str(digests[0])) == data


def test_an_erased_file_is_gone_and_erasing_it_again_is_no_error(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    digest = store.put(DATA)
    store.erase(digest)
    store.erase(digest)
    with pytest.raises(FileNotFoundError):
        store.get(digest)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "/" * 64, "é" * 64, f"{'a' * 63}\n"])
def test_what_is_no_digest_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        FileStore(tmp_path).get(name)
