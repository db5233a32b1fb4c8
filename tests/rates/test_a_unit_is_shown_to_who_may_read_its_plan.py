"""The page of a reporting unit needs the plan it belongs to: who may read figures and no plans finds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.core.db import Database, Session
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.world import World

NEW_UNIT = text("""
INSERT INTO reporting_unit (plan_id, step_id, node_id)
SELECT plan_step.plan_id, plan_step.id, org_node.id
FROM plan_step, org_node WHERE plan_step.plan_id = :plan AND org_node.id = :node
ORDER BY plan_step.position LIMIT 1 RETURNING id
""")


@pytest.mark.committed
@pytest.mark.parametrize(("who", "status"), [("unit_operator", 404), ("root_admin", 200)])
def test_without_the_plan_there_is_no_page(
    database: Database, world: World, visit: Callable[..., Visit], who: str, status: int
) -> None:
    def make(session: Session) -> int:
        values = {"plan": world.plan_id, "node": world.nodes["UNIT-A"]}
        return int(session.connection().execute(NEW_UNIT, values).scalar_one())

    unit_id = database.transaction(make)
    assert visit(who).get(f"/rates/{unit_id}").status_code == status
