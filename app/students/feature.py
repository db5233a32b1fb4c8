"""What students plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.events import Listener
from app.core.feature import Feature, MenuItem
from app.orgs.rules import NodesClosing
from app.students.roll import refuse_closing
from app.students.views import StudentView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="students",
    screens=(StudentView,),
    listeners=(Listener(NodesClosing, refuse_closing),),
    menu=(MenuItem("Students", "StudentView.list", "students", Permission.STUDENT_READ),),
    sentences={
        "already_in_school": _l("%(count)s of them are students already, here or elsewhere. Ask for a transfer."),
        "student_number_taken": _l("%(count)s of these student numbers are in use in this school."),
    },
)
