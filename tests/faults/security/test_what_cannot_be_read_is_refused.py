"""F16: malformed input was answered with 500."""

from __future__ import annotations

import pytest

from tests.faults.conftest import House
from tests.make.places import A
from tests.make.visits import HOST

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works

BEYOND = "9" * 20


@pytest.mark.parametrize("path", ["/students/", "/users/", "/audit/", "/changes/", "/departments/", "/roles/"])
@pytest.mark.parametrize(
    "query",
    [{"page": "abc"}, {"page": BEYOND}, {"page": "-1"}, {"size": "x"}, {"name": "a" * 3000, "actor": "a" * 3000}],
    ids=str,
)
def test_a_page_that_cannot_be_is_no_accident(path: str, query: dict[str, str], house: House) -> None:
    """F16: 4xx with a page that says so."""
    answer = house.get("root_admin", path, **query)
    assert answer.status_code == 422
    assert "<html" in answer.text


def test_an_unknown_order_is_not_read(house: House) -> None:
    """F16: columns cannot be named by an address at all."""
    assert house.get("root_admin", "/students/", _oc_StudentView="nope", _od_StudentView="nope").status_code == 200


@pytest.mark.parametrize("key", [BEYOND, "9223372036854775808", "-1", "abc", "1.5", "%00", "1%27", "１"])
@pytest.mark.parametrize("path", ["/students/{}", "/users/{}/edit", "/orgs/{}/branch", "/work/{}", "/audit/{}"])
def test_a_key_that_cannot_be_leads_nowhere(path: str, key: str, house: House) -> None:
    """F16: also one beyond what the database counts to."""
    assert house.get("root_admin", path.format(key)).status_code in {400, 404}


@pytest.mark.parametrize("ids", [[], [""], ["abc"], [BEYOND], ["1", "x"], ["1"] * 501])
def test_a_bulk_act_without_good_ids_is_refused(ids: list[str], house: House) -> None:
    """F16: missing, unreadable or too many."""
    before = house.rows()
    assert house.post("school_admin", "/students/transfer", {"rowid": ids, "class_number": "x"}).status_code in {
        409,
        422,
    }
    assert house.rows() == before


@pytest.mark.parametrize(
    "path", ["/students/action/nope/1", "/students/action_post", "/download/..", "/download/x.png"]
)
def test_addresses_of_the_framework_lead_nowhere(path: str, house: House) -> None:
    """F16: unknown actions and files by name do not exist here."""
    assert house.get("root_admin", path).status_code == 404
    assert house.post("root_admin", path, {}).status_code == 404


def test_a_form_with_bytes_that_are_no_text_is_no_accident(house: House) -> None:
    """F16: refused, whatever the browser says it is."""
    typed = "application/x-www-form-urlencoded"
    sent = {b"name=\xff\xfe": typed, b"name=%ff%00": typed, b"{": "application/json", b"--x": "multipart/form-data"}
    for body, kind in sent.items():
        data = b"key=" + b"0" * 32 + b"&node=" + A.encode() + b"&" + body
        client = house.browser_of("school_admin")
        assert client.post("/departments/new", data=data, content_type=kind, base_url=HOST).status_code in {400, 422}
