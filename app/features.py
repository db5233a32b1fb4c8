"""The list of features, in menu order: everything the system consists of."""

from __future__ import annotations

import app.accounts.models
import app.audit.models
import app.core.idempotency
import app.core.queue
import app.core.schedule
import app.enrolment.models
import app.orgs.models
import app.outbox.models
import app.people.models
import app.plans.models
import app.rates.models
import app.students.models  # noqa: F401
from app.core.feature import Feature

from app.enrolment.feature import FEATURE as ENROLMENT

FEATURES: tuple[Feature, ...] = (ENROLMENT,)
