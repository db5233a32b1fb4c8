"""What can happen to students and places: each by the service that does it.

An act chooses among the rows that are there, mostly such as let it succeed; what a service refuses is raised, and
leaves nothing.
"""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import Database, Session
from app.orgs import reshape
from app.orgs.models import ClassGroup, OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.sheets.models import ImportBatch
from app.students import services as students
from app.students.models import HardshipRecognition, Student
from app.students.rules import NewHardship
from app.students.workflow import StudentEvent, StudentState
from tests.crowd import admitted, strangers
from tests.imports.desk import Desk, workbook
from tests.make.places import COUNTY_A, COUNTY_B, A, B, grade
from tests.rates.hand import Hand, scalars, staff
from tests.students.typed import number, particulars
from tests.world import KEYRING

WORDS = "按规定办理"
_NOW = aliased(Student)
_GONE = (
    Student.closed_on.is_not(None),
    ~exists(select(_NOW.id).where(_NOW.person_id == Student.person_id, _NOW.closed_on.is_(None))),
)
"""Who has left, and is in no school now."""


def admit(hand: Hand) -> None:
    """New students of one to three classes in one act."""

    def work(session: Session) -> None:
        codes = [node.code for node in _nodes(session, "class") if node.school_id in _schools(hand)]
        admitted(session, hand.some(codes, 3))

    hand.run(work)


def move_students(hand: Hand) -> None:
    """Students of one school change class together."""

    def work(session: Session) -> None:
        here = hand.some(_in_school(session))
        together = [one.id for one in here if one.school_id == here[0].school_id]
        numbers = _class_numbers(session, here[0].school_id, but=here[0].node_id)
        students.move(session, staff(session, hand.world), ids=together, class_number=hand.one(numbers))

    hand.run(work)


def leave(hand: Hand) -> None:
    """A student leaves: undecided rows are counted no more, decided ones stay."""

    def work(session: Session) -> None:
        who, state = hand.one(_students(session, Student.closed_on.is_(None))), hand.one(["withdrawn", "dropped_out"])
        day = clock.today(session)
        actor = staff(session, hand.world)
        students.leave(session, actor, student_id=who.id, version=who.version, state=state, on=day, reason=WORDS)

    hand.run(work)


def pause(hand: Hand) -> None:
    """Study leave."""
    _change_status(hand, StudentEvent.TAKE_LEAVE, StudentState.IN_SCHOOL)


def come_back(hand: Hand) -> None:
    """Study goes on."""
    _change_status(hand, StudentEvent.RESUME, StudentState.ON_LEAVE)


def undo_leaving(hand: Hand) -> None:
    """The leaving was a mistake."""
    _change_status(hand, StudentEvent.REOPEN, StudentState.WITHDRAWN, StudentState.DROPPED_OUT)


def _change_status(hand: Hand, event: StudentEvent, *states: StudentState) -> None:
    def work(session: Session) -> None:
        gone = _GONE if event is StudentEvent.REOPEN else ()
        who = hand.one(_students(session, Student.state.in_(states), *gone))
        on = None if event is StudentEvent.REOPEN else clock.today(session)
        actor = staff(session, hand.world)
        students.change_status(session, actor, student_id=who.id, version=who.version, event=event, on=on, reason=WORDS)

    hand.run(work)


def readmit(hand: Hand) -> None:
    """Who left comes again, to the same school or the other."""

    def work(session: Session) -> None:
        who = hand.one(_students(session, *_GONE))
        to = hand.one(_class_numbers(session, hand.world.nodes[hand.one([A, B])]))
        actor, typed = staff(session, hand.world), particulars()
        students.readmit(session, actor, student_id=who.id, class_text=to, particulars=typed, keyring=KEYRING)

    hand.run(work)


def recognise(hand: Hand) -> None:
    """A hardship is recognised, for a time in the cover year or before it."""

    def work(session: Session) -> None:
        who = hand.one(_in_school(session))
        period = hand.one([(date(2026, 10, 1), date(2027, 3, 1)), (date(2026, 1, 1), date(2026, 12, 1))])
        new = NewHardship(hand.one(["orphan", "poverty"]), "hard", *period)
        students.recognise(session, staff(session, hand.world), student_id=who.id, new=new)

    hand.run(work)


def revoke_recognition(hand: Hand) -> None:
    """A recognition should never have been, or ends before the cover year begins."""

    def work(session: Session) -> None:
        held = select(HardshipRecognition).where(HardshipRecognition.revoked_at.is_(None))
        found = hand.one(scalars(session, held.order_by(HardshipRecognition.id)))
        actor = staff(session, hand.world)
        if hand.chance():
            students.revoke_recognition(session, actor, recognition_id=found.id, version=found.version, reason=WORDS)
            return
        until = date(2026, 12, 31)
        students.end_recognition(session, actor, recognition_id=found.id, version=found.version, until_on=until)

    hand.run(work)


