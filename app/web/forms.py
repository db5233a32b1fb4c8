"""The parents of our forms: shape only; every POST form carries an idempotency key, forms of records a version."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import request, url_for
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types
from wtforms.widgets import TextInput


def offered(options: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """What a select or radio field offers, from pairs of value and words."""
    return [SelectChoice(value, words) for value, words in options]


class PickerInput(TextInput):
    """A text input whose suggestions the server sends while one types; the value is a code, the suggestion its name."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        """Render the input and the list its suggestions go to."""
        kwargs |= {
            "list": f"{field.id}-options",
            "autocomplete": "off",
            "hx-get": url_for(field.endpoint),
            "hx-trigger": "focus once, input changed delay:250ms",
            "hx-target": f"#{field.id}-options",
            "hx-swap": "innerHTML",
            "hx-params": f"{field.name},q_from",
            "hx-vals": f'{{"q_from": "{field.name}"}}',
        }
        typed = Markup(super().__call__(field, **kwargs))  # noqa: S704  WTForms has escaped it
        return Markup("%s<datalist id='%s-options'></datalist>") % (typed, field.id)


class PickerField(StringField):
    """Search-as-you-type for what has too many values for a choice: works without scripts by typing the code.

    `endpoint` answers GET with the typed text under the field's own name (`asked_text` reads it) by <option> lines.
    """

    widget = PickerInput()

    def __init__(self, *args: Any, endpoint: str, **kwargs: Any) -> None:
        """Name the endpoint that knows the suggestions."""
        super().__init__(*args, **kwargs)
        self.endpoint = endpoint


def asked_text(longest: int = 50) -> str:
    """What was typed into a picker, trimmed and cut; the picker says under which name it sends it."""
    return request.args.get(request.args.get("q_from", "q"), "").strip().replace("\x00", "")[:longest]


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
        """What was typed and where, in a fixed order, to tell a double click from another form under the same key."""
        pairs = sorted((n, v) for n, values in request.form.lists() for v in values if n not in {"key", "csrf_token"})
        return repr((request.path, pairs)).encode()


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
