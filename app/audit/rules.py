"""Where an act on many rows took place, and what a seal of the log covers. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from os.path import commonprefix
from typing import Any

from app.core.errors import Refusal


def common_path(paths: Iterable[str]) -> str:
    """The path of the nearest node that all these paths lie at or below; `/` when they have none in common."""
    shared = commonprefix(list(paths))  # noqa: RUF071  cut back to a whole node below
    return shared[: shared.rfind("/") + 1] or "/"


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the number in the chain and the line, as far as they are known, and why.

    `changed`: the line is not what was sealed. `gone`: its seal or the line itself is missing. `unsealed`: it should
    have been sealed long ago. `other_head`: the end that was written down elsewhere is not in the chain.
    """

    code: str
    seq: int | None = None
    audit_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What came of a check: how many lines are sealed, the last digest, how many wait, and what does not hold."""

    sealed: int
    head: str
    waiting: int
    breaks: tuple[Break, ...]


class ChainBroken(Refusal):
    """Lines of the operation log were changed or taken away behind the system's back."""

    code = "audit_chain_broken"


FIRST = bytes(32)
"""What stands for the digest before the first line."""
LINE = (
    *("id", "at", "account_id", "actor_name", "address", "act", "subject", "subject_ids", "tree_path"),
    *("before", "after", "reason"),
)
"""What a seal covers: every column of a line."""


def sealed_text(previous: bytes, seq: int, line: Mapping[str, Any]) -> str:
    """What the digest of a line is taken of: one text for one content, whatever order a database keeps keys in."""
    at = line["at"].astimezone(UTC).isoformat()
    values = [at if name == "at" else line[name] for name in LINE]
    return json.dumps([previous.hex(), seq, *values], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
