"""代填 and what follows: adding on behalf (W4, UM-07), correcting a decision, stopping and resuming."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.clock import sql_now
from app.core.errors import Invalid, NotFound
from app.enrolment.rules import Outcome, Wish, is_text, judge_wish
from app.enrolment.services.writing import (
    Act,
    Line,
    account_of,
    decided,
    locked,
    require_deciding,
    require_open,
    where_found,
    write_good,
    write_one,
)
from app.enrolment.states import Choice, Source
from app.enrolment.workflow import Event
from app.plans.queries import options_of
from app.plans.units import Held, hold_units


def enter(
    session: Session, actor: Actor, *, plan_id: int, ids: Collection[int], wish: Wish, on_paper: bool = False
) -> Outcome:
    """Enter the same choice for ticked students who have not decided: registered and approved at once (UM-07).

    The rows say that they were entered by staff. Who enters that somebody does not enrol has the signed declaration
    `on_paper`. Says of each row what became of it. Raises `NotFound` (not one is in scope), `PlanNotOpen`,
    `WindowNotYet`, `ReviewOver`, `Invalid`.
    """
    held, lines = _held_rows(session, actor, Permission.ENROLMENT_ENTER, plan_id, ids)
    require_deciding(held)
    chosen, months = _judged(session, plan_id, wish, on_paper=on_paper)
    filed = {"source": Source.COUNSELLOR, "submitted_at": sql_now(), "filed_by": account_of(actor), "opinion": None}
    act = Act(Event.ENTER, actor, None, decided(actor, **chosen, **filed), months)
    return write_good(session, act, held, lines, ids)


def correct(  # noqa: PLR0913  which, from which version, to what, why
    session: Session,
    actor: Actor,
    *,
    plan_id: int,
    enrolment_id: int,
    version: int,
    wish: Wish,
    reason: str,
    on_paper: bool = False,
) -> None:
    """更正: change what was approved by mistake, with a reason; who is insured may be waived and the other way round.

    Who was insured needs the declaration `on_paper` now; of who was waived already, what was handed in then counts.
    Raises what `enter` raises, `Stale`, and the refusal of the row itself.
    """
    held, lines = _held_rows(session, actor, Permission.ENROLMENT_ENTER, plan_id, [enrolment_id])
    require_deciding(held)
    was_waived = lines[0].choice == Choice.WAIVE
    chosen, months = _judged(session, plan_id, wish, on_paper=on_paper or was_waived)
    if was_waived and wish.choice == Choice.WAIVE:
        chosen["declared_on_paper"] = on_paper or lines[0].declared_on_paper
    act = Act(Event.CORRECT, actor, _reason(reason), decided(actor, **chosen), months)
    write_one(session, act, held, lines[0], version)


def stop(session: Session, actor: Actor, *, plan_id: int, enrolment_id: int, version: int, reason: str) -> None:
    """停保: end somebody's insurance with a reason. A fact of the roll: also in a submitted unit, where it is drift.

    A closed plan is only read (W1): `PlanNotOpen`.
    """
    held, lines = _held_rows(session, actor, Permission.ENROLMENT_STOP, plan_id, [enrolment_id])
    require_open(held)
    write_one(session, Act(Event.STOP, actor, _reason(reason), decided(actor)), held, lines[0], version)


def stop_many(session: Session, actor: Actor, *, plan_id: int, ids: Collection[int], reason: str) -> Outcome:
    """停保 of ticked students with one reason; says of each row what became of it. Raises `NotFound`, `Invalid`."""
    held, lines = _held_rows(session, actor, Permission.ENROLMENT_STOP, plan_id, ids)
    require_open(held)
    return write_good(session, Act(Event.STOP, actor, _reason(reason), decided(actor)), held, lines, ids)


def resume(session: Session, actor: Actor, *, plan_id: int, enrolment_id: int, version: int, reason: str) -> None:
    """续保: let a stopped insurance go on in the same class, with a reason."""
    held, lines = _held_rows(session, actor, Permission.ENROLMENT_RENEW, plan_id, [enrolment_id])
    require_open(held)
    write_one(session, Act(Event.RESUME, actor, _reason(reason), decided(actor)), held, lines[0], version)


def resume_many(session: Session, actor: Actor, *, plan_id: int, ids: Collection[int], reason: str) -> Outcome:
    """续保 of ticked students whose insurance was stopped, with one reason. Raises `NotFound`, `Invalid`."""
    held, lines = _held_rows(session, actor, Permission.ENROLMENT_RENEW, plan_id, ids)
    require_open(held)
    return write_good(session, Act(Event.RESUME, actor, _reason(reason), decided(actor)), held, lines, ids)


def _held_rows(
    session: Session, actor: Actor, permission: Permission, plan_id: int, ids: Collection[int]
) -> tuple[Held, list[Line]]:
    paths = where_found(session, actor, permission, ids, plan_id)
    if not paths:
        raise NotFound(what="enrolment")
    held = hold_units(session, plan_id, paths)
    lines = locked(session, actor, permission, ids, plan_id)
    if not lines:
        raise NotFound(what="enrolment")
    return held, lines


def _judged(session: Session, plan_id: int, wish: Wish, *, on_paper: bool) -> tuple[dict[str, Any], dict[int, str]]:
    """The wish as it is kept, and what the plan's months are called; `Invalid` without the declaration as well."""
    options = options_of(session, plan_id)
    kept, problems = judge_wish(wish, options, whole=True)
    waives = kept.choice == Choice.WAIVE
    if waives and not on_paper:
        problems["declared"] = "paper_missing"
    if problems:
        raise Invalid(problems)
    return {**vars(kept), "declared_on_paper": waives and on_paper}, {
        option.id: option.label for option in options.values()
    }


def _reason(text: str) -> str:
    kept = " ".join(text.split())
    if not is_text(kept):
        raise Invalid({"reason": "reason_length"})
    return kept
