"""FAB §1: old scripts and styles, inline code, charts from another country, no language, no icon."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.charts.views import BaseChartView  # type: ignore[import-untyped]

from tests.faults.conftest import House
from tests.make.places import A
from tests.make.visits import HOST
from tests.promises.source import read

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works

LISTS = ("/students/", "/users/", "/roles/", "/audit/", "/changes/", "/departments/")
FORMS = ("/students/new", "/users/new", "/departments/new", "/settings/", "/settings/password")
PAGES = ("/", "/orgs/", "/figures/", *LISTS, *FORMS)
LOADED = re.compile(r'<(?:script|link|img|iframe|object)\b[^>]*\s(?:src|href|data)="([^"]*)"')
INLINE = re.compile(
    r'<[^>]+\s(?:style|on[a-z]+|hx-on[:\w-]*)="|<style\b|<script(?![^>]*\ssrc=)|javascript:', re.IGNORECASE
)
OLD = re.compile(r"jquery|select2|bootstrap-datepicker|ab_actions|gstatic|google|appbuilder/(?:js|css)", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_our_own_files_and_nothing_else(path: str, house: House) -> None:
    """FAB §1.1, FAB §1.8: no Bootstrap 3, no jQuery, nothing of the framework's, nothing from elsewhere."""
    page = house.get("root_admin", path).text
    loaded = LOADED.findall(page)
    assert len(loaded) > 5
    assert [name for name in loaded if not name.startswith(("/static/vendor/", "/static/ui/", "/static/"))] == []
    assert [name for name in loaded if name.startswith("/static/appbuilder")] == []
    assert not OLD.search(page)


def test_the_style_is_of_the_fifth_bootstrap() -> None:
    """FAB §1.1: by the vendored file itself."""
    assert re.search(r"Bootstrap\s+v5\.3\.\d+", read("app/web/static/vendor/bootstrap.min.css")[:300])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_its_language_and_its_icon_exists(path: str, house: House) -> None:
    """FAB §1.5, FAB §1.6: readers speak it right, and no browser asks in vain."""
    page = house.get("root_admin", path, "zh_Hans_CN").text
    assert '<html lang="zh-CN"' in page
    icon = re.search(r'<link rel="icon"[^>]*href="([^"]+)"', page)
    assert icon
    assert house.browser_of("root_admin").get(icon.group(1), base_url=HOST, buffered=True).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/login/", "/login/student/", "/activate/", "/no/such/page"])
def test_a_page_as_it_is_sent_has_nothing_inline(path: str, house: House) -> None:
    """FAB §1.7: so that the strict policy blocks nothing of ours, and everything of anybody else's."""
    assert INLINE.findall(house.get("root_admin", path).text) == []
    assert INLINE.findall(house.app.test_client().get(path, base_url=HOST, buffered=True).text) == []


def test_no_chart_of_the_framework_is_mounted(house: House) -> None:
    """FAB §1.8, FAB §3.14: it reads every row of the table and asks a server abroad to draw them."""
    views = house.app.extensions["appbuilder"].baseviews
    assert [view for view in views if isinstance(view, BaseChartView)] == []


@pytest.mark.parametrize("path", [*LISTS, "/settings/", "/", f"/students/?name=&node=&number={A}"])
def test_an_empty_value_is_not_shown_as_a_word_of_python(path: str, house: House) -> None:
    """FAB §1.2: the framework printed None."""
    for who in ("root_admin", "school_admin", "guardian"):
        assert not re.search(r">\s*(?:None|True|False|nan)\s*<", house.get(who, path).text)


@pytest.mark.parametrize("path", PAGES)
def test_titles_speak_the_language_of_the_page(path: str, house: House) -> None:
    """FAB §1.3: the framework left them English."""
    page = house.get("root_admin", path, "zh_Hans_CN").text
    titles = re.findall(r"<title>(.*?)</title>|<h1\b[^>]*>(.*?)</h1>", page, re.DOTALL)
    words = " ".join(re.sub(r"<[^>]+>|&\w+;", " ", "".join(found)) for found in titles)
    assert re.search(r"[\u4e00-\u9fff]", words)
    assert re.findall(r"[A-Za-z]{2,}", words.replace("root_admin", "")) == []
