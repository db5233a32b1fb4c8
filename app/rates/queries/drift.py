"""Drift: who came, who left and whose state changed since a unit submitted (roll facts go on after it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, under
from app.enrolment.models import Enrolment, Tally
from app.orgs import queries as orgs
from app.people.models import Person
from app.rates.models import Submission
from app.students.models import Student

MARKS = {Tally.INSURED: "I", Tally.STOPPED: "S", Tally.PENDING: "P", Tally.UNREGISTERED: "U"}
WAIVED, WAIVED_HARDSHIP = "W", "H"
WORDS = {"I": "insured", "S": "stopped", "P": "submitted", "U": "unregistered", "W": "waived", "H": "waived"}
"""The state a letter stands for."""
MOST = 200
"""How many changes a page names."""
SUBMITTED = "the members of a submission in scope, as they stand now"


@dataclass(frozen=True)
class Change:
    """One member that came, left or changed; name and number are None for who may not open names."""

    what: str
    student_number: str | None
    name: str | None
    class_name: str
    before: str | None
    after: str | None


def mark() -> ColumnElement[str]:
    """The letter a counted enrolment is kept under in a submission."""
    return case(
        (and_(Enrolment.tally == Tally.WAIVED, Enrolment.hardship), WAIVED_HARDSHIP),
        (Enrolment.tally == Tally.WAIVED, WAIVED),
        *((Enrolment.tally == tally, letter) for tally, letter in MARKS.items()),
    )


def drift(session: Session, actor: Actor, submission: Submission, path: str) -> list[Change]:
    """What changed below a unit's place since it submitted, by class and number; empty for the sums of upper steps."""
    if submission.parts:
        return []
    frozen = (
        select(
            func.unnest(submission_members(submission)).label("id"),
            func.generate_subscripts(submission_members(submission), 1).label("place"),
        )
    ).subquery("frozen")
    before = func.substr(cast(literal(submission.marks), Text), cast(frozen.c.place, Integer), 1)
    inside = and_(Enrolment.tally.is_not(None), under(Enrolment.tree_path, (path,)))
    after = case((inside, mark()))
    stmt = (
        select(Enrolment.tree_path, Student.student_number, Person.name, before.label("before"), after.label("after"))
        .select_from(Enrolment)
        .outerjoin(frozen, frozen.c.id == Enrolment.id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.plan_id == submission.plan_id,
            or_(frozen.c.id.is_not(None), inside),
            before.is_distinct_from(after),
        )
        .order_by(Enrolment.tree_path, Student.student_number, Enrolment.id)
        .limit(MOST)
    )
    rows = session.execute(everything(stmt, because=SUBMITTED)).all()
    names = orgs.names_of(session, {row.tree_path for row in rows})
    return [_change(row, names[row.tree_path][-1], actor, path) for row in rows]


def submission_members(submission: Submission) -> ColumnElement[Any]:
    """The members as a value the database can unfold."""
    return literal(submission.members, Submission.members.type)


def _change(row: Any, class_name: str, actor: Actor, path: str) -> Change:
    # who left to where the actor may not look is named by the unit it was counted in
    named = actor.covers(Permission.FIGURE_NAMES, path)
    what = "came" if row.before is None else "left" if row.after is None else "changed"
    inside = row.tree_path.startswith(path)
    return Change(
        what=what,
        student_number=row.student_number if named else None,
        name=row.name if named else None,
        class_name=class_name if inside else "",
        before=WORDS.get(row.before or ""),
        after=WORDS.get(row.after or ""),
    )
