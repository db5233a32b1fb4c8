"""Every write to figures: a package because one file would be too long to read in a sitting.

`folding` differences into counters, `reconciling` counters with the enrolments, `days` the figures of each day.
"""

from __future__ import annotations

from app.rates.services.days import write_figure_day
from app.rates.services.folding import fold
from app.rates.services.reconciling import reconcile

__all__ = ["fold", "reconcile", "write_figure_day"]
