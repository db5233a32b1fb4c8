"""Reading plans: those of the own places, and those made above that cover them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, reaching, visible
from app.accounts.models import Account
from app.core.clock import sql_now
from app.core.db import WHILE_ONE_PAGE_IS_MADE
from app.core.errors import NotFound
from app.lists.keyset import Counted, Cut, Key, Order, Spot, counted, counted_each, cut
from app.orgs import queries as orgs
from app.plans.models import CoverageOption, Plan, PlanReopening, PlanStep, ReportingUnit
from app.plans.states import PlanState, ReopeningState

ORDER = Order(Key(Plan.cover_year, is_descending=True), Key(Plan.id, is_descending=True))
MOST_UNDERWAY = 6
"""Plans the home page looks at; nobody works on more at a time, and superusers open the list."""
FIRST_STEP = 1
TO_OPEN, TO_AGREE = "to_open", "to_agree"
"""Which plans wait for the actor: drafts to be opened, closed ones that somebody else wants to open again."""

# `places`: every open class and every node of a step's kind below the plan, with each node above it (itself included).
# `asked`: those whose stage of education is in the audience. `met`: for each step the outermost node of its kind above
# (`unit_id`, NULL where there is none) and how many there are: nested nodes of one kind report through the outermost.
PLACES_AND_UNITS = """
WITH the_plan AS (SELECT id, tree_path, audience FROM plan WHERE id = :plan_id),
places AS (
  SELECT c.id AS place_id, c.kind AS place_kind, c.path AS place_path, n.id, n.kind, n.stage, length(n.path) AS depth,
         length(n.path) >= length(p.tree_path) AS inside
  FROM the_plan p
  JOIN org_node c ON c.closed_at IS NULL AND c.path >= p.tree_path AND c.path < left(p.tree_path, -1) || '0'
    AND (c.kind = 'class' OR c.kind IN (SELECT kind FROM plan_step WHERE plan_id = :plan_id)) /* which */
  CROSS JOIN LATERAL unnest(string_to_array(btrim(c.path, '/'), '/')::bigint[]) AS above(id)
  JOIN org_node n ON n.id = above.id
),
asked AS (
  SELECT l.place_id, l.place_kind, l.place_path
  FROM places l CROSS JOIN the_plan p
  GROUP BY l.place_id, l.place_kind, l.place_path, p.audience
  HAVING (array_agg(l.stage ORDER BY l.depth DESC) FILTER (WHERE l.stage IS NOT NULL))[1] = ANY (p.audience)
),
met AS (
  SELECT s.id AS step_id, s.position, a.place_id, a.place_kind, a.place_path, count(l.id) AS found,
         (array_agg(l.id ORDER BY l.depth) FILTER (WHERE l.id IS NOT NULL))[1] AS unit_id
  FROM asked a
  CROSS JOIN plan_step s
  LEFT JOIN places l ON l.place_id = a.place_id AND l.kind = s.kind AND l.inside
  WHERE s.plan_id = :plan_id AND (a.place_kind = 'class' OR a.place_kind = s.kind)
  GROUP BY s.id, s.position, a.place_id, a.place_kind, a.place_path
)"""
AMONG = PLACES_AND_UNITS.replace("/* which */", "AND c.id = ANY(cast(:ids AS bigint[]))")
"""The same, of some places only."""
PREVIEW = text(
    PLACES_AND_UNITS
    + """
SELECT position,
       count(DISTINCT coalesce(unit_id, place_id)) AS units,
       count(*) FILTER (WHERE place_kind = 'class') AS classes,
       count(*) FILTER (WHERE place_kind = 'class' AND found = 0) AS alone,
       count(*) FILTER (WHERE place_kind = 'class' AND found > 1) AS nested,
       (array_agg(place_path ORDER BY place_path) FILTER (WHERE place_kind = 'class' AND found <> 1))[1:20] AS named
