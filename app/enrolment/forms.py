"""The shapes of the forms of applications. What may be in them is judged by the services, all at once."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.enrolment.labels import REASONS
from app.enrolment.rules import DECLARATION, LONGEST_TEXT, Proof, Wish
from app.enrolment.states import Choice
from app.evidence.forms import EvidenceForm
from app.plans.models import CoverageOption
from app.web.forms import ActForm, RecordForm, offered

LONG = Length(max=LONGEST_TEXT, message=_l("At most 200 characters."))
WAIVE = str(Choice.WAIVE)
LONGEST_NUMBER = 16


class WishFields:
    """What an application asks for: months, or 不参保 with its reason (UM-04)."""

    coverage = RadioField(_l("Months of cover"), validate_choice=False, choices=[])
    waiver_reason = SelectField(
        _l("Reason for not enrolling"),
        choices=offered([("", _l("Please choose")), *REASONS.items()]),
        validate_choice=False,
    )
    waiver_text = StringField(
        _l("Reason in words"), [LONG], description=_l("Only for “Other reason”: 2 to 200 characters.")
    )

    def offer(self, options: Iterable[CoverageOption]) -> None:
        """Offer the months of a plan, and not to enrol."""
        months = [(str(option.id), option.label) for option in options]
        self.coverage.choices = [*months, (WAIVE, _l("Do not enrol"))]

    def wish(self) -> Wish:
        """What was chosen; something that was not offered is left to the service to refuse."""
        chosen = self.coverage.data or ""
        if chosen == WAIVE:
            return Wish(Choice.WAIVE, None, self.waiver_reason.data or None, self.waiver_text.data or None)
        if not chosen:
            return Wish()
        is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < LONGEST_NUMBER
        return Wish(Choice.INSURE, int(chosen) if is_number else None)


class ApplicationForm(RecordForm, EvidenceForm, WishFields):
    """A family's own application: who does not enrol ticks the declaration and may send files."""

    declared = BooleanField(_l("I have read this declaration and make it"))

    def proof(self, files: Iterable[int]) -> Proof:
        """What is handed in beside the wish."""
        return Proof(DECLARATION if self.declared.data else None, tuple(files))


class EntryForm(ActForm, WishFields):
    """The choice entered for ticked students."""

    declared = BooleanField(_l("The declarations, signed, and the proofs the plan asks for are kept here on paper"))


class CorrectionForm(RecordForm, WishFields):
    """Another choice in place of one that was approved by mistake, and why."""

    declared = BooleanField(_l("The declaration, signed, and the proof the plan asks for are kept here on paper"))
    reason = TextAreaField(_l("Reason"), [LONG], description=_l("Kept with the record: 2 to 200 characters."))


class ReviewForm(ActForm):
    """One opinion for one or many applications; `shown` is how many matched on the page it was sent from."""

    opinion = TextAreaField(_l("Opinion"), [LONG])
    shown = HiddenField()


class OpinionForm(RecordForm):
    """An opinion about the application that is looked at."""

    opinion = TextAreaField(_l("Opinion"), [LONG], description=_l("Needed for a rejection: 2 to 200 characters."))


class ReasonForm(RecordForm):
    """Why an insurance stops or goes on."""

    reason = TextAreaField(_l("Reason"), [LONG], description=_l("Kept with the record: 2 to 200 characters."))


class ReasonForManyForm(ActForm):
    """One reason why the insurances of ticked students stop or go on."""

    reason = TextAreaField(_l("Reason"), [LONG], description=_l("Kept with every record: 2 to 200 characters."))
