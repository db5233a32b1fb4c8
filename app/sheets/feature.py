"""What imports plug in: the jobs, and what is said."""

from __future__ import annotations

from app.core.feature import Feature
from app.sheets.jobs import JOBS
from app.sheets.sentences import SENTENCES

FEATURE = Feature(name="sheets", jobs=JOBS, sentences=SENTENCES)
