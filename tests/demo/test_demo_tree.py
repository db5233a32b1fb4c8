"""The demo province: what always stands in it, and that its codes and sizes are right whatever its size."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from app.access.roles import ROLE_BY_CODE
from app.cli.demo.posts import class_set_codes, posts
from app.cli.demo.tree import DemoTree, build
from app.orgs.models import Kind, Stage
from app.orgs.rules import CLASS_NUMBER, check_place

SIZES = [200, 2000, 50_000]
SCHOOL_CODE = re.compile(r"(11|21|31|34|36|41)36[0-9]{6}")


@pytest.fixture(params=SIZES, name="tree")
def _tree(request: pytest.FixtureRequest) -> DemoTree:
    return build(request.param, 2026)


def test_every_parent_stands_before_its_children_and_may_hold_them(tree: DemoTree) -> None:
    seen: dict[str, tuple[str, bool]] = {}
    for node in tree.nodes:
        assert node.code not in seen
        if node.parent_code is None:
            assert node.kind is Kind.PROVINCE
            seen[node.code] = (node.kind, False)
            continue
        kind, in_school = seen[node.parent_code]
        check_place(kind, node.kind, parent_in_school=in_school)
        seen[node.code] = (node.kind, in_school or node.kind in {Kind.SCHOOL, Kind.UNIT})


def test_there_is_exactly_one_root(tree: DemoTree) -> None:
    assert [node.code for node in tree.nodes if node.parent_code is None] == ["36"]


def test_exactly_one_junior_school_with_four_classes_in_each_of_three_cohorts(tree: DemoTree) -> None:
    junior = [node for node in tree.nodes if node.kind is Kind.SCHOOL and node.stage is Stage.JUNIOR]
    assert [node.code for node in junior] == [tree.junior_school]
    grades = [node for node in tree.below(tree.junior_school) if node.kind is Kind.GRADE]
    assert [(grade.name, grade.entry_year) for grade in grades] == [
        ("2026级", 2026),
        ("2025级", 2025),
        ("2024级", 2024),
    ]
    for grade in grades:
        classes = [node for node in tree.nodes if node.parent_code == grade.code]
        assert [node.name for node in classes] == ["(1)班", "(2)班", "(3)班", "(4)班"]


def test_cohorts_follow_the_academic_year() -> None:
    tree = build(200, 2030)
    grades = [node.entry_year for node in tree.below(tree.junior_school) if node.kind is Kind.GRADE]
    assert grades == [2030, 2029, 2028]


def test_there_are_schools_of_every_stage_below_the_university(tree: DemoTree) -> None:
    stages = {node.stage for node in tree.nodes if node.kind is Kind.SCHOOL and node.stage is not None}
    assert stages == {Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR, Stage.SECONDARY_VOCATIONAL}


def test_the_university_has_colleges_levels_grades_majors_and_classes(tree: DemoTree) -> None:
    kinds = Counter(node.kind for node in tree.below(tree.university))
    assert set(kinds) == {Kind.COLLEGE, Kind.EDUCATION_LEVEL, Kind.GRADE, Kind.MAJOR, Kind.CLASS}
    assert kinds[Kind.COLLEGE] == 3


def test_one_unit_with_the_class_its_people_stand_in(tree: DemoTree) -> None:
    assert [node.code for node in tree.nodes if node.kind is Kind.UNIT] == [tree.unit]
    assert [node.kind for node in tree.below(tree.unit)] == [Kind.CLASS]


def test_school_codes_are_official_in_form_and_invented_in_serial(tree: DemoTree) -> None:
    for node in tree.nodes:
        if node.kind is Kind.SCHOOL:
            assert SCHOOL_CODE.fullmatch(node.code)
            assert node.code[4:6] == "09" if node.code == tree.university else node.code[4] == "9"


def test_codes_below_a_school_are_the_parents_code_a_dash_and_a_serial(tree: DemoTree) -> None:
    for node in tree.nodes:
        if node.kind not in {Kind.PROVINCE, Kind.CITY, Kind.COUNTY, Kind.SCHOOL}:
            parent, _, serial = node.code.rpartition("-")
            assert parent == node.parent_code
            assert serial.isdigit()


def test_division_codes_begin_with_those_of_the_place_above(tree: DemoTree) -> None:
    for node in tree.nodes:
        if node.kind in {Kind.CITY, Kind.COUNTY}:
            assert node.code[:-2] == node.parent_code


def test_class_numbers_are_unique_in_a_school(tree: DemoTree) -> None:
    numbers = [(group.school_code, group.node.class_number) for group in tree.classes]
    assert len(set(numbers)) == len(numbers)
    assert all(number and CLASS_NUMBER.fullmatch(number) for _, number in numbers)


@pytest.mark.parametrize("students", [*SIZES, 201, 263, 999])
def test_the_sizes_add_up_to_the_number_asked_for(students: int) -> None:
    tree = build(students, 2026)
    assert sum(group.size for group in tree.classes) == students


def test_one_class_is_empty_and_one_has_three_students(tree: DemoTree) -> None:
    sizes = {group.node.code: group.size for group in tree.classes}
    assert sizes[tree.empty_class] == 0
    assert sizes[tree.third_class] == 3
    assert [code for code, size in sizes.items() if size == 0] == [tree.empty_class]
    assert max(sizes.values()) <= 40


def test_too_few_students_are_refused() -> None:
    with pytest.raises(ValueError, match="200"):
        build(199, 2026)


def test_there_is_one_account_for_each_built_in_role(tree: DemoTree) -> None:
    roles = [post.role for post in posts(tree)]
    assert sorted(roles) == sorted(ROLE_BY_CODE)
    assert roles[:9] == [
        *("school_admin", "class_teacher", "class_admin", "class_set_admin", "guardian"),
        *("student_affairs", "college_officer", "counsellor", "student"),
    ]


def test_the_first_accounts_stand_in_the_junior_school_and_the_next_in_the_university(tree: DemoTree) -> None:
    junior = {tree.junior_school, *(node.code for node in tree.below(tree.junior_school))}
    university = {tree.university, *(node.code for node in tree.below(tree.university))}
    assert all(post.place in junior for post in posts(tree)[:5])
    assert all(post.place in university for post in posts(tree)[5:9])
    assert all(post.at_university == (post.place in university) for post in posts(tree))


def test_family_accounts_and_the_class_set_are_placed_at_classes(tree: DemoTree) -> None:
    classes = {node.code for node in tree.nodes if node.kind is Kind.CLASS}
    placed = {post.role: post.place for post in posts(tree)}
    assert {placed["guardian"], placed["student"], placed["class_set_admin"]} <= classes
    assert placed["class_set_admin"] in class_set_codes(tree)
    assert len(class_set_codes(tree)) == 4
