"""What the URL-map promise knows about every route: which of its arguments name something that may be foreign.

A new route needs a line in `RULES`: `Rule()` when it takes nothing but what stands in its path and the fields of its
list; else the query arguments that carry ids, codes or choices, and a form that would be accepted, in which `@name`
stands for a value of `VALUES`. Arguments in the path are known by their names; a new name needs a line in `VALUES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.access.permissions import Permission
from app.sheets.kinds import DOORS
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
    answers: bool = False
    """A foreign value may be answered (nothing found, nothing to do), with nothing foreign and nothing changed."""
    is_own: bool = False
    """It takes no id at all: what it shows and changes is the visitor's own."""
    open_to: Permission | None = None
    """Who holds this sees everybody's."""


CLASS_A, CLASS_B = class_of(A, 1, 1), class_of(B, 1, 1)

VALUES: dict[str, Value] = {
    "node_id": Value(lambda w, _: w.nodes[CLASS_A], lambda w, _: (w.nodes[CLASS_B], w.nodes[PROVINCE_B])),
    "node": Value(lambda _w, _s: CLASS_A, lambda w, _s: (CLASS_B, PROVINCE_B, w.nodes[CLASS_B])),
    "plan": Value(lambda w, _: w.plan, lambda _, s: (s.plan, "NO-SUCH")),
    "plan_id": Value(lambda w, _: w.plan_id, lambda _, s: (s.plan_id, 10**9)),
    "wish_id": Value(lambda _w, _s: 1, lambda _w, _s: (1, 10**9)),
    "answer": Value(lambda _w, _s: "agree", lambda _w, _s: ("maybe",)),
    "unit_id": Value(lambda _, s: s.own_unit, lambda _, s: (s.unit,)),
    "unit_row": Value(lambda _, s: f"{s.own_unit}-1", lambda _, s: (f"{s.unit}-1",)),
    "open": Value(lambda w, _: w.nodes[A], lambda w, _: (w.nodes[B],)),
    "department_id": Value(lambda _, s: s.own_department, lambda _, s: (s.department,)),
    "job_id": Value(lambda _, s: s.own_job, lambda _, s: (s.job,)),
    "line_id": Value(lambda _, s: s.own_line, lambda _, s: (s.line,)),
    "student_id": Value(lambda w, _: w.of(A)[0].student_id, lambda w, _: (w.of(B)[0].student_id,)),
    "enrolment_id": Value(lambda _, s: s.own_enrolment, lambda _, s: (s.enrolment,)),
    "file_id": Value(lambda _, s: s.own_file, lambda _, s: (s.file,)),
    "request_id": Value(lambda _, s: s.own_request, lambda _, s: (s.request,)),
    "guardian_id": Value(lambda _, s: s.own_guardian, lambda _, s: (s.guardian,)),
    "recognition_id": Value(lambda _, s: s.own_recognition, lambda _, s: (s.recognition,)),
    "rowid": Value(lambda w, _: w.of(A)[0].student_id, lambda w, _: (w.of(B)[0].student_id,)),
    "person": Value(lambda w, _: w.of(A)[0].person_id, lambda w, _: (w.of(B)[0].person_id,)),
    "certificate": Value(lambda w, _: w.of(A)[0].certificate, lambda w, _: (w.of(B)[0].certificate,)),
    "account_id": Value(
        lambda w, _: w.accounts["class_teacher"], lambda w, _: (w.accounts["school_admin_b"], w.accounts["root_admin"])
    ),
    "session_id": Value(lambda _w, s: s.own_session, lambda _w, s: (s.session,)),
    "account": Value(lambda _w, _s: "class_teacher", lambda _w, _s: ("school_admin_b", "root_admin")),
    "role_id": Value(lambda _, s: s.role, lambda _w, _s: (10**9,)),
    "code": Value(lambda _w, _s: "en", lambda _w, _s: ("xx",)),
    "sheet_id": Value(lambda _, s: s.own_sheet, lambda _, s: (s.sheet,)),
    "kind": Value(lambda _w, _s: "pdf", lambda _w, _s: ("xml",)),
    "batch_id": Value(lambda _, s: s.own_import, lambda _, s: (s.other_import,)),
    "which": Value(lambda _w, _s: "bad", lambda _w, _s: ("nothing",)),
    "layout": Value(lambda _w, _s: "students", lambda _w, _s: ("no-such-list",)),
    "place": Value(lambda _w, _s: A, lambda _w, _s: (B,)),
    "token": Value(lambda _w, _s: "0" * 32, lambda _w, _s: ("0" * 32,)),
    "name": Value(lambda _w, _s: "departments", lambda _w, _s: ("no-such-list",)),
    "locale": Value(lambda _w, _s: "en", lambda _w, _s: ("xx",)),
    "filename": Value(lambda _w, _s: "ui/app.js", lambda _w, _s: ("../factory.py", "..%2Ffactory.py", "ui/none.css")),
}

