"""What can happen to plans, applications and rates: each by the service that does it (see `acts_of_the_roll`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select

from app.core.db import Session
from app.enrolment import queries as applications
from app.enrolment import services as enrolment
from app.enrolment.models import Enrolment, EnrolmentState
from app.enrolment.rules import Wish
from app.orgs.models import OrgNode
from app.plans import services as plans
from app.plans.models import CoverageOption, Plan, PlanReopening, PlanStep, ReportingUnit
from app.plans.rules import NewOption, NewStep
from app.rates import services as rates
from app.rates.rules import Verdict
from tests.campaigns import FROM, draft
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, B, grade
from tests.rates.hand import Hand, NothingToDo, chief, family, rows, scalars, staff
from tests.rates.identities import day_ends

LATE = datetime(2099, 1, 1, tzinfo=UTC)
WORDS = "按规定办理"
CHAIN = (
    NewStep("class", "class_teacher", "school_admin", "all_decided", FROM, LATE),
    NewStep("grade", "school_admin", "county_admin", "children_approved", FROM, LATE),
)
OPTIONS = (
    NewOption("2027年", date(2027, 1, 1), date(2028, 1, 1), 40_000, 70_000),
    NewOption("2027年下半年", date(2027, 7, 1), date(2028, 1, 1), 20_050, 35_000),
)
MOST_PLANS = 3
S = EnrolmentState


def open_plan(hand: Hand) -> None:
    """Another campaign, of a school, a grade or everybody; some ask whom another one asks already."""

    def work(session: Session) -> None:
        count = scalars(session, select(func.count()).select_from(Plan).where(~Plan.code.startswith("N")))[0]
        if count >= MOST_PLANS:
            raise NothingToDo
        place, product = hand.one([A, grade(B, 1), ROOT]), hand.one(["student_accident", "resident_medical"])
        new = draft(f"P{count}", place_code=place, product=product, steps=CHAIN, options=OPTIONS)
        new = replace(new, apply_to=LATE, counts_stopped=hand.chance())
        actor = staff(session, hand.world)
        plan_id = plans.make(session, actor, new)
        plans.open_plan(session, actor, plan_id=plan_id)

    hand.run(work)


def open_neighbours(hand: Hand) -> None:
    """Two counties ask for the same product and year, each its own: what moves between them changes plan."""

    def work(session: Session) -> None:
        if scalars(session, select(Plan.id).where(Plan.code == f"N{COUNTY_A}")):
            raise NothingToDo
        actor, stopped = staff(session, hand.world), hand.chance()
        for place in (COUNTY_A, COUNTY_B):
            new = draft(f"N{place}", place_code=place, cover_year=2028, steps=CHAIN, options=OPTIONS)
            plan_id = plans.make(session, actor, replace(new, apply_to=LATE, counts_stopped=stopped))
            plans.open_plan(session, actor, plan_id=plan_id)

    hand.run(work)


def close_plan(hand: Hand) -> None:
    """A campaign ends."""

    def work(session: Session) -> None:
        found = _plans(session, "open")
        plan = hand.one(found if len(found) > 1 else [])  # or nothing would happen any more
        plans.close(session, staff(session, hand.world), plan_id=plan.id, version=plan.version, reason=WORDS)

    hand.run(work)


def ask_to_reopen(hand: Hand) -> None:
    """One person asks for a closed campaign to be opened again."""

    def work(session: Session) -> None:
        plan, actor = hand.one(_plans(session, "closed")), staff(session, hand.world)
        plans.ask_to_reopen(session, actor, plan_id=plan.id, version=plan.version, reason=WORDS)

    hand.run(work)


def agree_to_reopen(hand: Hand) -> None:
    """Another person agrees: what happened on the roll meanwhile is made up for."""

    def work(session: Session) -> None:
        wish = hand.one(scalars(session, select(PlanReopening).where(PlanReopening.state == "asked")))
        plans.agree(session, chief(session, hand.world), plan_id=wish.plan_id, wish_id=wish.id)

    hand.run(work)


# --- applications


def apply_for(hand: Hand) -> None:
    """A student keeps a draft, hands an application in, or again after a rejection."""

    def work(session: Session) -> None:
        row = hand.one(_counted(session, S.UNREGISTERED, S.DRAFT, S.REJECTED))
        actor, wish = family(hand.world, row.person_id), _wish(session, hand, row.plan_id)
        how = enrolment.submit if hand.below(3) else enrolment.save
        how(session, actor, enrolment_id=row.id, version=row.version, wish=wish)

    hand.run(work)


def withdraw(hand: Hand) -> None:
    """A student takes an application back."""

    def work(session: Session) -> None:
        row = hand.one(_counted(session, S.SUBMITTED))
        enrolment.withdraw(session, family(hand.world, row.person_id), enrolment_id=row.id, version=row.version)

    hand.run(work)


def review_one(hand: Hand) -> None:
    """One application is approved or rejected."""

    def work(session: Session) -> None:
        row = hand.one(_counted(session, S.SUBMITTED))
        enrolment.review_one(
            session,
            chief(session, hand.world),
            plan_id=row.plan_id,
            enrolment_id=row.id,
            version=row.version,
            approve=hand.chance(),
            opinion=WORDS,
        )

    hand.run(work)


def review_matching(hand: Hand) -> None:
    """All applications of a plan that wait are approved, or rejected, with one opinion."""

    def work(session: Session) -> None:
        plan, actor = hand.one(_plans(session, "open")), chief(session, hand.world)
        wanted = applications.Wanted(plan.id, state=S.SUBMITTED)
        shown = applications.count(session, actor, wanted)
        enrolment.review_matching(session, actor, wanted=wanted, shown=shown, approve=hand.below(4) > 0, opinion=WORDS)

    hand.run(work)


def enter(hand: Hand) -> None:
    """The staff enter a choice for some who have not decided, of one plan."""

    def work(session: Session) -> None:
        _entered(session, hand, hand.some(_counted(session, S.UNREGISTERED, S.DRAFT, S.REJECTED)))

    hand.run(work)


def complete_a_unit(hand: Hand) -> None:
    """Everybody below a unit of the first step who is undecided is decided: approved, or entered."""

    def work(session: Session) -> None:
        undecided = _counted(session, S.UNREGISTERED, S.DRAFT, S.SUBMITTED, S.REJECTED)
        units = [(unit, [row for row in undecided if _below(row, unit)]) for unit in _first_units(session)]
        unit, found = hand.one([pair for pair in units if pair[1]])
        waiting = [row.id for row in found if row.state == S.SUBMITTED]
        if waiting:
            enrolment.review(session, chief(session, hand.world), plan_id=unit.plan_id, ids=waiting, approve=True)
        rest = [row for row in found if row.state != S.SUBMITTED]
        if rest:
            _entered(session, hand, rest)

    hand.run(work)


def correct(hand: Hand) -> None:
    """A decision was a mistake."""

    def work(session: Session) -> None:
        row = hand.one(_counted(session, S.INSURED, S.WAIVED))
        wish = _wish(session, hand, row.plan_id)
        enrolment.correct(
            session,
            staff(session, hand.world),
            plan_id=row.plan_id,
            enrolment_id=row.id,
            version=row.version,
            wish=wish,
            reason=WORDS,
            on_paper=True,
        )

    hand.run(work)


def stop(hand: Hand) -> None:
    """An insurance ends."""
    _end_or_resume(hand, enrolment.stop, S.INSURED)


def resume(hand: Hand) -> None:
    """A stopped insurance goes on."""
    _end_or_resume(hand, enrolment.resume, S.STOPPED)


def _end_or_resume(hand: Hand, how: Callable[..., None], state: EnrolmentState) -> None:
    def work(session: Session) -> None:
        row = hand.one(_counted(session, state))
        ids = {"plan_id": row.plan_id, "enrolment_id": row.id, "version": row.version}
        how(session, staff(session, hand.world), **ids, reason=WORDS)

    hand.run(work)


def _entered(session: Session, hand: Hand, found: Sequence[Enrolment]) -> None:
    plan_id = found[0].plan_id
    ids = [row.id for row in found if row.plan_id == plan_id]
    wish = _wish(session, hand, plan_id)
    enrolment.enter(session, staff(session, hand.world), plan_id=plan_id, ids=ids, wish=wish, on_paper=True)


def _wish(session: Session, hand: Hand, plan_id: int) -> Wish:
    if hand.below(3) == 0:
        return Wish("waive", None, hand.one(["employee", "refuse"]))
    options = select(CoverageOption.id).where(CoverageOption.plan_id == plan_id).order_by(CoverageOption.id)
    return Wish("insure", hand.one(scalars(session, options)))


# --- rates


def submit_rate(hand: Hand) -> None:
    """A unit submits, if all below it is done: mostly one of which that is true."""

    def work(session: Session) -> None:
        found = _units(session, "open", "returned")
        ready = [x for x in found if x.id in _ready(session)]
        unit = hand.one(ready if ready and hand.below(4) else found)
        rates.submit(session, staff(session, hand.world), unit_id=unit.id, version=unit.version)

    hand.run(work)


def review_rate(hand: Hand) -> None:
    """The next level approves a rate, or returns it, also one it has approved before."""

    def work(session: Session) -> None:
        unit = hand.one(_units(session, "submitted", "approved"))
        verdict = Verdict("approve", "") if hand.below(3) else Verdict("return", WORDS)
        rates.review_one(session, chief(session, hand.world), unit_id=unit.id, version=unit.version, verdict=verdict)

    hand.run(work)


def review_rates(hand: Hand) -> None:
    """The next level approves all that is submitted, in one act."""

    def work(session: Session) -> None:
        units = {unit.id: unit.version for unit in _units(session, "submitted")}
        if not units:
            raise NothingToDo
        rates.review(session, chief(session, hand.world), units=units, verdict=Verdict("approve", ""))

    hand.run(work)


def fold(hand: Hand) -> None:
    """The worker's loop comes round."""
    hand.run(rates.fold)


