"""What happens when something happened: each event, who tells of it, and who listens, in the order they hear it.

Run as a program it writes `events.txt` anew; the difference is what a reviewer looks at.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from app.features import FEATURES
from tests.promises.source import called, calls, python_files

LIST = Path(__file__).with_name("events.txt")


def told() -> dict[str, set[str]]:
    """Each event's name → the files that tell of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files("app"):
        for _, call in calls(path):
            if called(call) == "tell" and len(call.args) == 3 and isinstance(call.args[2], ast.Call):
                found[called(call.args[2])].add(path)
    return found


def heard() -> dict[str, list[str]]:
    """Each event's name → its listeners, in menu order."""
    found: dict[str, list[str]] = defaultdict(list)
    for feature in FEATURES:
        for listener in feature.listeners:
            found[listener.event.__name__].append(f"{listener.hear.__module__}.{listener.hear.__name__}")
    return found


def lines() -> Iterator[str]:
    """One line an event."""
    tellers, listeners = told(), heard()
    for event in sorted({*tellers, *listeners}):
        who = ", ".join(sorted(tellers.get(event, ()))) or "nobody"
        yield f"{event} | told by {who} | heard by {', '.join(listeners.get(event, ())) or 'nobody'}"


if __name__ == "__main__":
    LIST.write_text("\n".join(lines()) + "\n", "utf-8")