FILTERS: tuple[str, ...] = ("金丝雀", "CANARY-01")
"""What is typed into the fields of a list to find somebody of the other school."""

STUDENT = {"name": "王伟", "student_number": "NEW-01", "sex": "1", "birth_date": "2013-09-01"}
STATUS = {"on": "2026-10-01", "reason": "因病", "version": "1"}
HARDSHIP = {"category": "poverty", "level": "hard", "since_on": "2026-09-01"}
GUARDIAN = {"name": "王伟", "relation": "father", "phone": ""}

RULES: dict[str, Rule] = {
    "HomeView.index": Rule(filters=("plan",)),
    "UtilView.back": Rule(),
    "LocaleView.index": Rule(),
    "LanguageView.choose": Rule(),
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
    "AccountView.list": Rule(),
    "AccountView.add": Rule(
        form={"name": "王伟", "user_name": "wang_wei", "kind": "user_name", "role": "class_teacher", "place": "@node"}
    ),
    "AccountView.places": Rule(filters=("place",)),
    "AccountView.code": Rule(),
    "AccountView.edit": Rule(form={"name": "王伟", "version": "2"}),
    "AccountStateView.reset": Rule(form={"version": "2"}),
    "AccountStateView.disable": Rule(form={"version": "2", "reason": "x"}),
    "AccountStateView.enable": Rule(form={"version": "2"}),
    "AccountStateView.deregister": Rule(form={"version": "2", "reason": "x"}),
    "GrantView.tree": Rule(filters=("role",)),
    "GrantView.branch": Rule(filters=("role",)),
    "GrantView.change": Rule(form={"role": "class_teacher", "node": "@node_id", "sure": "1", "version": "2"}),
    "RoleView.list": Rule(),
    "RoleView.role": Rule(),
    "RoleView.edit": Rule(form={"version": "1", "step": "save"}),
    "RoleView.copy": Rule(form={"label_zh": "新", "label_en": "New", "code": "new_role", "level": "7"}),
    "RoleView.names": Rule(form={"label_zh": "新", "label_en": "New", "version": "1"}),
    "RoleHolderView.list": Rule(),
    "RoleAnswerView.answer": Rule(refused=("account", "node")),
    "RoleAnswerView.accounts": Rule(filters=("q",)),
    "SettingsView.index": Rule(is_own=True),
    "SettingsView.password": Rule(is_own=True),
    "SettingsView.end": Rule(answers=True),
    "SettingsView.end_others": Rule(is_own=True),
    "ActivationView.code": Rule(),
    "ActivationView.password": Rule(),
    "SignInView.schools": Rule(),
    "SignInView.student": Rule(),
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
    "StudentView.list": Rule(refused=("node",), filters=("person",)),
    "StudentView.find": Rule(form={"certificate": "@certificate"}, answers=True),
    "StudentView.classes": Rule(filters=("q",)),
    "StudentRecordView.add": Rule(form={**STUDENT, "number": "", "certificate_type": "other", "class_text": "@node"}),
    "StudentRecordView.edit": Rule(form={**STUDENT, "version": "1"}),
    "StudentRecordView.countries": Rule(filters=("q",)),
    "StudentRecordView.derived": Rule(form={"certificate_type": "resident_id", "number": "@certificate"}, answers=True),
    "StudentMoveView.transfer": Rule(refused=("rowid",), form={"rowid": "@rowid", "class_number": "@node"}),
    "StudentPageView.show": Rule(),
    "StudentPageView.add_guardian": Rule(form=GUARDIAN),
    "StudentPageView.edit_guardian": Rule(form={**GUARDIAN, "version": "1"}),
    "StudentPageView.end_guardian": Rule(form={"version": "1"}),
    "DisclosureView.unmask": Rule(
        filters=("field",), form={"field": "number", "guardian": "@guardian_id", "reason": "x"}
    ),
    "FigureView.figures": Rule(refused=("node", "plan")),
    "FigureView.export": Rule(refused=("node", "plan")),
    "FigureView.people": Rule(refused=("node", "plan")),
    "ClassCardView.cards": Rule(refused=("node", "plan")),
    "RateView.list": Rule(refused=("node", "plan")),
    "RateSummaryView.export": Rule(refused=("node", "plan")),
    "RateView.unit": Rule(form={"version": "1"}),
    "RateView.review": Rule(refused=("unit_row",), form={"rowid": "@unit_row", "event": "approve", "opinion": "x"}),
    "ListSettingView.columns": Rule(is_own=True, form={"column": "name", "back": "/"}),
    "ListSettingView.size": Rule(is_own=True, form={"size": "20", "back": "/"}),
    "WorkView.show": Rule(open_to=Permission.SYSTEM_OPERATE),
    "WorkView.progress": Rule(open_to=Permission.SYSTEM_OPERATE),
    "WorkView.cancel": Rule(open_to=Permission.SYSTEM_OPERATE),
    "StatusView.take_leave": Rule(form=STATUS),
    "StatusView.retain": Rule(form=STATUS),
    "StatusView.resume": Rule(form=STATUS),
    "StatusView.reopen": Rule(form={"reason": "录入有误", "version": "1"}),
    "StatusView.leave": Rule(form={**STATUS, "state": "withdrawn"}),
    "ReadmissionView.readmit": Rule(form={"class_text": "@node", "student_number": "T-77777"}),
    "HardshipView.add": Rule(form=HARDSHIP),
    "HardshipView.edit": Rule(form={**HARDSHIP, "reason": "录入有误", "version": "1"}),
    "HardshipView.end": Rule(form={"until_on": "2027-01-01", "version": "1"}),
    "HardshipView.revoke": Rule(form={"reason": "录入有误", "version": "1"}),
    "SettingsView.prove": Rule(is_own=True),
    "SheetView.list": Rule(is_own=True),
    "SheetView.new": Rule(refused=("account_id",), form={"rowid": "@account_id"}),
    "SheetView.show": Rule(),
    "SheetView.fetch": Rule(),
    "StudentAccessView.sheets": Rule(refused=("rowid", "node"), form={"place": "@node", "whom": "students"}),
    "PlanView.list": Rule(filters=("year", "state")),
    "PlanView.show_plan": Rule(),
    "PlanView.open": Rule(form={"version": "1"}),
    "PlanView.close": Rule(form={"reason": "xx", "version": "2"}),
    "PlanView.reopen": Rule(form={"reason": "xx", "version": "2"}),
    "PlanView.answer": Rule(form={"version": "2"}),
    "PlanRecordView.add": Rule(refused=("plan_id",), filters=("chain",), form={"name": "xx", "place": "@node"}),
    "PlanRecordView.edit": Rule(form={"name": "xx", "version": "1"}),
    "PlanRecordView.windows": Rule(form={"version": "2"}),
    "FamilyApplicationView.list": Rule(is_own=True),
    "FamilyApplicationView.show": Rule(form={"coverage": "waive", "waiver_reason": "refuse", "version": "1"}),
    "FamilyApplicationView.withdraw": Rule(form={"version": "1"}),
    "ApplicationView.list": Rule(refused=("plan",)),
    "ApplicationPageView.show": Rule(form={"opinion": "同意", "version": "1"}),
    "ApplicationPageView.correct": Rule(form={"coverage": "waive", "reason": "更正", "version": "1"}),
    "ApplicationPageView.stop": Rule(form={"reason": "停保", "version": "1"}),
    "ApplicationPageView.resume": Rule(form={"reason": "续保", "version": "1"}),
    "ReviewView.approve": Rule(form={"rowid": "@enrolment_id", "opinion": "同意"}),
    "ReviewView.reject": Rule(form={"rowid": "@enrolment_id", "opinion": "不同意"}),
    "ReviewView.all": Rule(refused=("plan",), form={"opinion": "同意", "shown": "1"}),
    "ReviewView.enter": Rule(form={"rowid": "@enrolment_id", "waiver_reason": "refuse", "coverage": "waive"}),
    "ReviewView.outcome": Rule(refused=("plan",)),
    "ExportView.all": Rule(refused=("plan",)),
    "ExportView.ticked": Rule(form={"rowid": "@enrolment_id"}),
    "ProfileView.list": Rule(is_own=True),
    "ProfileView.show": Rule(form={"phone": "13800001111", "version": "0"}),
    "ChangeRequestView.list": Rule(),
    "ChangeRequestView.ask": Rule(form={"name": "王伟", "reason": "有误"}),
    "ChangeRequestView.look": Rule(form={"opinion": "属实", "version": "1"}, also=(Permission.CHANGE_REQUEST_CREATE,)),
    "ChangeRequestView.withdraw": Rule(form={"version": "1"}),
    "ImportView.list": Rule(also=DOORS[1:]),
    "ImportView.add": Rule(form={"place": "@place"}, also=DOORS[1:]),
    "ImportView.template": Rule(also=DOORS[1:]),
    "BatchView.show": Rule(also=DOORS[1:]),
    "BatchView.progress": Rule(also=DOORS[1:]),
    "BatchView.confirm": Rule(form={"version": "1"}, also=DOORS[1:]),
    "BatchView.explain": Rule(form={"version": "1"}, also=DOORS[1:]),
    "BatchView.cancel": Rule(form={"version": "1"}, also=DOORS[1:]),
    "BatchView.undo": Rule(form={"version": "1"}, also=DOORS[1:]),
    "BatchView.errors": Rule(also=DOORS[1:]),
    "RowView.list": Rule(also=DOORS[1:]),
    "ClassRecordView.list": Rule(),
    "ClassRecordView.edit": Rule(form={"name": "x", "version": "1"}, also=(Permission.CLASS_RENAME,)),
    "StoppingView.stop": Rule(form={"rowid": "@enrolment_id", "reason": "停保"}),
    "StoppingView.resume": Rule(form={"rowid": "@enrolment_id", "reason": "续保"}),
    "SignInView.renew": Rule(form={"name": "nobody", "present": "nothing", "password": "x" * 12}),
    "EvidenceView.add": Rule(is_own=True, also=(Permission.ENROLMENT_APPLY,)),
    "EvidenceView.draft": Rule(also=(Permission.ENROLMENT_APPLY,)),
    "ChangeRequestView.evidence": Rule(also=(Permission.CHANGE_REQUEST_CREATE,)),
    "MyExportsView.mine": Rule(is_own=True),
    "MyExportsView.fetch": Rule(),
    "DeclarationView.printed": Rule(),
    "DeclarationView.evidence": Rule(),
    "ApplicationPageView.evidence": Rule(),
    "HomeView.waiting": Rule(),
}
