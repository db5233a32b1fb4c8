"""审核: one application, many with one opinion, or all that match what the page was asked for (W3).

An act on many is atomic per row: what can be done is done, what cannot is told row by row.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.errors import Invalid, NotFound
from app.enrolment import queries
from app.enrolment.rules import CountChanged, Outcome, as_step, is_text
from app.enrolment.services.writing import (
    Act,
    Line,
    decided,
    locked,
    require_deciding,
    require_place,
    where_found,
    write_good,
    write_one,
)
from app.enrolment.workflow import Event
from app.plans.units import Held, hold_units

P = Permission.ENROLMENT_REVIEW


def review(
    session: Session,
    actor: Actor,
    *,
    plan_id: int,
    ids: Collection[int],
    approve: bool,
    opinion: str = "",
) -> Outcome:
    """Approve or reject ticked applications of a plan with one opinion; says of each row what became of it.

    Approval leads to insured or waived by what the applicant chose. Eight statements whatever the number. Raises
    `NotFound` (not one is in scope), `NotAllowed` (the plan's chain names another role), `PlanNotOpen`,
    `WindowNotYet`, `ReviewOver`, `Invalid` (no opinion on a rejection).
    """
    words = _opinion(opinion, needed=not approve)
    held, lines = _held_rows(session, actor, plan_id, ids)
    event = Event.APPROVE if approve else Event.REJECT
    act = Act(event, actor, words, decided(actor, opinion=words))
    return write_good(session, act, held, lines, ids)


def review_one(  # noqa: PLR0913  which, from which version, how, in which words
    session: Session,
    actor: Actor,
    *,
    plan_id: int,
    enrolment_id: int,
    version: int,
    approve: bool,
    opinion: str = "",
) -> None:
    """Approve or reject the application that was looked at; raises what `review` says of a row, and `Stale`."""
    words = _opinion(opinion, needed=not approve)
    held, lines = _held_rows(session, actor, plan_id, [enrolment_id])
    act = Act(Event.APPROVE if approve else Event.REJECT, actor, words, decided(actor, opinion=words))
    write_one(session, act, held, lines[0], version)


def review_matching(
    session: Session,
    actor: Actor,
    *,
    wanted: queries.Wanted,
    shown: int,
    approve: bool,
    opinion: str = "",
) -> Outcome:
    """Approve or reject all that match what the page was asked for, looked up again inside the act.

    Raises `CountChanged` when other than the number shown match now: nothing is done then. Else as `review`.
    """
    ids = queries.ids_matching(session, actor, wanted, P)
    if len(ids) != shown:
        raise CountChanged(shown=shown, now=len(ids))
    return review(session, actor, plan_id=wanted.plan_id, ids=ids, approve=approve, opinion=opinion)


def _held_rows(session: Session, actor: Actor, plan_id: int, ids: Collection[int]) -> tuple[Held, list[Line]]:
    """Units and rows locked, as far as the step's role reaches."""
    paths = where_found(session, actor, P, ids, plan_id)
    if not paths:
        raise NotFound(what="enrolment")
    held = hold_units(session, plan_id, paths)
    require_deciding(held)
    reviewer = as_step(actor, held.first_role)
    require_place(reviewer, P)
    lines = locked(session, reviewer, P, ids, plan_id)
    if not lines:
        raise NotFound(what="enrolment")
    return held, lines


def _opinion(text: str, *, needed: bool) -> str | None:
    """The opinion as it is kept; a rejection needs one (UM-06)."""
    kept = " ".join(text.split())
    if not kept and not needed:
        return None
    if not is_text(kept):
        raise Invalid({"opinion": "opinion_length"})
    return kept
