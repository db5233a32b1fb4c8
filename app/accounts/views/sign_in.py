"""Signing in and out, and the first-run page. Forms here carry no idempotency key: their secrets are used once."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import queries
from app.accounts import sign_in as gate
from app.accounts.forms import FirstRunForm, RenewForm, SignInForm, StudentSignInForm
from app.accounts.rules import LinkSpent, Locked, PasswordOutgrown, WrongCredentials
from app.accounts.services import make_first_superuser, renew_password
from app.accounts.views.sentences import tell_fields
from app.core.errors import Invalid, Refusal
from app.web.request import backstage, is_guarded, reading, start, stop, visitor, write
from app.web.screens import Screen, everybody, text_argument

NAME_COOKIE = "name"
REFUSED = (Invalid, WrongCredentials, Locked, PasswordOutgrown)
A_YEAR = 31_536_000
SCHOOL_COOKIE = "school"
NUMBER_COOKIE = "number"


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
        typed = form.name.data or ""
        try:
            opened = _signed_in(typed, form.password.data or "")
        except REFUSED as refusal:
            return self._again("accounts/sign_in.html", form, refusal, {"name": typed})
        start(opened.token, opened.locale, lasting=opened.is_long)
        kept = {NAME_COOKIE: typed if form.remember.data else None}
        return _remember(redirect(_target()), kept)

    @expose("/login/student/", methods=["GET", "POST"])
    @everybody
    def student(self) -> str | Response | tuple[str, int]:
        """The sign-in of students: school, student number, password."""
        if visitor():
            return redirect(_target())
        form = StudentSignInForm()
        if request.method == "GET":
            form.school.data = request.cookies.get(SCHOOL_COOKIE, "")
            form.number.data = request.cookies.get(NUMBER_COOKIE, "")
            form.remember.data = bool(form.school.data)
            return self.page("accounts/student_sign_in.html", form=form, error=None)
        if not form.validate():
            return self.page("accounts/student_sign_in.html", form=form, error=None), 422
        typed, number = form.school.data or "", form.number.data or ""
        try:
            opened = _signed_in(number, form.password.data or "", school=typed)
        except REFUSED as refusal:
            return self._again("accounts/student_sign_in.html", form, refusal, {"name": number, "school": typed})
        start(opened.token, opened.locale, lasting=opened.is_long)
        is_kept = form.remember.data
        kept = {SCHOOL_COOKIE: typed if is_kept else None, NUMBER_COOKIE: number if is_kept else None}
        return _remember(redirect(_target()), kept)

    @expose("/login/renew", methods=["GET", "POST"])
    @everybody
    def renew(self) -> str | Response | tuple[str, int]:
        """Set a longer password, which the roles of now ask for, and sign in with it."""
        if request.method == "GET" or visitor():
            return redirect(_target())
        form = RenewForm()
        if not form.validate():
            return self.page("accounts/renew.html", form=form, error=None), 422
        try:
            opened = _signed_in(
                form.name.data or "",
                form.present.data or "",
                school=form.school.data or "",
                renewed=form.password.data or "",
            )
        except Refusal as refusal:
            error = tell_fields(form, refusal)
            return self.page("accounts/renew.html", form=form, error=error), refusal.status
        start(opened.token, opened.locale, lasting=opened.is_long)
        return redirect(_target())

    @expose("/login/schools")
    @everybody
    def schools(self) -> str:
        """Schools whose name holds, or whose code begins with, what is being typed: at most ten, as options."""
        typed = text_argument("school")
        return self.page("accounts/options.html", options=queries.find_schools(reading(), query=typed))

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
            error = tell_fields(form, refusal)
            return self.page("accounts/first_run.html", form=form, error=error), refusal.status
        opened = _signed_in(form.user_name.data or "", form.password.data or "")
        start(opened.token, opened.locale, lasting=opened.is_long)
        return redirect(url_for("HomeView.index"))

    def _again(self, template: str, form: FlaskForm, refusal: Refusal, who: Mapping[str, str]) -> tuple[str, int]:
        """Show the form again with what is wrong; one that asks for a longer password where the right one is short."""
        if isinstance(refusal, PasswordOutgrown):
            template, form = "accounts/renew.html", RenewForm(formdata=None, data=dict(who))
        return self.page(template, form=form, error=tell_fields(form, refusal), notices=[]), refusal.status


def _set_up(session: Session, token: str, form: FirstRunForm) -> int:
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


def _target() -> str:
    """Where to go after signing in: a path of this site, else the home page."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_ours and wanted.isprintable() else url_for("HomeView.index")


def _signed_in(name: str, password: str, *, school: str = "", renewed: str | None = None) -> gate.SignedIn:
    """Sign in with what was typed; with a `school` by student number, with a password `renewed` by setting that."""
    school_id = queries.school_of(reading(), typed=school) if school else None
    if school and school_id is None:
        raise Invalid({"school": "school_unknown"})
    keyring = backstage().keyring

    def renew(session: Session, account_id: int) -> None:
        renew_password(session, account_id, present=password, password=renewed or "", keyring=keyring)

    return gate.sign_in(
        backstage().database,
        name=name,
        password=password,
        address=request.remote_addr or "",
        device=request.user_agent.string,
        school_id=school_id,
        keyring=None if school else keyring,
        renew=None if renewed is None else renew,
    )


def _remember(answer: Response, kept: Mapping[str, str | None]) -> Response:
    """Keep what was typed, never the password, in this browser; None forgets it."""
    for name, value in kept.items():
        if value is None:
            answer.delete_cookie(name)
        else:
            answer.set_cookie(name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=is_guarded())
    return answer
