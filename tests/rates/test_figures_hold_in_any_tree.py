"""Random small trees, random decisions: every figure is the length of its list, every level the sum of its children."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.access.actor import SYSTEM, Actor, Grant
from app.access.permissions import Permission
from app.access.scope import everything
from app.core.db import Session
from app.enrolment.rules import Decision
from app.enrolment.services import bring
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.people.services import enter
from app.plans.models import Plan
from app.rates import queries
from app.rates.rules import Figures, Status
from app.students.rules import NewHardship
from app.students.services import admit
from tests.campaigns import OPTION, opened
from tests.crowd import newcomer, strangers
from tests.make.places import COUNTY_A
from tests.stage import TEST
from tests.world import KEYRING

PRODUCT_YEAR = 2030
RECOGNISED = NewHardship("poverty", "hard", date(PRODUCT_YEAR, 5, 1), date(PRODUCT_YEAR, 5, 2))
CHOICES = {
    "unregistered": None,
    "draft": None,
    "submitted": "insure",
    "rejected": "insure",
    "insured": "insure",
    "waived": "waive",
    "stopped": "insure",
}
UNDECIDED = ("unregistered", "draft", "submitted", "rejected")


@dataclass(frozen=True)
class Seat:
    """A student: in which class (by its place in the list of nodes), what was decided, hardship, removed or not."""

    node: int
    state: str
    hardship: bool
    removed: bool

    @property
    def figures(self) -> Figures:
        """What this one row adds, by the words of the domain reference."""
        if self.removed and self.state in UNDECIDED:
            return Figures()
        return {
            "insured": Figures(insured=1, amount=OPTION.personal_amount),
            "waived": Figures(waived=1, waived_hardship=int(self.hardship)),
            "submitted": Figures(pending=1),
            "stopped": Figures(stopped=1),
        }.get(self.state, Figures(unregistered=1))


@dataclass(frozen=True)
class Forest:
    """A school with whatever lies below it, its students, and whether the plan counts the stopped."""

    nodes: tuple[NewNode, ...]
    seats: tuple[Seat, ...]
    counts_stopped: bool


@st.composite
def forests(draw: st.DrawFn) -> Forest:
    """Draw one to two schools, up to ten nodes below them in any order and depth, up to twelve students in classes."""
    nodes = [NewNode(COUNTY_A, "school", "校", code=f"T{n}", stage="primary") for n in range(draw(st.integers(1, 2)))]
    for _ in range(draw(st.integers(1, 10))):
        parents = [node.code or "" for node in nodes if node.kind != "class"]
        kind = draw(st.sampled_from(("class", "class", "class", "grade", "campus", "college", "other")))
        nodes.append(NewNode(draw(st.sampled_from(parents)), kind, "处", code=f"T{len(nodes)}"))
    classes = [place for place, node in enumerate(nodes) if node.kind == "class"]
    seat = st.builds(Seat, st.sampled_from(classes), st.sampled_from(sorted(CHOICES)), st.booleans(), st.booleans())
    seats = draw(st.lists(seat, max_size=12)) if classes else []
    return Forest(tuple(nodes), tuple(seats), draw(st.booleans()))


def planted(session: Session, forest: Forest) -> tuple[Plan, dict[str, OrgNode]]:
    """Make it all by the services; returns the plan and the nodes by code."""
    grow(session, SYSTEM, forest.nodes)
    people = enter(session, SYSTEM, strangers(len(forest.seats)), keyring=KEYRING)
    new = [
        newcomer(person, forest.nodes[seat.node].code or "", hardships=(RECOGNISED,) if seat.hardship else ())
        for person, seat in zip(people, forest.seats, strict=True)
    ]
    half = len(new) // 2
    before = admit(session, SYSTEM, new[:half], keyring=KEYRING)
    plan = opened(
        session,
        "FOREST",
        place_code=COUNTY_A,
        cover_year=PRODUCT_YEAR,
        audience=("primary",),
        counts_stopped=forest.counts_stopped,
    )
    students = before + admit(session, SYSTEM, new[half:], keyring=KEYRING)
    decisions = [
        Decision(student, seat.state, CHOICES[seat.state], "other" if seat.state == "waived" else None)
        for student, seat in zip(students, forest.seats, strict=True)
        if seat.state != "unregistered"
    ]
    bring(session, SYSTEM, plan_id=plan.id, decisions=decisions)
    removed = [s for s, seat in zip(students, forest.seats, strict=True) if seat.removed and seat.state in UNDECIDED]
    remove = text("UPDATE enrolment SET removed_at = now() WHERE plan_id = :plan AND student_id = ANY(:ids)")
    session.connection().execute(remove, {"plan": plan.id, "ids": removed})
    codes = [node.code for node in forest.nodes] + [COUNTY_A]
    found = session.scalars(everything(select(OrgNode).where(OrgNode.code.in_(codes)), because=TEST))
    return plan, {node.code: node for node in found}


def expected(forest: Forest, found: dict[str, OrgNode], places: tuple[str, ...]) -> Figures:
    """The figures of everything below these paths, counted one row at a time."""
    inside = [
        seat.figures for seat in forest.seats if found[forest.nodes[seat.node].code or ""].path.startswith(places)
    ]
    return Figures.total(inside, counts_stopped=forest.counts_stopped)


PROPERTY = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROPERTY
@given(forest=forests(), data=st.data())
def test_every_figure_is_its_list_and_every_level_the_sum_of_its_children(
    session: Session,
    forest: Forest,
    data: st.DataObject,
) -> None:
    with session.begin_nested() as savepoint:
        plan, found = planted(session, forest)
        for node in found.values():
            figures = queries.at(session, SYSTEM, plan, node)
            assert figures == expected(forest, found, (node.path,))
            rows = queries.by_child(session, SYSTEM, plan, node)
            if rows:
                total = Figures.total([row.figures for row in rows], counts_stopped=forest.counts_stopped)
                assert total == figures
            for row in rows:
                if row.place.code in found:
                    assert row.figures == queries.at(session, SYSTEM, plan, found[row.place.code])
        for code in {COUNTY_A, "T0", data.draw(st.sampled_from(sorted(found)))}:
            figures = queries.at(session, SYSTEM, plan, found[code])
            for status in Status:
                listed = queries.people(session, SYSTEM, plan, found[code], status)
                assert len({member.id for member in listed}) == len(listed) == figures.count(status)
        savepoint.rollback()
    session.expunge_all()


@PROPERTY
@given(forest=forests(), data=st.data())
def test_whoever_holds_some_classes_counts_and_lists_exactly_those(
    session: Session,
    forest: Forest,
    data: st.DataObject,
) -> None:
    with session.begin_nested() as savepoint:
        plan, found = planted(session, forest)
        school = found["T0"]
        below = sorted(n.path for n in found.values() if n.kind == "class" and n.path.startswith(school.path))
        chosen = tuple(data.draw(st.lists(st.sampled_from(below), unique=True))) if below else ()
        held = frozenset({Permission.FIGURE_READ, Permission.FIGURE_NAMES})
        grant = Grant("class_set_admin", 6, held, chosen, anchor=school.path)
        actor = Actor(1, "somebody", (grant,))
        assert queries.place(session, actor, code="T0").id == school.id
        figures = queries.at(session, actor, plan, school)
        assert figures == expected(forest, found, chosen)
        rows = queries.by_child(session, actor, plan, school)
        assert {row.place.path for row in rows} == set(chosen)
        assert Figures.total([row.figures for row in rows], counts_stopped=forest.counts_stopped) == figures
        for status in Status:
            listed = queries.people(session, actor, plan, school, status)
            assert len(listed) == figures.count(status)
            assert {found[member.class_code].path for member in listed} <= set(chosen)
        savepoint.rollback()
    session.expunge_all()
