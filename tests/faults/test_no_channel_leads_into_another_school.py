"""Roads into another school that no address or field names: the export, a place in a list, a form's key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert

from app.core.idempotency import Idempotency
from tests.faults.conftest import House
from tests.make.attacks import canaries, seen

KEY = "f" * 32
ROLES = ("school_admin", "county_admin", "student_affairs", "class_teacher", "guardian")

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("path", ["/audit/export", "/audit/", "/changes/", "/users/", "/departments/", "/roles/"])
def test_what_is_listed_or_exported_whole_holds_nothing_foreign(path: str, who: str, house: House) -> None:
    answer = house.get(who, path, **({} if path.endswith("export") else {"size": "500"}))
    assert answer.status_code in {200, 403}
    assert seen(answer.text, canaries(house.world), "") == set()


@pytest.mark.parametrize("path", ["/students/", "/changes/", "/audit/"])
def test_a_place_in_the_list_of_somebody_else_leads_to_ones_own_rows_only(path: str, house: House) -> None:
    """A superuser's next and last pages, opened by somebody of school A."""
    links = re.findall(
        rf'href="({path}\?[^"]*(?:after|before|page)=[^"]*)"', house.get("root_admin", path, size="10").text
    )
    assert links
    for link in links:
        answer = house.get("school_admin", link.replace("&amp;", "&"))
        assert answer.status_code in {200, 422}
        assert seen(answer.text, canaries(house.world), "") == set()


@pytest.fixture
def form(house: House) -> Iterator[dict[str, str]]:
    """A form that the admin of school B has sent, and been answered."""
    typed = {"email": "a@b.example", "mobile": "", "version": "0"}
    body = repr(("/settings/", sorted(typed.items()))).encode()
    row = {
        "account_id": house.world.accounts["school_admin_b"],
        "key": KEY,
        "digest": hashlib.sha256(body).digest(),
        "status": 303,
        "target": "/students/CANARY",
        "messages": [{"code": "saved", "facts": {}}],
    }
    with house.stage.database.engine.begin() as connection:
        connection.execute(insert(Idempotency).values(**row))
    yield {**typed, "key": KEY}
    with house.stage.database.engine.begin() as connection:
        connection.execute(delete(Idempotency).where(Idempotency.key == KEY))


def test_a_form_with_the_key_of_somebody_else_is_answered_on_its_own(house: House, form: dict[str, str]) -> None:
    before = house.rows()
    own = house.post("school_admin", "/settings/", form)
    assert own.status_code == 409, "judged as a form of its own: its page is old"
    assert "CANARY" not in str(own.headers) + own.text
    theirs = house.post("school_admin_b", "/settings/", form)
    assert theirs.location == "/students/CANARY", "the first answer is given to whom it belongs"
    assert house.rows() == before
