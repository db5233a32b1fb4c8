"""What an Excel layout is: a table of columns, each known by many wordings. Pure.

A feature writes its layout in `sheet.py`; reading, template, preview and error workbook all follow it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class CellKind(StrEnum):
    """What stands in the cells of a column; the comment gives what `values` makes of it."""

    TEXT = "text"  # str, one line, trimmed
    NAME = "name"  # str, with ·, 䶮, 㛃 kept
    IDENTITY = "identity"  # str, a certificate number; never from a number that may have lost digits
    DATE = "date"  # date, or the first of the month
    PHONE = "phone"  # str
    CHOICE = "choice"  # one of the column's choices
    YES_NO = "yes_no"  # bool
    AMOUNT = "amount"  # int, fen
    CLASS_NAME = "class_name"  # str, as people write it: 七(1)班


@dataclass(frozen=True)
class Column:
    """A column: the heading we write in each language, and `also` the wordings seen in files of others.

    `choices` are what a drop-down offers (labels). `hint_zh` and `hint_en` say what to fill in, in a few words, and
    `example` what the example row of the template shows.
    """

    key: str
    heading_zh: str
    heading_en: str
    kind: CellKind
    also: tuple[str, ...] = ()
    required: bool = False
    hint_zh: str = ""
    hint_en: str = ""
    choices: tuple[str, ...] = ()
    example: str = ""
    in_template: bool = True
    """Whether the template has it; a column of another shape of the same list is only read."""

    def heading(self, language: str) -> str:
        """The heading in a language: `zh…` Chinese, anything else English."""
        return self.heading_zh if language.startswith("zh") else self.heading_en

    def hint(self, language: str) -> str:
        """The hint in a language."""
        return self.hint_zh if language.startswith("zh") else self.hint_en


@dataclass(frozen=True)
class Layout:
    """A kind of list that can be brought in as a workbook: its columns in the order of the template."""

    key: str
    name_zh: str
    name_en: str
    columns: tuple[Column, ...]

    def name(self, language: str) -> str:
        """The layout's name in a language; the template's sheet is called so."""
        return self.name_zh if language.startswith("zh") else self.name_en

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        """The columns by key."""
        return {column.key: column for column in self.columns}

    @cached_property
    def by_heading(self) -> Mapping[str, Column]:
        """The columns by every normalised wording; where two columns share one, the first has it.

        Our own headings come before the wordings of others, whatever the order of the columns.
        """
        found: dict[str, Column] = {}
        for column in self.columns:
            for wording in (column.heading_zh, column.heading_en):
                found.setdefault(normalise_heading(wording), column)
        for column in self.columns:
            for wording in column.also:
                found.setdefault(normalise_heading(wording), column)
        return found

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns no file can do without."""
        return tuple(column for column in self.columns if column.required)


_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|〈[^〈〉]*〉|《[^《》]*》|「[^「」]*」")
_ORNAMENT = re.compile(r"[\s*:;,.、。_\-–—/\\|'\"`~!?#+=<>^&·•●★☆※→()\[\]【】〔〕《》「」]+")


def normalise_heading(text: str) -> str:
    """Write a heading as it is compared: half-width, lower case, without spaces, stars and what is in brackets.

    `* 身份证号码（18位）`, `身份证 号码：` and `身份证号码` are the same heading. A heading that is nothing but its
    brackets (`（姓名）`) is what stands in them. Normalising twice changes nothing more.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = plain
    while (shorter := _BRACKETED.sub("", bare)) != bare:
        bare = shorter
    return _ORNAMENT.sub("", bare) or _ORNAMENT.sub("", plain)
