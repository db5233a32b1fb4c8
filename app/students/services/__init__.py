"""Every write to students: a package because one file would be too long to read in a sitting.

`admission` new rows, `registration` one student from a form, `correction` fields, `movement` classes,
`status` leave and leaving, `family` guardians, `hardship` recognitions, `disclosure` one secret in clear.
"""

from __future__ import annotations

from app.students.services.admission import admit
from app.students.services.correction import correct
from app.students.services.disclosure import FIELDS, disclose
from app.students.services.family import (
    add_guardian,
    correct_guardian,
    end_guardian,
)
from app.students.services.hardship import correct_recognition, end_recognition, recognise, revoke_recognition
from app.students.services.movement import follow_merge, move
from app.students.services.registration import register
from app.students.services.status import change_status, leave

__all__ = [
    "FIELDS",
    "add_guardian",
    "admit",
    "change_status",
    "correct",
    "correct_guardian",
    "correct_recognition",
    "disclose",
    "end_guardian",
    "end_recognition",
    "follow_merge",
    "leave",
    "move",
    "recognise",
    "register",
    "revoke_recognition",
]
