"""The to-dos of a first page, as a browser reads them, and the lists they open."""

from __future__ import annotations

import html
import re

from tests.site import Visit

SECTION = re.compile(r'aria-labelledby="to-do".*?</section>', re.DOTALL)
ITEM = re.compile(r'<a href="([^"]+)">\s*<span>(.*?)</span>\s*<span class="waiting">([\d,+]+)</span>', re.DOTALL)
ROW = 'scope="row"'


def todos(visitor: Visit) -> dict[str, tuple[str, int]]:
    """What waits for somebody: what it says → where it leads, how many."""
    page = visitor.get("/").get_data(as_text=True)
    found = SECTION.search(page)
    assert found, "the page has no to-dos"
    return {
        html.unescape(re.sub(r"<small>.*", "", words, flags=re.DOTALL)): (html.unescape(href), int(count))
        for href, words, count in ITEM.findall(found.group())
    }


def rows(visitor: Visit, href: str) -> int:
    """How many rows the list at an address shows."""
    answer = visitor.get(href)
    assert answer.status_code == 200, href
    return answer.get_data(as_text=True).count(ROW)


def waiting(visitor: Visit, words: str) -> int:
    """How many wait under these words, after looking that the list there is as long; 0 when nothing does."""
    href, count = todos(visitor).get(words, ("", 0))
    assert not href or rows(visitor, href) == count
    return count
