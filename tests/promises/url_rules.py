"""What the URL-map promise knows about every route: which of its arguments name something that may be foreign.

A new route needs a line in `RULES`: `Rule()` when it takes nothing but what stands in its path and the fields of its
list; else the query arguments that carry ids, codes or choices, and a form that would be accepted, in which `@name`
stands for a value of `VALUES`. Arguments in the path are known by their names; a new name needs a line in `VALUES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.access.permissions import Permission
from tests.make.places import PROVINCE_B, A, B, class_of
from tests.make.strangers import Strangers
from tests.world import World


@dataclass(frozen=True)
class Value:
    """What an argument may carry: something of the own place, and what belongs to others (or is nothing at all)."""

    own: Callable[[World, Strangers], object]
    foreign: Callable[[World, Strangers], tuple[object, ...]]


@dataclass(frozen=True)
class Rule:
    """A route's arguments: `refused` query arguments must not be answered, `filters` may be, with nothing foreign."""

    refused: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    also: tuple[Permission, ...] = ()
    """Permissions beside the route's own that open its door."""
    open_to: Permission | None = None
    """Who holds this sees everybody's."""


CLASS_A, CLASS_B = class_of(A, 1, 1), class_of(B, 1, 1)

VALUES: dict[str, Value] = {
    "node_id": Value(lambda w, _: w.nodes[CLASS_A], lambda w, _: (w.nodes[CLASS_B], w.nodes[PROVINCE_B])),
    "node": Value(lambda _w, _s: CLASS_A, lambda _w, _s: (CLASS_B, PROVINCE_B, "NO-SUCH")),
    "plan": Value(lambda w, _: w.plan, lambda _, s: (s.plan, "NO-SUCH")),
    "open": Value(lambda w, _: w.nodes[A], lambda w, _: (w.nodes[B],)),
    "account_id": Value(
        lambda w, _: w.accounts["class_teacher"],
        lambda w, _: (w.accounts["school_admin_b"], w.accounts["root_admin"]),
    ),
    "session_id": Value(lambda _w, _s: 0, lambda _w, _s: (10**9,)),
    "department_id": Value(lambda _, s: s.own_department, lambda _, s: (s.department,)),
    "job_id": Value(lambda _, s: s.own_job, lambda _, s: (s.job,)),
    "line_id": Value(lambda _, s: s.own_line, lambda _, s: (s.line,)),
    "token": Value(lambda _w, _s: "0" * 32, lambda _w, _s: ("0" * 32,)),
    "name": Value(lambda _w, _s: "departments", lambda _w, _s: ("no-such-list",)),
    "locale": Value(lambda _w, _s: "en", lambda _w, _s: ("xx",)),
    "filename": Value(lambda _w, _s: "ui/app.js", lambda _w, _s: ("../factory.py", "..%2Ffactory.py", "ui/none.css")),
}

FILTERS: tuple[str, ...] = ("金丝雀", "CANARY-01")
"""What is typed into the fields of a list to find somebody of the other school."""

RULES: dict[str, Rule] = {
    "HomeView.index": Rule(filters=("plan",)),
    "UtilView.back": Rule(),
    "LocaleView.index": Rule(),
    "static": Rule(),
    "appbuilder.static": Rule(),
    "health.answer": Rule(),
    "SignInView.login": Rule(form={"name": "nobody", "password": "nothing"}),
    "SignInView.logout": Rule(),
    "SignInView.first_run": Rule(),
    "AuditView.list": Rule(),
    "AuditView.line": Rule(),
    "AuditView.export": Rule(filters=("actor", "subject")),
    "ChangeView.list": Rule(),
    "OrgView.tree": Rule(filters=("open",)),
    "OrgView.branch": Rule(filters=("open",)),
    "OrgView.options": Rule(filters=("q",)),
    "OrgView.add": Rule(form={"kind": "other", "name": "x", "version": "1"}),
    "OrgView.rename": Rule(form={"name": "x", "version": "1"}, also=(Permission.CLASS_RENAME,)),
    "OrgView.move": Rule(form={"target": "@node", "version": "1"}),
    "OrgView.merge": Rule(form={"target": "@node", "version": "1"}),
    "OrgView.close": Rule(form={"reason": "x", "version": "1"}),
    "DepartmentView.list": Rule(),
    "DepartmentView.add": Rule(form={"name": "x", "node": "@node"}),
    "DepartmentView.edit": Rule(form={"name": "x", "version": "1"}),
    "DepartmentView.close": Rule(form={"version": "1"}),
    "StudentView.list": Rule(filters=("name", "number", "class_name")),
    "FigureView.figures": Rule(refused=("node", "plan")),
    "FigureView.people": Rule(refused=("node", "plan")),
    "AccountView.list": Rule(filters=("name", "user_name")),
    "AccountView.add": Rule(form={"name": "x", "user_name": "xx", "place": "@node", "role": "class_teacher"}),
    "AccountView.places": Rule(filters=("place",)),
    "AccountView.code": Rule(),
    "AccountView.edit": Rule(form={"name": "x", "version": "1"}),
    "AccountView.reset": Rule(form={"version": "1"}),
    "AccountView.disable": Rule(form={"reason": "x", "version": "1"}),
    "AccountView.enable": Rule(form={"version": "1"}),
    "AccountView.deregister": Rule(form={"reason": "x", "version": "1"}),
    "GrantView.tree": Rule(),
    "GrantView.branch": Rule(),
    "GrantView.change": Rule(form={"role": "class_teacher", "node": "@node_id", "version": "1", "sure": "yes"}),
    "ActivationView.code": Rule(form={"code": "ABCD-EFGH-JKMN"}),
    "ActivationView.password": Rule(form={"code": "ABCD-EFGH-JKMN", "password": "x", "password_again": "x"}),
    "SettingsView.index": Rule(form={"version": "0"}),
    "SettingsView.password": Rule(form={"present": "x", "password": "y", "password_again": "y"}),
    "SettingsView.end": Rule(),
    "SettingsView.end_others": Rule(),
    "SignInView.student": Rule(form={"school": "CANARY", "number": "CANARY-01", "password": "x"}),
    "SignInView.schools": Rule(),  # names and codes of schools are public
    "ListSettingView.columns": Rule(form={"column": "name", "back": "/"}),
    "ListSettingView.size": Rule(form={"size": "20", "back": "/"}),
    "WorkView.show": Rule(open_to=Permission.SYSTEM_OPERATE),
    "WorkView.progress": Rule(open_to=Permission.SYSTEM_OPERATE),
    "WorkView.cancel": Rule(open_to=Permission.SYSTEM_OPERATE),
}
