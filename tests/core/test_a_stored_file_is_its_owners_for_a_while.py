"""Stored files: encrypted, of one account, for a time; what is rolled back leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.db import Database, Session
from app.core.files import FileStore
from app.core.stored import NewFile, StoredFile, contents, erase_expired, keep, of_owner
from tests.conftest import StandAt
from tests.world import KEYRING

DATA = b"ABCD-EFGH-JKMN"
NEW = NewFile("test", "a.txt", "text/plain", DATA, timedelta(days=1))


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def kept(session: Session, store: FileStore, owner_id: int = 7) -> int:
    """Keep the file."""
    return keep(session, store, KEYRING, owner_id=owner_id, new=NEW)


def test_its_owner_reads_what_was_stored(session: Session, store: FileStore) -> None:
    row = of_owner(session, 7, kept(session, store))
    assert row is not None
    assert contents(store, KEYRING, row) == DATA


def test_nobody_else_finds_it(session: Session, store: FileStore) -> None:
    assert of_owner(session, 8, kept(session, store)) is None


def test_the_bytes_on_disk_do_not_show_what_it_holds(session: Session, store: FileStore, tmp_path: Path) -> None:
    kept(session, store)
    assert [DATA in path.read_bytes() for path in files_in(tmp_path)] == [False]


def test_after_its_time_it_is_found_no_more_and_erased(
    session: Session, store: FileStore, tmp_path: Path, at: StandAt
) -> None:
    file_id, start = kept(session, store), now(session)
    session.commit()
    at(start + timedelta(days=1, seconds=1))
    assert of_owner(session, 7, file_id) is None
    assert erase_expired(session, store) == 1
    assert files_in(tmp_path) == []
    assert erase_expired(session, store) == 0
    assert session.scalars(select(StoredFile.erased_at).where(StoredFile.id == file_id)).one() is not None


def test_what_has_not_expired_is_not_erased(session: Session, store: FileStore, tmp_path: Path) -> None:
    kept(session, store)
    assert erase_expired(session, store) == 0
    assert len(files_in(tmp_path)) == 1


@pytest.mark.committed
def test_an_act_that_is_undone_leaves_no_file(database: Database, store: FileStore, tmp_path: Path) -> None:
    def work(session: Session) -> None:
        kept(session, store)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.transaction(work)
    assert files_in(tmp_path) == []
    database.transaction(lambda session: kept(session, store))
    assert len(files_in(tmp_path)) == 1
