"""What figures plug in: the statistics pages, two commands and the nightly job."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.rates.cli import figures_command, people_command
from app.rates.jobs import EACH_NIGHT, FIGURE_DAY
from app.rates.views import FigureView

FEATURE = Feature(
    name="rates",
    screens=(FigureView,),
    jobs=(FIGURE_DAY,),
    schedules=(EACH_NIGHT,),
    commands=(figures_command, people_command),
    menu=(MenuItem("Statistics", "FigureView.figures", "figures", Permission.FIGURE_READ),),
)
