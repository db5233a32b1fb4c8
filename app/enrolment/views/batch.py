"""What acts on ticked applications share: the rows as they were ticked, and the way to what became of them.

An extra file: the views of reviewing and of stopping need it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext

from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.enrolment import queries
from app.enrolment.rules import Outcome
from app.plans.models import Plan
from app.students.rules import NothingTicked
from app.web.acts import SEE_OTHER, done
from app.web.request import actor, reading
from app.web.screens import is_id, ticked

MOST_TOLD = 100
WHY = {
    *("wrong_state", "unit_submitted", "own_application", "counted_no_more", "moved_meanwhile", "not_found"),
    *("not_insured", "not_stopped"),
}
"""The codes an outcome may name; others would not be of ours."""


def ticked_rows() -> tuple[list[int], list[queries.Shown]]:
    """The ticked rows as far as the actor may see them; `NotFound` when not one is."""
    ids = ticked(NothingTicked)
    shown = queries.shown_of(reading(), actor(), ids)
    if not shown:
        raise NotFound(what="enrolment")
    return ids, list(shown.values())


def plan_of(rows: Sequence[queries.Shown]) -> Plan:
    """The plan the ticked rows stand in: the list shows one at a time."""
    found = queries.plan_of(reading(), actor(), enrolment_id=rows[0].row.id)
    if any(row.row.plan_id != found.id for row in rows):
        raise Invalid({"rowid": "choice"})
    return found


def names_of(rows: Sequence[queries.Shown]) -> list[tuple[str, str, str]]:
    """The ticked students as a page names them: student number, name, class."""
    return [(row.row.student_number, row.row.name, row.class_name) for row in rows]


def answer(plan: Plan, outcome: Outcome, wrong_state: str = "wrong_state") -> Answer:
    """Back to the list when every row was done, else to the page that says what became of the others.

    `wrong_state` is the code that says which state the act begins from.
    """
    facts = {"done": len(outcome.done), "refused": len(outcome.refused)}
    if not outcome.refused:
        return done(url_for("ApplicationView.list", plan=plan.code), "batch_done", **facts)
    first = [
        (each.id, wrong_state if each.code == "wrong_state" else each.code) for each in outcome.refused[:MOST_TOLD]
    ]
    told = ".".join(f"{each}-{code}" for each, code in first)
    target = url_for(
        "ReviewView.outcome", plan=plan.code, done=len(outcome.done), count=len(outcome.refused), refused=told
    )
    return Answer(SEE_OTHER, target, ({"code": "batch_done", "facts": facts, "kind": "warning"},))


def told(text: str) -> list[tuple[int, str]]:
    """The refused rows an address names; what is not of ours is `Invalid`."""
    pairs = [part.partition("-") for part in text.split(".") if part]
    if not all(is_id(e) and code in WHY for e, _, code in pairs):
        raise Invalid({"refused": "choice"})
    return [(int(each), code) for each, _, code in pairs]


def crumbs(plan: Plan | None) -> list[dict[str, str]]:
    """The way back to the list of a plan."""
    code = plan.code if plan else None
    return [{"label": gettext("Enrolment applications"), "href": url_for("ApplicationView.list", plan=code)}]
