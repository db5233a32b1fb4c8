"""The words of students' states, fields and changes, in both languages. An extra file: every screen needs them."""

from __future__ import annotations

from app.people.labels import (
    CERTIFICATES,
    ETHNIC_GROUPS,
    HEALTH,
    HOUSEHOLD_TYPES,
    OVERSEAS_STATUSES,
    POLITICAL_STATUSES,
    SEXES,
    country_name,
)
from app.students.workflow import StudentEvent
from app.web.language import lazy as _l

STATES = {
    "in_school": _l("In school"),
    "on_leave": _l("On study leave"),
    "graduated": _l("Graduated"),
    "completed": _l("Completed"),
    "incomplete": _l("Left incomplete"),
    "transferred_out": _l("Transferred out"),
    "withdrawn": _l("Withdrawn"),
    "expelled": _l("Expelled"),
    "dropped_out": _l("Dropped out"),
    "deceased": _l("Deceased"),
    "retained": _l("Place kept"),
}
EVENTS = {
    StudentEvent.TAKE_LEAVE: _l("Study leave"),
    StudentEvent.RETAIN: _l("Keep place"),
    StudentEvent.RESUME: _l("Resume study"),
    StudentEvent.REOPEN: _l("Undo leaving"),
}
"""What may happen to a student's status, as a button says it."""
ENTRY_MODES = {
    "11": _l("Nearest school"),
    "12": _l("Other way (compulsory education)"),
    "21": _l("Entrance examination"),
    "22": _l("Talent in sports"),
    "23": _l("Talent in arts"),
    "99": _l("Other"),
}
"""入学方式 (spec/domain.md §1.4)."""
LEFT_BEHIND = {"0": _l("Not left behind"), "1": _l("One parent away"), "2": _l("Both parents away")}
BOARDING = {"1": _l("Day student"), "2": _l("Boarder")}
CATEGORIES = {
    "poverty": _l("Lifted from poverty (formerly registered poor)"),
    "poverty_unstable": _l("Lifted from poverty, unstable"),
    "marginal": _l("At the margin of poverty"),
    "sudden_difficulty": _l("Sudden severe difficulty"),
    "low_income": _l("Subsistence allowance"),
    "low_income_margin": _l("At the margin of subsistence allowance"),
    "extreme_poverty": _l("Supported for extreme poverty"),
    "rigid_expenditure": _l("In difficulty through unavoidable spending"),
    "other_low_income": _l("Other low income"),
    "orphan": _l("Orphan"),
    "no_guardian": _l("Child in fact without a guardian"),
    "disabled_student": _l("Disabled student"),
    "disabled_parent": _l("Child of a disabled parent"),
    "martyr_child": _l("Child of a martyr"),
    "preferential": _l("Entitled to special care"),
    "hardship_worker": _l("Child of a worker in hardship"),
    "serious_illness": _l("Temporary relief for a serious illness"),
    "relocation": _l("Relocated to escape poverty"),
}
LEVELS = {
    "special": _l("Special difficulty"),
    "hard": _l("Difficulty"),
    "general": _l("General difficulty"),
}
RELATIONS = {
    "father": _l("Father"),
    "mother": _l("Mother"),
    "grandparent": _l("Grandparent"),
    "other": _l("Other relation"),
}
FIELDS = {
    "name": _l("Full name"),
    "certificate_type": _l("Certificate type"),
    "number": _l("Certificate number"),
    "sex": _l("Sex"),
    "birth_date": _l("Birth date"),
    "ethnicity": _l("Ethnic group"),
    "student_number": _l("Student number"),
    "class_name": _l("Class"),
    "class_number": _l("Class number"),
    "class_roll_number": _l("Number in class"),
    "entry_date": _l("Entry date"),
    "expected_graduation_date": _l("Expected graduation"),
    "country": _l("Issuing country or region"),
    "status_number": _l("Status number"),
    "secondary_status_number": _l("Secondary status number"),
    "social_card_number": _l("Social security card number"),
    "entry_mode": _l("Way of entry"),
    "overseas_status": _l("Hong Kong, Macao, Taiwan or overseas status"),
    "household_type": _l("Type of household"),
    "household_place": _l("Place of household registration"),
    "nationality": _l("Nationality or region"),
    "political_status": _l("Political status"),
    "health": _l("Health"),
    "left_behind": _l("Left-behind child"),
    "phone": _l("Phone"),
    "address": _l("Address"),
    "boarding": _l("Boarding"),
    "state": _l("State"),
    "closed_on": _l("Left on"),
    "state_on": _l("Since"),
    "guardian": _l("Guardian"),
    "relation": _l("Relation"),
    "guardian_phone": _l("Guardian's phone"),
    "guardian_number": _l("Guardian's certificate number"),
    "category": _l("Hardship category"),
    "level": _l("Hardship level"),
    "since_on": _l("From"),
    "until_on": _l("Until"),
    "evidence_number": _l("Evidence number"),
    "recognised_by": _l("Recognised by"),
    "import": _l("Import number"),
}
VALUES = {
    "sex": SEXES,
    "certificate_type": CERTIFICATES,
    "ethnicity": ETHNIC_GROUPS,
    "boarding": BOARDING,
    "state": STATES,
    "entry_mode": ENTRY_MODES,
    "overseas_status": OVERSEAS_STATUSES,
    "household_type": HOUSEHOLD_TYPES,
    "political_status": POLITICAL_STATUSES,
    "health": HEALTH,
    "left_behind": LEFT_BEHIND,
    "relation": RELATIONS,
    "category": CATEGORIES,
    "level": LEVELS,
}
"""The words for the codes a field may hold."""
KINDS = {
    "student_created": _l("Admitted"),
    "student_corrected": _l("Corrected"),
    "class_transfer": _l("Class transfer"),
    "student_closed": _l("Left school"),
    "study_leave": _l("Study leave"),
    "study_resumed": _l("Study resumed"),
    "place_kept": _l("Place kept"),
    "student_reopened": _l("Leaving undone"),
    "student_readmitted": _l("Readmitted"),
    "hardship_changed": _l("Hardship"),
    "import_undone": _l("Import undone"),
}
"""异动类型 as a student's page names them."""


def shown(field: str, value: object) -> str:
    """A value of a change record in words: the label of a code, the value itself, a dash for nothing."""
    if value in {None, ""}:
        return "—"
    if field in {"country", "nationality"}:
        return country_name(str(value))
    return str(VALUES.get(field, {}).get(str(value), value))
