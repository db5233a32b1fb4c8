"""F18: the framework's script put the words of a confirmation into the page as markup."""

from __future__ import annotations

import re

import pytest

from tests.faults.conftest import House
from tests.promises.source import read, tracked

SCRIPTS = [path for path in tracked() if path.startswith("app/") and path.endswith(".js") and "/vendor/" not in path]
TEMPLATES = [path for path in tracked() if path.startswith("app/") and path.endswith(".html")]
AS_MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.html\(|\beval\(|new Function|srcdoc")
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false")
OF_A_WIDGET = re.compile(r"/general/.*\{\{ (?:widgets\.get\(|\w+_widget\().*\) \| safe \}\}$")
EVIL = "<img src=x onerror=alert(1)>"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_of_ours_makes_markup_of_text(script: str) -> None:
    """F18: a confirmation, a message, a count: all of them are set as text."""
    assert AS_MARKUP.findall(read(script)) == []


def test_the_framework_scripts_that_do_are_on_no_page() -> None:
    """F18: ab_actions.js and its kin are never loaded."""
    assert "ab_actions" not in "".join(read(path) for path in TEMPLATES)


def test_no_page_takes_text_for_markup() -> None:
    """F18: escaping is switched off nowhere but for what the framework's own widgets have rendered."""
    lines = {f"{path}: {line.strip()}" for path in TEMPLATES for line in read(path).splitlines()}
    assert {line for line in lines if UNESCAPED.search(line) and not OF_A_WIDGET.search(line)} == set()


@pytest.mark.parametrize(
    "path", ["/departments/new", "/users/new", "/students/new", "/orgs/{node}/add", "/students/{student}/guardians/new"]
)
def test_what_was_typed_comes_back_as_text(path: str, house: House) -> None:
    """F18: in a form that was refused."""
    ids = {"node": house.world.nodes["THRUSH"], "student": house.world.of("THRUSH")[0].student_id}
    answer = house.post(
        "school_admin", path.format(**ids), {"name": EVIL, "user_name": EVIL, "place": EVIL, "kind": "x"}
    )
    assert answer.status_code in {409, 422}
    assert EVIL not in answer.text
    assert ESCAPED in answer.text


@pytest.mark.parametrize("path", ["/departments/", "/users/", "/students/", "/audit/", "/changes/", "/orgs/options"])
def test_what_was_searched_comes_back_as_text(path: str, house: House) -> None:
    """F18: in a query form and in the links of its pager."""
    asked = dict.fromkeys(("name", "actor", "q", "user_name"), EVIL)
    answer = house.get("school_admin", path, **asked)
    assert answer.status_code == 200
    assert EVIL not in answer.text
