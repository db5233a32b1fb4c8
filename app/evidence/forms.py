"""The shape of the part of a form that names files."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField

from app.web.forms import ActForm


class EvidenceForm(ActForm):
    """A form with evidence: the ids of the ticked files; which of them may be attached, the service judges."""

    evidence = SelectMultipleField(_l("Evidence"), choices=[], validate_choice=False)
