"""`docs/benchmarks.md`: what was measured, when, on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.cli.bench.measure import Measure

HEAD = """# Benchmarks

Written by `xuebao bench`. Medians; compare figures of one run only. Targets are those of the design.

{day}, {students:,} enrolments, {schools:,} schools. {machine}. PostgreSQL {postgres}, as `xuebao serve` starts it.
The whole run took {minutes:.1f} minutes. Command: `{command}`.
"""
TABLE = """
## {section}

| what | median | rounds | target | besides |
| --- | --- | --- | --- | --- |
"""


def as_page(sections: Mapping[str, Sequence[Measure]], **about: object) -> str:
    """The page as Markdown, a table for each section."""
    tables = (TABLE.format(section=name) + "".join(map(_line, measures)) for name, measures in sections.items())
    return HEAD.format(**about) + "".join(tables)


def _line(one: Measure) -> str:
    besides = ", ".join(f"{name}: {value}" for name, value in one.notes.items()) or "—"
    return f"| {one.name} | {one.seconds:.3f} s | {len(one.rounds)} | {one.target} | {besides} |\n"


def write(path: Path, page: str) -> None:
    """Put the page where it belongs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
