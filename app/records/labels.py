"""The words for acts, changes and fields, in both languages. An extra file: lists, details and exports use them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from app.access.actor import SYSTEM
from app.access.roles import ROLE_BY_CODE
from app.records.rules import Known, reference
from app.web.language import is_chinese
from app.web.language import lazy as _l

MOST_SHOWN = 8
"""Things of a list that stand in one cell; the page of the line shows how many there are."""

ELSEWHERE = _l("elsewhere")
"""In place of the name of a place, user or plan that is none of the reader's business."""
YES, NO = _l("Yes"), _l("No")
ACTS = {
    "org:create": _l("Place added"),
    "org:update": _l("Place renamed"),
    "org:move": _l("Place moved"),
    "org:merge": _l("Place merged"),
    "org:import": _l("Places imported"),
    "org:undo_import": _l("Import of places undone"),
    "org:close": _l("Place closed"),
    "class_set:create": _l("Class set made"),
    "department:create": _l("Department added"),
    "department:update": _l("Department renamed"),
    "department:close": _l("Department closed"),
    "student:create": _l("Students admitted"),
    "student:update": _l("Student corrected"),
    "student:move": _l("Students transferred"),
    "student:close": _l("Students left"),
    "student:take_leave": _l("Study leave"),
    "student:retain": _l("Place kept"),
    "student:resume": _l("Study resumed"),
    "student:reopen": _l("Leaving undone"),
    "student:export": _l("Students exported"),
    "person:unmask": _l("Personal number read in full"),
    "student:guardian_add": _l("Guardian added"),
    "student:guardian_update": _l("Guardian changed"),
    "student:guardian_end": _l("Guardian ended"),
    "student:hardship_add": _l("Hardship recognised"),
    "student:hardship_update": _l("Hardship recognition corrected"),
    "student:hardship_end": _l("Hardship recognition ended"),
    "student:hardship_revoke": _l("Hardship recognition revoked"),
    "submission:approve": _l("Rate approved"),
    "submission:return": _l("Rate returned"),
    "plan:create": _l("Plan made"),
    "plan:open": _l("Plan opened"),
    "plan:update": _l("Plan changed"),
    "plan:close": _l("Plan closed"),
    "enrolment:bring": _l("Enrolments entered"),
    "enrolment:save": _l("Application kept as a draft"),
    "enrolment:submit": _l("Application submitted"),
    "enrolment:resubmit": _l("Application submitted again"),
    "enrolment:withdraw": _l("Application withdrawn"),
    "enrolment:approve": _l("Applications approved"),
    "enrolment:reject": _l("Applications rejected"),
    "enrolment:enter": _l("Applications entered on behalf"),
    "enrolment:correct": _l("Enrolment corrected"),
    "enrolment:stop": _l("Insurance stopped"),
    "enrolment:resume": _l("Insurance resumed"),
    "enrolment:export": _l("Applications exported"),
    "enrolment:follow": _l("Applications followed a moved place"),
    "figures:export": _l("Figures exported"),
    "profile:update": _l("Basic record changed"),
    "change_request:create": _l("Change request made"),
    "change_request:approve": _l("Change request approved"),
    "change_request:decline": _l("Change request declined"),
    "change_request:withdraw": _l("Change request withdrawn"),
    "evidence:open": _l("Evidence opened"),
    "account:create": _l("User added"),
    "account:update": _l("User changed"),
    "account:grant": _l("Role granted"),
    "account:reset": _l("Password reset"),
    "account:disable": _l("User disabled"),
    "account:enable": _l("User enabled"),
    "account:deregister": _l("User deregistered"),
    "account:activate": _l("User activated"),
    "account:hand_out": _l("Activation codes issued"),
    "account:sheet_download": _l("Activation sheets fetched"),
    "account:password": _l("Own password changed"),
    "account:change_password": _l("Own password changed"),
    "account:update_own": _l("Own details changed"),
    "figure:reconcile": _l("Figures recounted"),
    "submission:submit": _l("Figures submitted"),
    "import:upload": _l("Sheet uploaded"),
    "import:explain": _l("Headings of a sheet explained"),
    "import:apply": _l("Sheet applied"),
    "import:undo": _l("Sheet undone"),
    "import:expire": _l("Rows of sheets erased"),
    "import:cancel": _l("Sheet cancelled"),
    "import:errors": _l("Error workbook fetched"),
    "student:import": _l("Students brought in"),
    "student:hardship_import": _l("Hardship recognitions brought in"),
    "role:update": _l("Role changed"),
    "role:create": _l("Role made"),
    "audit:export": _l("Operation log exported"),
}
CHANGES = {
    "student_created": _l("Student added"),
    "student_corrected": _l("Details changed"),
    "class_transfer": _l("Class transfer"),
    "student_closed": _l("Left the school"),
    "study_leave": _l("Study leave"),
    "study_resumed": _l("Study resumed"),
    "place_kept": _l("Place kept"),
    "student_reopened": _l("Leaving undone"),
    "student_readmitted": _l("Readmitted"),
    "node_created": _l("Place added"),
    "node_renamed": _l("Place renamed"),
    "node_moved": _l("Place moved"),
    "node_merged": _l("Place merged"),
    "node_closed": _l("Place closed"),
    "account_created": _l("User added"),
    "account_corrected": _l("User changed"),
    "account_disabled": _l("User disabled"),
    "account_enabled": _l("User enabled"),
    "account_reset": _l("Password reset"),
    "code_issued": _l("Activation code issued"),
    "account_deregistered": _l("User deregistered"),
    "granted": _l("Role granted"),
    "grant_ended": _l("Role ended"),
    "department_changed": _l("Department changed"),
    "hardship_changed": _l("Hardship recognition changed"),
    "enrolment_saved": _l("Application kept as a draft"),
    "enrolment_submitted": _l("Application submitted"),
    "enrolment_withdrawn": _l("Application withdrawn"),
    "enrolment_approved": _l("Application approved"),
    "enrolment_rejected": _l("Application rejected"),
    "enrolment_entered": _l("Entered on behalf"),
    "enrolment_corrected": _l("Enrolment corrected"),
    "enrolment_stopped": _l("Insurance stopped"),
    "enrolment_resumed": _l("Insurance resumed"),
    "import_undone": _l("Import undone"),
}
FIELDS = {
    "name": _l("Name"),
    "amount": _l("Amount (fen)"),
    "kind": _l("Kind"),
    "parent": _l("Place above"),
    "nodes": _l("Places"),
    "school": _l("School"),
    "into": _l("Merge into"),
    "reason": _l("Reason"),
    "count": _l("Number"),
    "first": _l("First one"),
    "code": _l("Code"),
    "cover_year": _l("Cover year"),
    "product": _l("Product"),
    "state": _l("State"),
    "state_on": _l("Since"),
    "closed_on": _l("Left on"),
    "plan": _l("Plan"),
    "account": _l("User"),
    "role": _l("Role"),
    "roles": _l("Role"),
    "places": _l("Places"),
    "user_name": _l("User name"),
    "certificate_type": _l("Certificate type"),
    "number": _l("Certificate number"),
    "certificate_number": _l("Certificate number"),
    "student_number": _l("Student number"),
    "class": _l("Class"),
    "class_roll_number": _l("Seat number"),
    "phone": _l("Phone number"),
    "mobile": _l("Mobile number"),
    "address": _l("Address"),
    "sex": _l("Sex"),
    "birth_date": _l("Birth date"),
    "ethnicity": _l("Ethnic group"),
    "entry_date": _l("Date of entry"),
    "expected_graduation_date": _l("Expected graduation"),
    "boarding": _l("Boarding"),
    "email": _l("E-mail"),
    "department": _l("Department"),
    "level": _l("Level"),
    "label_zh": _l("Chinese name"),
    "label_en": _l("English name"),
    "copied_from": _l("Copied from"),
    "category": _l("Hardship category"),
    "relation": _l("Relation"),
    "permissions": _l("Permissions"),
    "added": _l("Added"),
    "ended": _l("Ended"),
    "field": _l("Field"),
    "file": _l("File"),
    "evidence": _l("Evidence (files)"),
    "choice": _l("Choice"),
    "coverage": _l("Months of cover"),
    "waiver_reason": _l("Reason for not enrolling"),
    "waiver_text": _l("Reason in words"),
    "declared_on_paper": _l("Declaration signed on paper"),
    "apply_from": _l("Applications from"),
    "windows": _l("Windows of the steps"),
    "apply_to": _l("Applications until"),
    "audience": _l("Who is asked"),
    "class_name": _l("Class"),
    "class_number": _l("Class number"),
    "insured": _l("Insured"),
    "pending": _l("Awaiting review"),
    "stopped": _l("Stopped"),
    "unregistered": _l("Not registered"),
    "waived": _l("Waived"),
    "waived_hardship": _l("Waived, in hardship"),
    "changed": _l("Changed"),
    "country": _l("Country or region"),
    "entry_mode": _l("Way of entry"),
    "headings": _l("Headings"),
    "batch": _l("Import"),
    "import": _l("Import"),
    "moved": _l("Transferred"),
    "rows": _l("Rows"),
    "left_behind": _l("Left-behind child"),
    "left_out": _l("Left out"),
    "new": _l("New"),
    "secondary_status_number": _l("Secondary status number"),
    "unit": _l("Reporting unit"),
    "units": _l("Reporting units"),
    "contact_name": _l("Emergency contact"),
    "counts_stopped": _l("Stopped insurances count"),
    "waiver_proof": _l("Who does not enrol hands in"),
    "freeze_status_changes": _l("Roll frozen"),
    "department_id": _l("Department"),
    "differences": _l("Differences"),
    "status_number": _l("Status number"),
    "social_card_number": _l("Social security card number"),
    "overseas_status": _l("Hong Kong, Macao, Taiwan or overseas status"),
    "household_type": _l("Type of household"),
    "household_place": _l("Place of household registration"),
    "nationality": _l("Nationality or region"),
    "political_status": _l("Political status"),
    "health": _l("Health"),
    "guardian": _l("Guardian"),
    "guardian_phone": _l("Guardian's phone"),
    "guardian_number": _l("Guardian's certificate number"),
    "reopening": _l("Opening again"),
    "repaired": _l("Repaired"),
    "since_on": _l("From"),
    "state_reason": _l("Reason"),
    "evidence_number": _l("Evidence number"),
    "recognised_by": _l("Recognised by"),
    "until_on": _l("No longer valid from"),
    "contact_phone": _l("Emergency phone"),
}
WORDS = "xuebao-words"
"""Where an app keeps the words of all features."""


