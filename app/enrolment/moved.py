"""When a branch of the tree goes elsewhere: the rows of its students go, end or begin as plans reach them or not.

An extra file beside `roll.py`, of services too: told by `orgs`, nobody calls these by name. Paths of rows are carried
along by the database; what is done here is what the paths mean.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.scope import everything, under
from app.audit.rules import common_path
from app.audit.services import record
from app.core import locks
from app.core.clock import sql_now
from app.core.db import any_of
from app.enrolment.models import Enrolment
from app.enrolment.services.asking import ask_classes, asked_at
from app.enrolment.workflow import UNDECIDED
from app.orgs.models import Kind, OrgNode
from app.orgs.rules import PlacesMoved, PlacesMoving
from app.plans.models import Plan
from app.plans.states import PlanState

BRANCH = "every open plan above or within a branch that moves is concerned, wherever it was made"


def await_acts(session: Session, _actor: Actor, event: PlacesMoving) -> None:
    """Before a branch moves: wait for whoever applies, reviews or submits there, and keep them waiting till it stands.

    An act on enrolments holds its plan first and a place last (its change record names one); a move that locked the
    place first would meet each of them in a circle. A plan that is being opened above is waited for, then seen as open.
    """
    above = set(ids_in(event.path)) | set(ids_in(event.to))
    locks.share(session, locks.ASKED, above)
    stmt = select(Plan.id).where(
        Plan.state == PlanState.OPEN, or_(Plan.node_id == any_of(above), under(Plan.tree_path, (event.path,)))
    )
    locks.hold(session, locks.PLAN, session.scalars(everything(stmt, because=BRANCH)).all())


def follow_branch(session: Session, actor: Actor, event: PlacesMoved) -> None:
    """After a branch has moved: undecided rows of open plans that do not ask there count no more; decided ones stay.

    Whoever then has no counted row is asked by the open plans that do, as after a class transfer. All plans meant are
    held since `await_acts`; the rows are locked since the database carried them along.
    """
    stmt = select(OrgNode.id, OrgNode.path).where(OrgNode.id == any_of(event.ids), OrgNode.kind == Kind.CLASS)
    classes = session.execute(everything(stmt, because=BRANCH)).all()
    if not classes:
        return
    here = [row.id for row in classes]
    pairs = asked_at(session, _plans_at(session, {node_id for row in classes for node_id in ids_in(row.path)}), here)
    removed = _take_out(session, here, pairs)
    asked = ask_classes(session, pairs)
    if removed or asked:
        path, after = common_path([row.path for row in classes]), {"left_out": removed, "new": asked}
        record(session, actor, "enrolment:follow", subject="org_node", ids=here[:100], path=path, after=after)


def _plans_at(session: Session, nodes: Collection[int]) -> Sequence[int]:
    stmt = select(Plan.id).where(Plan.state == PlanState.OPEN, Plan.node_id == any_of(nodes))
    return session.scalars(everything(stmt, because=BRANCH)).all()


def _take_out(session: Session, classes: Sequence[int], pairs: Sequence[Row[int, int]]) -> int:
    """Count undecided rows of open plans no more where the plan does not ask at the class; returns how many."""
    columns = [literal([pair[place] for pair in pairs], ARRAY(BigInteger)) for place in (0, 1)]
    asking = func.unnest(*columns).table_valued("plan_id", "node_id").render_derived()
    stays = exists().where(asking.c.plan_id == Enrolment.plan_id, asking.c.node_id == Enrolment.node_id)
    stmt = update(Enrolment).where(
        Enrolment.node_id == any_of(classes),
        Enrolment.removed_at.is_(None),
        Enrolment.state.in_(UNDECIDED),
        Enrolment.plan_id == Plan.id,
        Plan.state == PlanState.OPEN,
        ~stays,
    )
    values = stmt.values(removed_at=sql_now(), version=Enrolment.version + 1)
    done: Any = session.execute(everything(values, because=BRANCH), execution_options={"synchronize_session": False})
    return int(done.rowcount)
