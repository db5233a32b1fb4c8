"""What profiles plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Audience, Feature, MenuItem
from app.profiles.undone import asked_since
from app.profiles.views import ChangeRequestView, ProfileView, affairs, agenda
from app.students.services.undoing import DEPENDENTS
from app.web.language import lazy as _l

DEPENDENTS.append(asked_since)

FEATURE = Feature(
    name="profiles",
    screens=(ProfileView, ChangeRequestView),
    agenda=agenda,
    affairs=affairs,
    menu=(
        MenuItem("Basic record", "ProfileView.list", "person", Permission.ENROLMENT_APPLY, audience=Audience.FAMILIES),
        MenuItem(
            "Change requests", "ChangeRequestView.list", "notice", Permission.CHANGE_REQUEST_REVIEW, group="Master data"
        ),
    ),
    sentences={
        "profile_lacks": _l("Kept. The basic record still lacks %(count)s things; they are named below."),
        "profile_complete": _l("Kept. The basic record is complete."),
        "contact_half": _l("Please give both the name and the phone number of the contact, or neither."),
        "request_sent": _l("The request has been sent. You see here what becomes of it."),
        "request_approved": _l("The request has been approved and the record changed."),
        "request_declined": _l("The request has been declined; who asked sees your opinion."),
        "request_withdrawn": _l("The request has been withdrawn."),
        "request_waiting": _l("A request about this student waits already. Withdraw it, or wait for the decision."),
        "nothing_asked": _l("Nothing differs from the record, so there is nothing to ask for."),
        "undo_profile": _l("The basic record has been filled in since"),
        "undo_requested": _l("A change of the record has been asked for since"),
        "own_request": _l("You asked for this yourself, or it is about you. Somebody else has to decide."),
    },
)
