"""Places stand as people count them: 七年级 before 八年级, (2)班 before (10)班, wherever they are moved to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.scope import everything
from app.core.db import Session
from app.orgs import queries, reshape, services
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from tests.make.places import A, B
from tests.stage import TEST

FindNode = Callable[[str], OrgNode]

# What each place's key must be, worked out once more from the places above it.
RECKONED = text("""
SELECT n.code FROM org_node n WHERE n.sort_path <> (
  SELECT string_agg(org_node_token(a.kind, a.stage, a.entry_year, a.sort, a.name, a.id), '' ORDER BY length(a.path))
  FROM org_node a WHERE starts_with(n.path, a.path))
""")


def below(session: Session, parent: OrgNode) -> list[str]:
    """The stored names right below a place, in the order of lists."""
    return [node.name for node in queries.children(session, SYSTEM, Permission.ORG_READ, parent)]


def untrue(session: Session) -> list[str]:
    """The places whose key is not what it should be."""
    return list(session.scalars(everything(RECKONED, because=TEST)))


@pytest.mark.parametrize(
    "names",
    [
        ["(1)班", "（2）班", "(3)班", "(10)班", "(11)班"],
        ["1班", "2班", "10班", "100班"],
        ["一班", "二班", "九班", "十班", "十一班", "二十班", "二十一班", "三十班"],
        ["A1班", "A2班", "A10班", "B1班"],
        ["计科2401", "计科2402", "计科2410"],
    ],
)
def test_classes_follow_each_other_as_they_are_counted(session: Session, names: list[str]) -> None:
    shuffled = [*names[1::2], *names[::2]]
    ordered = text('SELECT name FROM unnest(cast(:names AS text[])) AS name ORDER BY natural_order(name) COLLATE "C"')
    assert list(session.scalars(ordered, {"names": shuffled})) == names


def test_the_youngest_pupils_come_first_and_classes_entered_late_find_their_place(
    session: Session, node: FindNode
) -> None:
    school = node(A)
    new = [NewNode(A, "grade", f"{year}级", code=f"G-{year}", stage="senior", entry_year=year) for year in (2024, 2026)]
    new.append(NewNode(A, "grade", "2025级", code="G-2025", stage="senior", entry_year=2025))
    new += [NewNode("G-2025", "class", f"({n})班", class_number=f"late-{n}") for n in (10, 2, 1)]
    services.grow(session, SYSTEM, new)
    assert [name for name in below(session, school) if name in {"2024级", "2025级", "2026级"}] == [
        "2026级",
        "2025级",
        "2024级",
    ]
    assert below(session, node("G-2025")) == ["(1)班", "(2)班", "(10)班"]


def test_a_renamed_class_finds_its_new_place(session: Session, node: FindNode) -> None:
    new = [NewNode(A, "grade", "2025级", code="G", stage="senior", entry_year=2025)]
    new += [NewNode("G", "class", f"({n})班", code=f"G-{n}", class_number=f"named-{n}") for n in (1, 2, 3)]
    services.grow(session, SYSTEM, new)
    first = node("G-1")
    reshape.rename(session, SYSTEM, node_id=first.id, name="(12)班", version=first.version)
    assert below(session, node("G")) == ["(2)班", "(3)班", "(12)班"]
    assert untrue(session) == []


def test_a_moved_branch_and_a_grade_of_another_year_keep_every_key_true(session: Session, node: FindNode) -> None:
    services.grow(session, SYSTEM, [NewNode(A, "campus", "东校区", code="EAST")])
    grade = session.scalars(
        everything(
            select(OrgNode).where(OrgNode.kind == "grade", OrgNode.parent_id == node(A).id).limit(1), because=TEST
        )
    ).one()
    reshape.move(session, SYSTEM, node_id=grade.id, target_code="EAST", version=grade.version)
    session.connection().exec_driver_sql(f"UPDATE org_node SET entry_year = 2020 WHERE id = {grade.id}")
    session.connection().exec_driver_sql("UPDATE org_node SET sort = sort + 1 WHERE parent_id IS NULL")
    assert untrue(session) == []


def test_what_lies_below_two_places_of_one_name_never_mingles(session: Session) -> None:
    new = [NewNode(B, "grade", "兴趣班", code=f"SAME-{n}") for n in (1, 2)]
    new += [NewNode(f"SAME-{n}", "class", "(1)班", code=f"SAME-{n}-1", class_number=f"same-{n}") for n in (2, 1)]
    services.grow(session, SYSTEM, new)
    stmt = select(OrgNode.code).where(OrgNode.code.startswith("SAME-")).order_by(OrgNode.sort_path)
    assert list(session.scalars(everything(stmt, because=TEST))) == ["SAME-1", "SAME-1-1", "SAME-2", "SAME-2-1"]
