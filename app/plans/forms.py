"""The shapes of the forms of plans. Rows of steps and options are flat fields (step1_kind); blank rows do not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    MonthField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app.orgs.labels import KINDS, STAGES
from app.plans.labels import LEAVE_CONDITIONS, PRODUCTS, WAIVER_PROOFS
from app.plans.rules import MOST_ROWS
from app.web.forms import RecordForm, offered

NEEDED = _l("Please fill this in.")
MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_YUAN = 1_000_000
ROWS = range(1, MOST_ROWS + 1)
OPTION_FIELDS = ("label", "from", "to", "personal", "fiscal")
STEP_FIELDS = ("kind", "submit_role", "review_role", "leave", "from", "to")


def in_time(_form: object, field: Field) -> None:
    """Refuse a day or month that is far from every plan: it would be kept and shown nowhere."""
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise StopValidation(str(_l("Please give a day of the years 2000 to 2100.")))


def whole_fen(_form: object, field: Field) -> None:
    """Refuse what is no number, and parts of a fen, which would be dropped without a word."""
    amount: Decimal | None = field.data
    if amount is not None and not amount.is_finite():
        field.data = None  # NaN can be compared with nothing; what was typed stays on the page
        raise StopValidation(str(_l("An amount of 0 or more.")))
    if amount is not None and abs(amount) <= MOST_YUAN and amount * 100 % 1:
        raise StopValidation(str(_l("An amount has at most two decimals, such as 380.50.")))


def _moment(label: str, validators: list[Any], description: str = "") -> DateTimeLocalField:
    """A moment, meant in China's time; read as browsers send it and as people type it."""
    return DateTimeLocalField(label, [*validators, in_time], format=MOMENT, description=description)


class ReasonForm(RecordForm):
    """An act on a plan that wants a reason."""

    reason = TextAreaField(_l("Reason"), [InputRequired(NEEDED), Length(2, 500, _l("2 to 500 characters."))])


class WindowForm(RecordForm):
    """When applications are taken, and when each step acts."""

    apply_from = _moment(_l("Applications from"), [InputRequired(NEEDED)])
    apply_to = _moment(_l("Applications until"), [InputRequired(NEEDED)], _l("From this moment on no more."))
    freeze_status_changes = BooleanField(
        _l("Freeze the roll: no transfers and changes of status while the plan is open")
    )


class PlanForm(WindowForm):
    """A plan: what it is, whom it asks, what can be chosen, who reports to whom."""

    name = StringField(
        _l("Name"),
        [InputRequired(NEEDED), Length(2, 100, _l("2 to 100 characters."))],
        description=_l("What students and schools will read, with the cover year in it"),
    )
    place = SelectField(_l("Place"), description=_l("The plan covers everything below this place"))
    code = StringField(
        _l("Code"),
        [Optional(), Length(1, 40, _l("At most 40 characters."))],
        description=_l("Left empty, one is made from the cover year and the place; it never changes"),
    )
    product = SelectField(_l("Kind of insurance"), choices=offered(PRODUCTS.items()))
    cover_year = IntegerField(
        _l("Cover year"), [InputRequired(NEEDED), NumberRange(FIRST_YEAR, LAST_YEAR, _l("A year such as 2027."))]
    )
    audience = SelectMultipleField(
        _l("Who is asked"),
        choices=offered(STAGES.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    counts_stopped = BooleanField(_l("Students whose insurance was stopped count as to be insured"))
    waiver_proof = SelectField(_l("Who does not enrol hands in"), choices=offered(WAIVER_PROOFS.items()))

    def is_blank(self, row: str, fields: tuple[str, ...]) -> bool:
        """Whether nothing was filled into a row (`step3`); a row of steps is blank when it names no kind of place."""
        first = self[f"{row}_{fields[0]}"].data
        rest = () if row.startswith("step") else fields[1:]
        return not first and all(self[f"{row}_{field}"].data in {None, ""} for field in rest)

    def rows(self, kind: str, fields: tuple[str, ...]) -> list[int]:
        """The numbers of the rows that were filled in."""
        return [number for number in ROWS if not self.is_blank(f"{kind}{number}", fields)]

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Besides each field: a row that was begun is filled in whole."""
        is_valid: bool = super().validate(extra_validators)
        for kind, fields in (("option", OPTION_FIELDS), ("step", STEP_FIELDS)):
            for number in self.rows(kind, fields):
                for field in fields:
                    one = self[f"{kind}{number}_{field}"]
                    if one.data in {None, ""} and not one.errors:
                        one.errors = [str(NEEDED)]
                        is_valid = False
        return is_valid


def _add_rows() -> None:
    """Give the plan form its rows; WTForms collects fields by their names, in the order they were made."""
    amount = [Optional(), whole_fen, NumberRange(0, MOST_YUAN, _l("An amount of 0 or more."))]
    kinds = offered([("", _l("— none —")), *KINDS.items()])
    for number in ROWS:
        fields = {
            f"option{number}_label": StringField(_l("Shown as"), [Optional(), Length(max=60)]),
            f"option{number}_from": MonthField(_l("First month"), [Optional(), in_time]),
            f"option{number}_to": MonthField(_l("Last month"), [Optional(), in_time]),
            f"option{number}_personal": DecimalField(_l("Paid by the person (yuan)"), amount, places=2),
            f"option{number}_fiscal": DecimalField(_l("Subsidy (yuan)"), amount, places=2),
            f"step{number}_kind": SelectField(_l("Who reports"), choices=kinds),
            f"step{number}_submit_role": SelectField(_l("Submitted by")),
            f"step{number}_review_role": SelectField(_l("Reviewed by")),
            f"step{number}_leave": SelectField(_l("Can be submitted when"), choices=offered(LEAVE_CONDITIONS.items())),
            f"step{number}_from": _moment(_l("From"), [Optional()]),
            f"step{number}_to": _moment(_l("Until"), [Optional()]),
        }
        for name, field in fields.items():
            setattr(PlanForm, name, field)
        setattr(WindowForm, f"step{number}_from", _moment(_l("From"), [Optional()]))
        setattr(WindowForm, f"step{number}_to", _moment(_l("Until"), [Optional()]))


_add_rows()
