"""The screens of figures: a package because one file would be too long to read in a sitting.

`figures` statistics and the lists behind numbers, `units` rates that are submitted and reviewed, `summary` of them as
a file, `classes` cards.
"""

from __future__ import annotations

from app.rates.views.classes import ClassCardView
from app.rates.views.figures import FigureView
from app.rates.views.summary import RateSummaryView
from app.rates.views.units import RateView

__all__ = ["ClassCardView", "FigureView", "RateSummaryView", "RateView"]
