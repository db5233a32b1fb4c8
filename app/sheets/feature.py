"""What imports plug in: the jobs, and what is said."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.sheets.jobs import JOBS
from app.sheets.sentences import SENTENCES
from app.sheets.views import SCREENS
from app.web.language import lazy as _l

FEATURE = Feature(
    name="sheets",
    screens=SCREENS,
    jobs=JOBS,
    menu=(MenuItem("Imports", "ImportView.list", "add", Permission.STUDENT_IMPORT),),
    sentences=SENTENCES,
    words={"import_batch.kind": {"students": _l("Students")}},
)
