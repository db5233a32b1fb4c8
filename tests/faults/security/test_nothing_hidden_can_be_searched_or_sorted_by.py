"""F5: filters and orders on columns that are not shown told a hidden number digit by digit."""

from __future__ import annotations

import re

import pytest

from app.features import FEATURES
from app.lists.listing import ListScreen
from tests.faults.conftest import House
from tests.make.places import A

SCREENS = [screen for feature in FEATURES for screen in feature.screens if issubclass(screen, ListScreen)]
SECRET = ("certificate", "sealed", "digest", "password", "phone", "mobile", "address", "token", "code_digest")
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
NOWHERE = "zzzz"
"""What no row holds: a filter that counted would empty the list."""


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_the_fields_of_a_query_name_nothing_secret(screen: type[ListScreen]) -> None:
    """F5: what may be asked for is a closed list, and no secret is in it."""
    fields = [field.name for field in screen.listing.fields]
    assert [name for name in fields if any(word in name for word in SECRET)] == []


@pytest.mark.parametrize("path", ["/students/", "/users/", "/audit/", "/changes/", "/departments/", "/roles/"])
@pytest.mark.parametrize("value", [NOWHERE, "3601"])
def test_an_argument_nobody_offered_changes_nothing(path: str, value: str, house: House) -> None:
    """F5: filters and orders of hidden columns are not even read."""
    asked = {
        **{f"_flt_{kind}_{name}": value for kind in (0, 1, 2, 3) for name in ("number_digest", "password", "phone")},
        **{f"_oc_{view}": "number_digest" for view in ("StudentView", "AccountView", "UserDBModelView")},
        **dict.fromkeys(("certificate", "number_sealed", "password", "session_epoch", "order_column", "sort"), value),
    }
    plain, filtered = house.get("school_admin", path), house.get("school_admin", path, **asked)
    assert plain.status_code == filtered.status_code == 200
    assert _rows(filtered.text) == _rows(plain.text)
    assert _rows(plain.text) or path == "/roles/"


def test_a_certificate_number_is_found_whole_or_not_at_all(house: House) -> None:
    """F5: the look-up by number compares a digest; the beginning of a number finds nobody."""
    number = house.world.of(A)[0].certificate
    for typed, found in ((number, True), (number[:17], False), (number[:6], False), (f"{number[:6]}%", False)):
        answer = house.post("school_admin", "/students/find", {"certificate": typed})
        assert ("person=" in answer.location) is found, typed


def _rows(page: str) -> list[str]:
    return [row for row in ROW.findall(page) if "rowheader" in row]
