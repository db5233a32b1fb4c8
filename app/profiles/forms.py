"""The shapes of the forms of basic records and change requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from app.evidence.forms import EvidenceForm
from app.people.labels import CERTIFICATES, ETHNIC_GROUPS, SEXES
from app.profiles.rules import LOCKED_FIELDS, Contact
from app.students.forms import STATED, DayField
from app.students.labels import FIELDS
from app.web.forms import RecordForm, offered

LONG = Length(max=200, message=_l("At most 200 characters."))


def _choice(label: Any, options: Mapping[str, Any]) -> SelectField:  # noqa: ANN401  a lazy text has no type
    first = ("", _l("Please choose"))
    return SelectField(label, choices=offered([first, *options.items()]), validate_choice=False)


class ProfileForm(RecordForm):
    """What a family keeps itself."""

    phone = StringField(FIELDS["phone"], [LONG], description=_l("Mobile, or landline with area code."))
    address = StringField(FIELDS["address"], [LONG])
    contact_name = StringField(_l("Emergency contact"), [LONG], description=_l("Whom to call in an emergency."))
    contact_phone = StringField(_l("Emergency phone"), [LONG])

    def contact(self) -> Contact:
        """Whom to call, as typed."""
        return Contact(self.contact_name.data or "", self.contact_phone.data or "")


class RequestForm(EvidenceForm):
    """Locked fields as they should be, and why; what is left as it is is not asked for."""

    name = StringField(FIELDS["name"], [LONG])
    certificate_type = _choice(FIELDS["certificate_type"], CERTIFICATES)
    number = StringField(FIELDS["number"], [LONG], description=_l("What is masked with * stays as it is."))
    sex = _choice(FIELDS["sex"], {code: SEXES[code] for code in STATED})
    birth_date = DayField(FIELDS["birth_date"], [Optional()])
    ethnicity = _choice(FIELDS["ethnicity"], ETHNIC_GROUPS)
    student_number = StringField(FIELDS["student_number"], [LONG])
    entry_date = DayField(FIELDS["entry_date"], [Optional()])
    expected_graduation_date = DayField(FIELDS["expected_graduation_date"], [Optional()])
    reason = TextAreaField(
        _l("Reason"), [LONG], description=_l("What is wrong, and what proves it. 2 to 200 characters.")
    )

    def wanted(self, now: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that differ from what the record shows now."""
        typed = {name: self[name].data for name in LOCKED_FIELDS}
        return {name: value for name, value in typed.items() if (value or None) != (now.get(name) or None)}


class DecisionForm(RecordForm):
    """An opinion about a change request."""

    opinion = TextAreaField(_l("Opinion"), [LONG], description=_l("Needed to decline: 2 to 200 characters."))
