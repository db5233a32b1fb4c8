"""PDF files: what is typed is text in the document whatever it looks like, and threads take turns."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from app.core.pdf import FONTS, render
from tests.at_once import at_once

SOURCE = """#let d = json(bytes(sys.inputs.data))
#set text(font: "Noto Sans SC")
#d.words
"""


@pytest.fixture(name="source")
def _source(tmp_path: Path) -> Path:
    source = tmp_path / "letter.typ"
    source.write_text(SOURCE, encoding="utf-8")
    return source


def test_it_is_a_pdf_with_our_font_inside(source: Path) -> None:
    made = render(source, {"words": "学保 𬍛䶮"})
    assert made.startswith(b"%PDF-")
    assert b"NotoSansSC" in made


@pytest.mark.parametrize("words", ["#panic()", '"', "]", "#import sys: *", "\\", "$x", "=1+1", "@here"])
def test_what_looks_like_source_code_is_text(source: Path, words: str) -> None:
    assert render(source, {"words": words}).startswith(b"%PDF-")


def test_a_source_reads_no_file_of_the_machine(tmp_path: Path) -> None:
    source = tmp_path / "thief.typ"
    source.write_text('#read("/etc/hostname")', encoding="utf-8")
    with pytest.raises(typst.TypstError):
        render(source, {})


def test_many_threads_get_their_own_documents(source: Path) -> None:
    calls = [lambda words=words: render(source, {"words": words}) for words in ("一" * 10, "二" * 200, "三" * 3000)]
    made = at_once(*calls)
    assert [isinstance(each, bytes) for each in made] == [True] * 3
    assert len({len(each) for each in made if isinstance(each, bytes)}) == 3


def test_the_fonts_come_with_their_licence() -> None:
    assert sorted(path.name for path in FONTS.iterdir()) == ["LICENSE", "NotoSansSC-Bold.ttf", "NotoSansSC-Regular.ttf"]
