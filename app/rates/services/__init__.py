"""Every write to figures: a package because one file would be too long to read in a sitting.

`folding` differences into counters, `reconciling` counters with the enrolments, `days` the figures of each day,
`submitting` a unit's rate, `reviewing` what was submitted, `exporting` that figures were taken away.
"""

from __future__ import annotations

from app.rates.services.days import write_figure_day
from app.rates.services.exporting import note_export
from app.rates.services.folding import fold
from app.rates.services.reconciling import reconcile
from app.rates.services.reviewing import review, review_one
from app.rates.services.submitting import submit

__all__ = ["fold", "note_export", "reconcile", "review", "review_one", "submit", "write_figure_day"]
