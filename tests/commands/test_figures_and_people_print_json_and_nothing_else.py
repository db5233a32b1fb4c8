"""`xuebao figures` and `xuebao people`: what an outside check reads, walked from the top to every class."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.rates.cli import PRINTED
from tests.commands.conftest import Installation
from tests.make.places import CITY_A, COUNTY_A, PROVINCE_A, UNIT, A, class_of, classes_of, grade
from tests.world import World

FIELDS = ["code", "name", *(status.value for status in PRINTED), "rate"]
MEMBER = ["id", "student_number", "name", "class", "class_name", "state"]


def figures(installation: Installation, world: World, node: str, user: str) -> Any:  # noqa: ANN401  parsed JSON
    """What `figures` prints."""
    return installation.answer("figures", "--plan", world.plan, "--node", node, "--as", user)


def people(installation: Installation, world: World, node: str, user: str, status: str) -> Any:  # noqa: ANN401  JSON
    """What `people` prints."""
    words = ("--plan", world.plan, "--node", node, "--as", user, "--status", status)
    return installation.answer("people", *words)["people"]


def test_figures_have_exactly_the_agreed_fields(installation: Installation, world: World) -> None:
    answer = figures(installation, world, A, "school_admin")
    assert list(answer) == ["node", "children"]
    assert list(answer["node"]) == FIELDS
    assert [list(child) for child in answer["children"]] == [FIELDS] * 2
    assert answer["node"] == {
        "code": A,
        "name": "画眉中学",
        "total_eligible": 7,
        "insured": 1,
        "waived": 2,
        "pending": 1,
        "unregistered": 3,
        "stopped": 1,
        "waived_hardship": 1,
        "rate": "14.29",
    }


def test_nothing_of_nothing_has_the_rate_of_exports(installation: Installation, world: World) -> None:
    assert figures(installation, world, "UNIT-A", "root_admin")["node"]["rate"] == "0.00"


def test_from_the_province_to_every_class_each_level_is_the_sum_of_its_children(
    installation: Installation,
    world: World,
) -> None:
    told: dict[str, Any] = {}
    waiting = [PROVINCE_A]
    while waiting:
        answer = figures(installation, world, waiting.pop(), "root_admin")
        node, children = answer["node"], answer["children"]
        assert told.setdefault(node["code"], node) == node
        told |= {child["code"]: child for child in children}
        waiting += [child["code"] for child in children]
        for status in PRINTED if children else ():
            assert node[status.value] == sum(child[status.value] for child in children)
    assert set(told) == {PROVINCE_A, CITY_A, COUNTY_A, UNIT, f"{UNIT}-1", A, grade(A, 1), grade(A, 2), *classes_of(A)}


@pytest.mark.parametrize("node", [A, grade(A, 1), *classes_of(A)])
def test_each_figure_is_the_length_of_its_list(installation: Installation, world: World, node: str) -> None:
    answer = figures(installation, world, node, "school_admin")["node"]
    for status in PRINTED:
        listed = people(installation, world, node, "school_admin", status.value)
        assert len(listed) == len({member["id"] for member in listed}) == answer[status.value]


def test_people_have_exactly_the_agreed_fields_and_never_a_certificate_number(
    installation: Installation,
    world: World,
) -> None:
    (member,) = people(installation, world, A, "school_admin", "insured")
    assert list(member) == MEMBER
    pupil = world.of(A)[0]
    assert member["id"] > 0
    assert {**member, "id": 0} == {
        "id": 0,
        "student_number": pupil.student_number,
        "name": pupil.name,
        "class": class_of(A, 1, 1),
        "class_name": "七年级画眉(1)班",
        "state": "insured",
    }
    printed = json.dumps(people(installation, world, A, "school_admin", "total_eligible"))
    assert not any(pupil.certificate in printed for pupil in world.of(A))


def test_who_may_not_open_names_gets_as_many_rows_with_null_for_names(
    installation: Installation,
    world: World,
) -> None:
    for status in PRINTED:
        listed = people(installation, world, A, "province_admin", status.value)
        count = figures(installation, world, A, "province_admin")["node"][status.value]
        assert len(listed) == count
        assert all((member["name"], member["student_number"]) == (None, None) for member in listed)


def test_a_class_set_admin_reads_the_own_classes_at_the_school(installation: Installation, world: World) -> None:
    answer = figures(installation, world, A, "class_set_admin")
    assert [child["code"] for child in answer["children"]] == [class_of(A, 1, 1), class_of(A, 2, 1)]
    assert answer["node"]["total_eligible"] == sum(child["total_eligible"] for child in answer["children"]) == 3


def test_without_json_the_same_figures_are_lines_of_text(installation: Installation, world: World) -> None:
    result = installation.run("figures", "--plan", world.plan, "--node", A, "--as", "school_admin")
    assert result.exit_code == 0
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert lines[0] == [A, "画眉中学", "1/7", "14.29%"]
    assert [line[0] for line in lines[1:]] == [grade(A, 1), grade(A, 2)]


def test_an_operator_gets_the_same_from_a_process_of_its_own(installation: Installation, world: World) -> None:
    words = ("figures", "--plan", world.plan, "--node", A, "--as", "school_admin", "--json")
    done = installation.process(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == installation.answer(*words[:-1])
