"""What the pages of reporting units show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.access.permissions import Permission
from app.core.clock import SHANGHAI
from app.enrolment.labels import STATES
from app.orgs import queries as orgs
from app.orgs.labels import KINDS
from app.plans.models import Plan
from app.rates import queries
from app.rates.labels import CHANGES, UNIT_STATES
from app.rates.lines import figure_row, people_href
from app.rates.models import SUMS, Submission
from app.rates.queries import units
from app.rates.queries.drift import MOST, drift
from app.rates.queries.units import UnitLine
from app.rates.rules import Figures, Status, fen_in_yuan, on_screen
from app.rates.workflow import WORKFLOW, UnitEvent, UnitState
from app.web.request import actor, reading

SHOWN = (*(status.value for status in Status if status is not Status.STOPPED), "stopped")


def unit_row(plan: Plan, line: UnitLine, place: orgs.Place, figures: Figures) -> dict[str, Any]:
    """A unit as a line of the list: live figures that open their lists, state, amount, what can be done."""
    href = url_for("RateView.unit", unit_id=line.id)
    row = figure_row(plan, place, figures, leads=False)
    row |= _money_and_rates(figures)
    row |= {"id": f"{line.id}-{line.version}", "name_href": href}
    row |= {"state": tone_of(line.state), "state_label": UNIT_STATES[line.state]}
    row["ops"] = [{"label": gettext("Submit") if _may(line, UnitEvent.SUBMIT) else gettext("Details"), "href": href}]
    if _may(line, UnitEvent.APPROVE):
        row["ops"].append({"label": gettext("Review"), "href": _review_href(line)})
    return row


def review_lines(plan: Plan, lines: Sequence[UnitLine]) -> list[dict[str, Any]]:
    """The rates to be reviewed, with the figures as they were submitted."""
    names = orgs.names_of(reading(), [line.node.path for line in lines])
    return [
        {
            "name": names[line.node.path][-1],
            "name_href": url_for("RateView.unit", unit_id=line.id),
            "state": tone_of(line.state),
            "state_label": UNIT_STATES[line.state],
            **(_both(plan, line.submission) if line.submission else {}),
        }
        for line in lines
    ]


def unit_context(plan: Plan, line: UnitLine) -> dict[str, Any]:
    """Everything the page of one unit shows."""
    place = orgs.describe(reading(), [line.node])[0]
    live = queries.at(reading(), actor(), plan, line.node)
    parts = units.parts_of(reading(), line) if line.step.position > 1 else []
    back = url_for("RateView.list", plan=plan.code, step=line.step.position)
    return {
        "title": gettext("Enrolment rate of %(place)s", place=place.name),
        "subtitle": f"{plan.name} · {place.full_name}",
        "crumbs": [{"label": gettext("Enrolment rates"), "href": back}],
        "line": {
            "state": tone_of(line.state),
            "state_label": UNIT_STATES[line.state],
            "kind_label": KINDS[line.node.kind],
        },
        "figures": _figure_lines(plan, place, line, live, [row[3] for row in parts if row[3] is not None]),
        "counts_stopped": plan.counts_stopped,
        "missing": _missing(plan, place, live) if line.step.position == 1 and _is_to_submit(line) else [],
        "can_submit": _may(line, UnitEvent.SUBMIT),
        "review_href": _review_href(line) if _may(line, UnitEvent.APPROVE) or _may(line, UnitEvent.RETURN) else None,
        "parts_below": _part_lines(plan, parts),
        "drift": _drift_lines(line),
        "drift_most": MOST,
        "history": [_past(plan, each) for each in units.history(reading(), actor(), line.id)],
    }


def tone_of(state: str) -> str:
    """The code a state is coloured by: what is not submitted yet is nothing to be pleased about."""
    return "not_submitted" if state == UnitState.OPEN else state


def _is_to_submit(line: UnitLine) -> bool:
    """Whether the rate waits to be submitted, by whomever; who comes after that is a drift, not missing."""
    return UnitEvent.SUBMIT in WORKFLOW.events(UnitState(line.state))


def _may(line: UnitLine, event: UnitEvent) -> bool:
    if event not in WORKFLOW.events(UnitState(line.state)):
        return False
    if event == UnitEvent.SUBMIT:
        return units.may(actor(), Permission.SUBMISSION_SUBMIT, line.step.submit_role, line.node.path)
    if line.submission is None or line.submission.submitted_by == actor().user_id:
        return False
    return units.may(actor(), Permission.SUBMISSION_REVIEW, line.step.review_role, line.node.path)


def _review_href(line: UnitLine) -> str:
    return url_for("RateView.review", rowid=f"{line.id}-{line.version}")


def _figure_lines(
    plan: Plan, place: orgs.Place, line: UnitLine, live: Figures, parts: Sequence[Submission]
) -> list[dict[str, Any]]:
    """What was submitted (or would be: the sum of the approved parts), what is live, and the difference."""
    now = {**figure_row(plan, place, live, leads=False), **_money_and_rates(live), "name": gettext("Now")}
    if line.submission and line.state in {UnitState.SUBMITTED, UnitState.APPROVED}:
        base, label = _frozen(line.submission, counts_stopped=plan.counts_stopped), gettext("As submitted")
    elif line.step.position > 1:
        base, label = _sum(parts, counts_stopped=plan.counts_stopped), gettext("Sum of what was approved below")
    else:
        return [now]
    difference = {name: _numbers(live)[name] - _numbers(base)[name] for name in SHOWN}
    money = {
        "amount_text": fen_in_yuan(live.amount - base.amount),
        "rate": None,
        "rate_text": "",
        "waiver_rate_text": "",
    }
    return [
        {**_numbers(base), **_money_and_rates(base), "name": label},
        now,
        {**difference, **money, "name": gettext("Difference")},
    ]


def _missing(plan: Plan, place: orgs.Place, live: Figures) -> list[dict[str, Any]]:
    """Who keeps the unit from being submitted, each with the list to work off."""
    return [
        {"label": label, "count": live.count(status), "href": people_href(plan, place.code, status)}
        for status, label in (
            (Status.UNREGISTERED, gettext("Not registered")),
            (Status.PENDING, gettext("Awaiting review")),
        )
        if live.count(status)
    ]


def _part_lines(plan: Plan, parts: Iterable[Any]) -> list[dict[str, Any]]:
    rows = list(parts)
    names = orgs.names_of(reading(), [row.path for row in rows])
    return [
        {
            "name": names[row.path][-1],
            "name_href": url_for("RateView.unit", unit_id=row.id),
            "state": tone_of(row.state),
            "state_label": UNIT_STATES[row.state],
            **(_both(plan, row[3]) if row[3] is not None else {}),
        }
        for row in rows
    ]


def _drift_lines(line: UnitLine) -> list[dict[str, Any]]:
    if line.submission is None or line.state not in {UnitState.SUBMITTED, UnitState.APPROVED}:
        return []
    return [
        {
            "what": CHANGES[each.what],
            "student_number": each.student_number,
            "name": each.name,
            "class_name": each.class_name,
            "before": STATES.get(each.before or ""),
            "after": STATES.get(each.after or ""),
        }
        for each in drift(reading(), actor(), line.submission, line.node.path)
    ]


def _past(plan: Plan, each: Submission) -> dict[str, Any]:
    return {
        "number": gettext("No. %(number)s", number=each.number),
        "state": each.state,
        "state_label": UNIT_STATES[each.state],
        "submitted_text": _signed(each.submitted_name, each.submitted_at),
        "reviewed_text": _signed(each.reviewed_name, each.reviewed_at),
        "opinion": each.opinion,
        **_both(plan, each),
    }


def _signed(name: str | None, at: datetime | None) -> str:
    return f"{name} · {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if name and at else ""


def _frozen(submission: Submission, *, counts_stopped: bool) -> Figures:
    return Figures(**{name: getattr(submission, name) for name in SUMS}, counts_stopped=counts_stopped)


def _both(plan: Plan, submission: Submission) -> dict[str, Any]:
    figures = _frozen(submission, counts_stopped=plan.counts_stopped)
    return {**_numbers(figures), **_money_and_rates(figures)}


def _sum(parts: Sequence[Submission], *, counts_stopped: bool) -> Figures:
    return Figures.total(
        [_frozen(part, counts_stopped=counts_stopped) for part in parts], counts_stopped=counts_stopped
    )


def _numbers(figures: Figures) -> dict[str, int]:
    return {status.value: figures.count(status) for status in Status}


def _money_and_rates(figures: Figures) -> dict[str, Any]:
    return {
        "amount_text": fen_in_yuan(figures.amount),
        "rate": figures.rate,
        "rate_text": on_screen(figures.rate),
        "waiver_rate_text": on_screen(figures.waiver_rate),
    }
