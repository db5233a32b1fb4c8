"""What plans plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.events import Listener
from app.core.feature import Feature, MenuItem
from app.orgs.rules import NodesPlanted, PlacesMoved
from app.plans.jobs import OPEN
from app.plans.labels import PLAN_STATES, PRODUCTS, REOPENINGS, WAIVER_PROOFS
from app.plans.services.following import report_anew, report_there
from app.plans.views import PlanRecordView, PlanView
from app.plans.views.agenda import agenda
from app.web.language import lazy as _l

FEATURE = Feature(
    name="plans",
    screens=(PlanView, PlanRecordView),
    jobs=(OPEN,),
    agenda=agenda,
    listeners=(Listener(NodesPlanted, report_there), Listener(PlacesMoved, report_anew)),
    menu=(MenuItem("Insurance plans", "PlanView.list", "plan", Permission.PLAN_UPDATE, group="Enrolment"),),
    sentences={
        "plan_not_draft": _l("This plan has been opened already."),
        "plan_is_not_open": _l("This plan is not open."),
        "plan_not_closed": _l("This plan is not closed."),
        "plan_unfinished": _l(
            "Fill in at least one coverage option and one step of the chain before opening the plan."
        ),
        "unit_submitted": _l(
            "%(unit)s has submitted its enrolment rate, so nothing in it can be changed now. Ask the level above to"
            " return it if something is still missing."
        ),
        "plan_code_taken": _l("A plan with this code exists already, here or elsewhere."),
        "reopening_asked": _l("Somebody has asked already to open this plan again."),
        "reopening_decided": _l("This has been decided meanwhile."),
        "reopening_same_person": _l("You asked for it yourself, so somebody else has to agree."),
        "plan_name": _l("2 to 100 characters."),
        "plan_hidden": _l("It holds characters that cannot be seen. Please type it anew."),
        "plan_code": _l("Letters, digits and hyphens, at most 40."),
        "plan_audience": _l("Please tick at least one group of students."),
        "plan_window": _l("The end must come after the beginning."),
        "plan_step_begins": _l("A step cannot begin before applications do, nor before the step below it begins."),
        "plan_step_ends": _l("A step cannot end before applications do, nor before the step below it ends."),
        "plan_windows_order": _l(
            "A step of this plan begins or ends before what it looks at. Please correct the windows of the draft first."
        ),
        "plan_period": _l("The last month must not come before the first."),
        "plan_amount": _l("An amount of 0 or more."),
        "plan_options": _l("At most six coverage options."),
        "plan_option_label": _l("Please fill this in."),
        "plan_steps": _l("At most six steps."),
        "plan_same_role": _l("Who submits cannot review. Please choose another role."),
        "plan_chain_order": _l("A step must report from a higher place than the step before it."),
        "plan_reason": _l("2 to 500 characters."),
        "plan_made": _l("The draft %(name)s has been saved. Nobody is asked before it is opened."),
        "plan_opened": _l("%(name)s is open."),
        "plan_opening": _l("%(name)s is being opened. You may leave this page."),
        "plan_closed": _l("%(name)s has been closed."),
        "plan_reopening_asked": _l("Somebody else has to agree before %(name)s is open again."),
        "plan_reopening_declined": _l("%(name)s stays closed."),
    },
    words={
        "plan.state": PLAN_STATES,
        "plan.waiver_proof": WAIVER_PROOFS,
        "product": PRODUCTS,
        "plan.reopening": REOPENINGS,
    },
)
