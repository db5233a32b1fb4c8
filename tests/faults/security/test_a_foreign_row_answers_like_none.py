"""F2: a foreign key in the address must be answered as one that does not exist, or the answer tells that it does."""

from __future__ import annotations

import re

import pytest

from tests.faults.conftest import House
from tests.make.places import B

NOTHING = 900_000_000
MADE_ANEW = re.compile(r'(?:value|content)="[^"]{24,}"|next=[^"]*')
"""Tokens and keys, and the page's own address in the links that change its language."""
PAGES = {
    "/students/{student}": "the page",
    "/students/{student}/edit": "a form",
    "/students/{student}/leave": "another form",
    "/students/{student}/unmask?field=number": "a secret",
    "/students/{student}/guardians/new": "a form below the row",
    "/orgs/{node}/rename": "a place",
    "/orgs/{node}/branch": "a branch of the tree",
    "/users/{account}/edit": "an account",
    "/users/{account}/grants": "its roles",
    "/users/{account}/code": "its code",
    "/departments/{department}/edit": "a department",
    "/audit/{line}": "a line of the log",
    "/work/{job}": "a job",
    "/work/{job}/progress": "a part of a page",
    "/students/?node={node}": "a list's filter",
    "/figures/?node={node_code}": "a figure's place",
}


@pytest.mark.parametrize("page", PAGES, ids=PAGES.get)
def test_a_foreign_row_and_no_row_give_one_and_the_same_answer(page: str, house: House) -> None:
    """F2, FAB §3.1: status and page are equal to the letter, opened or sent as a form."""
    strangers, world = house.strangers, house.world
    foreign = {
        "student": world.of(B)[0].student_id,
        "node": world.nodes[B],
        "node_code": B,
        "account": world.accounts["school_admin_b"],
        "department": strangers.department,
        "line": strangers.line,
        "job": strangers.job,
    }
    none = {**dict.fromkeys(foreign, NOTHING), "node_code": "NOWHERE"}
    there, nowhere = (house.get("school_admin", page.format(**ids)) for ids in (foreign, none))
    assert there.status_code == nowhere.status_code == 404
    assert _plain(there.text) == _plain(nowhere.text)
    sent, lost = (
        house.post("school_admin", page.format(**ids), {"version": 1, "name": "x", "reason": "x", "field": "number"})
        for ids in (foreign, none)
    )
    assert sent.status_code == lost.status_code
    assert sent.status_code in {404, 405}
    assert _plain(sent.text) == _plain(lost.text)


def _plain(text: str) -> str:
    """A page without what differs from page to page anyway."""
    return MADE_ANEW.sub("", text)
