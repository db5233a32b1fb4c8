"""What a plan's form shows and what is read from it. An extra file: the long form converts both ways."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from app.core import clock
from app.core.errors import Invalid
from app.plans import queries
from app.plans.forms import OPTION_FIELDS, STEP_FIELDS, PlanForm
from app.plans.models import Plan
from app.plans.rules import CHAINS, NewOption, NewPlan, NewStep
from app.web.request import reading

A_STEP = timedelta(days=14)
D = TypeVar("D", bound=date)


def read(form: PlanForm, code: str) -> NewPlan:
    """The plan that was typed, under a code."""
    return NewPlan(
        code=code,
        name=form.name.data or "",
        place_code=form.place.data or "",
        product=form.product.data,
        cover_year=form.cover_year.data or 0,
        audience=tuple(form.audience.data or ()),
        apply_from=aware(form.apply_from.data),
        apply_to=aware(form.apply_to.data),
        steps=tuple(_step(form, number) for number in form.rows("step", STEP_FIELDS)),
        options=tuple(_option(form, number) for number in form.rows("option", OPTION_FIELDS)),
        counts_stopped=bool(form.counts_stopped.data),
        waiver_proof=form.waiver_proof.data,
        freeze_status_changes=bool(form.freeze_status_changes.data),
    )


def _step(form: PlanForm, number: int) -> NewStep:
    kind, submit, review, leave, begin, end = (form[f"step{number}_{field}"].data for field in STEP_FIELDS)
    return NewStep(kind, submit, review, leave, aware(begin), aware(end))


def _option(form: PlanForm, number: int) -> NewOption:
    label, first, last, personal, fiscal = (form[f"option{number}_{field}"].data for field in OPTION_FIELDS)
    return NewOption(label, first, _month_after(last), _fen(personal), _fen(fiscal))


def _fen(yuan: Decimal) -> int:
    return int((yuan * 100).to_integral_value())


def _month_after(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def aware(moment: datetime | None) -> datetime:
    """A typed moment, meant in China's time; the form has refused one that is missing."""
    if moment is None:
        raise Invalid({"apply_to": "plan_window"})
    return moment.replace(tzinfo=clock.SHANGHAI)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(clock.SHANGHAI).replace(tzinfo=None)


def fresh(chain_code: str) -> dict[str, Any]:
    """A new form: the next cover year, and the usual chain that was asked for with windows one after the other."""
    day = clock.today(reading())
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001  shown in China's time, as typed
    until = start + timedelta(days=60)
    data: dict[str, Any] = {"cover_year": day.year + 1, "apply_from": start, "apply_to": until}
    year = date(day.year + 1, 1, 1)
    data |= {"option1_from": year, "option1_to": year.replace(month=12), "option1_label": ""}
    chain = CHAINS.get(chain_code, CHAINS["school"])
    for number, (kind, submit, review) in enumerate(chain, 1):
        data |= {
            f"step{number}_kind": kind,
            f"step{number}_submit_role": submit,
            f"step{number}_review_role": review,
            f"step{number}_leave": "all_decided" if number == 1 else "children_approved",
            f"step{number}_from": start,
            f"step{number}_to": until + number * A_STEP,
        }
    return data


def shown(plan: Plan, *, is_copy: bool = False) -> dict[str, Any]:
    """What a plan holds, as the form shows it; a copy is of the next year and has no code yet."""
    data: dict[str, Any] = {
        "name": plan.name.replace(str(plan.cover_year), str(plan.cover_year + 1)) if is_copy else plan.name,
        "code": "" if is_copy else plan.code,
        "product": plan.product,
        "cover_year": plan.cover_year + is_copy,
        "audience": list(plan.audience),
        "counts_stopped": plan.counts_stopped,
        "waiver_proof": plan.waiver_proof,
        "freeze_status_changes": plan.freeze_status_changes,
        "apply_from": _shifted(_local(plan.apply_from), int(is_copy)),
        "apply_to": _shifted(_local(plan.apply_to), int(is_copy)),
        "version": plan.version,
    }
    for number, option in enumerate(queries.options_of(reading(), plan.id).values(), 1):
        last = option.cover_to - timedelta(days=1)
        values = (
            option.label.replace(str(plan.cover_year), str(plan.cover_year + is_copy)),
            _shifted(option.cover_from, int(is_copy)),
            _shifted(last.replace(day=1), int(is_copy)),
            Decimal(option.personal_amount) / 100,
            Decimal(option.fiscal_amount) / 100,
        )
        data |= {f"option{number}_{field}": value for field, value in zip(OPTION_FIELDS, values, strict=True)}
    for number, step in enumerate(queries.steps_of(reading(), plan.id), 1):
        begin, end = (_shifted(_local(moment), int(is_copy)) for moment in (step.window_from, step.window_to))
        parts = (step.kind, step.submit_role, step.review_role, step.leave_condition, begin, end)
        data |= {f"step{number}_{field}": value for field, value in zip(STEP_FIELDS, parts, strict=True)}
    return data


def _shifted(moment: D, years: int) -> D:
    """The same day some years later; 29 February becomes the 28th."""
    if not years:
        return moment
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year + years, day=day)
