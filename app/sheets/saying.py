"""Saying a code as a sentence, on a page, on the command line and in the worker. An extra file: it needs no page.

The sentences are those of all features, translated late; where there is no page they are looked up in the catalogue of
the language somebody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from gettext import NullTranslations, translation
from typing import Any

from app.sheets.columns import Layout
from config import PROJECT_ROOT

_all: dict[str, Any] = {}


def learn(sentences: Mapping[str, Any]) -> None:
    """Take in the sentences of all features: rows are judged by the rules of several."""
    _all.update(sentences)


def say(code: str, facts: Mapping[str, Any], locale: str | None = None) -> str:
    """The sentence of a code with its facts, in a language or that of the page; the code itself where there is none."""
    found = _all.get(code, code)
    words = _catalogue(locale).gettext(_english(found)) if locale else str(found)
    return words % facts if facts and "%(" in words else words


def say_why(layout: Layout, code: str, facts: Mapping[str, Any], language: str) -> str:
    """Why a file was refused; the columns that were looked for by their headings."""
    columns, looked_for = layout.by_key, str(facts.get("looked_for", "")).split(", ")
    headings = ", ".join(columns[key].heading(language) for key in looked_for if key in columns)
    return say(code, {**facts, "looked_for": headings} if headings else facts)


def _english(words: Any) -> str:  # noqa: ANN401  a sentence that is translated late, or a plain one
    """What a late sentence will look up: the first argument it keeps."""
    return str(getattr(words, "_args", (words,))[0])


@lru_cache(maxsize=8)
def _catalogue(locale: str) -> NullTranslations:
    return translation("messages", PROJECT_ROOT / "translations", [locale], fallback=True)
