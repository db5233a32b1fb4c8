"""Chosen once, the language holds on every page: no English word in Chinese, no Chinese in English but names."""

from __future__ import annotations

import re

import pytest

from tests.journeys.site import Site
from tests.journeys.visit import Visit, Visiting

ENGLISH_WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
ALSO_IN_CHINESE = ("English",)
ALSO_IN_ENGLISH = ("简体中文", "学保")
NOBODY = "查无此人"


def _words(visit: Visit, known: tuple[str, ...]) -> str:
    """What the page says, without what was typed in or is a language's own name."""
    words = visit.words()
    for name in sorted(known, key=len, reverse=True):
        words = words.replace(name, " ")
    return words


def _paths(visit: Visit) -> list[str]:
    """Every page of the menu, a search without result and a list behind a figure."""
    visit.page.goto("/")
    people = visit.page.locator("a.figure").first.get_attribute("href") or ""
    return [*visit.menu_entries(), f"/students/?name={NOBODY}", people]


@pytest.mark.parametrize(
    ("language", "foreign", "known"),
    [("zh_Hans_CN", ENGLISH_WORD, ALSO_IN_CHINESE), ("en", CHINESE, ALSO_IN_ENGLISH)],
    ids=["Chinese", "English"],
)
def test_a_page_speaks_one_language(
    language: str,
    foreign: re.Pattern[str],
    known: tuple[str, ...],
    site: Site,
    visiting: Visiting,
) -> None:
    visit = visiting("school_admin")
    visit.page.goto(f"/lang/{language}")
    known = (*known, *site.entered, NOBODY)
    for path in _paths(visit):
        visit.go(path)
        assert not foreign.findall(_words(visit, known)), path


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_refusals_speak_the_language_of_the_page(language: str, site: Site, visiting: Visiting) -> None:
    foreign, known = (ENGLISH_WORD, ALSO_IN_CHINESE) if language == "zh_Hans_CN" else (CHINESE, ALSO_IN_ENGLISH)
    visit = visiting("school_admin")
    visit.page.goto(f"/lang/{language}")
    visit.go("/figures/?node=nowhere", refused=[404])
    assert not foreign.findall(_words(visit, (*known, *site.entered)))


def test_the_language_is_switched_in_place(visiting: Visiting) -> None:
    visit = visiting("school_admin")
    visit.go("/students/")
    visit.click(visit.page.get_by_role("button", name="English"))
    assert visit.path() == "/students/"
    assert visit.heading() == "Student management"
    assert visit.page.locator("html").get_attribute("lang") == "en"
    visit.click(visit.page.get_by_role("button", name="简体中文"))
    assert visit.path() == "/students/"
    assert visit.heading() == "学生管理"


def test_the_sign_in_page_speaks_the_language_chosen_there(visiting: Visiting) -> None:
    visit = visiting()
    visit.go("/login/")
    assert not ENGLISH_WORD.findall(_words(visit, ALSO_IN_CHINESE))
    visit.click(visit.page.get_by_role("link", name="English"))
    assert not CHINESE.findall(_words(visit, ALSO_IN_ENGLISH))
