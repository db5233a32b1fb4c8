"""Signing in and out, and the first-run page. Forms here carry no idempotency key: their secrets are used once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts import sign_in as gate
from app.accounts.forms import FirstRunForm, SignInForm
from app.accounts.rules import LinkSpent, Locked, WrongCredentials
from app.accounts.services import make_first_superuser
from app.core.errors import Refusal
from app.web import errors
from app.web.request import backstage, start, stop, visitor, write
from app.web.screens import Screen, everybody

NAME_COOKIE = "name"
A_YEAR = 31_536_000
FIELD_SENTENCES = {
    "password_short": lambda: gettext("The password is too short. Please use at least 12 characters."),
    "password_long": lambda: gettext("The password is too long. Please use at most 128 characters."),
    "password_known": lambda: gettext("This password is easy to guess. Please choose another one."),
    "user_name_shape": lambda: gettext(
        "A user name begins with a letter and has 2 to 32 letters, digits or underscores."
    ),
    "name_length": lambda: gettext("Please give a name of 1 to 100 characters."),
}


class SignInView(Screen):
    """The sign-in page; signing out is a form, so that no link can sign anybody out."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    @everybody
    def login(self) -> str | Response | tuple[str, int]:
        """Show the form, or open a session and go where the visitor wanted to go."""
        if visitor():
            return redirect(_target())
        if write(gate.needs_first_run):
            return self.page("accounts/no_root.html")
        form = SignInForm()
        if request.method == "GET":
            form.name.data = request.cookies.get(NAME_COOKIE, "")
            form.remember.data = bool(form.name.data)
            return self.page("accounts/sign_in.html", form=form, error=None, notices=[])
        if not form.validate():
            return self.page("accounts/sign_in.html", form=form, error=None, notices=[]), 422
        try:
            opened = gate.sign_in(
                backstage().database,
                name=form.name.data or "",
                password=form.password.data or "",
                address=request.remote_addr or "",
                device=request.user_agent.string,
            )
        except (WrongCredentials, Locked) as refusal:
            shown = self.page("accounts/sign_in.html", form=form, error=errors.sentence(refusal), notices=[])
            return shown, refusal.status
        start(opened.token, opened.locale)
        return _remember(redirect(_target()), form)

    @expose("/logout/", methods=["POST"])
    @everybody
    def logout(self) -> Response:
        """End the session in the database and in the browser."""
        token = stop()
        if token:
            write(lambda session: gate.sign_out(session, token))
        answer = redirect(url_for("SignInView.login"))
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    @expose("/first-run/<token>", methods=["GET", "POST"])
    @everybody
    def first_run(self, token: str) -> str | Response | tuple[str, int]:
        """Make the first superuser and the root of an empty system, once, through the link that was printed."""
        if not write(lambda session: gate.is_first_run_link(session, token)):
            raise LinkSpent
        form = FirstRunForm()
        if request.method == "GET":
            return self.page("accounts/first_run.html", form=form, error=None)
        if not form.validate():
            return self.page("accounts/first_run.html", form=form, error=None), 422
        try:
            write(lambda session: _set_up(session, token, form))
        except Refusal as refusal:
            error = _tell_fields(form, refusal)
            return self.page("accounts/first_run.html", form=form, error=error), refusal.status
        opened = gate.sign_in(
            backstage().database,
            name=form.user_name.data or "",
            password=form.password.data or "",
            address=request.remote_addr or "",
            device=request.user_agent.string,
        )
        start(opened.token, opened.locale)
        return redirect(url_for("HomeView.index"))


def _set_up(session: Any, token: str, form: FirstRunForm) -> int:
    gate.redeem_first_run_link(session, token)
    return make_first_superuser(
        session,
        root_name=form.root_name.data or "",
        root_kind=form.root_kind.data,
        root_code=(form.root_code.data or "").strip(),
        name=(form.name.data or "").strip(),
        user_name=(form.user_name.data or "").strip(),
        password=form.password.data or "",
    )


def _tell_fields(form: Any, refusal: Refusal) -> str | None:
    """Put a refusal's words beside the fields they are about; return the sentence when it is about none."""
    fields = getattr(refusal, "fields", {})
    told = False
    for name, code in fields.items():
        if name in form and code in FIELD_SENTENCES:
            form[name].errors = [*form[name].errors, FIELD_SENTENCES[code]()]
            told = True
    return None if told else errors.sentence(refusal)


def _target() -> str:
    """Where to go after signing in: a path of this site, else the home page."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_ours and wanted.isprintable() else url_for("HomeView.index")


def _remember(answer: Response, form: SignInForm) -> Response:
    if form.remember.data:
        answer.set_cookie(
            NAME_COOKIE,
            form.name.data or "",
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    else:
        answer.delete_cookie(NAME_COOKIE)
    return answer
