"""A chain as universities have it, inside school A: grades submit, the college officer reviews, then the school.

The counsellor submits for a grade, the college officer reviews grades and submits for the school, student affairs
review that. All of them stand at the school, so that each may see everything and only the chain tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.access.actor import SYSTEM, Actor, Grant
from app.access.roles import ROLE_BY_CODE
from app.access.scope import everything
from app.core.db import Session
from app.enrolment.rules import Decision
from app.enrolment.services import bring
from app.orgs.models import OrgNode
from app.plans.models import Plan, ReportingUnit
from app.plans.rules import NewStep
from app.rates import services
from app.rates.rules import Outcome, Verdict
from tests.campaigns import FROM, TO, opened
from tests.make.places import A, grade
from tests.rates.recounted import raw
from tests.stage import TEST
from tests.world import World

STEPS = (
    NewStep("grade", "counsellor", "college_officer", "all_decided", FROM, TO),
    NewStep("school", "college_officer", "student_affairs", "children_approved", FROM, TO),
)
GRADES = (grade(A, 1), grade(A, 2))
APPROVED, RETURNED = Verdict("approve", ""), Verdict("return", "请补齐")


@dataclass(frozen=True)
class Chain:
    """A plan with that chain, in a session of a test."""

    session: Session
    world: World
    plan: Plan

    def unit(self, code: str) -> ReportingUnit:
        """The unit at a node, as it stands."""
        stmt = select(ReportingUnit).join(OrgNode, OrgNode.id == ReportingUnit.node_id)
        stmt = stmt.where(ReportingUnit.plan_id == self.plan.id, OrgNode.code == code)
        fresh = stmt.execution_options(populate_existing=True)
        return self.session.scalars(everything(fresh, because=TEST)).one()

    def who(self, role: str, code: str = A, user_id: int | None = None) -> Actor:
        """Somebody with a role at a place."""
        stmt = select(OrgNode.path).where(OrgNode.code == code)
        path = self.session.scalar(everything(stmt, because=TEST)) or ""
        known = ROLE_BY_CODE[role]
        grant = Grant(role, known.level, frozenset(known.permissions - known.switched), (path,))
        return Actor(user_id or self.world.accounts[role], role, (grant,), home_path=path)

    def submit(self, code: str, who: Actor | None = None) -> int:
        """Submit the unit at a node, as it stands."""
        unit = self.unit(code)
        usual = "college_officer" if code == A else "counsellor"
        return services.submit(self.session, who or self.who(usual), unit_id=unit.id, version=unit.version)

    def review(self, codes: tuple[str, ...], verdict: Verdict = APPROVED, who: Actor | None = None) -> Outcome:
        """Review the units at some nodes, as they stand."""
        units = {unit.id: unit.version for unit in map(self.unit, codes)}
        usual = "student_affairs" if codes == (A,) else "college_officer"
        return services.review(self.session, who or self.who(usual), units=units, verdict=verdict)

    def decide(self, state: str = "insured") -> None:
        """Let everybody in the plan who has not decided do so."""
        sql = (
            "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
            "state = :state, choice = :choice, waiver_reason = :why WHERE plan_id = :plan"
        )
        choice, why = ("waive", "refuse") if state == "waived" else ("insure", None)
        raw(self.session, sql, state=state, choice=choice, why=why, plan=self.plan.id)

    def bring(self, student_id: int, state: str, choice: str, reason: str | None = None) -> None:
        """Bring one decision."""
        bring(self.session, SYSTEM, plan_id=self.plan.id, decisions=[Decision(student_id, state, choice, reason)])


def chained(session: Session, world: World, **terms: bool) -> Chain:
    """Open a plan with that chain over school A."""
    return Chain(
        session, world, opened(session, "CHAIN", steps=STEPS, counts_stopped=terms.get("counts_stopped", False))
    )
