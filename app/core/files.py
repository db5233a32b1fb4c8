"""Stored bytes, by digest, under the data folder: written whole or not at all, never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


class FileStore:
    """The files of an installation. The row that names a file says whose it is and until when; here are only bytes."""

    def __init__(self, folder: Path) -> None:
        """Keep files below `folder`/files."""
        self._folder = folder / "files"

    def put(self, data: bytes) -> str:
        """Store bytes and return their SHA-256 digest in hex; storing the same bytes again costs nothing."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_name(f".{digest}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest, or FileNotFoundError."""
        return self.path(digest).read_bytes()

    def erase(self, digest: str) -> None:
        """Remove the bytes of an expired file; removing what is gone is no error."""
        self.path(digest).unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest lie; refuses what is no digest."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):  # noqa: PLR2004  hex of SHA-256
            raise ValueError("not a digest")
        return self._folder / digest[:2] / digest
