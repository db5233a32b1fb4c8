"""The forms of imports: shape only."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.web.forms import ActForm, RecordForm

NEEDED = _l("Please choose one.")
ACCEPTED = ".xlsx,.xls,.csv"


class UploadForm(ActForm):
    """Which list, for which school, from which file."""

    kind = SelectField(_l("Kind of list"), [InputRequired(NEEDED)])
    place = SelectField(_l("School"), [InputRequired(NEEDED)])
    file = FileField(
        _l("File"),
        [FileRequired(_l("Please choose a file."))],
        description=_l(".xlsx, .xls or .csv, at most 20 MB. You can also drop the file here."),
        render_kw={"accept": ACCEPTED, "class": "drop"},
    )


class StepForm(RecordForm):
    """A step of an import: it carries the version the page was made from."""
