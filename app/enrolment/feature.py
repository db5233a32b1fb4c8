"""What enrolment plugs in: it hears when plans open and when the roll changes, and tells a student's enrolments."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.events import Listener
from app.core.feature import Audience, Feature, MenuItem
from app.enrolment.frozen import refuse_frozen
from app.enrolment.insured_sheet import INSURED
from app.enrolment.jobs import EXPORT
from app.enrolment.labels import CHOICES, REASONS, STATES, student_lines
from app.enrolment.moved import await_acts, follow_branch
from app.enrolment.roll import catch_up, count_no_more, follow_class, follow_person, recount_hardship
from app.enrolment.services import ask_everybody, ask_newcomers
from app.enrolment.undone import decided_since, forget_rows
from app.enrolment.views import SCREENS
from app.enrolment.views.affairs import affairs
from app.enrolment.views.agenda import agenda
from app.orgs.rules import PlacesMoved, PlacesMoving
from app.plans.rules import PlanOpened, PlanReopened
from app.students.records import ENROLMENTS
from app.students.rules import (
    AdmissionsUndone,
    HardshipChanged,
    StudentsLeft,
    StudentsMoved,
    StudentsPaused,
    StudentsPlaced,
    StudentsResumed,
)
from app.students.services.undoing import DEPENDENTS
from app.web.language import lazy as _l

ENROLMENTS.append(student_lines)
DEPENDENTS.append(decided_since)

FEATURE = Feature(
    name="enrolment",
    screens=SCREENS,
    jobs=(EXPORT,),
    exports={EXPORT.name: _l("Applications")},
    agenda=agenda,
    affairs=affairs,
    sheets=(INSURED,),
    menu=(
        MenuItem(
            "Insurance application",
            "FamilyApplicationView.list",
            "card",
            Permission.ENROLMENT_APPLY,
            audience=Audience.FAMILIES,
        ),
        MenuItem(
            "Enrolment applications", "ApplicationView.list", "edit", Permission.ENROLMENT_REVIEW, group="Enrolment"
        ),
    ),
    listeners=(
        Listener(PlanOpened, ask_everybody),
        Listener(PlanReopened, catch_up),
        Listener(PlacesMoving, await_acts),
        Listener(PlacesMoved, follow_branch),
        Listener(StudentsPlaced, follow_person),
        Listener(StudentsMoved, refuse_frozen),
        Listener(StudentsMoved, follow_class),
        Listener(StudentsLeft, refuse_frozen),
        Listener(StudentsLeft, count_no_more),
        Listener(StudentsPaused, refuse_frozen),
        Listener(StudentsPaused, count_no_more),
        Listener(StudentsResumed, refuse_frozen),
        Listener(StudentsResumed, ask_newcomers),
        Listener(HardshipChanged, recount_hardship),
        Listener(AdmissionsUndone, forget_rows),
    ),
    sentences={
        "plan_not_open": _l(
            "The plan has been closed, so nothing in it can be changed now. Ask whoever made the plan if it should be"
            " opened again."
        ),
        "window_not_yet": _l("Applications are not taken yet. They begin at %(since)s."),
        "window_over": _l("Applications are no longer taken: the time ended at %(until)s. Ask your counsellor."),
        "review_over": _l("Applications are no longer reviewed: the time ended at %(until)s."),
        "own_application": _l(
            "This is an application of your own, or one you filed yourself. Somebody else has to decide about it."
        ),
        "counted_no_more": _l("The student has left, so this application is history and stays as it is."),
        "moved_meanwhile": _l("The student changed class at this moment. Please look at the page again."),
        "profile_incomplete": _l("Please complete the basic record first; then the application can be submitted."),
        "export_begun": _l("The workbook is being made. You may leave this page."),
        "count_changed": _l(
            "%(now)s applications match now, not %(shown)s as on your page. Nothing was changed. Please look at the"
            " list and decide again."
        ),
        "status_frozen": _l(
            "The plan %(plan)s is open and has frozen the roll: students it asks are not transferred and their status"
            " does not change until it is closed. If it cannot wait, ask whoever made the plan to lift the freeze."
        ),
        "coverage_missing": _l("Please choose the months of cover, or that you do not enrol."),
        "waiver_reason_missing": _l("Who does not enrol gives a reason. Please choose one."),
        "waiver_text_length": _l("Please say the other reason in 2 to 200 characters."),
        "declaration_missing": _l("Who does not enrol ticks the declaration. Please read it and tick it."),
        "proof_missing": _l(
            "This plan asks for a file here: what shows that you are insured elsewhere, or the signed declaration."
        ),
        "application_saved": _l("The draft is kept. It is not submitted yet."),
        "application_submitted": _l("The application has been submitted. Your school looks at it next."),
        "application_withdrawn": _l("The application has been withdrawn. It is a draft now."),
        "application_approved": _l("The application has been approved."),
        "application_rejected": _l("The application has been rejected; the applicant sees your opinion."),
        "enrolment_corrected": _l("The enrolment has been corrected."),
        "insurance_stopped": _l("The insurance has been stopped."),
        "insurance_resumed": _l("The insurance goes on."),
        "batch_done": _l("Applications dealt with: %(done)s. Left as they are: %(refused)s."),
        "why_wrong_state": _l("Not awaiting review, or decided meanwhile"),
        "why_not_insured": _l("Not insured, so there is nothing to stop"),
        "why_not_stopped": _l("Not stopped, so there is nothing to resume"),
        "why_unit_submitted": _l("Its unit has submitted the enrolment rate"),
        "why_own_application": _l("Your own application, or one you filed yourself"),
        "why_counted_no_more": _l("The student has left"),
        "why_moved_meanwhile": _l("The student changed class at this moment"),
        "why_not_found": _l("Not within what you may decide"),
        "insured_who": _l("Neither certificate number nor student number. Please fill in one of them."),
        "insured_not_here": _l(
            "Nobody with this number is on the roll of the school, among those you enter decisions for. Please check"
            " the number, or take the row out."
        ),
        "insured_not_asked": _l(
            "The student is on the roll, but not asked by this plan: another stage of education, or not in school now."
            " Please take the row out."
        ),
        "insured_elsewhere": _l(
            "The student is insured in another plan of this product and year already. Please take the row out."
        ),
        "insured_name_differs": _l(
            "On the roll this number belongs to %(name)s. Please check name and number against the certificate."
        ),
        "insured_status_missing": _l("Please fill in whether the student is insured."),
        "insured_status_word": _l(
            "%(text)s is not known. Please write 已参保, 未参保, 已在原校参保, 已在户籍地参保 or 不参保."
        ),
        "insured_reason_missing": _l("Who does not enrol gives a reason. Please fill it in."),
        "insured_day_ahead": _l("This day is still to come. Please check it."),
        "insured_coverage": _l(
            "The plan has no months called %(text)s. Please correct it, or say on the import's page which are meant."
        ),
        "insured_coverage_first": _l("The list does not name the months; %(label)s were taken."),
        "insured_amount": _l(
            "The list says %(amount)s yuan, the plan asks %(expected)s yuan. Please check which is right."
        ),
        "insured_submitted": _l("An application of the student awaits review. Please review it first."),
        "insured_stopped": _l(
            "The insurance of the student has been stopped here. If it should go on, resume it on the application's"
            " page."
        ),
        "insured_stop_by_hand": _l(
            "The list says that the insurance has ended. Please have it stopped by somebody who may stop insurances."
        ),
        "insured_never": _l(
            "The list says that the insurance has ended, but the student does not enrol here. Please check the row, or"
            " correct the application on its page."
        ),
        "insured_undeclared": _l(
            "The list does not say that the signed declaration not to enrol is there. Please collect it."
        ),
        "paper_missing": _l(
            "Who does not enrol signs a declaration. Tick this when you have it, or let the family apply themselves."
        ),
        "insured_not_there": _l(
            "Insured here, but not according to the list. Please look into it and correct the application on its page."
        ),
        "insured_plan_elsewhere": _l("This plan is not for the school chosen. Please choose another plan or school."),
        "undo_plan_closed": _l("The plan has been closed since"),
        "undo_unit_submitted": _l("Its unit has submitted the enrolment rate since"),
        "undo_decided_since": _l("Has been decided anew since"),
        "import_insured_place": _l("School"),
        "import_insured_target": _l("Insurance plan"),
        "import_insured_new": _l("%(count)s students are entered and approved as the list says."),
        "import_insured_changed": _l("%(count)s decisions are corrected as the list says."),
        "import_insured_undo": _l(
            "%(new)s students are undecided again as before, and %(changed)s get their former decision back."
        ),
        "import_insured_explain": _l("Say which months of the plan are meant. It is remembered for this school."),
        "opinion_length": _l("Please give an opinion of 2 to 200 characters. A rejection needs one."),
    },
    words={"enrolment.state": STATES, "choice": CHOICES, "waiver_reason": REASONS},
)
