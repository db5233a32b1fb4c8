"""账户设置: the own contact, password and sessions, for everybody signed in."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, get_locale, gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import queries, services
from app.accounts import sign_in as gate
from app.accounts.forms import ChangePasswordForm, OwnContactForm, ProveForm
from app.accounts.models import AccountSession
from app.accounts.rules import TRIES_PER_NAME, Locked, WrongPassword, shortest_password
from app.accounts.views.sentences import tell_fields
from app.codes.tries import guessed
from app.core.errors import Refusal
from app.core.idempotency import Answer
from app.web.acts import done, submitted
from app.web.forms import ActForm
from app.web.languages import own_address
from app.web.request import actor, backstage, reading, start, write
from app.web.screens import Screen, signed_in

MOMENT = "yyyy-MM-dd HH:mm"


class SettingsView(Screen):
    """The own account."""

    route_base = "/settings"
    default_view = "index"

    @expose("/", methods=["GET", "POST"])
    @signed_in
    def index(self) -> Response | tuple[str, int]:
        """Contact, language, where the password is changed, and the sessions that are open."""
        found = queries.own(reading(), actor(), keyring=backstage().keyring)
        form = OwnContactForm(data={"email": found.email, "version": found.line.version})
        if answered := submitted(form, lambda opened: _contact(opened, form)):
            return answered
        sessions = [_row(row) for row in queries.sessions_of(reading(), actor())]
        shown = {"title": gettext("Account settings"), "found": found, "sessions": sessions, "ending": ActForm()}
        shown["roles"] = [grant for grant in found.grants if grant.path]
        shown["is_chinese"] = str(get_locale()).startswith("zh")
        return self.form_page(form, "accounts/settings.html", **shown)

    @expose("/password", methods=["GET", "POST"])
    @signed_in
    def password(self) -> str | Response | tuple[str, int]:
        """Change the own password; every session ends and this browser gets a new one."""
        form = ChangePasswordForm()
        if request.method == "GET":
            return self._ask(form)
        if not form.validate():
            return self._ask(form), 422
        try:
            _change(form.present.data or "", form.password.data or "")
        except Refusal as refusal:
            error = tell_fields(form, refusal)
            return self._ask(form, error), refusal.status
        account_id, device = actor().user_id, request.user_agent.string
        opened = write(lambda db: gate.open_session(db, account_id, device))
        start(opened.token, opened.locale, lasting=opened.is_long)
        flash(gettext("Your password has been changed. Everywhere else you are signed out."), "success")
        return redirect(url_for("SettingsView.index"), 303)

    @expose("/prove", methods=["GET", "POST"])
    @signed_in
    def prove(self) -> str | Response | tuple[str, int]:
        """Ask for the own password once more before personal numbers are shown, then go on to ?next=."""
        form = ProveForm()
        target = own_address(request.args.get("next", "")) or url_for("HomeView.index")
        if request.method == "GET":
            return self._prove(form)
        if not form.validate():
            return self._prove(form), 422
        try:
            _proved(form.present.data or "")
        except Refusal as refusal:
            error = tell_fields(form, refusal)
            return self._prove(form, error), refusal.status
        return redirect(target, 303)

    @expose("/sessions/<int:session_id>/end", methods=["POST"])
    @signed_in
    def end(self, session_id: int) -> Response:
        """End one of the own sessions. Repeats harmlessly, so it carries no key."""
        write(lambda opened: services.end_session(opened, actor(), session_id=session_id))
        flash(gettext("That session has ended."), "success")
        return redirect(url_for("SettingsView.index"), 303)

    @expose("/sessions/end-others", methods=["POST"])
    @signed_in
    def end_others(self) -> Response:
        """End every session but this one. Repeats harmlessly, so it carries no key."""
        token = str(session.get("_user_id", ""))
        write(lambda opened: services.end_other_sessions(opened, actor(), keep_token=token))
        flash(gettext("Everywhere else you are signed out."), "success")
        return redirect(url_for("SettingsView.index"), 303)

    def _prove(self, form: ProveForm, error: str | None = None) -> str:
        return self.page("accounts/prove.html", form=form, error=error, title=gettext("Please enter your password"))

    def _ask(self, form: ChangePasswordForm, error: str | None = None) -> str:
        shortest = shortest_password(actor().level)
        title = gettext("Change password")
        return self.page("accounts/password.html", form=form, error=error, shortest=shortest, title=title)


def _change(present: str, password: str) -> None:
    """Change the password; wrong present ones are counted."""
    who, keyring = actor(), backstage().keyring
    _counted(
        lambda opened: services.change_own_password(opened, who, present=present, password=password, keyring=keyring)
    )


def _proved(present: str) -> None:
    """Note that the password was given again; wrong ones are counted."""
    who, token = actor(), str(session.get("_user_id", ""))
    _counted(lambda opened: services.prove_password(opened, who, token=token, present=present))


def _counted(work: Callable[[Session], None]) -> None:
    """Do something with the own password; wrong ones are counted like failed sign-ins."""
    buckets = {f"password:account:{actor().user_id}": TRIES_PER_NAME}
    guessed(backstage().database, buckets, Locked, (WrongPassword,), lambda: write(work))


def _contact(opened: Session, form: OwnContactForm) -> Answer:
    services.change_own_contact(
        opened,
        actor(),
        version=form.known_version(),
        email=form.email.data or "",
        mobile=form.mobile.data or "",
        drop_mobile=bool(form.drop_mobile.data),
        keyring=backstage().keyring,
    )
    return done(url_for("SettingsView.index"), "saved")


def _row(row: AccountSession) -> dict[str, object]:
    return {
        "id": row.id,
        "device": _device(row.device),
        "started": format_datetime(row.started_at, MOMENT),
        "seen": format_datetime(row.seen_at, MOMENT),
        "is_this": row.digest == gate.token_digest(str(session.get("_user_id", ""))),
    }


def _device(words: str) -> str:
    """A browser's own description, in words a person knows."""
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac"}
    browsers = {"MicroMessenger": "WeChat", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    system = next((name for mark, name in systems.items() if mark in words), "Linux" if "Linux" in words else "")
    browser = next((name for mark, name in browsers.items() if mark in words), "")
    return " · ".join(filter(None, (system, browser))) or gettext("Unknown device")
