"""Putting a refusal's words beside the fields of forms that carry no idempotency key."""

from __future__ import annotations

from flask_wtf import FlaskForm

from app.core.errors import Refusal
from app.web import errors
from app.web.acts import sentence_of


def tell_fields(form: FlaskForm, refusal: Refusal) -> str | None:
    """Put a refusal's words beside the fields they are about; return the sentence when it is about none."""
    fields = getattr(refusal, "fields", {})
    told = [name for name in fields if name in form]
    for name in told:
        form[name].errors = [*form[name].errors, sentence_of(fields[name], refusal.facts)]
    return None if told else errors.sentence(refusal)
