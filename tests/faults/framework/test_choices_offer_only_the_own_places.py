"""FAB §3.3, §3.4, §3.16: the choices of a relation were those of everybody; §4.2: and all of them, at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.accounts.queries import offered
from app.core.db import Session
from app.orgs.rules import NewNode
from app.orgs.services import grow
from tests.cluster import Cluster
from tests.faults.conftest import House
from tests.make.attacks import canaries, seen
from tests.make.places import PROVINCE_B
from tests.make.stage import stage_of
from tests.make.strangers import bring_strangers

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works

PAGES = ("/students/", "/students/new", "/users/", "/users/new", "/departments/new", "/orgs/", "/figures/", "/changes/")
PICKERS = (
    "/users/places?place={}",
    "/orgs/options?q={}",
    "/students/classes?q={}",
    "/role-answer/accounts?q={}",
)
MORE_THAN_DRAWN = 205
ROLES = ("school_admin", "class_teacher", "class_set_admin", "unit_operator", "guardian")


@pytest.mark.parametrize("who", ROLES)
def test_forms_and_query_forms_offer_nothing_of_another_school(who: str, house: House) -> None:
    """FAB §3.3, FAB §3.4: the whole page is looked through, choices included."""
    words = canaries(house.world)
    for path in PAGES:
        assert seen(house.get(who, path).text, words, "") == set(), path


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("picker", PICKERS)
def test_what_is_suggested_while_typing_is_ones_own(picker: str, who: str, house: House) -> None:
    """FAB §3.16: by name, by code, by a part of either, by what matches everything."""
    words = canaries(house.world)
    for typed in ("金丝雀", "CAN", "440103", "school_admin_b", "%", ""):
        answer = house.get(who, picker.format(typed.replace("%", "%25")))
        assert answer.status_code in {200, 403}
        assert seen(answer.text, words, typed) == set(), typed


def test_a_relation_with_many_choices_is_searched_not_listed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAB §4.2: 20,000 choices took seconds to draw; beyond 200 they are suggested while one types."""
    monkeypatch.setattr(offered, "MOST_CHOICES", 3)
    page = house.get("school_admin", "/users/new").text
    assert 'hx-get="/users/places"' in page
    assert not re.search(r'<select[^>]*name="place"', page)


@pytest.fixture(scope="module")
def crowded(cluster: Cluster) -> Iterator[House]:
    """A site where more places stand than any select may offer."""
    with stage_of(cluster) as stage:
        places = [NewNode(PROVINCE_B, "other", f"处{number}") for number in range(MORE_THAN_DRAWN)]
        stage.database.transaction(lambda session: _grown(session, places))
        strangers = stage.database.transaction(lambda session: bring_strangers(session, stage.world))
        app = stage.app()
        app.config["WTF_CSRF_ENABLED"] = False
        yield House(stage, app, stage.app(), strangers)


def _grown(session: Session, places: list[NewNode]) -> None:
    bind(session, SYSTEM)
    grow(session, SYSTEM, places)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_draws_more_than_two_hundred_choices(path: str, crowded: House) -> None:
    """FAB §4.2: for whoever sees the most."""
    answer = crowded.get("root_admin", path)
    assert answer.status_code in {200, 403}
    for select in re.findall(r"<select\b.*?</select>", answer.text, re.DOTALL):
        assert select.count("<option") <= 201