FROM met GROUP BY position ORDER BY position
""",
)


@dataclass(frozen=True)
class Line:
    """A plan as a list shows it; amounts and dates are on its page."""

    id: int
    code: str
    name: str
    place: str
    product: str
    cover_year: int
    state: str
    apply_from: Any
    apply_to: Any
    version: int


@dataclass(frozen=True)
class StepPreview:
    """What a step will mean: units that report, classes that stand below none (they report themselves) or below two."""

    position: int
    units: int
    classes: int
    alone: int
    nested: int
    names: tuple[str, ...]
    """Names of the first classes below none or two."""


@dataclass(frozen=True)
class Underway:
    """An open plan with its chain, from below; `now` is when it was read."""

    plan: Plan
    steps: tuple[PlanStep, ...]
    now: datetime


def find(session: Session, actor: Actor, *, code: str) -> Plan:
    """The plan of a code that stands at, above or below the actor's places, or `NotFound`."""
    stmt = reaching(select(Plan).where(Plan.code == code), Plan, actor, Permission.PLAN_READ)
    plan = session.scalars(stmt).one_or_none()
    if plan is None:
        raise NotFound(what="plan")
    return plan


def get(session: Session, actor: Actor, permission: Permission, *, plan_id: int) -> Plan:
    """The plan of an id within the scope of a permission, or `NotFound`; whoever only reads sees those above too."""
    stmt = select(Plan).where(Plan.id == plan_id)
    is_reading = permission == Permission.PLAN_READ
    judged = (reaching if is_reading else visible)(stmt, Plan, actor, permission)
    plan = session.scalars(judged).one_or_none()
    if plan is None:
        raise NotFound(what="plan")
    return plan


def in_progress(session: Session, actor: Actor) -> list[Plan]:
    """The open and closed plans that ask somebody at the actor's places, the open ones first, then the newest."""
    stmt = (
        select(Plan)
        .where(Plan.state.in_([PlanState.OPEN, PlanState.CLOSED]), _concerns(actor))
        .order_by((Plan.state == PlanState.OPEN).desc(), Plan.cover_year.desc(), Plan.id.desc())
    )
    return list(session.scalars(reaching(stmt, Plan, actor, Permission.PLAN_READ)))


def _concerns(actor: Actor) -> ColumnElement[bool]:
    """Whether somebody at the actor's places reports in a plan: a plan for schools says nothing to a university.

    The units of the first step stand closest to the students; a plan without a chain concerns everybody it reaches.
    """
    first = select(ReportingUnit.id).join(PlanStep, PlanStep.id == ReportingUnit.step_id)
    first = first.where(ReportingUnit.plan_id == Plan.id, PlanStep.position == FIRST_STEP)
    chain = exists(select(PlanStep.id).where(PlanStep.plan_id == Plan.id))
    return or_(~chain, exists(reaching(first, ReportingUnit, actor, Permission.PLAN_READ)))


def underway(session: Session, actor: Actor) -> list[Underway]:
    """The first open plans that ask somebody at the actor's places, the newest cover year first, with their chains.

    While one page is made they are asked for once.
    """
    kept: dict[Any, list[Underway]] = session.info.get(WHILE_ONE_PAGE_IS_MADE, {}).setdefault("underway", {})
    if actor not in kept:
        first = select(Plan.id).where(Plan.state == PlanState.OPEN, _concerns(actor))
        ordered = first.order_by(Plan.cover_year.desc(), Plan.id.desc()).limit(MOST_UNDERWAY)
        ids = reaching(ordered, Plan, actor, Permission.PLAN_READ)
        stmt = select(Plan, PlanStep, sql_now().label("now")).where(Plan.id.in_(ids))
        stmt = stmt.outerjoin(PlanStep, PlanStep.plan_id == Plan.id)
        stmt = stmt.order_by(Plan.cover_year.desc(), Plan.id.desc(), PlanStep.position)
        rows = session.execute(reaching(stmt, Plan, actor, Permission.PLAN_READ)).all()
        steps: dict[Plan, list[PlanStep]] = {row.Plan: [] for row in rows}
        for row in rows:
            steps[row.Plan] += [row.PlanStep] if row.PlanStep else []
        kept[actor] = [Underway(plan, tuple(chain), rows[0].now) for plan, chain in steps.items()]
    return kept[actor]


def waiting(session: Session, actor: Actor) -> dict[str, Counted]:
    """How many plans wait for the actor to open them (`TO_OPEN`) or to agree to that (`TO_AGREE`); one statement."""
    which = (TO_OPEN, TO_AGREE)
    lists = [reaching(_matching(select(Plan.id), actor, "", w, ""), Plan, actor, Permission.PLAN_READ) for w in which]
    return dict(zip(which, counted_each(session, lists), strict=True))


