"""Who can sign in to the demo: one account for each built-in role, at a place where there is something to see. Pure.

The order is that of the accounts file: the roles of the junior school, those of the university, those above.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.cli.demo.tree import DemoClass, DemoNode, DemoTree
from app.orgs.models import Kind


class Reach(StrEnum):
    """What the grant of an account names: a node, the demo class set, or a person."""

    NODE = "node"
    CLASS_SET = "class_set"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class DemoPost:
    """An account of the demo: its role, what it signs in with, its place, and which plan covers it.

    A student has no `name` of its own here: it is that of the person drawn.
    """

    role: str
    username: str
    name: str
    place: str
    at_university: bool = False
    reach: Reach = Reach.NODE


NAMES = {
    "school_admin": "王建国",
    "class_teacher": "李静",
    "class_admin": "张敏",
    "class_set_admin": "刘强",
    "guardian": "陈秀英",
    "student_affairs": "赵丽",
    "college_officer": "周磊",
    "counsellor": "吴芳",
    "province_admin": "孙伟",
    "city_admin": "朱军",
    "county_admin": "胡勇",
    "bureau_clerk": "林静",
    "unit_operator": "何丽",
    "ministry_admin": "郭伟",
    "system_admin": "高磊",
}
"""Names of grown-ups, of the generation that holds such posts."""


def posts(tree: DemoTree) -> tuple[DemoPost, ...]:
    """Lay out the accounts of a demo tree, in the order of the accounts file."""
    school_class = _first_class(tree, tree.junior_school)
    hall = _first_class(tree, tree.university)
    lineage = _lineage(tree, hall.node.code)
    junior = _lineage(tree, tree.junior_school)
    return (
        _post("school_admin", tree.junior_school),
        _post("class_teacher", school_class.node.code),
        _post("class_admin", school_class.node.code),
        _post("class_set_admin", school_class.node.code, reach=Reach.CLASS_SET),
        _post("guardian", school_class.node.code, reach=Reach.PERSON),
        _post("student_affairs", tree.university, at_university=True),
        _post("college_officer", lineage[Kind.COLLEGE], at_university=True),
        _post("counsellor", lineage[Kind.GRADE], at_university=True),
        _post("student", hall.node.code, at_university=True, reach=Reach.PERSON),
        _post("province_admin", junior[Kind.PROVINCE]),
        _post("city_admin", junior[Kind.CITY]),
        _post("county_admin", junior[Kind.COUNTY]),
        _post("bureau_clerk", junior[Kind.CITY]),
        _post("unit_operator", tree.unit),
        _post("ministry_admin", junior[Kind.PROVINCE]),
        _post("system_admin", junior[Kind.PROVINCE]),
    )


def _post(role: str, place: str, *, at_university: bool = False, reach: Reach = Reach.NODE) -> DemoPost:
    return DemoPost(role, f"demo_{role}", NAMES.get(role, ""), place, at_university, reach)


def _first_class(tree: DemoTree, school: str) -> DemoClass:
    return next(group for group in tree.classes if group.school_code == school)


def _lineage(tree: DemoTree, code: str | None) -> dict[Kind, str]:
    nodes: dict[str, DemoNode] = {node.code: node for node in tree.nodes}
    found: dict[Kind, str] = {}
    while code is not None:
        found[nodes[code].kind] = code
        code = nodes[code].parent_code
    return found


def class_set_codes(tree: DemoTree) -> tuple[str, ...]:
    """The classes of the demo class set: the youngest year of the junior school."""
    first = _first_class(tree, tree.junior_school).node
    return tuple(group.node.code for group in tree.classes if group.node.parent_code == first.parent_code)
