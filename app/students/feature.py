"""What students plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.events import Listener
from app.core.feature import Audience, Feature, MenuItem
from app.orgs.rules import ClassesMerged, NodesClosing, PlacesMoving, SchoolChanged
from app.students.hardship_sheet import RECOGNITIONS
from app.students.jobs import SHEETS
from app.students.labels import FIELDS, VALUES
from app.students.roll import refuse_closing
from app.students.rules import AdmissionsUndone, StudentsCorrected, StudentsLeft, StudentsMoved
from app.students.sentences import IMPORTING
from app.students.services import end_access, follow_merge, move_access, rename_access, resettle_access
from app.students.services.turns import await_roll
from app.students.sheet import STUDENTS
from app.students.views import SCREENS
from app.web.language import lazy as _l

FEATURE = Feature(
    name="students",
    screens=SCREENS,
    jobs=(SHEETS,),
    listeners=(
        Listener(PlacesMoving, await_roll),
        Listener(ClassesMerged, follow_merge),
        Listener(NodesClosing, refuse_closing),
        Listener(SchoolChanged, resettle_access),
        Listener(StudentsMoved, move_access),
        Listener(StudentsLeft, end_access),
        Listener(AdmissionsUndone, end_access),
        Listener(StudentsCorrected, rename_access),
    ),
    sheets=(STUDENTS, RECOGNITIONS),
    menu=(
        MenuItem("Class maintenance", "ClassRecordView.list", "letters", Permission.ORG_READ, group="Master data"),
        MenuItem(
            "Student management",
            "StudentView.list",
            "students",
            Permission.STUDENT_READ,
            group="Master data",
            audience=Audience.STAFF,
        ),
    ),
    sentences={
        **IMPORTING,
        "already_in_school": _l("%(count)s of them are students already, here or elsewhere. Ask for a transfer."),
        "student_number_taken": _l("%(count)s of these student numbers are in use in this school."),
        "student_number_in_use": _l(
            "This student number is or was in use in this school. Numbers are never given twice; please choose another."
        ),
        "student_number_shape": _l("A student number has 4 to 20 letters, digits or hyphens."),
        "address_length": _l("An address has at most 200 characters on one line."),
        "secondary_status_number_format": _l("A secondary status number has at most 30 characters on one line."),
        "class_roll_number_range": _l("The number in class is from 1 to 99."),
        "entry_date_range": _l("The entry date lies before 1950 or more than a year ahead. Please correct it."),
        "graduation_before_entry": _l("The expected graduation must lie after the entry, at most 15 years ahead."),
        "class_missing": _l("Please name the class by its number."),
        "class_unknown": _l("No class of your places is called that. Type part of its number or name and choose one."),
        "class_named_twice": _l("Several classes are called that. Please choose one from the suggestions."),
        "class_number_unknown": _l("The school has no open class with this number. Please look it up in the tree."),
        "on_file_here": _l("This certificate number is on file: the student is in your list already."),
        "on_file_elsewhere": _l(
            "This certificate number is on file elsewhere. If it is the student's own, ask the present school for a"
            " transfer; if you do not know the school, ask your county administrator."
        ),
        "on_file_otherwise": _l(
            "This certificate number is on file under another name. Please compare both with the certificate; if they"
            " are right, ask your county administrator."
        ),
        "class_is_closed": _l("The class is closed meanwhile. Please readmit the student into another class instead."),
        "resume_first": _l("Who is not in school now cannot finish it. Please let the student resume first."),
        "student_has_left": _l("The student has left the school; the record is history and stays as it is."),
        "same_class": _l("%(count)s of the students are in this class already. Please choose another class."),
        "several_schools": _l("The students are of several schools. A class transfer stays inside one school."),
        "nobody_there": _l("No student in school stands there. Please choose another place."),
        "too_many_students": _l("More than %(most)s students stand there. Please choose a smaller place."),
        "nothing_ticked": _l("No student is ticked. Please tick at least one in the list."),
        "leave_date_range": _l("The day must lie between the beginning of the present state and today."),
        "reason_length": _l("Please give a reason of 2 to 200 characters."),
        "hardship_overlaps": _l(
            "The student is recognised in this category for part of this time already. Please correct or end that"
            " recognition, or choose other days."
        ),
        "evidence_number_length": _l("The number of the paper has at most 60 characters on one line."),
        "recognised_by_length": _l("The body that recognised it has at most 100 characters on one line."),
        "hardship_revoked": _l("This recognition was revoked; it is history and stays as it is."),
        "since_on_range": _l("Please give a day after 1949."),
        "period_order": _l("The end must lie after the beginning."),
        "since_on_missing": _l("Please give the day the recognition begins."),
        "shown_already": _l("This was shown already. To see it again, open the form anew and give a reason."),
        "student_registered": _l("The student has been added."),
        "is_deceased": _l("Who has died is not readmitted. If the entry was a mistake, undo the leaving."),
        "student_readmitted": _l("The student has been readmitted; this is the new record."),
        "status_changed": _l("The status has been changed."),
        "student_left": _l("The student has left the school."),
        "students_moved": _l("%(count)s students have been transferred to class %(class_number)s."),
    },
    words={**{f"student.{name}": words for name, words in VALUES.items()}, "student.field": FIELDS},
)
