"""The words for every resource and verb, in both languages. An extra file: grid, difference and answer use it."""

from __future__ import annotations

from typing import Any

from app.access.permissions import Permission
from app.web.language import lazy as _l

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _l("Places and people"),
        ("org", "class", "class_set", "department", "student", "person", "change_request", "change"),
    ),
    (_l("Users and roles"), ("account", "role", "delegation", "code", "registration_code", "audit")),
    (
        _l("Insurance and rates"),
        ("plan", "enrolment", "submission", "figure", "progress", "form", "policy", "payment"),
    ),
    (_l("Service hall"), ("unit", "operator", "roster", "certificate", "pension", "staff")),
    (_l("Reports and notices"), ("report", "saved_view", "notice", "reminder", "help")),
    (_l("School year and data quality"), ("rollover", "quality")),
    (_l("System"), ("chain", "dictionary", "field", "parameter", "system", "job")),
)
"""The resources as the menu groups them."""

RESOURCES = {
    "account": _l("Users"),
    "audit": _l("Operation log"),
    "certificate": _l("Certificates of insurance"),
    "chain": _l("Review chains"),
    "change": _l("Change records"),
    "change_request": _l("Change requests"),
    "class": _l("Classes"),
    "class_set": _l("Class sets"),
    "code": _l("Binding codes"),
    "delegation": _l("Deputies"),
    "department": _l("Departments"),
    "dictionary": _l("Dictionaries"),
    "enrolment": _l("Enrolments"),
    "field": _l("Own fields"),
    "figure": _l("Figures"),
    "form": _l("Paper forms"),
    "help": _l("Help documents"),
    "job": _l("Background work"),
    "notice": _l("Notices"),
    "operator": _l("Operators of units"),
    "org": _l("Organisations"),
    "parameter": _l("System parameters"),
    "payment": _l("Payments"),
    "pension": _l("Pension applications"),
    "person": _l("Personal numbers"),
    "plan": _l("Insurance plans"),
    "policy": _l("Policies"),
    "progress": _l("Progress of verification"),
    "quality": _l("Data quality"),
    "registration_code": _l("Registration codes"),
    "reminder": _l("Reminders"),
    "report": _l("Reports"),
    "role": _l("Roles"),
    "rollover": _l("Change of school year"),
    "roster": _l("Rosters of units"),
    "saved_view": _l("Saved queries"),
    "staff": _l("Staff applications"),
    "student": _l("Students"),
    "submission": _l("Rate submissions"),
    "system": _l("Running the system"),
    "unit": _l("Units"),
}
VERBS = {
    "accept": _l("Accept forms"),
    "apply": _l("Apply for oneself"),
    "cancel": _l("Stop the work"),
    "change": _l("Change operators"),
    "close": _l("Close or end"),
    "create": _l("Add"),
    "define": _l("Design"),
    "deregister": _l("Deregister"),
    "disable": _l("Disable and enable"),
    "enter": _l("Enter for others"),
    "export": _l("Export"),
    "fix": _l("Correct"),
    "grant": _l("Grant roles"),
    "help_guardian": _l("Help guardians to sign in"),
    "import": _l("Import"),
    "issue": _l("Issue"),
    "move": _l("Move or transfer"),
    "names": _l("See the names behind a figure"),
    "new": _l("Take part anew"),
    "open": _l("Open the plan"),
    "operate": _l("Operate"),
    "print": _l("Print codes"),
    "publish": _l("Publish"),
    "read": _l("View"),
    "record": _l("Record receipts"),
    "redeem": _l("Use a code"),
    "refund": _l("Refund"),
    "rename": _l("Change the name"),
    "renew": _l("Continue the insurance"),
    "reset": _l("Reset"),
    "review": _l("Review"),
    "revoke": _l("Declare invalid"),
    "run": _l("Carry out"),
    "schedule": _l("Schedule"),
    "send": _l("Send"),
    "share": _l("Share"),
    "sign_off": _l("Sign off"),
    "stop": _l("Stop the insurance"),
    "submit": _l("Submit"),
    "unmask": _l("Read in full"),
    "update": _l("Edit"),
    "upload": _l("Upload forms"),
}
STATES = {
    "active": _l("In use"),
    "disabled": _l("Disabled"),
    "deregistered": _l("Deregistered"),
}


def permission_label(permission: Permission) -> str:
    """A permission in words: 学生 · 查看."""
    return f"{RESOURCES[permission.resource]} · {VERBS[permission.verb]}"
