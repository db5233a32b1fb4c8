"""The administrators' guide shows pictures that are there and names buttons as the screens do, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.promises.source import ROOT, read

CHINESE, ENGLISH = "docs/administrators.zh.md", "docs/administrators.md"
PICTURE = re.compile(r"!\[[^\]]+\]\(pictures/([^)]+)\)")
QUOTED = re.compile(r"「([^」]+)」")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
MOST_BYTES = 150_000


def _catalogue() -> Catalog:
    with (ROOT / "translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file)


def _texts(found: str | Iterable[str] | None) -> tuple[str, ...]:
    """A message's text, or both where it has a plural."""
    return (found,) if isinstance(found, str) else tuple(found or ())


def _unknown(words: Iterable[str], known: Iterable[str]) -> list[str]:
    return sorted({" ".join(word.split()) for word in words} - set(known))


@pytest.mark.parametrize("guide", [CHINESE, ENGLISH])
def test_every_picture_is_linked_and_every_link_has_its_picture(guide: str) -> None:
    """Nothing is missing for a reader, and no picture of a former screen lies about."""
    kept = sorted(path.name for path in (ROOT / "docs/pictures").iterdir())
    assert kept
    assert sorted(PICTURE.findall(read(guide))) == kept


def test_pictures_are_small_enough_for_a_slow_line() -> None:
    """A county office opens the guide over a slow line."""
    heavy = [path.name for path in (ROOT / "docs/pictures").iterdir() if path.stat().st_size > MOST_BYTES]
    assert not heavy


def test_words_in_the_chinese_guide_stand_on_the_screens() -> None:
    """What 「」 encloses is a Chinese text of the catalogue, to the letter."""
    words = QUOTED.findall(read(CHINESE))
    assert words
    known = [text for message in _catalogue() if message.id for text in _texts(message.string)]
    assert not _unknown(words, known)


def test_words_in_the_english_guide_stand_on_the_screens() -> None:
    """What is in bold type is an English text of the catalogue, to the letter."""
    words = BOLD.findall(read(ENGLISH))
    assert words
    known = [text for message in _catalogue() for text in _texts(message.id)]
    assert not _unknown(words, known)


def test_both_guides_have_the_same_chapters() -> None:
    """A clerk and an English reader talk about the same chapter by its number."""
    chapters = [re.findall(r"^## (\d+) ", read(guide), re.MULTILINE) for guide in (CHINESE, ENGLISH)]
    assert chapters[0]
    assert chapters[0] == chapters[1]


@pytest.mark.parametrize("guide", [CHINESE, ENGLISH])
def test_the_table_of_contents_leads_to_every_chapter(guide: str) -> None:
    """Each heading is in the contents, in order, with the anchor a browser makes of it."""
    text = read(guide)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    anchors = ["".join(c for c in title.lower() if c.isalnum() or c in " -").replace(" ", "-") for title in headings]
    wanted = list(zip(headings, anchors, strict=True))
    assert re.findall(r"^- \[([^\]]+)\]\(#([^)]+)\)$", text, re.MULTILINE) == wanted
