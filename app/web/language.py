"""The words of the page in the visitor's language: one door to the translations for what is no view."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale, lazy_gettext


def lazy(words: str) -> Any:
    """A sentence that is translated when it is shown; `_l` in tables of labels and of refusals' sentences."""
    return lazy_gettext(words)


def is_chinese() -> bool:
    """Whether the page speaks Chinese, for what differs by more than its words (， or ,)."""
    return str(get_locale()).startswith("zh")


def territory(letters: str) -> str | None:
    """The name of a country or region by its two letters, in the language of the page."""
    name: str | None = get_locale().territories.get(letters)
    return name
