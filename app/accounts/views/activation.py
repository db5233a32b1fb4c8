"""First access: the code, whose account it is, the own password; signed in afterwards. No idempotency keys here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

from flask import redirect, request, session, url_for
from flask_appbuilder import expose
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import sign_in as gate
from app.accounts.forms import CodeForm, FirstPasswordForm
from app.accounts.rules import NotActive, shortest_password
from app.accounts.services import Owner, activate, owner_of
from app.accounts.views.sentences import tell_fields
from app.codes.rules import CodeKind
from app.codes.tries import FAILURES, try_code
from app.core.errors import Invalid, Refusal, TooMany
from app.web import errors
from app.web.request import backstage, start, write
from app.web.screens import Screen, everybody

T = TypeVar("T")
BROWSER = "browser"


class ActivationView(Screen):
    """激活: for whoever holds a sheet with a code on it."""

    route_base = "/activate"
    default_view = "code"

    @expose("/", methods=["GET", "POST"])
    @everybody
    def code(self) -> str | Response | tuple[str, int]:
        """Ask for the code, then show whose account it opens."""
        form = CodeForm()
        if request.method == "GET":
            return self.page("accounts/activate.html", form=form, error=None)
        if not form.validate():
            return self.page("accounts/activate.html", form=form, error=None), 422
        typed = form.code.data or ""
        try:
            owner = _tried(lambda opened: owner_of(opened, typed, keyring=backstage().keyring))
        except Refusal as refusal:
            return self._again(refusal)
        return self._password(owner, FirstPasswordForm(formdata=None, data={"code": typed}))

    @expose("/password", methods=["GET", "POST"])
    @everybody
    def password(self) -> str | Response | tuple[str, int]:
        """Set the password and open the first session."""
        if request.method == "GET":
            return redirect(url_for("ActivationView.code"))
        form = FirstPasswordForm()
        typed = form.code.data or ""
        try:
            owner = _tried(lambda opened: owner_of(opened, typed, keyring=backstage().keyring))
            if not form.validate():
                return self._password(owner, form), 422
            word = form.password.data or ""
            _tried(lambda opened: activate(opened, code=typed, password=word, keyring=backstage().keyring))
        except (*FAILURES, NotActive, TooMany) as refusal:
            return self._again(refusal)
        except Invalid as refusal:
            error = tell_fields(form, refusal)
            return self._password(owner, form, error), refusal.status
        opened = write(lambda session: gate.open_session(session, owner.account_id, request.user_agent.string))
        start(opened.token, opened.locale, lasting=opened.is_long)
        return redirect(url_for("HomeView.index"))

    def _password(self, owner: Owner, form: FirstPasswordForm, error: str | None = None) -> str:
        shortest = shortest_password(owner.level)
        return self.page("accounts/first_password.html", form=form, owner=owner, error=error, shortest=shortest)

    def _again(self, refusal: Refusal) -> tuple[str, int]:
        form = CodeForm()
        return self.page("accounts/activate.html", form=form, error=errors.sentence(refusal)), refusal.status


def _tried(work: Callable[[Session], T]) -> T:
    """Do something with a code; failures are counted for this browser and address."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_hex(16)
    return try_code(
        write,
        backstage().database,
        kind=CodeKind.ACTIVATION,
        visitor=f"browser:{session[BROWSER]}",
        address=request.remote_addr or "",
        work=work,
    )
