"""The shared cast's accounts: each built-in role once, standing at school A; its admin at school B; one at the root.

User names are the codes of the roles; `school_admin_b` and `root_admin` (a superuser at the root) stand beside them.
Nobody has a password, because digesting sixteen takes longer than a test may: `tests.make.visits` opens sessions.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.accounts.rules import NewAccount, NewGrant
from app.accounts.services import create
from app.orgs.queries import find
from app.orgs.services import make_class_set
from tests.make.places import ROOT, UNIT, A, B, class_of
from tests.make.pupils import Pupil

CLASS = class_of(A, 1, 1)
LOW = {"college_officer": f"{A}-1", "counsellor": f"{A}-1", "class_teacher": CLASS, "class_admin": CLASS}
FAMILY = ("guardian", "student")


def hire(session: Session, pupil: Pupil) -> dict[str, int]:
    """Make the accounts; guardian and student are for `pupil`. Returns user name → account id."""
    made = {
        "root_admin": _account(session, "root_admin", ROOT, NewGrant("system_admin", node_code=ROOT)),
        "school_admin_b": _account(session, "school_admin_b", B, NewGrant("school_admin", node_code=B)),
    }
    for role in ROLES:
        made[role.code] = _post(session, role.code, pupil)
    return made


def _post(session: Session, role: str, pupil: Pupil) -> int:
    if role in FAMILY:
        own = pupil.person_id if role == "student" else None
        return _account(session, role, pupil.class_code, NewGrant(role, person_id=pupil.person_id), person_id=own)
    if role == "class_set_admin":
        school = find(session, SYSTEM, Permission.CLASS_SET_CREATE, code=A)
        set_id = make_class_set(session, SYSTEM, school=school, name="画眉系", class_codes=[CLASS, class_of(A, 2, 1)])
        return _account(session, role, A, NewGrant(role, class_set_id=set_id))
    place = UNIT if role == "unit_operator" else LOW.get(role, A)
    return _account(session, role, place, NewGrant(role, node_code=place))


def _account(session: Session, name: str, home: str, grant: NewGrant, *, person_id: int | None = None) -> int:
    new = NewAccount(name=name, home_code=home, user_name=name, grants=(grant,), person_id=person_id)
    return create(session, SYSTEM, new)
