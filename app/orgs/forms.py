"""The shapes of the forms of places."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.orgs.labels import STAGES
from app.web.forms import PickerField, RecordForm, offered

NEEDED = _l("Please fill this in.")
NAME = Length(1, 100, _l("At most 100 characters."))


class NodeForm(RecordForm):
    """A place's name."""

    name = StringField(_l("Name"), [InputRequired(NEEDED), NAME])


class NewNodeForm(NodeForm):
    """A new place below another."""

    kind = SelectField(_l("Kind of place"))
    code = StringField(
        _l("Code"),
        [Optional(), Length(2, 40, _l("2 to 40 characters."))],
        description=_l(
            "The official code where there is one; left empty, one is made from the code of the place above"
        ),
    )
    class_number = StringField(
        _l("Class number"),
        [Optional(), Length(1, 20, _l("At most 20 characters."))],
        description=_l("Only for classes; it can never be changed. Left empty, one is made."),
    )
    stage = SelectField(
        _l("Stage of education"),
        choices=offered([("", _l("As the place above")), *STAGES.items()]),
        description=_l("Needed for a school or a part of it whose students plans shall ask"),
    )
    entry_year = IntegerField(
        _l("Year of entry"),
        [Optional(), NumberRange(1990, 2100, _l("A year such as 2026."))],
        description=_l("Only for grades: the year their students entered. The name of the grade follows from it."),
    )


class MoveForm(RecordForm):
    """Where a place goes, by the code of the place above."""

    target = PickerField(
        _l("New place above"),
        [InputRequired(NEEDED), Length(max=60)],
        endpoint="OrgView.options",
        description=_l("Type a part of the name or the code, then choose"),
    )


class MergeForm(RecordForm):
    """Which place another is merged into, by its code."""

    target = PickerField(
        _l("Merge into"),
        [InputRequired(NEEDED), Length(max=60)],
        endpoint="OrgView.options",
        description=_l("A place of the same kind in the same school. Type a part of the name or the code, then choose"),
    )


class CloseForm(RecordForm):
    """Why a place is closed."""

    reason = StringField(_l("Reason"), [InputRequired(NEEDED), NAME])
