"""Names on screen: school cohorts by this year's label, university cohorts by their year, classes with it in front."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.core.clock import SHANGHAI
from app.core.db import Session
from app.orgs import queries
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode, NodeName, academic_year, grade_label, shown_names
from app.orgs.services import grow
from tests.conftest import CountStatements, StandAt
from tests.make.places import COUNTY_A, A, class_of, classes_of

FindNode = Callable[[str], OrgNode]


@pytest.mark.parametrize(("year", "month", "began"), [(2026, 8, 2025), (2026, 9, 2026), (2027, 1, 2026)])
def test_an_academic_year_begins_in_september(year: int, month: int, began: int) -> None:
    assert academic_year(year, month) == began


@pytest.mark.parametrize(
    ("stage", "entry", "this_year", "label"),
    [
        ("junior", 2026, 2026, "七年级"),
        ("junior", 2024, 2026, "九年级"),
        ("junior", 2023, 2026, None),
        ("junior", 2027, 2026, None),
        ("primary", 2021, 2026, "六年级"),
        ("senior", 2026, 2026, "高一"),
        ("kindergarten", 2024, 2026, "大班"),
        ("undergraduate", 2024, 2026, "大三"),
        (None, 2026, 2026, None),
        ("junior", None, 2026, None),
        ("unheard-of", 2026, 2026, None),
    ],
)
def test_a_cohort_is_called_by_its_place_in_the_stage(
    stage: str | None,
    entry: int | None,
    this_year: int,
    label: str | None,
) -> None:
    assert grade_label(stage, entry, this_year) == label


def lineage(stage: str, entry: int) -> list[NodeName]:
    """A school, a cohort of it and a class of that."""
    return [
        NodeName(1, "school", "学校", stage, None),
        NodeName(2, "grade", f"{entry}级", None, entry),
        NodeName(3, "class", "(1)班", None, None),
    ]


def test_a_school_class_carries_the_label_of_its_cohort() -> None:
    assert shown_names(lineage("junior", 2025), 2026) == ["学校", "八年级", "八年级(1)班"]


def test_a_cohort_past_its_last_grade_is_called_by_its_year() -> None:
    assert shown_names(lineage("junior", 2020), 2026) == ["学校", "2020级", "(1)班"]


def test_a_university_cohort_is_called_by_its_year() -> None:
    assert shown_names(lineage("undergraduate", 2025), 2026) == ["学校", "2025级", "(1)班"]


def test_the_nearest_stage_above_decides() -> None:
    mixed = [NodeName(1, "school", "学校", "primary", None), *lineage("junior", 2026)]
    assert shown_names(mixed, 2026)[-1] == "七年级(1)班"


def test_names_turn_with_the_first_of_september_in_china(session: Session, at: StandAt, node: FindNode) -> None:
    path = node(class_of(A, 1, 1)).path
    at(datetime(2027, 8, 31, 23, 59, tzinfo=SHANGHAI))
    assert queries.names_of(session, [path])[path][-2:] == ["七年级", "七年级画眉(1)班"]
    at(datetime(2027, 9, 1, tzinfo=SHANGHAI))
    assert queries.names_of(session, [path])[path][-2:] == ["八年级", "八年级画眉(1)班"]


def test_names_of_many_paths_take_as_many_statements_as_of_one(
    session: Session,
    node: FindNode,
    statements: CountStatements,
) -> None:
    paths = [node(code).path for code in classes_of(A)]
    counts = []
    for wanted in (paths[:1], paths):
        with statements() as sent:
            assert len(queries.names_of(session, wanted)) == len(wanted)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_description_of_nodes_has_names_numbers_and_whether_more_lies_below(
    session: Session,
    node: FindNode,
    statements: CountStatements,
) -> None:
    grow(session, SYSTEM, [NewNode(COUNTY_A, "school", "空校", code="EMPTY")])
    rows = [node(A), node("EMPTY"), node(class_of(A, 1, 2))]
    with statements() as sent:
        school, empty, group = queries.describe(session, rows)
    assert len(sent) == 3
    assert (school.has_children, empty.has_children, group.has_children) == (True, False, False)
    assert (school.class_number, group.class_number) == (None, f"{A}-202602")
    assert group.full_name.startswith("教育部 / 江西省 / 南昌市 / 东湖区 / 画眉中学 / ")


def test_the_tree_begins_where_the_actors_places_do_and_shows_open_nodes_in_their_order(
    session: Session,
    node: FindNode,
) -> None:
    grow(session, SYSTEM, [NewNode(A, "grade", "2027级")])
    grade = node(f"{A}-2")
    grade.closed_at, grade.close_reason = grade.created_at, "merged"
    session.flush()
    below = queries.children(session, SYSTEM, Permission.ORG_READ, node(A))
    assert [found.code for found in below] == [f"{A}-3", f"{A}-1"], "the youngest pupils come first"
    assert [found.parent_id for found in queries.tops(session, SYSTEM, Permission.ORG_READ)] == [None]
