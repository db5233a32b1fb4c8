"""Certificate numbers nobody owns: right in form and check digit, never twice, in areas not given to persons. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from app.cli.demo.edges import Edge
from app.people.certificates import CertificateType, Sex, check_digit

if TYPE_CHECKING:
    from random import Random

AREAS = ("360101", "360101", "360101", "360701", "360401", "361101", "350101", "220101")
"""Summary codes of cities (xxyy01), which no person's number begins with; the first is the likeliest."""
RESIDENCE_AREAS = ("810000", "820000", "830000")
LAST_SEQUENCE = 999


class AreaFull(ValueError):
    """More people of one sex were born on one day in one area than there are sequence numbers."""


@dataclass(slots=True)
class _Last:
    area: str
    birth: date
    sequence: int


class IdNumbers:
    """Gives out numbers; remembers, per area and birth date, the next free sequence of each parity."""

    def __init__(self, chance: Random) -> None:
        """Begin with nothing given out."""
        self._chance = chance
        self._next: dict[tuple[str, date], list[int]] = defaultdict(lambda: [2, 1])
        self._serials = count(1)
        self._last = _Last("", date.min, 0)

    @property
    def last_birth(self) -> date:
        """The birth date in the number given out last, for the twin."""
        return self._last.birth

    def take(self, kind: CertificateType, birth: date, sex: Sex, edge: Edge) -> str:
        """Give out a number of a kind; empty for certificates without one. Raises `AreaFull`."""
        if kind is CertificateType.OTHER:
            return ""
        if kind is CertificateType.HK_MACAO_PERMIT:
            return f"{self._chance.choice('HM')}9{next(self._serials):07}00"
        if kind is CertificateType.TAIWAN_PERMIT:
            return f"9{next(self._serials):07}"
        if kind is CertificateType.PASSPORT:
            return f"X9{next(self._serials):07}"
        areas = RESIDENCE_AREAS if kind is CertificateType.HKMT_RESIDENCE else AREAS
        if edge.twin_of_last:
            return self._give(self._last.area, birth, self._last.sequence + 1)
        return self._resident(self._chance.choice(areas), birth, sex, edge)

    def _resident(self, area: str, birth: date, sex: Sex, edge: Edge) -> str:
        parity = 1 if sex is Sex.MALE else 0
        free = self._next[area, birth]
        # The elder twin leaves the sequence behind the own one for the younger: it must be free as well.
        first = max(free[parity], free[1 - parity] - 1) if edge.elder_twin else free[parity]
        for sequence in range(first, LAST_SEQUENCE + 1, 2):
            if not edge.ends_in_x or _complete(area, birth, sequence).endswith("X"):
                return self._give(area, birth, sequence)
        raise AreaFull(area)

    def _give(self, area: str, birth: date, sequence: int) -> str:
        self._next[area, birth][sequence % 2] = sequence + 2
        self._last = _Last(area, birth, sequence)
        return _complete(area, birth, sequence)


def _complete(area: str, birth: date, sequence: int) -> str:
    body = f"{area}{birth:%Y%m%d}{sequence:03}"
    return body + check_digit(body)
