"""F4: a field that was left out of a form was taken from the address."""

from __future__ import annotations

import pytest

from tests.faults.conftest import House
from tests.make.places import A

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works

TYPED = (
    "name=fromtheaddress&node={own}&version=1&user_name=fromtheaddress&place={own}&role=class_teacher"
    "&_flt_0_school={other}&_flt_0_name=fromtheaddress&field=phone&reason=fromtheaddress&target={own}"
)


@pytest.mark.parametrize(
    "path",
    ["/departments/{department}/edit", "/departments/new", "/users/new", "/users/{account}/edit", "/orgs/{node}/add"],
)
def test_what_stands_in_the_address_is_not_sent(path: str, house: House) -> None:
    """F4, FAB §3.7: the form lacks its fields, so it is refused and shows nothing of the address."""
    ids = {
        "department": house.strangers.own_department,
        "account": house.world.accounts["class_teacher"],
        "node": house.world.nodes[A],
        "own": A,
        "other": "CANARY",
    }
    before = house.rows()
    answer = house.post("school_admin", f"{path}?{TYPED}".format(**ids), {"version": ""})
    assert answer.status_code in {409, 422}
    assert 'value="fromtheaddress"' not in answer.text
    assert house.rows() == before


def test_which_secret_is_shown_is_said_by_the_form_alone(house: House) -> None:
    """F4: a form without the field shows no secret that the address names."""
    path = f"/students/{house.world.of(A)[0].student_id}/unmask?field=phone"
    assert house.get("school_admin", path).status_code == 200
    before = house.rows()
    assert house.post("school_admin", path, {"reason": "核对"}).status_code == 422
    assert house.rows() == before
