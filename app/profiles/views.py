"""学生基本信息 for families, and 信息变更申请 for who asks and who decides (W14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.clock import SHANGHAI
from app.core.db import Session
from app.core.feature import Affair, ToDo, Urgency
from app.core.idempotency import Answer
from app.evidence.queries import drafts
from app.evidence.receiving import received
from app.evidence.serving import draft_href, file_lines, served
from app.lists.keyset import Spot
from app.lists.listing import Column, Field, Listing, ListScreen
from app.profiles import queries, services
from app.profiles.forms import DecisionForm, ProfileForm, RequestForm
from app.profiles.labels import STATES, TONES, WAITING
from app.profiles.rules import LOCKED_FIELDS, as_family
from app.students import queries as students
from app.students import records
from app.students.labels import FIELDS, shown
from app.web.acts import done, submitted
from app.web.forms import RecordForm
from app.web.request import actor, backstage, reading, write
from app.web.screens import Screen, needs, needs_any

CREATE, REVIEW = Permission.CHANGE_REQUEST_CREATE, Permission.CHANGE_REQUEST_REVIEW
READ, APPLY = Permission.STUDENT_READ, Permission.ENROLMENT_APPLY
MOST_PERSONS = 20
MINUTE = "%Y-%m-%d %H:%M"


class ProfileView(Screen):
    """The own basic record, on a phone or at a desk."""

    route_base = "/my/profile"
    default_view = "list"

    @expose("/")
    @needs(APPLY)
    def list(self) -> Response | str:
        """The own persons; who has only one comes to it at once."""
        spot = Spot(MOST_PERSONS)
        found = students.page(
            reading(), as_family(actor()), students.Wanted(), keyring=backstage().keyring, spot=spot
        ).rows
        if len(found) == 1:
            return redirect(_profile(found[0].id))
        people = [{"name": one.name, "class_name": one.class_name, "href": _profile(one.id)} for one in found]
        return self.page("profiles/list.html", title=gettext("Basic record"), people=people)

    @expose("/<int:student_id>", methods=["GET", "POST"])
    @needs(APPLY)
    def show(self, student_id: int) -> Response | tuple[str, int]:
        """What the family keeps itself, what is locked, and what was asked for."""
        family, keyring = as_family(actor()), backstage().keyring
        record = records.record_of(reading(), family, CREATE, student_id=student_id, keyring=keyring)
        kept = queries.profile_of(reading(), family, CREATE, student_id=student_id, keyring=keyring)
        form = ProfileForm(
            data={
                "phone": record.phone,
                "address": record.address,
                "contact_name": kept.contact.name,
                "contact_phone": kept.contact.phone,
                "version": kept.version,
            }
        )
        if answered := submitted(form, lambda session: _keep(session, form, student_id)):
            return answered
        values = records.values_of(record)
        return self.form_page(
            form,
            template="profiles/profile.html",
            title=gettext("Basic record"),
            subtitle=f"{record.name} · {record.full_name}",
            is_complete=kept.is_complete,
            facts=[{"label": FIELDS[name], "value": shown(name, values[name])} for name in LOCKED_FIELDS],
            requests=[_line(row) for row in queries.requests_of(reading(), family, student_id)],
            ask_href=url_for("ChangeRequestView.ask", student_id=student_id),
        )


class ChangeRequestView(ListScreen):
    """Change requests: those one may decide about, one of them, and asking."""

    route_base = "/change-requests"
    default_view = "list"
    listing = Listing(
        name="change_requests",
        title=_l("Change requests"),
        columns=(
            Column("name", _l("Full name"), role="title"),
            Column("student_number", _l("Student number"), role="code"),
            Column("fields", _l("Fields")),
            Column("asked_by", _l("Asked by")),
            Column("asked_at", _l("Time")),
            Column("state", _l("State"), kind="tag", role="tag"),
        ),
        fields=(
            Field("name", _l("Full name"), hint=_l("Name or pinyin")),
            Field("state", _l("State"), options=(*STATES.items(), *WAITING.items())),
        ),
    )

    @expose("/")
    @needs(REVIEW)
    def list(self) -> str:
        """The change requests of the own places."""
        return self.listed(queries, _row)

    @expose("/new/<int:student_id>", methods=["GET", "POST"])
    @needs(CREATE)
    def ask(self, student_id: int) -> Response | tuple[str, int]:
        """Ask for locked fields of a student to be changed."""
        keyring = backstage().keyring
        record = records.record_of(reading(), actor(), CREATE, student_id=student_id, keyring=keyring)
        values = records.values_of(record)
        form = RequestForm(data={name: values[name] for name in LOCKED_FIELDS})
        sent = received()
        if request.method == "POST" and not sent.stops(form):
            answered = submitted(form, lambda session: _ask(session, form, student_id, values, sent.ids))
            if answered:
                return answered
        return self.form_page(
            form,
            template="profiles/ask.html",
            names=[*LOCKED_FIELDS, "reason"],
            files=file_lines(drafts(reading(), actor(), sent.ids), draft_href),
            title=gettext("Ask for a change"),
            subtitle=f"{record.name} · {record.full_name}",
            about=gettext("Change only what is wrong. Nothing changes before the request is approved."),
            submit=gettext("Send the request"),
            back=_back(student_id),
        )

    @expose("/<int:request_id>", methods=["GET", "POST"])
    @needs_any(REVIEW, CREATE)
    def look(self, request_id: int) -> Response | tuple[str, int]:
        """One request: before and after, why, and two buttons for who may decide."""
        row, asked_by, decided_by = queries.request(reading(), actor(), READ, request_id=request_id)
        keyring = backstage().keyring
        record = records.record_of(reading(), actor(), READ, student_id=row.student_id, keyring=keyring)
        form = DecisionForm(data={"version": row.version})
        if request.method == "POST":
            actor().require(REVIEW)
            answered = submitted(form, lambda session: _decide(session, form, request_id))
            if answered:
                return answered
        waits = row.state == "asked"
        return self.form_page(
            form,
            template="profiles/request.html",
            title=gettext("Change request"),
            subtitle=f"{record.name} · {record.full_name}",
            line=_line(row),
            files=file_lines(queries.evidence_of(reading(), actor(), request_id), lambda each: _file(request_id, each)),
            asked_by=asked_by,
            decided_by=decided_by,
            may_decide=waits and actor().covers(REVIEW, record.tree_path) and row.asked_by != actor().user_id,
            withdraw_href=url_for("ChangeRequestView.withdraw", request_id=request_id)
            if waits and row.asked_by == actor().user_id
            else None,
        )

    @expose("/<int:request_id>/evidence/<int:file_id>")
    @needs_any(REVIEW, CREATE)
    def evidence(self, request_id: int, file_id: int) -> Response:
        """One file of a request, for whoever may read the request; each opening is written into the audit."""
        row = queries.request(reading(), actor(), READ, request_id=request_id)[0]
        found = queries.evidence_file(reading(), actor(), request_id, file_id)
        facts = {"request_id": request_id, "student_id": row.student_id, "file_id": file_id}
        write(lambda session: services.note_evidence_opened(session, actor(), **facts))
        return served(found)

    @expose("/<int:request_id>/withdraw", methods=["GET", "POST"])
    @needs(CREATE)
    def withdraw(self, request_id: int) -> Response | tuple[str, int]:
        """Take an own request back."""
        row = queries.request(reading(), actor(), CREATE, request_id=request_id)[0]
        form = RecordForm(data={"version": row.version})
        if answered := submitted(form, lambda session: _withdraw(session, form, request_id)):
            return answered
        here = url_for("ChangeRequestView.look", request_id=request_id)
        title = gettext("Withdraw the change request")
        return self.form_page(form, title=title, submit=gettext("Withdraw"), back=here)


def _keep(session: Session, form: ProfileForm, student_id: int) -> Answer:
    missing = services.keep(
        session,
        actor(),
        student_id=student_id,
        version=form.known_version(),
        phone=form.phone.data or "",
        address=form.address.data or "",
        contact=form.contact(),
        keyring=backstage().keyring,
    )
    if missing:
        return done(_profile(student_id), "profile_lacks", count=len(missing))
    return done(_profile(student_id), "profile_complete")


def _file(request_id: int, file_id: int) -> str:
    return url_for("ChangeRequestView.evidence", request_id=request_id, file_id=file_id)


def _ask(session: Session, form: RequestForm, student_id: int, now: Any, evidence: Sequence[int]) -> Answer:
    request_id = services.ask(
        session,
        actor(),
        student_id=student_id,
        wanted=form.wanted(now),
        reason=form.reason.data or "",
        keyring=backstage().keyring,
        evidence=evidence,
    )
    return done(url_for("ChangeRequestView.look", request_id=request_id), "request_sent")


def _decide(session: Session, form: DecisionForm, request_id: int) -> Answer:
    approve = request.form.get("step") != "decline"
    services.decide(
        session,
        actor(),
        request_id=request_id,
        version=form.known_version(),
        approve=approve,
        opinion=form.opinion.data or "",
        keyring=backstage().keyring,
    )
    here = url_for("ChangeRequestView.look", request_id=request_id)
    return done(here, "request_approved" if approve else "request_declined")


def _withdraw(session: Session, form: RecordForm, request_id: int) -> Answer:
    services.withdraw(session, actor(), request_id=request_id, version=form.known_version())
    return done(url_for("ChangeRequestView.look", request_id=request_id), "request_withdrawn")


def _line(row: Any) -> dict[str, Any]:
    return {
        "href": url_for("ChangeRequestView.look", request_id=row.id),
        "at": row.asked_at.astimezone(SHANGHAI).strftime(MINUTE),
        "decided_at": row.decided_at.astimezone(SHANGHAI).strftime(MINUTE) if row.decided_at else "",
        "state": TONES[row.state],
        "state_label": STATES[row.state],
        "fields": [
            (FIELDS.get(name, name), shown(name, row.before.get(name)), shown(name, value))
            for name, value in row.wanted.items()
        ],
        "reason": row.reason,
        "opinion": row.opinion,
    }


def _row(row: Any) -> dict[str, Any]:
    href = url_for("ChangeRequestView.look", request_id=row.id)
    return {
        "id": row.id,
        "name": row.name,
        "name_href": href,
        "student_number": row.student_number,
        "fields": ", ".join(str(FIELDS.get(name, name)) for name in row.wanted),
        "asked_by": row.asked_by,
        "asked_at": row.asked_at.astimezone(SHANGHAI).strftime(MINUTE),
        "state": TONES[row.state],
        "state_label": STATES[row.state],
        "ops": [{"label": gettext("Look at it"), "href": href}],
    }


def _profile(student_id: int) -> str:
    return url_for("ProfileView.show", student_id=student_id)


def _back(student_id: int) -> str:
    if actor().holds(APPLY):
        return _profile(student_id)
    return url_for("StudentPageView.show", student_id=student_id)


def agenda(session: Session, who: Actor) -> list[ToDo]:
    """The change requests that wait for the visitor's decision."""
    if not who.holds(REVIEW):
        return []
    waiting = queries.count(session, who, name="", state=queries.TO_DECIDE)
    href = url_for("ChangeRequestView.list", state=queries.TO_DECIDE)
    return [ToDo(gettext("Change requests waiting for you"), href, waiting, Urgency.ASKED)] if waiting else []


def affairs(session: Session, who: Actor) -> list[Affair]:
    """The change requests about own persons that were declined lately."""
    return [
        Affair(
            person_id=row.person_id,
            title=gettext("Change request"),
            next=gettext("The request was declined: %(opinion)s", opinion=row.opinion),
            href=url_for("ChangeRequestView.look", request_id=row.id),
            act=gettext("Look at it"),
            state=TONES["declined"],
            state_label=str(STATES["declined"]),
        )
        for row in queries.declined(session, as_family(who))
    ]
