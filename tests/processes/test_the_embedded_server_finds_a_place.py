"""Where the server keeps its data, whom it runs as, how it is reached."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import psycopg
import pytest

from app.core import embedded_place
from app.core.embedded import EmbeddedPostgres
from app.core.embedded_place import EmbeddedUnusable, Place, find_place

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


def modes(path: Path) -> dict[Path, tuple[int, int]]:
    return {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in path.parents}


@ROOT_ONLY
def test_a_folder_the_servers_user_cannot_reach_is_left_and_said(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(embedded_place, "SYSTEM_FOLDER", open_folder / "system")
    monkeypatch.setattr(embedded_place, "_runs", lambda *_: False)
    said: list[str] = []
    server = EmbeddedPostgres(tmp_path / "data", fast_and_unsafe=True, say=said.append)
    server.start()
    server.stop()
    assert server.place.folder.parent == open_folder / "system"
    assert server.place.programs.is_relative_to(open_folder / "system")
    assert len(said) == 2
    assert str(server.place.folder) in said[0]
    assert not (tmp_path / "data" / "postgres").exists()


@ROOT_ONLY
def test_no_folder_above_its_own_is_changed(server: EmbeddedPostgres) -> None:
    server.data.mkdir(mode=0o755)
    before = modes(server.data / "postgres")
    server.start()
    assert modes(server.data / "postgres") == before
    assert server.place.cluster.stat().st_uid == server.place.uid != 0


@ROOT_ONLY
def test_the_wanted_user_must_exist(open_folder: Path) -> None:
    assert find_place(open_folder / "data", "nobody").uid == pwd.getpwnam("nobody").pw_uid
    with pytest.raises(EmbeddedUnusable, match="nobody-of-that-name"):
        find_place(open_folder / "data", "nobody-of-that-name")


def test_everything_secret_is_closed_to_others(server: EmbeddedPostgres) -> None:
    server.start()
    folder = server.place.folder
    assert (folder.stat().st_mode & 0o777) == 0o700
    for secret in ("xuebao.password", "postgres.password"):
        assert ((folder / secret).stat().st_mode & 0o777) == 0o600
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(open_folder: Path) -> None:
    server = EmbeddedPostgres(open_folder / ("d" * 100) / "data", fast_and_unsafe=True)
    server.data.parent.mkdir(mode=0o711)
    url = server.start()
    folder = server.place.socket_folder()
    assert folder
    assert (str(folder.parent), folder.stat().st_mode & 0o777) == ("/tmp", 0o700)  # noqa: S108  what is proved
    psycopg.connect(url).close()
    server.stop()
    folder.rmdir()


def test_without_sockets_it_listens_on_loopback_with_a_password(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "socket_folder", lambda _: None)
    url = server.start()
    assert "@127.0.0.1:" in url
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace(url.split(":")[2].split("@")[0], "wrong"))
    psycopg.connect(url).close()
