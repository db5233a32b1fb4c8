"""Every write to students: a package because one file would be too long to read in a sitting.

`admission` new rows, `registration` one student from a form, `readmission` who left, `correction` fields,
`movement` classes, `status` leave and leaving, `family` guardians, `hardship` recognitions of one student,
`recognising` of many, `recognition_list` those of a workbook, `disclosure` one secret in clear, `access` accounts for
the roll and `following` what becomes of them.
"""

from __future__ import annotations

from app.students.services.access import Given, below, give_guardians, give_students
from app.students.services.admission import admit
from app.students.services.correction import amend, correct
from app.students.services.disclosure import FIELDS, disclose
from app.students.services.family import (
    TypedGuardian,
    add_guardian,
    correct_guardian,
    end_guardian,
)
from app.students.services.following import end_access, move_access, rename_access, resettle_access
from app.students.services.hardship import correct_recognition, end_recognition, recognise, revoke_recognition
from app.students.services.movement import follow_merge, move
from app.students.services.readmission import readmit
from app.students.services.registration import register
from app.students.services.status import change_status, leave

__all__ = [
    "FIELDS",
    "Given",
    "TypedGuardian",
    "add_guardian",
    "admit",
    "amend",
    "below",
    "change_status",
    "correct",
    "correct_guardian",
    "correct_recognition",
    "disclose",
    "end_access",
    "end_guardian",
    "end_recognition",
    "follow_merge",
    "give_guardians",
    "give_students",
    "leave",
    "move",
    "move_access",
    "readmit",
    "recognise",
    "register",
    "rename_access",
    "resettle_access",
    "revoke_recognition",
]
