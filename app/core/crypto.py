"""Secrets: the keyring outside the database, sealing of fields, and keyed digests for look-up.

A sealed value is `suite | key id | nonce | AES-256-GCM`; its associated data is `table.column` and the row's
`sealed_as`, so that a sealed value cannot be moved to another row or column. Losing the keyring loses the numbers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SUITE = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
PURPOSES = ("field", "lookup", "code", "seal", "cookie")


class BrokenSeal(ValueError):
    """A sealed value does not belong to this row and column, was changed, or its key is not in the keyring."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation, one per purpose; made at the first start, file mode 0600."""

    keys: dict[str, bytes]
    key_id: int = 1

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Read the keyring in a data folder, making it first when there is none."""
        path = folder / "keys.json"
        if not path.exists():
            _make(path)
        stored = json.loads(path.read_text())
        return cls({name: base64.b64decode(stored[name]) for name in PURPOSES}, int(stored["key_id"]))

    @cached_property
    def _cipher(self) -> AESGCM:
        """Made once: to set the key up takes as long as to seal a field."""
        return AESGCM(self.keys["field"])

    def seal(self, text: str, place: str, sealed_as: uuid.UUID) -> bytes:
        """Encrypt a field; `place` is `table.column`."""
        return self.seal_bytes(text.encode(), place, sealed_as)

    def seal_bytes(self, data: bytes, place: str, sealed_as: uuid.UUID) -> bytes:
        """Encrypt a whole file; `place` is `table.column` of the digest that names it."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, data, _bound_to(place, sealed_as))
        return SUITE + self.key_id.to_bytes(2, "big") + nonce + sealed

    def open(self, sealed: bytes, place: str, sealed_as: uuid.UUID) -> str:
        """Decrypt a field, or raise `BrokenSeal`."""
        try:
            return self.open_bytes(sealed, place, sealed_as).decode()
        except UnicodeDecodeError as error:
            raise BrokenSeal(place) from error

    def open_bytes(self, sealed: bytes, place: str, sealed_as: uuid.UUID) -> bytes:
        """Decrypt a whole file, or raise `BrokenSeal`."""
        if sealed[:1] != SUITE or int.from_bytes(sealed[1:3], "big") != self.key_id:
            raise BrokenSeal(place)
        nonce, rest = sealed[3 : 3 + NONCE_BYTES], sealed[3 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, _bound_to(place, sealed_as))
        except (InvalidTag, ValueError) as error:  # ValueError: the value was cut short
            raise BrokenSeal(place) from error

    def digest(self, text: str, purpose: str = "lookup") -> bytes:
        """A keyed digest (32 bytes) of a normalised value, for look-up by equality."""
        return hmac.digest(self.keys[purpose], text.encode(), hashlib.sha256)

    @property
    def cookie_key(self) -> str:
        """The key Flask signs cookies with."""
        return self.keys["cookie"].hex()


def _bound_to(place: str, sealed_as: uuid.UUID) -> bytes:
    return f"{place}|{sealed_as}".encode()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {name: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() for name in PURPOSES}
    text = json.dumps({"key_id": 1, **fresh}, indent=1)
    # Two processes may start at once: the first link wins, both then read the same file.
    draft = path.with_name(f".keys.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
