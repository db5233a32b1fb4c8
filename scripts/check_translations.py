#!/usr/bin/env python3
"""Say whether every sentence of the program is translated: nothing missing, nothing left over, nothing half done.

`scripts/check_translations.py` checks; with `--update` it first brings the catalogues in step with the program: new
sentences go in untranslated (English as they are), sentences no longer used go out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("zh_Hans_CN", "en")
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "lazy_ngettext": (1, 2), "lazy_pgettext": ((1, "c"), 2)}
OPTIONS = {pattern: {"silent": "false"} for pattern, method in METHODS if method == "jinja2"}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}")
# A date of its own would make every update a conflict between two people's work.
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)


def catalogue_path(locale: str) -> Path:
    """Where the catalogue of a language lies."""
    return ROOT / "translations" / locale / "LC_MESSAGES" / "messages.po"


def extracted(folder: Path = ROOT / "app") -> Catalog:
    """Collect every sentence the program may show."""
    found = Catalog(project="xuebao", creation_date=UNDATED, revision_date=UNDATED)
    for file, _line, message, comments, context in extract_from_dir(
        str(folder),
        METHODS,
        OPTIONS,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
    ):
        found.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return found


def read(path: Path, locale: str) -> Catalog:
    """Read a catalogue; one that is not there yet is empty."""
    if not path.exists():
        return Catalog(locale=locale, project="xuebao", creation_date=UNDATED, revision_date=UNDATED)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def faults(program: Catalog, catalogue: Catalog) -> Iterator[str]:
    """Name each thing wrong with a catalogue, one line each."""
    wanted = {(m.context, m.id): m for m in program if m.id}
    present = {(m.context, m.id): m for m in catalogue if m.id}
    yield from (f"missing: {_shown(m)}" for key, m in wanted.items() if key not in present)
    yield from (f"no longer used: {_shown(m)}" for key, m in present.items() if key not in wanted)
    yield from (f"no longer used: {_shown(m)}" for m in catalogue.obsolete.values())
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
    known, needed = placeholders(ids[-1]), placeholders(ids[-1])
    if placeholders(strings[-1]) != needed or not all(placeholders(s) <= known for s in strings):
        yield f"placeholders differ: {_shown(message)}"


def placeholders(sentence: str) -> set[str]:
    """The places of a sentence that are filled in when it is shown."""
    return set(PLACEHOLDER.findall(sentence))


def _forms(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value or "",) if value is None or isinstance(value, str) else tuple(value)


def _shown(message: Message) -> str:
    return repr(_forms(message.id)[0])


def update(program: Catalog, locale: str) -> None:
    """Bring one catalogue in step with the program."""
    path = catalogue_path(locale)
    before = {(m.context, m.id): m for m in read(path, locale) if m.id}
    after = Catalog(locale=locale, project="xuebao", creation_date=UNDATED, revision_date=UNDATED, fuzzy=False)
    for message in program:
        if message.id:
            kept = before.get((message.context, message.id))
            string = kept.string if kept else _first_string(message, locale)
            after.add(message.id, string, context=message.context, auto_comments=message.auto_comments)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, after, no_location=True, sort_output=True, width=120)


def _first_string(message: Message, locale: str) -> str | tuple[str, ...]:
    if locale == "en":
        return message.id if isinstance(message.id, str) else tuple(message.id)
    return "" if isinstance(message.id, str) else ("",)


def main(arguments: list[str]) -> int:
    """Check (and with `--update` first repair) every catalogue; return 0 when all is well."""
    program = extracted()
    wrong = 0
    for locale in LOCALES:
        if "--update" in arguments:
            update(program, locale)
        for fault in faults(program, read(catalogue_path(locale), locale)):
            print(f"{locale}: {fault}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