def count(session: Session, actor: Actor, *, name: str, state: str, year: str) -> int:
    """How many plans match, counted up to 10,001."""
    matching = _matching(select(Plan.id), actor, name, state, year)
    return counted(session, reaching(matching, Plan, actor, Permission.PLAN_READ))


def page(session: Session, actor: Actor, *, name: str, state: str, year: str, spot: Spot) -> Cut[Line]:
    """One page of plans, the newest cover year first."""
    stmt = reaching(_matching(select(Plan), actor, name, state, year), Plan, actor, Permission.PLAN_READ)
    found = cut(session, stmt, ORDER, spot)
    names = orgs.names_of(session, {row.Plan.tree_path for row in found.rows})
    return found.each(lambda row: _line(row.Plan, names[row.Plan.tree_path]))


def steps_of(session: Session, plan_id: int) -> Sequence[PlanStep]:
    """The chain of a plan in scope, from below."""
    return session.scalars(select(PlanStep).where(PlanStep.plan_id == plan_id).order_by(PlanStep.position)).all()


def options_of(session: Session, plan_id: int) -> dict[int, CoverageOption]:
    """The coverage options of a plan that the caller has found in scope, in their order, by their ids."""
    stmt = select(CoverageOption).where(CoverageOption.plan_id == plan_id).order_by(CoverageOption.position)
    return {option.id: option for option in session.scalars(stmt)}


def preview(session: Session, plan: Plan) -> list[StepPreview]:
    """What opening a plan in scope would write, a line for each step (W1)."""
    stmt = everything(PREVIEW, because="the plan stands within the actor's scope, its units are below it")
    rows = session.execute(stmt, {"plan_id": plan.id}).all()
    names = orgs.names_of(session, {path for row in rows for path in row.named or []})
    return [
        StepPreview(r.position, r.units, r.classes, r.alone, r.nested, tuple("/".join(names[n]) for n in r.named or []))
        for r in rows
    ]


def asked_again(session: Session, plan_id: int) -> PlanReopening | None:
    """The wish to open a plan in scope again that waits for the second person, if there is one."""
    stmt = select(PlanReopening).where(PlanReopening.plan_id == plan_id, PlanReopening.state == ReopeningState.ASKED)
    return session.scalars(stmt).one_or_none()


def who_asked(session: Session, wish: PlanReopening) -> str:
    """The name of who wishes to open a plan in scope again: the second person has to know whom to ask back."""
    stmt = select(Account.name).where(Account.id == wish.asked_by)
    return session.scalar(everything(stmt, because="the name of who asked, to those who may agree")) or "—"


def _matching(stmt: Select[Any], actor: Actor, name: str, state: str, year: str) -> Select[Any]:
    if name:
        stmt = stmt.where(Plan.name.contains(name, autoescape=True) | Plan.code.contains(name, autoescape=True))
    if state in {TO_OPEN, TO_AGREE}:
        stmt = stmt.where(_waits(actor, state))
    elif state:
        stmt = stmt.where(Plan.state == state)
    if year:
        stmt = stmt.where(Plan.cover_year == (int(year) if re.fullmatch(r"[0-9]{4}", year) else -1))
    return stmt


def _waits(actor: Actor, which: str) -> ColumnElement[bool]:
    """Whether a plan waits for this actor: a draft to open, or a wish of somebody else's to open it again."""
    own = Plan.reach(Plan, actor, Permission.PLAN_OPEN)
    if which == TO_OPEN:
        return and_(own, Plan.state == PlanState.DRAFT)
    wish = (PlanReopening.plan_id == Plan.id, PlanReopening.state == ReopeningState.ASKED)
    return and_(own, Plan.state == PlanState.CLOSED, exists().where(*wish, PlanReopening.asked_by != actor.user_id))


def _line(plan: Plan, names: Sequence[str]) -> Line:
    return Line(
        plan.id,
        plan.code,
        plan.name,
        " / ".join(names),
        plan.product,
        plan.cover_year,
        plan.state,
        plan.apply_from,
        plan.apply_to,
        plan.version,
    )
