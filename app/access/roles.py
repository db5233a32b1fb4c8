"""The built-in roles and what each may do at its place: the seed of the role tables, stated once.

`MATRIX` is read as a table: a line per permission, a letter per role. The letters say how a role holds a permission;
the database stores only held or not. `docs/roles.md` is this table, printed; a test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.access.permissions import Permission as P  # noqa: N817  one letter keeps the table readable


class Hold(StrEnum):
    """How a role holds a permission; the letter of its cell in the matrix."""

    YES = "y"
    """In the whole subtree of the grant."""
    OWN = "o"
    """Only the own person, class or unit: follows from where the grant stands."""
    STEP = "s"
    """Only where the plan's chain names the role for that step: judged by the plan."""
    REASON = "r"
    """With a reason, which is audited: belongs to the permission, see `REASONED`."""
    SWITCH = "w"
    """Off until a system parameter of the province turns it on, see `Role.switched`."""
    REQUEST = "q"
    """Not held: the role asks for it through `change_request:create`."""
    NO = "."
    """Not held."""

    @property
    def is_held(self) -> bool:
        """Whether the database stores the permission for the role."""
        return self not in {Hold.NO, Hold.REQUEST}


@dataclass(frozen=True)
class Role:
    """A built-in role: what a post is called, how high it stands (0 is highest) and what it starts with."""

    code: str
    label_en: str
    label_zh: str
    level: int
    permissions: frozenset[P]
    """What the database stores for the role, the switched ones included."""
    switched: frozenset[P]
    """Those of `permissions` that count only while the province's parameter is on (it is off at first)."""


REASONED: frozenset[P] = frozenset({P.PERSON_UNMASK})
"""Permissions used only with a reason, which goes into the audit; on their own rows families need none."""

# code, English, Chinese, level; the order of the letters of each line of MATRIX
POSTS: tuple[tuple[str, str, str, int], ...] = (
    ("ministry_admin", "Ministry administrator", "部级管理员", 1),
    ("province_admin", "Provincial administrator", "省级管理员", 2),
    ("city_admin", "City administrator", "市级管理员", 3),
    ("county_admin", "County administrator", "县级管理员", 4),
    ("bureau_clerk", "Service hall clerk", "经办大厅工作人员", 4),
    ("school_admin", "School administrator", "学校管理员", 5),
    ("student_affairs", "Student affairs office", "学工部", 5),
    ("college_officer", "College reviewer", "学院审核员", 6),
    ("class_set_admin", "Class set administrator", "系管理员", 6),
    ("counsellor", "Counsellor", "辅导员", 7),
    ("class_teacher", "Homeroom teacher", "班主任", 7),
    ("class_admin", "Class administrator", "班级管理员", 7),
    ("unit_operator", "Unit operator", "单位经办人", 5),
    ("guardian", "Guardian", "家长", 8),
    ("student", "Student", "学生", 8),
)

