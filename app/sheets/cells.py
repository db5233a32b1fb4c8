"""What is said of a cell that cannot be read, and the characters people type in place of others. Pure.

An extra file of `values`, which reads the cells by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bad:
    """What is wrong with a cell: one of `CODES`, and facts for the sentence (never a whole certificate number).

    `reason` among the facts says more where the code alone does not: error_cell (text), not_text, not_whole, too_long,
    ambiguous, no_such_day, format, choice (choices), amount, negative, rounded …
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def bad(code: str, reason: str, **facts: object) -> Bad:
    """What is wrong, with its reason among the facts."""
    return Bad(code, {"reason": reason, **facts})


HALF_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
INVISIBLE = dict.fromkeys((0x00AD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))
INVISIBLE |= dict.fromkeys(range(0x2066, 0x206A))  # what telephones put around a number that is copied out of them
UNSEEN = re.compile("[" + "".join(map(chr, INVISIBLE)) + "]")
APOSTROPHES = "'’‘`´′＇"
DASHES: dict[int, int | str] = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFF0D), "-")
