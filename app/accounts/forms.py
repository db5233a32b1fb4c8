"""The shape of the sign-in and first-run forms; what the words mean is judged by the services."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

NEEDED = _l("Please fill this in.")


class SignInForm(FlaskForm):
    """Name and password; `remember` keeps the name (never the password) in this browser."""

    name = StringField(
        _l("User name"),
        [InputRequired(NEEDED), Length(max=64)],
        description=_l("User name, unit number or mobile number"),
    )
    password = PasswordField(_l("Password"), [InputRequired(NEEDED), Length(max=256)])
    remember = BooleanField(_l("Remember my user name on this computer"))


class FirstRunForm(FlaskForm):
    """What an empty system is told: its top place and its first administrator."""

    root_name = StringField(
        _l("Name of the place"),
        [InputRequired(NEEDED), Length(max=100)],
        description=_l("For example a province, a city or a single school"),
    )
    root_kind = SelectField(
        _l("Kind of place"),
        choices=[
            ("ministry", _l("Ministry")),
            ("province", _l("Province")),
            ("city", _l("City")),
            ("county", _l("County")),
            ("school", _l("School")),
            ("unit", _l("Unit")),
        ],
        default="province",
    )
    root_code = StringField(
        _l("Code of the place"),
        [InputRequired(NEEDED), Length(min=2, max=20)],
        description=_l("The official code, for example the division code 36 of a province or the school identifier"),
    )
    name = StringField(_l("Your name"), [InputRequired(NEEDED), Length(max=60)])
    user_name = StringField(
        _l("User name"),
        [InputRequired(NEEDED), Length(min=2, max=32)],
        description=_l("A letter first, then letters, digits or underscores"),
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(NEEDED), Length(max=128)],
        description=_l("At least 12 characters; a short sentence is easy to remember"),
    )
    password_again = PasswordField(
        _l("Password again"),
        [InputRequired(NEEDED), EqualTo("password", _l("The two passwords differ. Please type them again."))],
    )
