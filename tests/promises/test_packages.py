"""Each package says in its docstring which tables are its own, so that a reader finds them."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator

import pytest

import app.features  # noqa: F401  every table must be known
from app.core.db import Base
from tests.promises.source import python_files


def _tables() -> Iterator[tuple[str, str]]:
    """Every table of ours with the package it belongs to."""
    for mapper in Base.registry.mappers:
        module = mapper.class_.__module__
        if module.startswith("app."):
            yield ".".join(module.split(".")[:2]), str(mapper.local_table)


@pytest.mark.parametrize(("package", "table"), sorted(set(_tables())))
def test_the_docstring_of_a_package_names_its_table(package: str, table: str) -> None:
    assert f"`{table}`" in (inspect.getdoc(importlib.import_module(package)) or "")


def _packages() -> list[str]:
    files = [path for path in python_files("app") if path.count("/") == 2]
    return sorted({path.rsplit("/", 1)[0].replace("/", ".") for path in files})


@pytest.mark.parametrize("package", _packages())
def test_every_package_says_what_it_is_for(package: str) -> None:
    assert len((importlib.import_module(package).__doc__ or "").split()) >= 8
