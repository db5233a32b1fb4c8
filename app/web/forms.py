"""The parents of our forms: shape only; every POST form carries an idempotency key, forms of records a version."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField

KEY_LENGTH = 32


class ActForm(FlaskForm):
    """A form that does something once: its key is made with the page and sent back with it."""

    key = HiddenField()
    status = 200

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give a fresh page a fresh key."""
        super().__init__(*args, **kwargs)
        if request.method != "POST" or not self.key.data:
            self.key.data = uuid.uuid4().hex

    def tell(self, field: str, sentence: str) -> None:
        """Say beside a field what is wrong with it."""
        self[field].errors = [*self[field].errors, sentence]

    def body(self) -> bytes:
        """What was typed, in a fixed order, to tell a double click from another form under the same key."""
        pairs = sorted((n, v) for n, values in request.form.lists() for v in values if n not in {"key", "csrf_token"})
        return repr(pairs).encode()


class RecordForm(ActForm):
    """A form of a record: `version` is the one the page was made from; a stale one shows both values."""

    version = HiddenField()

    def known_version(self) -> int:
        """The version the page was made from; 0 for what no page of ours sends."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004  fits bigint

    def meet(self, current: dict[str, Any], version: int) -> None:
        """Show beside each field what somebody else has saved meanwhile; sending again overwrites it knowingly."""
        for name, value in current.items():
            if name in self and str(self[name].data or "") != str(value or ""):
                self[name].theirs = value if value not in {None, ""} else "—"
        self.version.data = str(version)
        self.version.raw_data = [str(version)]
        self.key.data = uuid.uuid4().hex
