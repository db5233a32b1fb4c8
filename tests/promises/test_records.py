"""Every act, every kind of change and every field a record may name has a word in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.changes.rules import ChangeKind
from app.records.labels import ACTS, CHANGES, FIELDS
from scripts.check_translations import COMPLETE, catalogue
from tests.promises.records import audited_fields
from tests.promises.source import python_files, read

ACT = re.compile(r'"([a-z_]+:[a-z_]+)"')


def test_every_field_of_a_record_has_a_word() -> None:
    found = audited_fields()
    assert {"parent", "places", "until_on"} <= set(found), "the fields are looked for where they are named"
    assert {name: where for name, where in found.items() if name not in FIELDS} == {}


def test_every_act_that_is_written_down_has_a_word() -> None:
    written = {
        (path, act)
        for path in python_files("app/")
        if "audit.services import record" in read(path) or "write_down" in read(path)
        for act in ACT.findall(read(path))
    }
    assert written
    assert {pair for pair in written if pair[1] not in ACTS} == set()


def test_every_kind_of_change_has_a_word() -> None:
    assert {str(kind) for kind in ChangeKind} == set(CHANGES)


@pytest.mark.parametrize("table", [ACTS, CHANGES, FIELDS], ids=["acts", "changes", "fields"])
def test_the_words_are_there_in_chinese_as_well(table: dict[str, Any]) -> None:
    chinese = catalogue(COMPLETE)
    messages = {name: chinese.get(english(word)) for name, word in table.items()}
    assert [name for name, message in messages.items() if message is None or not message.string] == []


def english(word: Any) -> str:  # noqa: ANN401  the words of labels are translated when they are shown
    """The sentence behind a word that is translated late."""
    text: str = word._args[0]
    return text
