"""Operators write the URL of a database in several spellings; one driver opens them all, other engines are refused."""

from __future__ import annotations

import pytest

from app.core.db import driver_url


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_opens_with_psycopg(scheme: str) -> None:
    assert driver_url(f"{scheme}://u:p@host/name") == "postgresql+psycopg://u:p@host/name"


@pytest.mark.parametrize("url", ["mysql://u:p@host/name", "sqlite:///file.db"])
def test_another_engine_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        driver_url(url)