def import_list(hand: Hand) -> None:
    """The school brings a workbook in: new students, and known ones in another class; previewed and applied."""

    def known(session: Session) -> list[tuple[str, str]]:
        own = {pupil.student_id: pupil for pupil in hand.world.of(A)}
        here = _students(session, Student.id.in_(own), Student.closed_on.is_(None))
        return [(own[one.id].name, own[one.id].certificate) for one in here]

    classes = [f"{year}级画眉({n})班" for year in (2026, 2025) for n in (1, 2)]
    new = [(person.name, number()) for person in strangers(1 + hand.below(3))]
    people = new + (hand.some(found) if (found := hand.run(known)) and hand.chance() else [])
    table = [[name, certificate, "", hand.one(classes), "", ""] for name, certificate in people]
    _desk(hand).apply(workbook(table), good_rows=True)


def undo_import(hand: Hand) -> None:
    """An import is taken back, unless something depends on it."""
    applied = select(ImportBatch.id).where(ImportBatch.state == "applied").order_by(ImportBatch.id.desc())
    _desk(hand).undo(hand.one(hand.run(lambda session: scalars(session, applied))))


def move_branch(hand: Hand) -> None:
    """A class, grade or school goes elsewhere."""

    def work(session: Session) -> None:
        node = hand.one(_nodes(session, "class", "grade", "school"))
        to = {"school": [COUNTY_A, COUNTY_B], "grade": [A, B]}.get(
            node.kind, [grade(school, cohort) for school in (A, B) for cohort in (1, 2)]
        )
        actor = staff(session, hand.world)
        reshape.move(session, actor, node_id=node.id, target_code=hand.one(to), version=node.version)

    hand.run(work)


def move_school(hand: Hand) -> None:
    """A school goes to the other county, with everyone in it."""

    def work(session: Session) -> None:
        node, to = hand.one(_nodes(session, "school")), hand.one([COUNTY_A, COUNTY_B])
        actor = staff(session, hand.world)
        reshape.move(session, actor, node_id=node.id, target_code=to, version=node.version)

    hand.run(work)


def merge_places(hand: Hand) -> None:
    """The students of a class stand in another one from now on, or the classes of a grade in another grade."""

    def work(session: Session) -> None:
        found = _nodes(session, "class", "grade")
        node = hand.one(found)
        target = hand.one([x for x in found if (x.kind, x.school_id) == (node.kind, node.school_id) and x != node])
        actor = staff(session, hand.world)
        reshape.merge(session, actor, node_id=node.id, target_code=target.code, version=node.version)

    hand.run(work)


def grow_class(hand: Hand) -> None:
    """A grade gets a class."""

    def work(session: Session) -> None:
        above = hand.one(_nodes(session, "grade"))
        new = NewNode(above.code, "class", f"新{above.version}班")
        grow(session, staff(session, hand.world), [new])

    hand.run(work)


def close_class(hand: Hand) -> None:
    """An empty class is closed."""

    def work(session: Session) -> None:
        taken = select(Student.node_id).where(Student.closed_on.is_(None))
        node = hand.one([x for x in _nodes(session, "class") if x.id not in set(scalars(session, taken))])
        reshape.close(session, staff(session, hand.world), node_id=node.id, reason=WORDS, version=node.version)

    hand.run(work)


def _desk(hand: Hand) -> Desk:
    """The desk of the school's admin, whose transactions are those of the hand."""
    return Desk(cast("Database", hand), hand.world, hand.files)


def _schools(hand: Hand) -> set[int]:
    return {hand.world.nodes[school] for school in (A, B)}


def _students(session: Session, *which: ColumnElement[bool]) -> list[Student]:
    return scalars(session, select(Student).where(*which).order_by(Student.id))


def _in_school(session: Session) -> list[Student]:
    return _students(session, Student.state == StudentState.IN_SCHOOL)


def _class_numbers(session: Session, school_id: int, *, but: int = 0) -> list[str]:
    stmt = select(ClassGroup.class_number).join(OrgNode, OrgNode.id == ClassGroup.node_id)
    open_ones = stmt.where(ClassGroup.school_id == school_id, OrgNode.closed_at.is_(None), OrgNode.id != but)
    return scalars(session, open_ones.order_by(ClassGroup.node_id))


def _nodes(session: Session, *kinds: str) -> list[OrgNode]:
    stmt = select(OrgNode).where(OrgNode.kind.in_(kinds), OrgNode.closed_at.is_(None))
    return scalars(session, stmt.order_by(OrgNode.id))
