"""Adding nodes: code, path, school and order follow from the parent; what may not stand there is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Session
from app.core.errors import Conflict, Invalid, NotFound
from app.orgs.models import ClassGroup, NodePlacement, OrgNode
from app.orgs.rules import BadPlace, ClassNumberTaken, CodeTaken, NewNode, class_number, is_school_code
from app.orgs.services import grow
from tests.make.places import COUNTY_A, ROOT, A, B, class_of
from tests.stage import TEST

FindNode = Callable[[str], OrgNode]


def numbers_of(session: Session, ids: Sequence[int]) -> list[str]:
    """The class numbers of classes, in their order."""
    stmt = select(ClassGroup.class_number).where(ClassGroup.node_id.in_(ids)).order_by(ClassGroup.node_id)
    return list(session.scalars(everything(stmt, because=TEST)))


def test_a_node_without_a_code_of_its_own_gets_the_parents_with_a_serial(session: Session, node: FindNode) -> None:
    made = grow(session, SYSTEM, [NewNode(A, "grade", "2027级"), NewNode(A, "grade", "2028级")])
    assert list(made) == [f"{A}-3", f"{A}-4"]
    grown, parent = node(f"{A}-3"), node(A)
    assert (grown.path, grown.school_id) == (f"{parent.path}{grown.id}/", parent.id)
    assert grown.sort < node(f"{A}-4").sort


def test_a_whole_branch_is_added_at_once(session: Session, node: FindNode) -> None:
    branch = [
        NewNode(COUNTY_A, "school", "新校", code="NEW-SCHOOL", stage="primary"),
        NewNode("NEW-SCHOOL", "campus", "东校区", code="NEW-EAST"),
        NewNode("NEW-EAST", "grade", "2026级", code="NEW-2026", entry_year=2026),
        NewNode("NEW-2026", "class", "(1)班"),
    ]
    made = grow(session, SYSTEM, branch)
    school, grown = node("NEW-SCHOOL"), node("NEW-2026-1")
    assert school.school_id == school.id
    assert grown.school_id == school.id
    assert grown.path == f"{school.path}{made['NEW-EAST']}/{made['NEW-2026']}/{grown.id}/"


def test_a_serial_that_a_given_code_has_taken_is_passed_over(session: Session) -> None:
    grow(session, SYSTEM, [NewNode(A, "grade", "2027级", code=f"{A}-9")])
    assert list(grow(session, SYSTEM, [NewNode(A, "grade", "2028级")])) == [f"{A}-10"]


def test_nothing_to_add_adds_nothing(session: Session, acts: Callable[[], list[Audit]]) -> None:
    assert grow(session, SYSTEM, []) == {}
    assert acts() == []


def test_classes_of_different_grades_get_class_numbers_of_their_own(session: Session) -> None:
    made = grow(session, SYSTEM, [NewNode(f"{A}-1", "class", "(3)班"), NewNode(f"{A}-2", "class", "(3)班")])
    assert numbers_of(session, list(made.values())) == ["1-3", "2-3"]


def test_a_class_number_given_is_kept_as_it_is(session: Session) -> None:
    made = grow(session, SYSTEM, [NewNode(f"{A}-1", "class", "(3)班", class_number="202603")])
    assert numbers_of(session, list(made.values())) == ["202603"]


@pytest.mark.parametrize("number", ["1", "2026-01", "x" * 20])
def test_a_class_number_may_be_one_character_or_twenty(number: str) -> None:
    assert class_number(number, code="S-1-2", school_code="S") == number


@pytest.mark.parametrize("number", ["(1)班", "1 2", "x" * 21, "２０２６", "1\n"])
def test_what_is_no_class_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid):
        class_number(number, code="S-1-2", school_code="S")


def test_a_class_number_is_given_once_in_a_school(session: Session) -> None:
    taken = f"{A}-202601"
    assert grow(session, SYSTEM, [NewNode(f"{B}-1", "class", "(3)班", class_number=taken)])
    with pytest.raises(ClassNumberTaken):
        grow(session, SYSTEM, [NewNode(f"{A}-2", "class", "(3)班", class_number=taken)])


@pytest.mark.parametrize("number", ["班1", "a b", "x" * 21])
def test_a_class_number_of_another_shape_is_refused(session: Session, number: str) -> None:
    with pytest.raises(Invalid):
        grow(session, SYSTEM, [NewNode(f"{A}-1", "class", "(3)班", class_number=number)])


@pytest.mark.parametrize("code", [B, "BRAND-NEW"])
def test_a_code_that_is_in_use_anywhere_is_refused(session: Session, code: str) -> None:
    with pytest.raises(CodeTaken) as refusal:
        grow(session, SYSTEM, [NewNode(A, "grade", "一", code="BRAND-NEW"), NewNode(A, "grade", "二", code=code)])
    assert refusal.value.facts == {"node_code": code}


def test_a_serial_that_meets_a_code_elsewhere_is_refused_and_nothing_breaks(session: Session) -> None:
    grow(session, SYSTEM, [NewNode(B, "grade", "二", code=f"{A}-3")])
    with pytest.raises(CodeTaken):
        grow(session, SYSTEM, [NewNode(A, "grade", "一")])


@pytest.mark.parametrize(
    ("parent", "kind", "why"),
    [
        (class_of(A, 1, 1), "class", "class_is_leaf"),
        (A, "school", "outside_schools_only"),
        (f"{A}-1", "county", "outside_schools_only"),
        (COUNTY_A, "class", "inside_schools_only"),
        (COUNTY_A, "grade", "inside_schools_only"),
        (COUNTY_A, "city", "not_below_its_own_level"),
        (COUNTY_A, "county", "not_below_its_own_level"),
    ],
)
def test_a_kind_that_cannot_stand_there_is_refused(session: Session, parent: str, kind: str, why: str) -> None:
    with pytest.raises(BadPlace) as refusal:
        grow(session, SYSTEM, [NewNode(parent, kind, "新")])
    assert refusal.value.fields == {"kind": why}


def test_a_parent_nobody_knows_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        grow(session, SYSTEM, [NewNode("NOWHERE", "province", "新")])


def test_a_parent_that_comes_later_in_the_list_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        grow(session, SYSTEM, [NewNode("LATER", "grade", "级"), NewNode(A, "campus", "区", code="LATER")])


def test_nothing_is_added_below_a_closed_node(session: Session, node: FindNode) -> None:
    grade = node(f"{A}-1")
    grade.close_reason, grade.closed_at = "merged", grade.created_at
    session.flush()
    with pytest.raises(NotFound):
        grow(session, SYSTEM, [NewNode(f"{A}-1", "class", "(3)班")])


def test_a_name_is_trimmed_and_an_empty_one_refused(session: Session, node: FindNode) -> None:
    grow(session, SYSTEM, [NewNode(A, "grade", "  2027级 ")])
    assert node(f"{A}-3").name == "2027级"
    with pytest.raises(Invalid):
        grow(session, SYSTEM, [NewNode(A, "grade", "   ")])


def test_where_each_node_stands_is_written_down(session: Session) -> None:
    made = grow(session, SYSTEM, [NewNode(A, "grade", "2027级", code="G"), NewNode("G", "class", "(1)班")])
    placed = select(NodePlacement).where(NodePlacement.node_id.in_(made.values())).order_by(NodePlacement.node_id)
    rows = session.scalars(everything(placed, because=TEST)).all()
    grade, group = made.values()
    assert [(row.parent_id, row.until) for row in rows[1:]] == [(grade, None)]
    assert rows[1].path == f"{rows[0].path}{group}/"


def test_the_act_is_written_down_at_the_nearest_common_place(
    session: Session,
    node: FindNode,
    acts: Callable[[], list[Audit]],
) -> None:
    made = grow(session, SYSTEM, [NewNode(A, "grade", "2027级"), NewNode(B, "grade", "2027级")])
    (act,) = acts()
    assert (act.act, act.subject_ids, act.tree_path) == ("org:create", list(made.values()), node(ROOT).path)


def test_a_refused_batch_is_refused_as_a_whole(session: Session) -> None:
    with pytest.raises(Conflict):
        grow(session, SYSTEM, [NewNode(A, "grade", "一", code="ONE"), NewNode(A, "grade", "二", code=B)])
    assert session.scalars(everything(select(OrgNode).where(OrgNode.code == "ONE"), because=TEST)).all() == []


def test_a_unit_comes_with_the_class_its_people_stand_in(session: Session, node: FindNode) -> None:
    units = [NewNode(COUNTY_A, "unit", "东湖区图书馆"), NewNode(COUNTY_A, "unit", "文化馆", "U-9")]
    made = grow(session, SYSTEM, units)
    codes = list(made)
    assert codes[1::2] == [f"{codes[0]}-1", "U-9-1"]
    for unit_code, class_code in zip(codes[::2], codes[1::2], strict=True):
        unit, people = node(unit_code), node(class_code)
        assert (people.kind, people.name, people.parent_id, people.school_id) == (
            "class",
            "全体职工",
            unit.id,
            unit.id,
        )
        assert people.path == f"{unit.path}{people.id}/"
        assert numbers_of(session, [people.id]) == ["1"]


def test_a_unit_with_a_class_of_its_own_gets_no_second_one(session: Session) -> None:
    nodes = [NewNode(COUNTY_A, "unit", "文化馆", "U-9"), NewNode("U-9", "class", "在职人员", "U-9-A", "7")]
    assert list(grow(session, SYSTEM, nodes)) == ["U-9", "U-9-A"]


@pytest.mark.parametrize("code", ["1136900001", "2136900003", "3136900001", "4136010421", "4144010558", "5181000001"])
def test_school_identifiers_are_known_by_category_and_province(code: str) -> None:
    assert is_school_code(code)


@pytest.mark.parametrize("code", ["1236900001", "2116900001", "2199900001", "4136900001", "21369000031", "213690000"])
def test_other_numbers_are_no_school_identifiers(code: str) -> None:
    assert not is_school_code(code)


def test_a_school_with_ten_wrong_digits_is_refused(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        grow(session, SYSTEM, [NewNode(COUNTY_A, "school", "新校", code="2199900001", stage="primary")])
    assert refusal.value.fields == {"code": "school_code_format"}
    assert grow(session, SYSTEM, [NewNode(COUNTY_A, "school", "新校", code="2136900099", stage="primary")])
