"""What figures plug in: the statistics pages, three commands, the nightly jobs and the loop that adds differences."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.rates.cli import figures_command, people_command, reconcile_command
from app.rates.jobs import AFTER_MIDNIGHT, EACH_NIGHT, EACH_SECOND, FIGURE_DAY, RECOUNT, SUMMARY
from app.rates.labels import UNIT_STATES
from app.rates.views import ClassCardView, FigureView, RateSummaryView, RateView
from app.rates.views.agenda import agenda
from app.web.language import lazy as _l

FEATURE = Feature(
    name="rates",
    screens=(RateView, RateSummaryView, FigureView, ClassCardView),
    jobs=(FIGURE_DAY, RECOUNT, SUMMARY),
    exports={SUMMARY.name: _l("Summary of enrolment rates")},
    schedules=(EACH_NIGHT, AFTER_MIDNIGHT),
    loops=(EACH_SECOND,),
    agenda=agenda,
    commands=(figures_command, people_command, reconcile_command),
    menu=(
        MenuItem("Enrolment rates", "RateView.list", "review", Permission.FIGURE_READ, group="Enrolment"),
        MenuItem("My classes", "ClassCardView.cards", "columns", Permission.FIGURE_READ, group="Enrolment"),
        MenuItem("Statistics", "FigureView.figures", "figures", Permission.FIGURE_READ, group="Enrolment"),
    ),
    sentences={
        "figures_differ": _l("Figures were found that are not what a count says; the operator can put them right."),
        "rate_not_complete": _l(
            "%(unit)s cannot be submitted yet: %(unregistered)s not registered, %(pending)s awaiting review. Click the"
            " number to see who is missing."
        ),
        "rate_children_missing": _l(
            "This rate cannot be submitted yet: %(count)s units below are not approved (%(names)s). Review them first."
        ),
        "rate_of_nothing": _l("Nobody is to be insured here, so there is nothing to submit."),
        "rate_outside_window": _l("The plan is closed, or the time for this step has not begun or is over."),
        "own_submission": _l("You submitted this rate yourself: somebody else has to review it."),
        "above_submitted": _l("The level above has submitted already. Its rate has to be returned first."),
        "opinion_missing": _l("Write why it is returned, so that those below know what to do."),
        "opinion_long": _l("At most 500 characters."),
        "day_to_come": _l("This day has not come yet."),
        "rate_submitted": _l("%(unit)s has been submitted. Nothing in it can be decided until it is returned."),
        "rates_approved": _l("%(count)s rates have been approved."),
        "rates_returned": _l("%(count)s rates have been returned."),
        "rates_not_reviewed": _l("%(count)s rates were left as they are: %(reasons)s"),
    },
    words={"submission.state": UNIT_STATES, "reporting_unit.state": UNIT_STATES},
)
