"""The migration that forbids a guardian twice settles those there are: nobody is deleted, nobody loses a sign-in."""

from __future__ import annotations

import importlib.util
import uuid
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from app import migrations
from app.access.scope import everything
from app.core.db import Session
from app.students.models import Guardian
from tests.make.places import A
from tests.stage import TEST
from tests.world import World

FILE = "20261122_0920_c6e9a14d73b8_certificates_of_guardians.py"


def settle_doubles() -> str:
    """The statement of the migration."""
    folder = Path(str(migrations.__path__[0])) / "versions"
    spec = importlib.util.spec_from_file_location("certificates_of_guardians", folder / FILE)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return str(found.SETTLE_DOUBLES)


@pytest.mark.parametrize(
    ("accounts", "left"),
    [
        ((None, None, None), ["王伟"]),
        ((None, "guardian", None), ["王伟"]),
        (("guardian", None, "class_teacher"), ["王伟", "王伟(2)"]),
    ],
)
def test_of_doubles_the_one_with_an_account_stays(
    session: Session, world: World, accounts: tuple[str | None, ...], left: list[str]
) -> None:
    session.execute(text("DROP INDEX uq_guardian_name"))
    student_id = world.of(A)[0].student_id
    rows = [
        {
            "student_id": student_id,
            "name": "王伟",
            "relation": "father",
            "sealed_as": uuid.uuid4(),
            "account_id": world.accounts[user] if user else None,
        }
        for user in accounts
    ]
    session.execute(everything(insert(Guardian), because=TEST), rows)
    session.connection().execute(text(settle_doubles()))
    stmt = select(Guardian.name, Guardian.account_id).where(
        Guardian.student_id == student_id, Guardian.ended_at.is_(None)
    )
    found = session.execute(everything(stmt.order_by(Guardian.name), because=TEST)).all()
    assert [row.name for row in found] == left
    kept = {row.account_id for row in found}
    assert {world.accounts[user] for user in accounts if user} <= kept
