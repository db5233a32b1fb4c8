"""Name the words a catalogue lacks: untranslated, doubtful (fuzzy) or, given a list of all words, not in it at all.

Usage: untranslated.py CATALOGUE.po [ALL-WORDS.pot]. Prints one word a line and exits 1 if there are any.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po


def read(path: str) -> Catalog:
    """Return the catalogue of a .po or .pot file."""
    with Path(path).open("rb") as stream:
        return read_po(stream)


def complete(message: Message | None) -> bool:
    """Tell whether a message is there, is translated in every plural form, and is not marked doubtful."""
    if message is None or message.fuzzy:
        return False
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(forms)


def missing(catalogue: Catalog, words: Catalog) -> list[str]:
    """Return the words that are not completely translated, as they stand in the source."""
    faults = [word for word in words if word.id and not complete(catalogue.get(word.id, word.context))]
    return [word.id if isinstance(word.id, str) else word.id[0] for word in faults]


def main(arguments: list[str]) -> int:
    """Compare the catalogue with all words, or with itself; return the exit code."""
    catalogue = read(arguments[0])
    faults = missing(catalogue, read(arguments[-1]))
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
