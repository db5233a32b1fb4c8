"""The file that tells how to sign in to the demo: mode 0600, written whole or not at all.

Layout: `{"plan": CODE, "accounts": [{"role", "username", "password", "place": NODE CODE, "plan": CODE}]}`. The plan on
top is that of the schools; an account's plan is one that covers its place.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY23456789"
"""No look-alikes: somebody types these passwords by hand."""
PASSWORD_LENGTH = 16


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of the file; `password` is in clear nowhere else."""

    role: str
    username: str
    password: str
    place: str
    plan: str


def new_password() -> str:
    """Draw a password of 16 characters (91 bits)."""
    return "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))


def write(path: Path, *, plan: str, accounts: Sequence[DemoAccount]) -> None:
    """Write the file so that only its owner can read it; whoever reads meanwhile sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"plan": plan, "accounts": [asdict(a) for a in accounts]}, ensure_ascii=False, indent=1)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read(path: Path) -> list[DemoAccount]:
    """Read the accounts of a file written before; empty when there is none or it is something else."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return [DemoAccount(**account) for account in stored["accounts"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # not there, or not ours: the caller then draws new passwords and writes the file
        return []
