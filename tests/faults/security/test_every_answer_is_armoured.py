"""F15: no header that protects a page was sent."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.faults.conftest import House
from tests.make.visits import HOST, browser

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
A_YEAR = "max-age=31536000; includeSubDomains"


def _answers(house: House, base: str) -> dict[str, TestResponse]:
    client = browser(house.guarded)
    return {
        "a page": client.get("/login/", base_url=base, buffered=True),
        "a redirect": client.get("/students/", base_url=base, buffered=True),
        "nothing": client.get("/no/such/page", base_url=base, buffered=True),
        "a refused form": client.post("/login/", base_url=base, buffered=True),
        "a wrong method": client.get("/logout/", base_url=base, buffered=True),
        "a file": client.get("/static/ui/app.js", base_url=base, buffered=True),
        "a foreign host": client.get("/login/", base_url=base.replace("localhost", "evil.example"), buffered=True),
    }


def test_every_kind_of_answer_carries_the_headers(house: House) -> None:
    """F15: pages, redirects, refusals and files alike."""
    for kind, answer in _answers(house, HOST).items():
        sent = answer.headers
        assert {part.strip() for part in sent["Content-Security-Policy"].split(";")} >= POLICY, kind
        assert "unsafe" not in sent["Content-Security-Policy"], kind
        assert (sent["X-Content-Type-Options"], sent["Referrer-Policy"]) == ("nosniff", "same-origin"), kind
        assert sent["Cross-Origin-Opener-Policy"] == sent["Cross-Origin-Resource-Policy"] == "same-origin", kind
        assert "camera=()" in sent["Permissions-Policy"], kind
        assert sent["Cache-Control"] == "no-store" or kind == "a file"


def test_a_browser_that_came_by_tls_is_told_to_come_so_again(house: House) -> None:
    """F15: and only such a browser, or a plain trial installation could never be reached again."""
    for kind, answer in _answers(house, "https://localhost").items():
        assert answer.headers["Strict-Transport-Security"] == A_YEAR, kind
    assert not any("Strict-Transport-Security" in answer.headers for answer in _answers(house, HOST).values())


def test_signing_out_clears_what_the_browser_kept(house: House) -> None:
    """F15: the next person at the same machine finds nothing."""
    answer = browser(house.app).post("/logout/", base_url=HOST)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("who", ["school_admin", "guardian"])
def test_no_page_of_somebody_signed_in_is_kept_by_caches(who: str, house: House) -> None:
    """F15: personal data stays out of proxies and of the browser's memory."""
    assert house.get(who, "/students/").headers["Cache-Control"] == "no-store"
