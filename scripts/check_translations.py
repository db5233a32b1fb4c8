#!/usr/bin/env python3
"""Say whether every sentence of the program is translated: nothing missing, nothing left over, nothing half done.

`scripts/translations` collects the sentences; this only judges. English needs no line of its own, its sentences are the
keys; what its catalogue does say is judged like any other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
COMPLETE = "zh_Hans_CN"
KEY = "en"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2), "MenuItem": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}")


def extracted(root: Path = ROOT) -> Catalog:
    """Collect every sentence the program may show."""
    with (root / "translations" / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = Catalog()
    for file, _line, message, _comments, context in extract_from_dir(str(root), methods, options, keywords=KEYWORDS):
        found.add(message, None, [(file, 0)], context=context)
    return found


def catalogue(locale: str, root: Path = ROOT) -> Catalog:
    """Read the catalogue of a language."""
    with (root / "translations" / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def faults(program: Catalog, translated: Catalog, *, is_key: bool = False) -> Iterator[str]:
    """Name each thing wrong with a catalogue, one line each; only the language of the keys may leave sentences out."""
    wanted = {(m.context, m.id): m for m in program if m.id}
    present = {(m.context, m.id): m for m in translated if m.id}
    if not is_key:
        yield from (f"missing: {_shown(message)}" for key, message in wanted.items() if key not in present)
    left = [message for key, message in present.items() if key not in wanted]
    yield from (f"no longer used: {_shown(message)}" for message in (*left, *translated.obsolete.values()))
    for message in present.values():
        yield from _faults_of(message)


def _faults_of(message: Message) -> Iterator[str]:
    ids, strings = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield f"fuzzy: {_shown(message)}"
    if not all(strings):
        yield f"not translated: {_shown(message)}"
        return
    # A language with one form uses that of the plural; a form for exactly one may leave the number out.
    needed = placeholders(ids[-1])
    if placeholders(strings[-1]) != needed or not all(placeholders(string) <= needed for string in strings):
        yield f"placeholders differ: {_shown(message)}"


def placeholders(sentence: str) -> set[str]:
    """The places of a sentence that are filled in when it is shown."""
    return set(PLACEHOLDER.findall(sentence))


def _forms(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value or "",) if value is None or isinstance(value, str) else tuple(value)


def _shown(message: Message) -> str:
    return repr(_forms(message.id)[0])


def main() -> int:
    """Judge both catalogues; return 0 when all is well, else name the faults and return 1."""
    program = extracted()
    found = [f"{COMPLETE}: {fault}" for fault in faults(program, catalogue(COMPLETE))]
    found += [f"{KEY}: {fault}" for fault in faults(program, catalogue(KEY), is_key=True)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
