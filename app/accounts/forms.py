"""The shapes of the forms of sign-in, first access and user administration; the services judge what is typed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from app.web.forms import ActForm, RecordForm, offered

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
        choices=offered(
            [
                ("ministry", _l("Ministry")),
                ("province", _l("Province")),
                ("city", _l("City")),
                ("county", _l("County")),
                ("school", _l("School")),
                ("unit", _l("Unit")),
            ],
        ),
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


class StudentSignInForm(FlaskForm):
    """School, student number and password."""

    school = StringField(
        _l("School"),
        [InputRequired(NEEDED), Length(max=120)],
        description=_l("Type two characters of its name or its code, then choose"),
    )
    number = StringField(_l("Student number"), [InputRequired(NEEDED), Length(max=20)])
    password = PasswordField(_l("Password"), [InputRequired(NEEDED), Length(max=256)])
    remember = BooleanField(_l("Remember my school and student number on this device"))


class CodeForm(FlaskForm):
    """An activation code as it stands on the sheet."""

    code = StringField(
        _l("Activation code"),
        [InputRequired(NEEDED), Length(max=60)],
        description=_l("Twelve letters and digits, for example ABCD-EFGH-2345; dashes and case do not matter"),
    )


class FirstPasswordForm(FlaskForm):
    """The password somebody chooses with a code in hand."""

    code = HiddenField(validators=[InputRequired(NEEDED), Length(max=60)])
    password = PasswordField(_l("New password"), [InputRequired(NEEDED), Length(max=128)])
    password_again = PasswordField(
        _l("New password again"),
        [InputRequired(NEEDED), EqualTo("password", _l("The two passwords differ. Please type them again."))],
    )


class ChangePasswordForm(FlaskForm):
    """The own password: the present one, and the new one twice."""

    present = PasswordField(_l("Present password"), [InputRequired(NEEDED), Length(max=256)])
    password = PasswordField(_l("New password"), [InputRequired(NEEDED), Length(max=128)])
    password_again = PasswordField(
        _l("New password again"),
        [InputRequired(NEEDED), EqualTo("password", _l("The two passwords differ. Please type them again."))],
    )


class RenewForm(ChangePasswordForm):
    """A longer password before going on: who signs in, by name or by school and number, and the three passwords."""

    name = HiddenField(validators=[InputRequired(NEEDED), Length(max=64)])
    school = HiddenField(validators=[Optional(), Length(max=120)])


class ProveForm(FlaskForm):
    """The own password once more, before personal numbers are shown."""

    present = PasswordField(_l("Password"), [InputRequired(NEEDED), Length(max=256)])


class OwnContactForm(RecordForm):
    """The own address and mobile number."""

    email = StringField(_l("E-mail"), [Optional(), Length(max=254)])
    mobile = StringField(_l("New mobile number"), [Optional(), Length(max=20)])
    drop_mobile = BooleanField(_l("Remove the mobile number on file"))


class UserForm(RecordForm):
    """What is edited of an account."""

    name = StringField(_l("Full name"), [InputRequired(NEEDED), Length(max=100)])
    department = SelectField(_l("Department"), validators=[Optional()])
    email = StringField(_l("E-mail"), [Optional(), Length(max=254)])
    mobile = StringField(_l("New mobile number"), [Optional(), Length(max=20)])
    drop_mobile = BooleanField(_l("Remove the mobile number on file"))
    mobile_reason = StringField(_l("May sign in with the mobile number because"), [Optional(), Length(max=200)])


class NewUserForm(ActForm):
    """A new account; `place` is a choice or, where there are too many, what the search offered."""

    name = StringField(_l("Full name"), [InputRequired(NEEDED), Length(max=100)])
    kind = SelectField(
        _l("Signs in with"),
        choices=offered(
            [("user_name", _l("User name")), ("unit_number", _l("Number of the school or unit"))],
        ),
        default="user_name",
    )
    user_name = StringField(
        _l("User name"),
        [InputRequired(NEEDED), Length(max=32)],
        description=_l(
            "A letter first, then letters, digits or underscores. A school's or unit's number has 6 or 12 digits; one"
            " of 10 digits gets 00 added. It can never be changed or used again."
        ),
    )
    place: Field = SelectField(_l("Home place"), validators=[InputRequired(NEEDED)])
    role = SelectField(_l("Role"), validators=[InputRequired(NEEDED)])
    department = SelectField(_l("Department"), validators=[Optional()])
    mobile = StringField(_l("Mobile number"), [Optional(), Length(max=20)])
    mobile_reason = StringField(
        _l("May sign in with the mobile number because"),
        [Optional(), Length(max=200)],
        description=_l("For example: showed the phone at the counter. Leave it empty, and the number is contact only"),
    )


class NewUserBySearchForm(NewUserForm):
    """A new account where there are more than 200 places: the home place is searched while typing."""

    place: Field = StringField(
        _l("Home place"),
        [InputRequired(NEEDED), Length(max=200)],
        description=_l("Type part of its name or its code, then choose"),
    )


class ReasonForm(RecordForm):
    """An act on a record that wants a reason."""

    reason = StringField(_l("Reason"), [InputRequired(NEEDED), Length(max=200)])


class SheetsForm(ActForm):
    """Activation codes for many; whom they are for is read beside it."""

    also_in_use = BooleanField(_l("Also for those who have a password: it stops working and they are signed out"))


class GrantsForm(RecordForm):
    """Which role is granted; the ticked places are read as a list beside it."""

    role = HiddenField(validators=[InputRequired(NEEDED), Length(max=60)])
