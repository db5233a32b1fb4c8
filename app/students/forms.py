"""The shapes of the forms of students. What may be in them is judged by the services, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.people.details import Details
from app.people.identity import TypedIdentity
from app.people.labels import (
    CERTIFICATES,
    ETHNIC_GROUPS,
    HEALTH,
    HOUSEHOLD_TYPES,
    OVERSEAS_STATUSES,
    POLITICAL_STATUSES,
    SEXES,
    country_meant,
)
from app.students.claims import DAY
from app.students.labels import BOARDING, CATEGORIES, ENTRY_MODES, LEFT_BEHIND, LEVELS, RELATIONS
from app.students.rules import LONGEST_REASON, Particulars
from app.web.forms import ActForm, PickerField, RecordForm, offered

NEEDED = _l("Please fill this in.")
CHOOSE = ("", _l("Please choose"))
NONE = ("", "—")
LONG = Length(max=200, message=_l("At most 200 characters."))
STATED = ("1", "2", "9")


class DayField(DateField):
    """A day; what cannot be read as one stays in the field, with a word on how to write it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, also as 2026/9/1 or 20260901 from who types without a calendar."""
        text = "".join(valuelist).strip().replace("/", "-").replace(".", "-")
        if text.isascii() and text.isdigit() and len(text) == 8:  # noqa: PLR2004  yyyymmdd
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        try:
            super().process_formdata([text] if text else [])
        except ValueError as error:
            raise ValueError(gettext("Please write the day as year-month-day, such as 2026-09-01.")) from error


class LastDayField(DayField):
    """The last day of a period, as papers write it; `data` is the day after, the first one it does not cover."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the last day."""
        super().process_formdata(valuelist)
        if self.data is not None:
            try:
                self.data += DAY
            except OverflowError as error:
                raise ValueError(gettext("Leave it empty for a recognition that does not end.")) from error

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return (self.data - DAY).isoformat() if self.data else ""


