"""学生管理 on screen: a package because one file would be too long to read in a sitting.

`listing` the list, `record` adding and correcting, `movement` transfer, `status` leave and leaving,
`page` one student with all that belongs to them, `hardship` its recognitions, `disclosure` one secret in clear,
`access` accounts and activation sheets, `classes` the list of classes.
"""

from __future__ import annotations

from app.students.views.access import StudentAccessView
from app.students.views.classes import ClassRecordView
from app.students.views.disclosure import DisclosureView
from app.students.views.hardship import HardshipView
from app.students.views.listing import StudentView
from app.students.views.movement import StudentMoveView
from app.students.views.page import StudentPageView
from app.students.views.readmission import ReadmissionView
from app.students.views.record import StudentRecordView
from app.students.views.status import StatusView

SCREENS = (
    ClassRecordView,
    StudentView,
    StudentPageView,
    StudentRecordView,
    StudentMoveView,
    StatusView,
    ReadmissionView,
    HardshipView,
    DisclosureView,
    StudentAccessView,
)
