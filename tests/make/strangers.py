"""What else stands in the two schools, for tests that try the ids of others: departments, jobs, a plan of school B."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import cast, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.audit.models import Audit
from app.core.queue import JobRow
from app.departments.services import create
from app.plans.rules import NewOption, NewPlan, NewStep
from app.plans.services import make
from tests.make.campaign import FROM, TO
from tests.make.places import BIRDS, A, B
from tests.world import World


@dataclass(frozen=True)
class Strangers:
    """Ids and codes: `own_…` belong to school A or its admin, the others to school B."""

    plan: str
    department: int
    own_department: int
    job: int
    own_job: int
    line: int
    own_line: int


def bring_strangers(session: Session, world: World) -> Strangers:
    """Make them, as the system."""
    bind(session, SYSTEM)
    plan = "CANARY-PLAN"
    make(session, SYSTEM, _plan(plan))
    department, own = (create(session, SYSTEM, node_code=code, name=f"{BIRDS[code]}处") for code in (B, A))
    return Strangers(
        plan=plan,
        department=department,
        own_department=own,
        line=_line(session, "department:create", department),
        own_line=_line(session, "department:create", own),
        job=_job(session, world.accounts["school_admin_b"]),
        own_job=_job(session, world.accounts["school_admin"]),
    )


def _plan(code: str) -> NewPlan:
    step = NewStep("school", "school_admin", "county_admin", "all_decided", FROM, TO)
    option = NewOption("2027", FROM.date(), TO.date(), 100, 0)
    return NewPlan(
        code=code,
        name="金丝雀意外险",
        place_code=B,
        product="student_accident",
        cover_year=2027,
        audience=("junior",),
        apply_from=FROM,
        apply_to=TO,
        steps=(step,),
        options=(option,),
    )


def _job(session: Session, owner_id: int) -> int:
    made = insert(JobRow).values(kind="rates.figure_day", arguments={"canary": "CANARY-JOB"}, owner_id=owner_id)
    return int(session.execute(made.returning(JobRow.id)).scalar_one())


def _line(session: Session, act: str, subject_id: int) -> int:
    """The line of the operation log about an act on one thing."""
    stmt = select(Audit.id).where(Audit.act == act, Audit.subject_ids == cast([subject_id], JSONB))
    return session.scalars(everything(stmt, because="a test looks for a line")).one()
