"""What figures plug in: the statistics pages, three commands, the nightly jobs and the loop that adds differences."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.rates.cli import figures_command, people_command, reconcile_command
from app.rates.jobs import AFTER_MIDNIGHT, EACH_NIGHT, EACH_SECOND, FIGURE_DAY, RECOUNT
from app.rates.views import FigureView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="rates",
    screens=(FigureView,),
    jobs=(FIGURE_DAY, RECOUNT),
    schedules=(EACH_NIGHT, AFTER_MIDNIGHT),
    loops=(EACH_SECOND,),
    commands=(figures_command, people_command, reconcile_command),
    menu=(MenuItem("Statistics", "FigureView.figures", "figures", Permission.FIGURE_READ),),
    sentences={
        "figures_differ": _l("Figures were found that are not what a count says; the operator can put them right."),
    },
)
