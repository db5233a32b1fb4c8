"""What people do whom a journey does not look at: the other grades, colleges and schools of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import text

from app.access.actor import SYSTEM, Actor
from app.access.gate import bind
from app.accounts.actors import actor_named
from app.core.db import Session
from app.lists.keyset import Spot
from app.plans import queries as plans
from app.rates import services
from app.rates.queries import units
from app.rates.queries.units import UnitLine
from app.rates.rules import Verdict
from tests.journeys.site import Site

DECIDED = """
UPDATE enrolment AS e SET state = CASE coalesce(e.choice, 'insure') WHEN 'waive' THEN 'waived' ELSE 'insured' END,
  choice = coalesce(e.choice, 'insure'), submitted_at = coalesce(e.submitted_at, now()), decided_at = now()
FROM plan AS p WHERE p.id = e.plan_id AND p.code = :plan AND e.tree_path LIKE :path || '%'
  AND e.removed_at IS NULL AND e.state IN ('unregistered', 'draft', 'submitted', 'rejected')
"""
SOME = """
UPDATE enrolment SET state = :state, choice = :choice, waiver_reason = NULL, waiver_text = NULL,
  submitted_at = CASE WHEN :state = 'submitted' THEN now() END, decided_at = NULL,
  coverage_option_id = CASE WHEN :state = 'submitted' THEN coverage_option_id END
WHERE id IN (SELECT e.id FROM enrolment AS e JOIN plan AS p ON p.id = e.plan_id WHERE p.code = :plan
  AND e.tree_path LIKE :path || '%' AND e.state = 'insured' AND e.removed_at IS NULL ORDER BY e.id LIMIT :count)
RETURNING (SELECT name FROM person WHERE person.id = enrolment.person_id)
"""
NODES = "SELECT n.code FROM org_node AS n WHERE n.path LIKE :path || '%'"
EVERY, UNTOUCHED, HANDED_IN = ("open", "submitted", "approved", "returned"), ("open", "returned"), ("submitted",)
CLOSED = ("submitted", "approved")
AGAIN = Verdict("return", "重新核对")
APPROVED = Verdict("approve", "")
REVIEWER = "system_admin"
"""Whose account reviews where no journey does: nobody decides about what the same account submitted."""


@dataclass(frozen=True)
class Chain:
    """The plan of a role of the demo, below the place of that role."""

    site: Site
    role: str

    @property
    def plan(self) -> str:
        """The code of the plan."""
        return self.site.accounts[self.role].plan or ""

    @property
    def path(self) -> str:
        """The path of the role's place."""
        return self.site.place(self.role).path

    def everybody_decides(self, *, but: Sequence[tuple[str, int]] = ()) -> dict[str, set[str]]:
        """All applications are decided, but as many as are named for a state; answers who stands in which state."""
        self._send(DECIDED)
        asked = {"submitted": "insure", "unregistered": None}
        return {state: self._send(SOME, state=state, choice=asked[state], count=count) for state, count in but}

    def reopened(self) -> None:
        """Every rate that was submitted below here is returned, the highest step first."""
        for position in (2, 1):
            for line in self._units(position, CLOSED):
                self._review(line, AGAIN)

    def submitted(self, *, position: int, by: str = "") -> None:
        """The units of a step that are not submitted yet are, by an account of the demo or by somebody else."""
        for line in self._units(position, UNTOUCHED):
            self._submit(line, by)

    def approved(self, *, position: int) -> None:
        """What is submitted at a step is approved."""
        for line in self._units(position, HANDED_IN):
            self._review(line, APPROVED)

    def unit_of(self, code: str, *, position: int) -> int:
        """The number of the reporting unit that stands at a place."""
        return next(line.id for line in self._units(position, EVERY, "/") if line.node.code == code)

    def _units(self, position: int, states: tuple[str, ...], path: str = "") -> list[UnitLine]:
        def work(session: Session) -> list[UnitLine]:
            plan = plans.find(session, SYSTEM, code=self.plan)
            asked = units.Asked(plan.id, position, path or self.path, states)
            return list(units.units(session, SYSTEM, asked, spot=Spot(500)).rows)

        return self.site.database.transaction(work)

    def _submit(self, line: UnitLine, by: str) -> None:
        def work(session: Session) -> None:
            actor = self._bound(session, actor_named(session, self.site.accounts[by].username) if by else SYSTEM)
            services.submit(session, actor, unit_id=line.id, version=line.version)

        self.site.database.transaction(work)

    def _review(self, line: UnitLine, verdict: Verdict) -> None:
        def work(session: Session) -> None:
            account = actor_named(session, self.site.accounts[REVIEWER].username)
            actor = self._bound(session, replace(SYSTEM, user_id=account.user_id, name=account.name))
            services.review_one(session, actor, unit_id=line.id, version=line.version, verdict=verdict)

        self.site.database.transaction(work)

    def _bound(self, session: Session, actor: Actor) -> Actor:
        bind(session, actor)
        return actor

    def _send(self, sql: str, **more: object) -> set[str]:
        with self.site.database.engine.begin() as connection:
            done = connection.execute(text(sql), {"plan": self.plan, "path": self.path, **more})
            return {row.name for row in done} if done.returns_rows else set()
