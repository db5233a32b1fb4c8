"""FAB §2.3: rules for passwords were off, and each of the framework's forms judged by itself."""

from __future__ import annotations

import ast

import pytest
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.accounts.rules import NewAccount, NewGrant
from app.accounts.services import create, set_password
from app.core.errors import Invalid
from tests.faults.conftest import House
from tests.make.places import A
from tests.promises.source import called, functions, python_files

DIGESTS = "generate_password_hash"


def test_whatever_digests_a_password_has_judged_it() -> None:
    """FAB §2.3: there is no second road to the column."""
    digesting = {
        f"{path}:{function.name}": {called(call) for call in ast.walk(function) if isinstance(call, ast.Call)}
        for path in python_files("app")
        for function in functions(path)
    }
    found = {where: calls for where, calls in digesting.items() if DIGESTS in calls}
    assert found
    assert [where for where, calls in found.items() if "check_password" not in calls] == []


@pytest.mark.parametrize("password", ["", "123456", "password123", "1qaz2wsx", "aaaaaaaaaaaa"])
def test_no_road_takes_a_weak_password(password: str, house: House) -> None:
    """FAB §2.3: neither for a new account nor for one there is."""
    new = NewAccount("王伟", A, "weak_one", (NewGrant("class_teacher", node_code=A),))
    with house.stage.database.sessions() as session:
        bind(session, SYSTEM)
        _is_refused(session, new, house.world.accounts["class_teacher"], password)
        session.rollback()


def _is_refused(session: Session, new: NewAccount, account_id: int, password: str) -> None:
    with pytest.raises(Invalid):
        create(session, SYSTEM, new, password=password)
    with pytest.raises(Invalid):
        set_password(session, account_id, password, level=7)
