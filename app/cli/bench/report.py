"""`docs/benchmarks.md`: what was measured, when, on what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.cli.bench.measure import Measure

HEAD = """# Benchmarks

Written by `xuebao bench`. Medians; compare figures of one run only. Targets are those of the design.

{day}, {students:,} enrolments, {schools:,} schools. {machine}. PostgreSQL {postgres}.

| what | median | target | besides |
| --- | --- | --- | --- |
"""


def as_page(measures: Sequence[Measure], **about: object) -> str:
    """The page as Markdown."""
    lines = [
        f"| {one.name} | {one.seconds:.3f} s | {one.target} |"
        f" {', '.join(f'{name}: {value}' for name, value in one.notes.items()) or '—'} |"
        for one in measures
    ]
    return HEAD.format(**about) + "\n".join(lines) + "\n"


def write(path: Path, page: str) -> None:
    """Put the page where it belongs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
