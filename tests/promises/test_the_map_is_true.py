"""The developers' map names every event with whoever hears it, so that nobody has to search for what follows what."""

from __future__ import annotations

import re

from tests.promises.events import heard, told
from tests.promises.source import read

ROW = re.compile(r"^\| `[\w.]+\.rules\.(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
LISTENER = re.compile(r"`((?:\w+\.)+\w+)`")


def _table() -> dict[str, list[str]]:
    return {event: LISTENER.findall(who) for event, who in ROW.findall(read("docs/developers.md"))}


def test_every_event_stands_in_the_map() -> None:
    """An event that somebody tells of or hears has its row, and no row is about an event of former days."""
    assert sorted(_table()) == sorted({*told(), *heard()})


def test_the_map_names_the_listeners_in_the_order_they_hear_it() -> None:
    """What the program connects is what the table says, function by function."""
    connected = {event: [name.removeprefix("app.") for name in names] for event, names in heard().items()}
    shown = {event: names for event, names in _table().items() if names}
    assert shown == connected