class WholeField(IntegerField):
    """A whole number, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        try:
            super().process_formdata(valuelist if any(valuelist) else [])
        except ValueError as error:
            raise ValueError(gettext("Please give a whole number.")) from error


def _choice(
    label: str,
    options: Mapping[str, str],
    first: tuple[str, str] = CHOOSE,
    validators: Sequence[InputRequired] = (),
) -> SelectField:
    return SelectField(label, list(validators), choices=offered([first, *options.items()]), validate_choice=False)


def _reason() -> TextAreaField:
    return TextAreaField(
        _l("Reason"), [InputRequired(NEEDED), Length(max=LONGEST_REASON, message=_l("At most 200 characters."))]
    )


class StudentForm(RecordForm):
    """A student: person, particulars."""

    certificate_type = SelectField(
        _l("Certificate type"), choices=offered(CERTIFICATES.items()), validate_choice=False, default="resident_id"
    )
    number = StringField(_l("Certificate number"), [LONG])
    name = StringField(_l("Full name"), [InputRequired(NEEDED), LONG])
    sex = _choice(_l("Sex"), {code: SEXES[code] for code in STATED})
    birth_date = DayField(_l("Birth date"), [Optional()])
    ethnicity = _choice(_l("Ethnic group"), ETHNIC_GROUPS)
    country = PickerField(
        _l("Issuing country or region"),
        [LONG],
        endpoint="StudentRecordView.countries",
        description=_l("As it stands in the passport. Type part of the name and choose."),
    )
    status_number = StringField(
        _l("Status number"),
        [LONG],
        description=_l("G and the ID number; J or L and 18 characters where there is no ID number."),
    )
    secondary_status_number = StringField(_l("Secondary status number"), [LONG], description=_l("Of the province."))
    entry_mode = _choice(_l("Way of entry"), ENTRY_MODES)
    overseas_status = _choice(_l("Hong Kong, Macao, Taiwan or overseas status"), OVERSEAS_STATUSES)
    household_type = _choice(_l("Type of household"), HOUSEHOLD_TYPES)
    household_place = StringField(_l("Place of household registration"), [LONG])
    nationality = PickerField(
        _l("Nationality or region"),
        [LONG],
        endpoint="StudentRecordView.countries",
        description=_l("Type part of the name and choose."),
    )
    political_status = _choice(_l("Political status"), POLITICAL_STATUSES)
    health = _choice(_l("Health"), HEALTH)
    left_behind = _choice(_l("Left-behind child"), LEFT_BEHIND)
    social_card_number = StringField(
        _l("Social security card number"), [LONG], description=_l("As printed on the card, at most 20 characters.")
    )
    student_number = StringField(
        _l("Student number"), [InputRequired(NEEDED), LONG], description=_l("4 to 20 letters, digits or hyphens.")
    )
    class_roll_number = WholeField(_l("Number in class"), [Optional()], description=_l("1 to 99."))
    entry_date = DayField(_l("Entry date"), [Optional()])
    expected_graduation_date = DayField(_l("Expected graduation"), [Optional()])
    boarding = _choice(_l("Boarding"), BOARDING)
    phone = StringField(_l("Phone"), [LONG], description=_l("Mobile, or landline with area code."))
    address = StringField(_l("Address"), [LONG])

    def identity(self) -> TypedIdentity:
        """What was typed about the person."""
        return TypedIdentity(
            self.name.data or "",
            self.certificate_type.data or "",
            self.number.data or "",
            self.sex.data or "",
            self.birth_date.data,
            self.ethnicity.data or "",
            country_meant(self.country.data or ""),
        )

    def particulars(self) -> Particulars:
        """What was typed about the time at the school."""
        return Particulars(
            self.student_number.data or "",
            self.entry_date.data,
            self.expected_graduation_date.data,
            self.phone.data or None,
            self.address.data or None,
            self.boarding.data or None,
            self.class_roll_number.data,
            self.secondary_status_number.data or None,
            self.entry_mode.data or None,
            self.left_behind.data or None,
        )

    def details(self) -> Details:
        """What was typed about the person beside the identity."""
        return Details(
            self.status_number.data or None,
            self.social_card_number.data or None,
            self.overseas_status.data or None,
            self.household_type.data or None,
            self.political_status.data or None,
            self.health.data or None,
            country_meant(self.nationality.data or "") or None,
            self.household_place.data or None,
        )


class NewStudentForm(StudentForm):
    """A student to be admitted: also the class, and perhaps a recognition of hardship."""

    class_text = PickerField(
        _l("Class"),
        [InputRequired(NEEDED), LONG],
        endpoint="StudentView.classes",
        description=_l("Type the class number or part of the name and choose."),
    )
    category = _choice(_l("Hardship category"), CATEGORIES, NONE)
    level = _choice(_l("Hardship level"), LEVELS, NONE)
    since_on = DayField(_l("From"), [Optional()])
    until_on = LastDayField(_l("Last day"), [Optional()], description=_l("This day is covered too; empty: no end."))


class ReadmissionForm(ActForm):
    """Where somebody who left comes again, and the particulars of the new record."""

    class_text = PickerField(
        _l("Class"),
        [InputRequired(NEEDED), LONG],
        endpoint="StudentView.classes",
        description=_l("Type the class number or part of the name and choose."),
    )
    student_number = StringField(
        _l("Student number"), [InputRequired(NEEDED), LONG], description=_l("4 to 20 letters, digits or hyphens.")
    )
    class_roll_number = WholeField(_l("Number in class"), [Optional()], description=_l("1 to 99."))
    entry_date = DayField(_l("Entry date"), [Optional()])
    expected_graduation_date = DayField(_l("Expected graduation"), [Optional()])
    entry_mode = _choice(_l("Way of entry"), ENTRY_MODES)
    boarding = _choice(_l("Boarding"), BOARDING)

    def particulars(self) -> Particulars:
        """What was typed about the time at the school."""
        return Particulars(
            self.student_number.data or "",
            self.entry_date.data,
            self.expected_graduation_date.data,
            boarding=self.boarding.data or None,
            class_roll_number=self.class_roll_number.data,
            entry_mode=self.entry_mode.data or None,
        )


class TransferForm(ActForm):
    """The target class of students."""

    class_number = PickerField(
        _l("Target class number"),
        [InputRequired(NEEDED), LONG],
        endpoint="StudentView.classes",
        description=_l("A class of the same school. Type its number, or part of its name and choose."),
    )


class LeaveForm(RecordForm):
    """How, when and why a student leaves."""

    state = _choice(_l("How"), {}, validators=[InputRequired(NEEDED)])
    on = DayField(_l("Left on"), [InputRequired(NEEDED)])
    reason = _reason()

    def offer(self, options: Mapping[str, str]) -> None:
        """Offer the ways of leaving that are possible from the present state."""
        self.state.choices = offered([CHOOSE, *options.items()])


class StatusForm(RecordForm):
    """Since when and why the status changes."""

    on = DayField(_l("Since"), [InputRequired(NEEDED)])
    reason = _reason()


class AccessForm(ActForm):
    """For whom activation sheets are wanted."""

    place = PickerField(
        _l("Class, grade or school"),
        [InputRequired(NEEDED), Length(max=200)],
        endpoint="OrgView.options",
        description=_l("Type a part of the name or the code, then choose"),
    )
    whom = SelectField(_l("For whom"), choices=offered([("students", _l("Students")), ("guardians", _l("Guardians"))]))
    also_in_use = BooleanField(_l("Also for those who have a password: it stops working and they are signed out"))


class GuardianForm(RecordForm):
    """A guardian."""

    name = StringField(_l("Full name"), [InputRequired(NEEDED), LONG])
    relation = _choice(_l("Relation"), RELATIONS, validators=[InputRequired(NEEDED)])
    phone = StringField(_l("Phone"), [LONG])
    certificate_type = _choice(_l("Certificate type"), CERTIFICATES, NONE)
    number = StringField(
        _l("Certificate number"), [LONG], description=_l("Needed where the student has no certificate number.")
    )


class HardshipForm(ActForm):
    """A recognition of hardship."""

    category = _choice(_l("Hardship category"), CATEGORIES, validators=[InputRequired(NEEDED)])
    level = _choice(_l("Hardship level"), LEVELS, validators=[InputRequired(NEEDED)])
    since_on = DayField(_l("From"), [InputRequired(NEEDED)])
    until_on = LastDayField(_l("Last day"), [Optional()], description=_l("This day is covered too; empty: no end."))
    evidence_number = StringField(_l("Evidence number"), [LONG], description=_l("Of the certificate or notice."))
    recognised_by = StringField(_l("Recognised by"), [LONG], description=_l("Such as the civil affairs bureau."))


class HardshipCorrectionForm(RecordForm):
    """A recognition of hardship put right, and why."""

    category = _choice(_l("Hardship category"), CATEGORIES, validators=[InputRequired(NEEDED)])
    level = _choice(_l("Hardship level"), LEVELS, validators=[InputRequired(NEEDED)])
    since_on = DayField(_l("From"), [InputRequired(NEEDED)])
    until_on = LastDayField(_l("Last day"), [Optional()], description=_l("This day is covered too; empty: no end."))
    evidence_number = StringField(_l("Evidence number"), [LONG], description=_l("Of the certificate or notice."))
    recognised_by = StringField(_l("Recognised by"), [LONG], description=_l("Such as the civil affairs bureau."))
    reason = _reason()


class ReasonForm(RecordForm):
    """Why something is taken back."""

    reason = _reason()


class HardshipEndForm(RecordForm):
    """The day a recognition ends."""

    until_on = LastDayField(_l("Last day"), [InputRequired(NEEDED)], description=_l("This day is covered too."))


class UnmaskForm(ActForm):
    """Which secret, and why."""

    field = HiddenField()
    guardian = HiddenField()
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(NEEDED), LONG],
        description=_l("It is kept in the audit with your name and the time."),
    )
