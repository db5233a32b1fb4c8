"""The register of faults is complete, and each line leads to a test that says which fault it holds."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.faults.register import FAULTS
from tests.promises.source import functions, python_files

NUMBER = re.compile(r"\bF\d+\b|FAB §\d\.\d+")
SECTIONS = {"0": 2, "1": 8, "2": 15, "3": 17, "4": 8, "5": 5, "6": 5}
"""How many faults each section of the reference on the framework describes."""


def _said(path: str, name: str) -> set[str] | None:
    """The numbers a test says it holds, in its docstring or its name; None when there is no such test."""
    for function in functions(path):
        if function.name == name:
            by_name = [number.upper() for number in re.findall(r"^test_(f\d+)_", name)]
            return {*NUMBER.findall(ast.get_docstring(function) or ""), *by_name}
    return None


def test_every_fault_that_was_measured_is_in_the_register() -> None:
    assert [number for number in FAULTS if number[0] == "F" and "§" not in number] == [f"F{n}" for n in range(1, 23)]
    sections = Counter(number.partition("§")[2].partition(".")[0] for number in FAULTS if "§" in number)
    assert sections == SECTIONS


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_has_a_test_that_names_it(number: str) -> None:
    path, _, name = FAULTS[number][1].partition("::")
    said = _said(path, name)
    assert said is not None, f"{number} has no test any more: {path} {name}"
    assert number in said, f"{name} does not say that it holds {number}"


def test_no_test_names_a_fault_that_is_not_in_the_register() -> None:
    named = {
        found
        for path in python_files("tests/faults", "tests/users")
        for function in functions(path)
        if function.name.startswith("test_")
        for found in NUMBER.findall(ast.get_docstring(function) or "")
    }
    assert named - set(FAULTS) == set()
