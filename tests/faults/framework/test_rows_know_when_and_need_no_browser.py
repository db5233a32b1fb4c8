"""FAB §2.12: the framework's audit columns had no time zone and no value outside of a request."""

from __future__ import annotations

from sqlalchemy import DateTime

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core.db import Base
from app.departments.services import create
from tests.faults.conftest import House
from tests.make.places import A

THEIRS = ("ab_", "procrastinate_", "alembic_")


def test_every_time_we_keep_carries_its_zone() -> None:
    """FAB §2.12: a time without one means something else in winter and on another machine."""
    ours = [table for table in Base.metadata.sorted_tables if not table.name.startswith(THEIRS)]
    assert len(ours) > 20
    naive = [
        f"{table.name}.{column.name}"
        for table in ours
        for column in table.columns
        if isinstance(column.type, DateTime) and not column.type.timezone
    ]
    assert naive == []


def test_no_table_of_ours_wants_the_user_of_a_request() -> None:
    """FAB §2.12: who did it is said by the actor, in the audit."""
    names = {
        column.name for table in Base.metadata.sorted_tables for column in table.columns if table.name[:3] != "ab_"
    }
    assert not names & {"created_by_fk", "changed_by_fk", "created_on", "changed_on"}


def test_a_job_writes_without_anybody_signed_in(house: House) -> None:
    """FAB §2.12: the system is an actor like any other."""
    with house.stage.database.sessions() as session:
        bind(session, SYSTEM)
        assert create(session, SYSTEM, node_code=A, name="夜间")
        session.rollback()
