"""Opening and shutting accounts: a reset with a fresh code, disabling, enabling, deregistering (M11, U14)."""

from __future__ import annotations

from collections.abc import Callable

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.accounts import queries, services
from app.accounts.forms import ReasonForm
from app.accounts.views.fresh_code import with_code
from app.codes.rules import Issued
from app.core.idempotency import Answer
from app.web.acts import done, submitted
from app.web.forms import RecordForm
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs

Asked = Response | tuple[str, int]
Work = Callable[[Session], Answer]


class AccountStateView(Screen):
    """Acts on the state of one account; each says first what it means."""

    route_base = "/users"
    default_view = "reset"

    @expose("/<int:account_id>/reset", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_RESET)
    def reset(self, account_id: int) -> Asked:
        """Take the password away and show a fresh activation code."""
        found = detail_of(Permission.ACCOUNT_RESET, account_id)
        form = RecordForm(data={"version": found.line.version})
        issued: dict[int, Issued] = {}
        answer = self._ask(
            form,
            found,
            lambda session: _reset(session, form, account_id, issued),
            title=gettext("Reset the password of %(name)s", name=found.line.name),
            about=gettext(
                "The present password stops working and every sign-in of this account ends. "
                "You get an activation code to hand over; nobody but the owner ever knows the new password."
            ),
            submit=gettext("Reset and show the activation code"),
        )
        return with_code(answer, issued) if isinstance(answer, Response) else answer

    @expose("/<int:account_id>/disable", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_DISABLE)
    def disable(self, account_id: int) -> Asked:
        """Shut an account; whoever is signed in with it is out at the next click."""
        found = detail_of(Permission.ACCOUNT_DISABLE, account_id)
        form = ReasonForm(data={"version": found.line.version})
        return self._ask(
            form,
            found,
            lambda session: _disable(session, form, account_id),
            title=gettext("Disable %(name)s", name=found.line.name),
            about=gettext("Whoever is signed in with this account is out at the next click. It can be enabled again."),
            submit=gettext("Disable"),
        )

    @expose("/<int:account_id>/enable", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_DISABLE)
    def enable(self, account_id: int) -> Asked:
        """Open a disabled account again."""
        found = detail_of(Permission.ACCOUNT_DISABLE, account_id)
        form = RecordForm(data={"version": found.line.version})
        return self._ask(
            form,
            found,
            lambda session: _enable(session, form, account_id),
            title=gettext("Enable %(name)s", name=found.line.name),
            about=gettext("The owner signs in with the password from before; earlier sign-ins stay ended."),
            submit=gettext("Enable"),
            danger=False,
        )

    @expose("/<int:account_id>/deregister", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_DEREGISTER)
    def deregister(self, account_id: int) -> Asked:
        """Close an account for ever."""
        found = detail_of(Permission.ACCOUNT_DEREGISTER, account_id)
        form = ReasonForm(data={"version": found.line.version})
        return self._ask(
            form,
            found,
            lambda session: _deregister(session, form, account_id),
            title=gettext("Deregister %(name)s", name=found.line.name),
            about=gettext(
                "This cannot be undone. All roles end, and the user name %(user_name)s can never be used again.",
                user_name=found.line.user_name,
            ),
            submit=gettext("Deregister"),
        )

    def _ask(self, form: RecordForm, found: queries.Detail, work: Work, *, danger: bool = True, **words: str) -> Asked:
        """Do it when it was sent; else the page that says with title, about and submit what it means."""
        subtitle, back = f"{found.line.user_name} · {found.line.place}", url_for("AccountView.list")
        return submitted(form, work) or self.form_page(form, subtitle=subtitle, danger=danger, back=back, **words)


def detail_of(permission: Permission, account_id: int) -> queries.Detail:
    """The account an act is about, as far as the visitor holds the permission for it."""
    return queries.get(reading(), actor(), permission, account_id=account_id, keyring=backstage().keyring)


def _reset(session: Session, form: RecordForm, account_id: int, issued: dict[int, Issued]) -> Answer:
    version, keyring = form.known_version(), backstage().keyring
    issued[account_id] = services.reset(session, actor(), account_id=account_id, version=version, keyring=keyring)
    return done(url_for("AccountView.code", account_id=account_id), "account_reset")


def _disable(session: Session, form: ReasonForm, account_id: int) -> Answer:
    reason = (form.reason.data or "").strip()
    services.disable(session, actor(), account_id=account_id, version=form.known_version(), reason=reason)
    return done(url_for("AccountView.list"), "account_disabled")


def _enable(session: Session, form: RecordForm, account_id: int) -> Answer:
    services.enable(session, actor(), account_id=account_id, version=form.known_version())
    return done(url_for("AccountView.list"), "account_enabled")


def _deregister(session: Session, form: ReasonForm, account_id: int) -> Answer:
    reason = (form.reason.data or "").strip()
    services.deregister(session, actor(), account_id=account_id, version=form.known_version(), reason=reason)
    return done(url_for("AccountView.list"), "account_deregistered")
