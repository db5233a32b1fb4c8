"""The operation log and the change records: of the own places, filtered, exported harmless; exporting is logged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from tests.make.places import A
from tests.site import Visit

pytestmark = pytest.mark.committed
SignIn = Callable[..., Visit]
READERS = {role.code for role in ROLES if Permission.AUDIT_READ in role.permissions}


@pytest.fixture(name="admin")
def _admin(visit: SignIn) -> Visit:
    admin = visit("school_admin")
    admin.fill("/departments/new", name="=1+1处", node=A)
    return admin


def text_of(visit: Visit, path: str) -> str:
    """A page that must open."""
    answer = visit.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("role", sorted(role.code for role in ROLES))
def test_only_those_allowed_open_the_log(visit: SignIn, role: str) -> None:
    assert visit(role).get("/audit/").status_code == (200 if role in READERS else 403)


def test_an_act_is_read_at_its_place_and_at_no_other(admin: Visit, visit: SignIn) -> None:
    assert "=1+1处" in text_of(admin, "/audit/")
    assert "=1+1处" in text_of(admin, "/changes/")
    assert "=1+1处" in text_of(visit("root_admin"), "/audit/")
    assert "=1+1处" not in text_of(visit("school_admin_b"), "/audit/")
    assert "=1+1处" not in text_of(visit("school_admin_b"), "/changes/")


def test_filters_narrow_the_log(admin: Visit) -> None:
    assert "=1+1处" in text_of(admin, "/audit/?kind=department:create&actor=school")
    assert "=1+1处" not in text_of(admin, "/audit/?kind=department:close")
    assert "=1+1处" not in text_of(admin, "/audit/?until=2001-01-01")
    assert "=1+1处" in text_of(admin, "/audit/?since=2001-01-01")


@pytest.mark.parametrize(
    "query", ["kind=nothing", "since=yesterday", "until=2026-13-01", "since=%00", "until=9999-12-31"]
)
def test_a_filter_that_cannot_be_is_refused(admin: Visit, query: str) -> None:
    assert admin.get(f"/audit/?{query}").status_code in {400, 422}


def test_a_line_shows_what_changed_field_by_field(admin: Visit, visit: SignIn) -> None:
    line = re.findall(r'href="/audit/([0-9]+)"', text_of(admin, "/audit/"))[0]
    assert "What changed" in text_of(admin, f"/audit/{line}")
    assert visit("school_admin_b").get(f"/audit/{line}").status_code == 404


def test_the_export_holds_no_formula_and_is_logged(admin: Visit) -> None:
    answer = admin.get("/audit/export")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any("=1+1处" in cell for cell in cells)
    assert "Operation log exported" in text_of(admin, "/audit/")
