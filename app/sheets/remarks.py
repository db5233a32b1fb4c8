"""A cell that could not be read, as the remark that its row keeps. Pure.

An extra file: every kind of list reads its cells by `values` and keeps what was wrong with them in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.sheets.rules import Remark
from app.sheets.values import Bad

MOST_TOLD = 10


def remark_of(column: str, bad: Bad) -> Remark:
    """What is wrong with the cell of a column: a code with a sentence, and facts that fit into it."""
    code = f"cell_{bad.facts.get('reason', 'other')}" if bad.code == "other" else bad.code
    return Remark(column, code, _told(bad.facts))


def _told(facts: Mapping[str, object]) -> dict[str, Any]:
    told: dict[str, Any] = {name: fact for name, fact in facts.items() if isinstance(fact, str | int | float)}
    lists = {name: fact for name, fact in facts.items() if isinstance(fact, tuple | list)}
    return told | {name: ", ".join(str(part) for part in fact[:MOST_TOLD]) for name, fact in lists.items()}