def end_of_day(hand: Hand) -> None:
    """The night comes: the figures of the day are written down."""
    hand.days.append(hand.run(day_ends))


def _plans(session: Session, state: str) -> list[Plan]:
    return scalars(session, select(Plan).where(Plan.state == state).order_by(Plan.id))


def _counted(session: Session, *states: EnrolmentState) -> list[Enrolment]:
    stmt = select(Enrolment).join(Plan, Plan.id == Enrolment.plan_id).where(Plan.state == "open")
    stmt = stmt.where(Enrolment.state.in_(states), Enrolment.removed_at.is_(None))
    return scalars(session, stmt.order_by(Enrolment.plan_id, Enrolment.id))


def _units(session: Session, *states: str) -> list[ReportingUnit]:
    stmt = select(ReportingUnit).join(Plan, Plan.id == ReportingUnit.plan_id).where(Plan.state == "open")
    return scalars(session, stmt.where(ReportingUnit.state.in_(states)).order_by(ReportingUnit.id))


def _ready(session: Session) -> set[int]:
    """The units of first steps in which somebody is counted and nobody is undecided."""
    first = _first_units(session)
    undecided = _counted(session, S.UNREGISTERED, S.DRAFT, S.SUBMITTED, S.REJECTED)
    done = _counted(session, S.INSURED, S.WAIVED, S.STOPPED)
    return {
        unit.id
        for unit in first
        if any(_below(row, unit) for row in done) and not any(_below(row, unit) for row in undecided)
    }


def _first_units(session: Session) -> list[Any]:
    stmt = (
        select(ReportingUnit.id, ReportingUnit.plan_id, OrgNode.path)
        .join(PlanStep, PlanStep.id == ReportingUnit.step_id)
        .join(OrgNode, OrgNode.id == ReportingUnit.node_id)
        .join(Plan, Plan.id == ReportingUnit.plan_id)
        .where(PlanStep.position == 1, Plan.state == "open", ReportingUnit.state.in_(["open", "returned"]))
    )
    return rows(session, stmt.order_by(ReportingUnit.id))


def _below(row: Enrolment, unit: Any) -> bool:  # noqa: ANN401  a row of some columns
    return row.plan_id == unit.plan_id and row.tree_path.startswith(unit.path)
