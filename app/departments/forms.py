"""The shapes of the forms of departments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.web.forms import RecordForm

NEEDED = _l("Please fill this in.")
NAME = Length(1, 100, _l("At most 100 characters."))


class DepartmentForm(RecordForm):
    """A department's name."""

    name = StringField(_l("Department"), [InputRequired(NEEDED), NAME])


class NewDepartmentForm(DepartmentForm):
    """A new department and where it stands."""

    node = SelectField(_l("Place"), [InputRequired(NEEDED)])
