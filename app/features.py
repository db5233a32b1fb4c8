"""The list of features, in menu order: everything the system consists of.

Importing it makes every table known, so migrations and commands that need the whole schema import this; and who
listens to which event, so that what a job or a command writes is told as if a person had written it on a screen.
"""

from __future__ import annotations

import app.changes.models
import app.codes.models
import app.core.idempotency
import app.core.queue
import app.core.schedule
import app.core.stored
import app.lists.models
import app.outbox.models  # noqa: F401
from app.accounts.feature import FEATURE as ACCOUNTS
from app.audit.feature import FEATURE as AUDIT
from app.codes.feature import FEATURE as CODES
from app.core.events import connect as connect_listeners
from app.core.feature import Feature, each_once
from app.departments.feature import FEATURE as DEPARTMENTS
from app.enrolment.feature import FEATURE as ENROLMENT
from app.evidence.feature import FEATURE as EVIDENCE
from app.home.feature import FEATURE as HOME
from app.lists.feature import FEATURE as LISTS
from app.orgs.feature import FEATURE as ORGS
from app.people.feature import FEATURE as PEOPLE
from app.plans.feature import FEATURE as PLANS
from app.profiles.feature import FEATURE as PROFILES
from app.rates.feature import FEATURE as RATES
from app.records.feature import FEATURE as RECORDS
from app.roles.feature import FEATURE as ROLES
from app.sheets.feature import FEATURE as SHEETS
from app.sheets.kinds import connect as connect_kinds
from app.sheets.saying import learn
from app.students.feature import FEATURE as STUDENTS

FEATURES: tuple[Feature, ...] = (
    HOME,
    ORGS,
    DEPARTMENTS,
    STUDENTS,
    SHEETS,
    RATES,
    PEOPLE,
    PLANS,
    ENROLMENT,
    PROFILES,
    ACCOUNTS,
    ROLES,
    CODES,
    EVIDENCE,
    LISTS,
    RECORDS,
    AUDIT,
)

SENTENCES = each_once(said for feature in FEATURES for said in feature.sentences.items())
"""The sentence of every code of every feature."""

connect_listeners(listener for feature in FEATURES for listener in feature.listeners)
connect_kinds(kind for feature in FEATURES for kind in feature.sheets)
learn(SENTENCES)