# ministry province city county | bureau | school affairs college class_set |
# counsellor class_teacher class_admin | unit | guardian student
MATRIX: Mapping[P, str] = {
    P.ACCOUNT_CREATE: "yyyy y y... ... . ..",
    P.ACCOUNT_DEREGISTER: "yyyy y y... ... . ..",
    P.ACCOUNT_DISABLE: "yyyy y y... ... . ..",
    P.ACCOUNT_GRANT: "yyyy y y... ... . ..",
    P.ACCOUNT_HELP_GUARDIAN: ".... . y... .oo . ..",
    P.ACCOUNT_READ: "yyyy y y... ... . ..",
    P.ACCOUNT_RESET: "yyyy y y... ... . ..",
    P.ACCOUNT_UPDATE: "yyyy y y... ... . ..",
    P.AUDIT_READ: ".yyy . y... ... . ..",
    P.CERTIFICATE_ISSUE: ".... y .... ... o ..",
    P.CERTIFICATE_REVOKE: ".... y y... ... . ..",
    P.CHAIN_UPDATE: ".... . .... ... . ..",
    P.CHANGE_READ: "...y y yyyy yoo o oo",
    P.CHANGE_REQUEST_CREATE: ".... . yy.y yoy . oo",
    P.CHANGE_REQUEST_REVIEW: "...s . yy.. yo. . ..",
    P.CLASS_RENAME: ".... . y..y ..o . ..",
    P.CLASS_SET_CLOSE: ".yyy y y... ... . ..",
    P.CLASS_SET_CREATE: ".yyy y y... ... . ..",
    P.CLASS_SET_READ: ".yyy y y... ... . ..",
    P.CLASS_SET_UPDATE: ".yyy y y... ... . ..",
    P.CODE_EXPORT: ".... . y... ... . ..",
    P.CODE_ISSUE: ".... . y... ... . ..",
    P.CODE_REDEEM: "yyyy y yyyy yyy y yy",
    P.DELEGATION_CREATE: "yyyy y yyyy yyy y ..",
    P.DEPARTMENT_CLOSE: ".yyy y y... ... . ..",
    P.DEPARTMENT_CREATE: ".yyy y y... ... . ..",
    P.DEPARTMENT_READ: ".yyy y y... ... . ..",
    P.DEPARTMENT_UPDATE: ".yyy y y... ... . ..",
    P.DICTIONARY_UPDATE: ".... . .... ... . ..",
    P.ENROLMENT_APPLY: ".... . .... ... . oo",
    P.ENROLMENT_ENTER: ".... . yy.y y.o . ..",
    P.ENROLMENT_EXPORT: "...y y yyyy y.o . ..",
    P.ENROLMENT_NEW: ".... y y..y ..o . ..",
    P.ENROLMENT_READ: "...y . yyyy yoo . oo",
    P.ENROLMENT_RENEW: ".... y y..y ..o . ..",
    P.ENROLMENT_REVIEW: "...s s ssss sss . ..",
    P.ENROLMENT_STOP: ".... y y..y ..o . ..",
    P.FIELD_UPDATE: ".... . .... ... . ..",
    P.FIGURE_NAMES: ".wwy y yyyy yoo o ..",
    P.FIGURE_READ: "yyyy y yyyy yoo o ..",
    P.FORM_ACCEPT: ".... . y... .oo . ..",
    P.FORM_UPLOAD: ".... . y... .oo . o.",
    P.HELP_UPDATE: "yyyy y yyy. ... . ..",
    P.JOB_CANCEL: "oooo o oooo ooo o oo",
    P.JOB_READ: "oooo o oooo ooo o oo",
    P.NOTICE_PUBLISH: "yyyy y yyy. ... . ..",
    P.OPERATOR_CHANGE: ".... y .... ... . ..",
    P.OPERATOR_ENTER: ".... y .... ... . ..",
    P.ORG_CLOSE: "yyyy . y... ... . ..",
    P.ORG_CREATE: "yyyy . y... ... . ..",
    P.ORG_IMPORT: "yyyy . y... ... . ..",
    P.ORG_MOVE: "yyyy . y... ... . ..",
    P.ORG_READ: "yyyy y yyyy yyy o ..",
    P.ORG_UPDATE: "yyyy . y... ... . ..",
    P.PARAMETER_UPDATE: ".... . .... ... . ..",
    P.PAYMENT_IMPORT: ".... y y... ... . ..",
    P.PAYMENT_READ: "...y y yy.y ..o o oo",
    P.PAYMENT_RECORD: ".... y y... ... . ..",
    P.PAYMENT_REFUND: ".... y y... ... . ..",
    P.PENSION_APPLY: ".... . .... ... o ..",
    P.PENSION_REVIEW: ".... y .... ... . ..",
    P.PERSON_UNMASK: "...r r rrr. r.r r oo",
    P.PLAN_CLOSE: ".y.y . yy.. ... . ..",
    P.PLAN_CREATE: ".y.y . yy.. ... . ..",
    P.PLAN_OPEN: ".y.y . yy.. ... . ..",
    P.PLAN_READ: "yyyy y yyyy yyy . oo",
    P.PLAN_UPDATE: ".y.y . yy.. ... . ..",
    P.POLICY_IMPORT: ".... y yy.. ... . ..",
    P.POLICY_READ: "...y y yyyy yoo . oo",
    P.PROGRESS_READ: "yyyy . y... .oo . o.",
    P.QUALITY_FIX: ".... . yy.. ..o . ..",
    P.QUALITY_READ: "yyyy . yyyy yoo . ..",
    P.REGISTRATION_CODE_PRINT: ".... . y... .oo . ..",
    P.REGISTRATION_CODE_RESET: ".... . y... .oo . ..",
    P.REMINDER_SEND: "yyyy y yyyy yoo . ..",
    P.REPORT_DEFINE: ".y.y . yy.. ... . ..",
    P.REPORT_RUN: "yyyy y yyyy yoo o ..",
    P.REPORT_SCHEDULE: "yyyy y yyyy y.. . ..",
    P.ROLE_READ: "yyyy y y... ... . ..",
    P.ROLE_UPDATE: ".... . .... ... . ..",
    P.ROLLOVER_RUN: ".... . yy.. ... . ..",
    P.ROLLOVER_SIGN_OFF: ".... . yyyy yoo . ..",
    P.ROSTER_READ: ".... y .... ... o ..",
    P.SAVED_VIEW_SHARE: ".yyy y yyy. ... . ..",
    P.STAFF_APPLY: ".... . .... ... o ..",
    P.STAFF_REVIEW: ".... y .... ... . ..",
    P.STUDENT_CLOSE: ".... . yy.y qqy . qq",
    P.STUDENT_CREATE: ".... . yy.y qqy . qq",
    P.STUDENT_EXPORT: "...y . yyyy y.y . ..",
    P.STUDENT_IMPORT: ".... . yy.y qqy . qq",
    P.STUDENT_MOVE: ".... . yy.y qqy . qq",
    P.STUDENT_READ: "...y . yyyy yoo . oo",
    P.STUDENT_UPDATE: ".... . yy.y qqy . qq",
    P.SUBMISSION_REVIEW: "ssss s ssss ... . ..",
    P.SUBMISSION_SUBMIT: ".sss . ssss sss . ..",
    P.SYSTEM_OPERATE: ".... . .... ... . ..",
    P.UNIT_READ: ".yyy y .... ... o ..",
    P.UNIT_UPDATE: ".... y .... ... . ..",
}


def hold(permission: P, role_code: str) -> Hold:
    """Look up one cell of the matrix; raise `ValueError` for a role that is no post in it."""
    if role_code == "system_admin":
        return Hold.YES
    column = [code for code, *_ in POSTS].index(role_code)
    return Hold(MATRIX[permission].replace(" ", "")[column])


def _role(code: str, label_en: str, label_zh: str, level: int) -> Role:
    cells = {permission: hold(permission, code) for permission in P}
    return Role(
        code,
        label_en,
        label_zh,
        level,
        permissions=frozenset(p for p, cell in cells.items() if cell.is_held),
        switched=frozenset(p for p, cell in cells.items() if cell is Hold.SWITCH),
    )


ROLES: tuple[Role, ...] = (
    _role("system_admin", "System administrator", "超级管理员", 0),
    *(_role(*post) for post in POSTS),
)
"""Every built-in role; `system_admin` holds all there is."""

ROLE_BY_CODE: Mapping[str, Role] = {role.code: role for role in ROLES}
