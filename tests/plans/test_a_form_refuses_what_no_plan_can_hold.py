"""The form of a plan: what could be kept and never be shown again is refused beside its field, and stays typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.site import Visit

NO_STEP = {"kind": "", "submit_role": "class_teacher", "review_role": "class_teacher", "leave": "all_decided"}
"""What a browser sends of a row of the chain in which nothing was chosen."""
PLAN = {
    **{f"step{number}_{name}": value for number in range(2, 7) for name, value in NO_STEP.items()},
    "name": "学平险 2029",
    "place": "THRUSH",
    "product": "student_accident",
    "cover_year": "2029",
    "audience": "junior",
    "apply_from": "2028-09-01T00:00",
    "apply_to": "2028-12-01T00:00",
    "option1_label": "全年",
    "option1_from": "2029-01",
    "option1_to": "2029-12",
    "option1_personal": "100.50",
    "option1_fiscal": "0",
    "waiver_proof": "declaration",
    "step1_kind": "class",
    "step1_submit_role": "class_teacher",
    "step1_review_role": "school_admin",
    "step1_leave": "all_decided",
    "step1_from": "2028-09-01T00:00",
    "step1_to": "2028-12-20T00:00",
}


@pytest.fixture(name="admin")
def _admin(visit: Callable[..., Visit]) -> Visit:
    return visit("school_admin")


@pytest.mark.committed
def test_a_plan_as_people_fill_it_in_is_made(admin: Visit) -> None:
    answer = admin.fill("/plans/new", **PLAN)
    assert answer.status_code == 303
    assert admin.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("option1_to", "9999-12"),
        ("option1_from", "0001-01"),
        ("apply_from", "0001-01-01T00:00"),
        ("apply_to", "9999-12-31T23:59"),
        ("step1_from", "0001-01-01T00:00"),
        ("step1_to", "9999-12-31T23:59"),
        ("option1_personal", "sNaN"),
        ("option1_personal", "NaN"),
        ("option1_personal", "1e99"),
        ("option1_personal", "0.005"),
        ("option1_fiscal", "1e-400"),
        ("name", "学平险\u202e2029"),
        ("name", "\u200b\u200b"),
        ("option1_label", "全\u200b年"),
    ],
)
def test_what_could_not_be_shown_again_is_refused(admin: Visit, field: str, typed: str) -> None:
    answer = admin.fill("/plans/new", **{**PLAN, field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in page
    assert PLAN["option1_label"] in page or field == "option1_label"
    assert admin.get("/plans/").status_code == 200
