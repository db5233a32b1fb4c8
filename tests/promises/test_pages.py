"""Nothing on a page is inline, the browser loads what was vendored, and the framework's pages wear our clothes."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from scripts import vendor
from tests.promises.source import ROOT, read, tracked

PAGES = [path for path in tracked() if path.startswith("app/") and path.endswith(".html")]
INLINE = re.compile(
    r"""<[^>]*\s(?:style|on[a-z]+|hx-on[:\w-]*)\s*=\s*["']|<style\b|<script(?![^>]*\bsrc=)|\bjs:""",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"""\b(?:src|href|action)\s*=\s*["'](?:https?:)?//""")
FRAMEWORK = find_spec("flask_appbuilder")
THEIRS = Path(str(FRAMEWORK and FRAMEWORK.origin)).parent / "templates"
OURS = ROOT / "app" / "web" / "templates"
# Pages of what is switched off: charts, other ways of signing in, registering by oneself, the API browser.
OFF = re.compile(r"general/charts/|/(?:multiple_|direct_)?chart\.html|login_(?:ldap|oauth|saml)|register_|swagger/")
# Pieces of pages that ours replace as a whole, so that nothing includes them any more.
UNUSED = {"appbuilder/baselib.html", "appbuilder/navbar_menu.html", "appbuilder/navbar_right.html"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_nothing_inline_and_loads_nothing_from_elsewhere(page: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", read(page), flags=re.DOTALL)
    assert not INLINE.search(text)
    assert not ELSEWHERE.search(text)


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color:red">',
        "<a onclick='x()'>",
        "<script>x()</script>",
        "<style>",
        '<b hx-on:click="x()">',
        'a="js:x"',
    ],
)
def test_what_is_inline_is_recognised(html: str) -> None:
    assert INLINE.search(html)


def test_every_page_of_the_framework_that_has_something_inline_is_replaced_by_ours() -> None:
    theirs = {path.relative_to(THEIRS).as_posix(): path.read_text("utf-8") for path in THEIRS.rglob("*.html")}
    assert len(theirs) > 50
    inline = {name for name, text in theirs.items() if INLINE.search(text) and not OFF.search(name)}
    assert "appbuilder/general/lib.html" in inline
    assert not {name for name in inline - UNUSED if not (OURS / name).exists()}


def test_our_pages_use_none_of_the_framework_pieces_that_are_not_replaced() -> None:
    assert not [page for page in PAGES if any(piece in read(page) for piece in UNUSED)]


def test_vendored_files_are_the_ones_their_manifests_describe() -> None:
    packages = json.loads(vendor.SPEC.read_text("utf-8"))
    assert {"bootstrap", "htmx.org"} <= set(packages)
    assert not vendor.wrong(packages)


def test_every_icon_a_page_asks_for_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', read("app/web/static/ui/icons.svg")))
    asked = {name for page in PAGES for name in re.findall(r"""\bicon\(["']([\w-]+)["']""", read(page))}
    assert "home" in asked
    assert asked <= drawn
