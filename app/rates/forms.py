"""The shape of the forms with which rates are submitted and reviewed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired

from app.rates.rules import LONGEST_OPINION
from app.web.forms import ActForm, RecordForm, offered


class SubmitForm(RecordForm):
    """提交: nothing but the version that was looked at."""


class ReviewForm(ActForm):
    """审核: approve or return, with an opinion."""

    event = RadioField(
        _l("Decision"),
        choices=offered([("approve", _l("Approve")), ("return", _l("Return"))]),
        validators=[DataRequired()],
    )
    opinion = TextAreaField(
        _l("Opinion"),
        description=_l("Needed when a rate is returned; those below read it."),
        render_kw={"rows": 4, "maxlength": LONGEST_OPINION},
    )
