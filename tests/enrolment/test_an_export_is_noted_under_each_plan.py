"""Ticked applications of several plans in one workbook: the operation log says so under each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database
from app.enrolment.models import Enrolment
from tests.campaigns import opened
from tests.make.places import A
from tests.site import Visit
from tests.stage import TEST
from tests.world import World

Visiting = Callable[..., Visit]
EXPORT = "/applications/exports/ticked"


@pytest.mark.committed
def test_each_plan_has_a_line_with_its_own_number(database: Database, visit: Visiting, world: World) -> None:
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        other = opened(session, "OTHER").id
        first = world.of(A)[:3]
        stmt = select(Enrolment.id, Enrolment.plan_id).where(
            Enrolment.student_id.in_([pupil.student_id for pupil in first])
        )
        rows = session.execute(everything(stmt.order_by(Enrolment.id), because=TEST)).all()
    ticked = [row.id for row in rows if row.plan_id == world.plan_id] + [row.id for row in rows][-1:]
    admin = visit("school_admin")
    answer = admin.post(EXPORT, {**admin.hidden("/applications/"), "rowid": [str(each) for each in ticked]})
    assert answer.status_code == 200
    with database.sessions() as session:
        stmt_of = select(Audit.after).where(Audit.act == "enrolment:export").order_by(Audit.id)
        found = list(session.scalars(everything(stmt_of, because=TEST)))
    assert found == [{"plan": world.plan_id, "count": 3}, {"plan": other, "count": 1}]
