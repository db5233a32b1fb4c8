"""PDF files from typst sources: one compiler a process, our own fonts, data in as JSON and never as source code.

A feature keeps its `.typ` source beside its code; the source begins with `#let d = json(bytes(sys.inputs.data))` and
reads everything it shows from `d`, pictures too (`image(bytes(d.qr), format: "svg")`). What a person typed is then
text in the document whatever it looks like.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).with_name("fonts")
"""Noto Sans SC in two weights (OFL); sources name it by `#set text(font: "Noto Sans SC")`. No other font is found."""

_in_turn = threading.Lock()


def render(source: Path, data: Mapping[str, Any]) -> bytes:
    """Typeset a source with its data and return the PDF; `typst.TypstError` when the source is wrong.

    Calls of several threads take turns: the compiler keeps the fonts and what it has read, and is one of a kind.
    """
    words = json.dumps(data, ensure_ascii=False)
    with _in_turn:
        made = _compiler().compile(input=source.read_bytes(), format="pdf", sys_inputs={"data": words})
    if not isinstance(made, bytes):
        raise TypeError("typst made several files of one document")
    return made


@cache
def _compiler() -> typst.Compiler:
    """The compiler of this process; made at the first document, because reading the fonts takes a while."""
    return typst.Compiler(root=str(FONTS), font_paths=[str(FONTS)], ignore_system_fonts=True)
