"""The shapes of the forms of roles."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.access.permissions import Permission
from app.roles.rules import LAST_LEVEL, LONGEST_LABEL
from app.web.forms import ActForm, PickerField, RecordForm

NEEDED = _l("Please fill this in.")
CODES: Any = [permission.value for permission in Permission]
"""Shown in the words of the grid; the published types of WTForms know only pairs, which it takes no longer."""
LABEL = Length(1, LONGEST_LABEL, _l("At most 50 characters."))
LOOK, AGAIN, SURE = "look", "again", "sure"
"""What a sent grid asks for: the difference, the grid once more, or to be saved."""


class PermissionForm(RecordForm):
    """What a role may do, and whether the difference has been looked at."""

    permission = SelectMultipleField(
        _l("Permissions"),
        choices=CODES,
    )
    step = HiddenField(default=LOOK)

    def wanted(self) -> frozenset[Permission]:
        """The permissions ticked."""
        return frozenset(Permission(value) for value in self.permission.data or ())


class NamesForm(RecordForm):
    """The names of an own role."""

    label_zh = StringField(_l("Chinese name"), [InputRequired(NEEDED), LABEL])
    label_en = StringField(_l("English name"), [InputRequired(NEEDED), LABEL])


class CopyForm(ActForm):
    """A new role made as a copy of another."""

    label_zh = StringField(_l("Chinese name"), [InputRequired(NEEDED), LABEL])
    label_en = StringField(_l("English name"), [InputRequired(NEEDED), LABEL])
    code = StringField(
        _l("Code"),
        [InputRequired(NEEDED), Length(2, 32, _l("2 to 32 characters."))],
        description=_l("Small letters, digits and underscores, beginning with a letter; it can never be changed."),
    )
    level = IntegerField(
        _l("Level"),
        [InputRequired(_l("Please give a level from 1 to 8.")), NumberRange(1, LAST_LEVEL)],
        description=_l(
            "1 ministry, 2 province, 3 city, 4 county, 5 school, 6 college, 7 class, 8 families. "
            "Nobody acts on users or roles of a smaller number than the own."
        ),
    )


class AnswerForm(FlaskForm):
    """Which account and which place is asked about; sent by GET, so it carries nothing but these two."""

    class Meta:
        """A question changes nothing and needs no token."""

        csrf = False

    account = PickerField(
        _l("User"),
        [InputRequired(NEEDED), Length(max=100)],
        endpoint="RoleAnswerView.accounts",
        description=_l("Type a part of the name or the user name, then choose"),
    )
    node = PickerField(
        _l("Place"),
        [InputRequired(NEEDED), Length(max=60)],
        endpoint="OrgView.options",
        description=_l("Type a part of the name or the code, then choose"),
    )

    def tell(self, field: str, sentence: str) -> None:
        """Say beside a field what is wrong with it."""
        self[field].errors = [*self[field].errors, sentence]
