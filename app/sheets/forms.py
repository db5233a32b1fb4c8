"""The forms of imports: shape only."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired, Length

from app.web.forms import ActForm, PickerField, RecordForm

NEEDED = _l("Please choose one.")
ACCEPTED = ".xlsx,.xls,.csv"


class UploadForm(ActForm):
    """About what, from which file, and for which `place`; what target and place are called the kind of list says."""

    place: SelectField | PickerField
    target = SelectField(_l("About"), [InputRequired(NEEDED)])
    file = FileField(
        _l("File"),
        [FileRequired(_l("Please choose a file."))],
        description=_l(".xlsx, .xls or .csv, at most 20 MB. You can also drop the file here."),
        render_kw={"accept": ACCEPTED, "class": "drop"},
    )


class ChosenPlaceForm(UploadForm):
    """Upload for one of few places."""

    place = SelectField(_l("Place"), [InputRequired(NEEDED)])


class TypedPlaceForm(UploadForm):
    """Upload for a place that is looked for while one types."""

    place = PickerField(
        _l("Place"),
        [InputRequired(NEEDED), Length(max=60)],
        endpoint="",
        description=_l("Type a part of the name or the code, then choose"),
    )


class StepForm(RecordForm):
    """A step of an import: it carries the version the page was made from."""