def field_label(name: str) -> str:
    """The word for a field of a record; a name nobody has given a word to is shown as it is."""
    return str(FIELDS.get(name, name))


def in_words(subject: str, values: Mapping[str, object] | None, known: Known) -> str:
    """Fields and values in one line: 姓名：王伟；班级：七年级(1)班."""
    colon, stop = ("：", "；") if is_chinese() else (": ", "; ")
    lines = (
        f"{field_label(name)}{colon}{shown(subject, name, value, known)}" for name, value in (values or {}).items()
    )
    return stop.join(lines)


def shown(subject: str, name: str, value: object, known: Known) -> str:
    """A value of a record as people say it: a role, place or account by its name, a code by its word, else as it is.

    What the reader may not see is called elsewhere; several things stand in a row; nothing is a dash.
    """
    if isinstance(value, list):
        more = f" … ({len(value)})" if len(value) > MOST_SHOWN else ""
        first = [shown(subject, name, item, known) for item in value[:MOST_SHOWN]]
        return (("、" if is_chinese() else ", ").join(first) or "—") + more
    if isinstance(value, dict):
        return in_words(subject, value, known)
    if value in {None, ""}:
        return "—"
    found = reference(name, value)
    if found:
        return known.get(found) or str(ELSEWHERE)
    if isinstance(value, bool):
        return str(YES if value else NO)
    return _word(subject, name, str(value))


def _word(subject: str, name: str, code: str) -> str:
    if name in {"role", "roles", "copied_from"} and code in ROLE_BY_CODE:
        role = ROLE_BY_CODE[code]
        return role.label_zh if is_chinese() else role.label_en
    words: Mapping[str, Mapping[str, Any]] = current_app.extensions[WORDS]
    for key in (f"{subject}.{name}", name):
        if code in words.get(key, {}):
            return str(words[key][code])
    return code


def doer(name: str) -> str:
    """Who did something: a person's name, or that it was the system itself."""
    return str(_l("The system")) if name == SYSTEM.name else name
