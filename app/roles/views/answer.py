"""What could this account do here, and which grant says so."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext

from app.access.actor import ids_in
from app.access.permissions import Permission
from app.core.errors import NotFound
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.roles import queries
from app.roles.forms import AnswerForm
from app.roles.grid import notes_of, operations
from app.roles.labels import GROUPS, STATES, permission_label
from app.roles.views.words import crumbs_to, role_name
from app.web.forms import asked_text
from app.web.request import actor, reading
from app.web.screens import Screen, needs


class RoleAnswerView(Screen):
    """What could this account do here, and which grant says so."""

    route_base = "/role-answer"
    default_view = "answer"

    @expose("/")
    @needs(Permission.ROLE_READ)
    def answer(self) -> tuple[str, int]:
        """Ask for an account and a place; for every permission yes or no, and why."""
        actor().require(Permission.ACCOUNT_READ)
        form = AnswerForm(formdata=request.args)
        status = 200
        context: dict[str, Any] = {}
        if request.args:
            _begin_at_home(form)
            found = _asked(form)
            status = 200 if found else 422
            context = _answered(*found) if found else {}
        crumbs = crumbs_to(None)
        title = gettext("What could a user do here")
        return self.page("roles/answer.html", title=title, form=form, crumbs=crumbs, **context), status

    @expose("/accounts")
    @needs(Permission.ACCOUNT_READ)
    def accounts(self) -> str:
        """Accounts for the picker: those in reach whose name or user name fits what was typed."""
        found = queries.find_accounts(reading(), actor(), text=asked_text())
        return self.page("web/options.html", options=[(each.handle, f"{each.name} · {each.place}") for each in found])


def _begin_at_home(form: AnswerForm) -> None:
    """Ask about the account's home place when no place has been named yet."""
    if "node" in request.args or not form.account.data:
        return
    with suppress(NotFound):  # the question itself tells which of the two is unknown
        account = queries.account(reading(), actor(), typed=form.account.data)
        home = orgs.get(reading(), actor(), Permission.ORG_READ, node_id=ids_in(account.path)[-1])
        form.node.data = home.code
        form.node.raw_data = [home.code]


def _asked(form: AnswerForm) -> tuple[queries.Found, OrgNode] | None:
    """The account and the place asked about, or None with the form saying what is wrong with which."""
    if not form.validate():
        return None
    account = node = None
    try:
        account = queries.account(reading(), actor(), typed=form.account.data or "")
    except NotFound:
        form.tell("account", gettext("No such user in your places. Type a part of the name, then choose."))
    try:
        node = orgs.find(reading(), actor(), Permission.ORG_READ, code=(form.node.data or "").strip())
    except NotFound:
        form.tell("node", gettext("No such place among yours. Type a part of the name, then choose."))
    return (account, node) if account and node else None


def _answered(account: queries.Found, node: OrgNode) -> dict[str, Any]:
    reasons = queries.could(reading(), account_id=account.id, node=node)
    names = queries.by_code(reading(), {reason.role for found in reasons.values() for reason in found})
    groups = [
        {"label": label, "lines": [_answer_line(p, reasons[p], names) for r in resources for p in operations(r)]}
        for label, resources in GROUPS
    ]
    return {
        "asked": account,
        "state": STATES[account.state],
        "place": orgs.describe(reading(), [node])[0],
        "groups": groups,
        "allowed": sum(bool(found) for found in reasons.values()),
    }


def _answer_line(
    permission: Permission,
    reasons: tuple[queries.Reason, ...],
    names: dict[str, queries.Line],
) -> dict[str, Any]:
    """One permission: whether, only for the own persons or not, by which grants, and under which condition."""
    notes = dict.fromkeys(note for reason in reasons for note in notes_of(permission, reason.role))
    is_own = bool(reasons) and all(reason.is_personal for reason in reasons)
    return {
        "label": permission_label(permission),
        "answer": "own" if is_own else "yes" if reasons else "no",
        "because": [
            {
                "role": role_name(names[reason.role]),
                "place": gettext("the own person or child") if reason.is_personal else reason.place,
            }
            for reason in reasons
        ],
        "notes": list(notes),
    }
