"""Figures by themselves: differences added every second, the day written down each night, everything recounted."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.access.gate import bind
from app.access.permissions import Permission
from app.access.work import as_owner
from app.core.clock import SHANGHAI, now
from app.core.db import Database
from app.core.feature import Job, Loop, Schedule
from app.core.queue import JobRun
from app.core.stored import NewFile, keep
from app.plans import queries as plans
from app.plans.models import Plan
from app.rates import summary
from app.rates.queries import mine, units
from app.rates.rules import FiguresDiffer
from app.rates.services import fold, note_export, reconcile, write_figure_day
from app.sheets.bulk import write

EXPORT_NAME = "rates.xlsx"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = timedelta(days=7)
log = logging.getLogger(__name__)

LONGEST = 600
"""Seconds the statement may take; a province of a million students takes a few."""


def figure_day(run: JobRun) -> None:
    """Write the figures of the day the schedule fired on (China); done and written in one transaction."""

    def work(session: Session) -> None:
        bind(session, SYSTEM)
        fired = run.fire_at or now(session)
        count = write_figure_day(session, fired.astimezone(SHANGHAI).date())
        run.progress(session, count, count)
        run.finish(session)

    run.transaction(work, seconds=LONGEST)


def recount(run: JobRun) -> None:
    """Recount every figure; what differs is audited, logged, and lets the job fail where an operator sees it."""

    def work(session: Session) -> int:
        bind(session, SYSTEM)
        return len(reconcile(session))

    count = run.transaction(work, seconds=LONGEST)
    if count:
        log.error("%d figures are not what a count says: see the audit, then `xuebao reconcile --repair`", count)
        raise FiguresDiffer(count=count)


def add_differences(database: Database, _data: Path | None) -> None:
    """Add the differences that writers have appended to the counters."""

    def work(session: Session) -> int:
        bind(session, SYSTEM)
        return fold(session)

    database.transaction(work)


@as_owner()
def export_summary(session: Session, actor: Actor, run: JobRun) -> None:
    """Write the summary of rates that somebody asked for and keep it for that account."""
    plan = plans.get(session, actor, Permission.PLAN_READ, plan_id=int(run.arguments["plan"]))
    asked = _asked(session, plan, run.arguments)
    count = units.count_units(session, actor, asked)
    headings = summary.headings(chinese=bool(run.arguments["chinese"]))
    rows = summary.rows(session, actor, plan, asked, chinese=bool(run.arguments["chinese"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / EXPORT_NAME
        write(path, plan.name, headings, rows, at_most=count + 1)
        new = NewFile(summary.PURPOSE, EXPORT_NAME, MEDIA_TYPE, path.read_bytes(), KEPT)
    keep(session, run.files, run.keyring, owner_id=actor.user_id, new=new)
    note_export(session, actor, plan_id=plan.id, path=asked.path, count=count)


def _asked(session: Session, plan: Plan, arguments: Mapping[str, Any]) -> units.Asked:
    """What the list was asked for, from the arguments of a job."""
    position, waiting = int(arguments["position"]), None
    if arguments["waiting"]:
        step = next(step for step in units.steps_of(session, plan) if step.position == position)
        waiting = mine.Wanted(step, mine.Mine(arguments["waiting"]))
    return units.Asked(plan.id, position, str(arguments["path"]), tuple(arguments["states"]), waiting)


SUMMARY = Job(summary.PURPOSE, export_summary)
FIGURE_DAY = Job("rates.figure_day", figure_day)
EACH_NIGHT = Schedule("rates.figure_day.nightly", "55 23 * * *", FIGURE_DAY.name)
RECOUNT = Job("rates.reconcile", recount)
AFTER_MIDNIGHT = Schedule("rates.reconcile.nightly", "40 2 * * *", RECOUNT.name)
EACH_SECOND = Loop("rates.fold", 1.0, add_differences)
