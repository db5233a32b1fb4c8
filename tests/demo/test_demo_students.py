"""The demo students: always the same, right in every number, with the rows that systems get wrong."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from app.cli.demo.choices import HIGHER
from app.cli.demo.people import ENTRY_AGES, DemoStudent, make
from app.cli.demo.tree import DemoTree, build
from app.enrolment.models import EnrolmentState
from app.people.certificates import CertificateType, Sex, birth_facts, check, identity_key
from app.people.rules import check_name, check_phone, is_student_number, normalise_name

TODAY = date(2026, 11, 21)
SEED = 20261121


@pytest.fixture(scope="module", params=[200, 2000, 20_000], name="world")
def _world(request: pytest.FixtureRequest) -> tuple[DemoTree, list[DemoStudent]]:
    tree = build(request.param, 2026)
    return tree, list(make(tree, SEED))


def digest(students: int, seed: int) -> str:
    """Digest the students as bytes, one line each."""
    lines = "\n".join(repr(student) for student in make(build(students, 2026), seed))
    return hashlib.sha256(lines.encode()).hexdigest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert digest(2000, 1) == digest(2000, 1)
    assert digest(2000, 1) != digest(2000, 2)


def test_each_class_has_as_many_students_as_the_tree_says(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    tree, students = world
    counted = Counter(student.class_code for student in students)
    assert {group.node.code: group.size for group in tree.classes if group.size} == dict(counted)


def test_every_number_is_valid_and_given_once(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    _, students = world
    assert {check(s.certificate_type, s.number, TODAY) for s in students} == {None}
    keys = [key for s in students if (key := identity_key(s.certificate_type, s.number))]
    assert len(set(keys)) == len(keys)


def test_birth_date_and_sex_are_those_of_the_number(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    _, students = world
    for student in students:
        facts = birth_facts(student.certificate_type, student.number)
        if facts is not None:
            assert (facts.birth_date, facts.sex) == (student.birth_date, student.sex)


def test_nobody_can_own_a_demo_number(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    _, students = world
    for student in students:
        if student.certificate_type in {CertificateType.RESIDENT_ID, CertificateType.HOUSEHOLD_REGISTER}:
            assert student.number[4:6] == "01"
        assert student.phone[3:7] == "0000"


def test_names_phones_and_student_numbers_pass_the_rules(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    _, students = world
    assert {check_name(s.name) for s in students} == {None}
    assert all(normalise_name(s.name) == s.name for s in students)
    assert {check_phone(s.phone) for s in students} == {None}
    assert all(is_student_number(s.student_number) for s in students)
    assert len({(s.school_code, s.student_number) for s in students}) == len(students)


def test_ages_fit_the_year_of_entry(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    tree, students = world
    stages = {group.node.code: group.node.stage for group in tree.classes}
    for student in students:
        stage = stages[student.class_code]
        assert stage is not None
        age = (student.entry_date - student.birth_date).days / 365.25
        assert ENTRY_AGES[stage] - 1.01 <= age < ENTRY_AGES[stage] + 5


EDGE_ROWS: dict[str, Callable[[DemoStudent], bool]] = {
    "a name with a middle dot": lambda s: s.name == "阿依古丽·买买提",
    "the rare character 䶮": lambda s: "䶮" in s.name,
    "the rare character 㛃": lambda s: "㛃" in s.name,
    "the rare character 𬭩 of plane 2": lambda s: "𬭩" in s.name,
    "a name of 2 characters": lambda s: len(s.name) == 2,
    "a name of 5 characters": lambda s: len(s.name) == 5,
    "an ID number that ends in X": lambda s: len(s.number) == 18 and s.number.endswith("X"),
    "a birth on 29 February": lambda s: (s.birth_date.month, s.birth_date.day) == (2, 29),
    "a permit of Hong Kong or Macao": lambda s: s.certificate_type is CertificateType.HK_MACAO_PERMIT,
    "a permit of Taiwan": lambda s: s.certificate_type is CertificateType.TAIWAN_PERMIT,
    "a residence permit": lambda s: s.certificate_type is CertificateType.HKMT_RESIDENCE,
    "a passport": lambda s: s.certificate_type is CertificateType.PASSPORT,
    "nobody's certificate": lambda s: s.certificate_type is CertificateType.OTHER and not s.number,
    "somebody transferred twice": lambda s: s.was_transferred,
}
"""The rows of spec/domain.md §10 that one student shows; twins, empty classes and the third have tests of their own."""


@pytest.mark.parametrize("row", EDGE_ROWS)
def test_the_rows_systems_get_wrong_are_always_there(row: str, world: tuple[DemoTree, list[DemoStudent]]) -> None:
    _, students = world
    assert any(EDGE_ROWS[row](student) for student in students)


@pytest.mark.parametrize("seed", range(40))
def test_twins_share_a_birth_date_and_stand_next_to_each_other(seed: int) -> None:
    students = list(make(build(200, 2026), seed))
    at = next(i for i, student in enumerate(students) if student.name == "黄子轩")
    elder, younger = students[at], students[at + 1]
    assert elder.birth_date == younger.birth_date
    assert int(younger.number[14:17]) - int(elder.number[14:17]) == 1
    assert (elder.sex, younger.sex) == (Sex.MALE, Sex.FEMALE)
    keys = [key for s in students if (key := identity_key(s.certificate_type, s.number))]
    assert len(set(keys)) == len(keys)


def test_a_third_of_the_class_of_three_is_insured_and_hardship_is_waived_there(
    world: tuple[DemoTree, list[DemoStudent]],
) -> None:
    tree, students = world
    third = [student for student in students if student.class_code == tree.third_class]
    assert Counter(s.state for s in third) == {EnrolmentState.INSURED: 1, EnrolmentState.WAIVED: 2}
    assert all(s.hardship for s in third if s.state is EnrolmentState.WAIVED)


def test_every_state_occurs_and_the_shares_are_those_of_the_deck(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    tree, students = world
    dealt = [student for student in students if student.class_code != tree.third_class]
    counted = Counter(student.state for student in dealt)
    assert set(counted) == set(EnrolmentState)
    with_account = 2  # the two that an account is for are not dealt: they still have to apply
    rounds = (len(dealt) - with_account) / 200
    assert 12 * int(rounds) <= counted[EnrolmentState.WAIVED] <= 12 * (int(rounds) + 1)
    assert 6 * int(rounds) <= counted[EnrolmentState.UNREGISTERED] - with_account <= 6 * (int(rounds) + 1)


def test_choice_and_reason_fit_the_state(world: tuple[DemoTree, list[DemoStudent]]) -> None:
    _, students = world
    for student in students:
        assert (student.waiver_reason is not None) == (student.choice == "waive")
        assert (student.choice is None) == (student.state is EnrolmentState.UNREGISTERED)
        if student.state in {EnrolmentState.INSURED, EnrolmentState.WAIVED}:
            assert student.choice == {"insured": "insure", "waived": "waive"}[student.state]


def test_hardship_has_its_share_in_higher_education_and_in_schools(
    world: tuple[DemoTree, list[DemoStudent]],
) -> None:
    tree, students = world
    higher = {group.node.code for group in tree.classes if group.node.stage in HIGHER}
    for group, share in ((True, 18), (False, 8)):
        people = [s for s in students if (s.class_code in higher) == group and s.class_code != tree.third_class]
        recognised = sum(1 for s in people if s.hardship)
        assert share * (len(people) // 100) <= recognised <= share * (len(people) // 100 + 1)
        assert all(len({h.category for h in s.hardship}) == len(s.hardship) for s in people)
