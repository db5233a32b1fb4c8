"""The page of a job: how far it is, how it ended, and a button to end it; only for who handed it over."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.errors import NotFound
from app.core.queue import JobRow, cancel
from app.web.acts import sentence_of
from app.web.request import actor, reading, write
from app.web.screens import Screen, needs, unattended

WORKING = frozenset({"queued", "running"})


class WorkView(Screen):
    """后台任务: long work somebody handed over."""

    route_base = "/work"
    default_view = "show"

    @expose("/<int:job_id>")
    @needs(Permission.JOB_READ)
    def show(self, job_id: int) -> str:
        """The page of one job; it asks for its progress by itself."""
        return self.page("web/work.html", **_facts(_job(reading(), job_id)))

    @expose("/<int:job_id>/progress")
    @needs(Permission.JOB_READ)
    @unattended
    def progress(self, job_id: int) -> str:
        """The part of the page that changes."""
        return self.page("web/progress.html", **_facts(_job(reading(), job_id)))

    @expose("/<int:job_id>/cancel", methods=["POST"])
    @needs(Permission.JOB_CANCEL)
    def cancel(self, job_id: int) -> Response:
        """Ask for the job to end at its next safe point; asking twice changes nothing."""
        write(lambda session: cancel(session, _job(session, job_id).id))
        return redirect(url_for("WorkView.show", job_id=job_id), 303)


def _job(session: Session, job_id: int) -> JobRow:
    """The actor's own job; superusers see all."""
    stmt = select(JobRow).where(JobRow.id == job_id)
    if not actor().holds(Permission.SYSTEM_OPERATE):
        stmt = stmt.where(JobRow.owner_id == actor().user_id)
    found = session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound(what="job")
    return found


def _facts(job: JobRow) -> dict[str, Any]:
    return {
        "job": job,
        "is_working": job.state in WORKING,
        "percent": 100 * job.done // job.total if job.total else None,
        "target": job.arguments.get("target"),
        "sentence": sentence_of(job.error_code, {}) if job.error_code else None,
    }
