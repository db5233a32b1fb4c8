"""Tests here play with the shared cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.accounts.models import RoleDetail
from app.core.db import Session
from tests.stage import *  # noqa: F403  fixtures are found by their names


@pytest.fixture
def role(session: Session) -> Callable[[str], RoleDetail]:
    """The role of a code, as the database has it now."""

    def find(code: str) -> RoleDetail:
        stmt = select(RoleDetail).where(RoleDetail.code == code).execution_options(populate_existing=True)
        return session.scalars(stmt).one()

    return find
