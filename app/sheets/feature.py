"""What imports plug in: the jobs, and what is said."""

from __future__ import annotations

from app.core.feature import Feature, MenuItem
from app.sheets.cli import import_command
from app.sheets.jobs import EACH_NIGHT, JOBS
from app.sheets.kinds import DOORS
from app.sheets.sentences import SENTENCES
from app.sheets.views import SCREENS
from app.sheets.views.agenda import agenda
from app.web.language import lazy as _l

FEATURE = Feature(
    name="sheets",
    screens=SCREENS,
    jobs=JOBS,
    schedules=(EACH_NIGHT,),
    agenda=agenda,
    commands=(import_command,),
    menu=(MenuItem("Imports", "ImportView.list", "upload", DOORS[0], group="Master data", also=DOORS[1:]),),
    sentences=SENTENCES,
    words={
        "import_batch.kind": {
            "students": _l("Students"),
            "hardship": _l("Hardship recognitions"),
            "insured": _l("Insured list"),
            "tree": _l("Organisation tree"),
        },
    },
)
