"""Every sentence is there in Chinese, whole, and the check that says so sees each kind of fault."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from scripts.check_translations import COMPLETE, KEY, catalogue, extracted, faults


def test_the_catalogues_of_the_program_are_complete() -> None:
    program = extracted()
    assert len(program) > 100
    assert not list(faults(program, catalogue(COMPLETE)))
    assert not list(faults(program, catalogue(KEY), is_key=True))


def _program() -> Catalog:
    program = Catalog()
    program.add("Save")
    program.add(("%(num)d pupil", "%(num)d pupils"))
    return program


def _chinese(save: str = "保存", pupils: str = "%(num)d 名学生") -> Catalog:
    translated = Catalog(locale=COMPLETE)
    translated.add("Save", save)
    translated.add(("%(num)d pupil", "%(num)d pupils"), (pupils,))
    return translated


def test_a_whole_catalogue_has_no_fault() -> None:
    assert not list(faults(_program(), _chinese()))


@pytest.mark.parametrize(
    ("translated", "fault"),
    [
        (_chinese(save=""), "not translated: 'Save'"),
        (_chinese(pupils="学生"), "placeholders differ: '%(num)d pupil'"),
        (_chinese(pupils="%(number)d 名学生"), "placeholders differ: '%(num)d pupil'"),
        (_chinese(save="保存 %(what)s"), "placeholders differ: 'Save'"),
    ],
)
def test_a_bad_translation_is_named(translated: Catalog, fault: str) -> None:
    assert list(faults(_program(), translated)) == [fault]


def test_a_sentence_missing_left_over_or_doubtful_is_named() -> None:
    translated = _chinese()
    translated.delete("Save")
    translated.add("Delete", "删除")
    translated.add(("%(num)d pupil", "%(num)d pupils"), ("%(num)d 名学生",), flags=["fuzzy"])
    assert sorted(faults(_program(), translated)) == [
        "fuzzy: '%(num)d pupil'",
        "missing: 'Save'",
        "no longer used: 'Delete'",
    ]


def test_english_may_leave_its_own_sentences_out() -> None:
    assert not list(faults(_program(), Catalog(locale=KEY), is_key=True))
