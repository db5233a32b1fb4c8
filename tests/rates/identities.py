"""What must be true after any history: of each plan, at each node, of each list, and of the days that are over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core import clock
from app.core.db import Session
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.plans.models import CoverageOption, Plan
from app.rates import queries
from app.rates.models import COUNTS, SUMS, Submission
from app.rates.queries.drift import drift
from app.rates.rules import Figures, Status
from app.rates.services import reconcile, write_figure_day
from app.students.models import Student
from tests.rates.hand import rows, scalars
from tests.rates.recounted import agree
from tests.stage import TEST

UNDECIDED = {"unregistered", "draft", "submitted", "rejected"}
COUNTED_AS = {"unregistered": "unregistered", "draft": "unregistered", "rejected": "unregistered"} | {
    "submitted": "pending",
    "insured": "insured",
    "waived": "waived",
    "stopped": "stopped",
}
"""State of a row → the figure it is counted in (spec/domain.md §3.4)."""


@dataclass(frozen=True)
class Day:
    """A day that is over: the figures at every node as it ended, by plan and node."""

    on: date
    figures: Mapping[tuple[int, int], Figures]


def day_ends(session: Session) -> Day:
    """Write the figures of today down, and remember what they are."""
    today = clock.today(session)
    write_figure_day(session, today)
    found = {
        (plan.id, node.id): queries.at(session, SYSTEM, plan, node)
        for plan in _plans(session, "open")
        for node in _nodes(session)
    }
    return Day(today, found)


def all_is_true(session: Session, *, days: Sequence[Day] = (), turn: int = 0, whole: bool = False) -> None:
    """Every identity at every node; of the lists one for each node (which one, `turn` says), or the `whole`."""
    agree(session)
    assert reconcile(session) == []
    nodes = _nodes(session)
    for plan in _plans(session, "open", "closed"):
        counted = _counted(session, plan, nodes)
        for node in nodes:
            if node.kind != "class":  # those are looked at from above
                _holds_at(session, plan, node, counted)
            lists = Status if whole else [list(Status)[(turn + node.id) % len(Status)]]
            _lists_are_as_long(session, plan, node, counted[node.id], lists)
    rows_follow_the_roll(session)
    what_was_submitted_is_what_is_live_less_what_changed(session)
    for day in days:
        _past_is_kept(session, day)


def _holds_at(session: Session, plan: Plan, node: OrgNode, counted: Mapping[int, Figures]) -> None:
    """The figures of a node and of each right below it are those counted; theirs add up to its own."""
    figures = queries.at(session, SYSTEM, plan, node)
    below = queries.by_child(session, SYSTEM, plan, node)
    assert [row.figures for row in below] == [counted[row.place.id] for row in below], (plan.code, node.code)
    assert not below or Figures.total((row.figures for row in below), counts_stopped=plan.counts_stopped) == figures
    assert figures == counted[node.id], (plan.code, node.code)
    parts = figures.insured + figures.waived + figures.pending + figures.unregistered
    assert figures.total_eligible == parts + plan.counts_stopped * figures.stopped
    assert figures.waived_hardship <= figures.waived


def _lists_are_as_long(
    session: Session, plan: Plan, node: OrgNode, counted: Figures, statuses: Iterable[Status]
) -> None:
    for status in statuses:
        listed = queries.people(session, SYSTEM, plan, node, status)
        assert len({member.id for member in listed}) == len(listed) == counted.count(status), (node.code, status)


def _counted(session: Session, plan: Plan, nodes: Sequence[OrgNode]) -> dict[int, Figures]:
    """The rows of a plan, looked at one by one by the words of the specification: node → figures."""
    prices = dict(rows(session, select(CoverageOption.id, CoverageOption.personal_amount)))
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for row in scalars(session, select(Enrolment).where(Enrolment.plan_id == plan.id)):
        if row.removed_at is not None:
            continue
        found = Counter({COUNTED_AS[row.state]: 1})
        found["waived_hardship"] += row.state == "waived" and row.hardship
        found["amount"] += prices.get(row.coverage_option_id, 0) if row.state == "insured" else 0
        for node_id in row.tree_path.strip("/").split("/"):
            sums[int(node_id)].update(found)
    return {
        node.id: Figures(**{name: sums[node.id][name] for name in SUMS}, counts_stopped=plan.counts_stopped)
        for node in nodes
    }


def rows_follow_the_roll(session: Session) -> None:
    """In open plans: who is undecided is in school, in the class the row stands in, below the plan's own place.

    Who has left is not waited for, nor who has moved out of the plan's reach.
    """
    stmt = (
        select(Enrolment, Student, Plan)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .where(Plan.state == "open", Enrolment.removed_at.is_(None), Enrolment.state.in_(UNDECIDED))
    )
    for row, student, plan in rows(session, stmt):
        assert (student.state, student.node_id) == ("in_school", row.node_id), row.id
        assert row.tree_path.startswith(plan.tree_path), (plan.code, row.id)
    everybody_is_asked(session)


def everybody_is_asked(session: Session) -> None:
    """Who is in school below the place of an open plan has a row that counts in its product and year."""
    asked = select(Enrolment.person_id, Enrolment.product, Enrolment.cover_year).where(Enrolment.removed_at.is_(None))
    known = {tuple(row) for row in rows(session, asked)}
    here = scalars(session, select(Student).where(Student.state == "in_school"))
    for plan in _plans(session, "open"):
        for student in here:
            if student.tree_path.startswith(plan.tree_path):
                assert (student.person_id, plan.product, plan.cover_year) in known, (plan.code, student.student_number)


def what_was_submitted_is_what_is_live_less_what_changed(session: Session) -> None:
    """Frozen figures, with who came added and who left taken away, are the live ones; nobody changed unseen."""
    stmt = select(Submission, OrgNode).join(OrgNode, OrgNode.id == Submission.node_id)
    for submission, node in rows(session, stmt.where(Submission.state != "returned", Submission.parts == [])):
        plan = session.get_one(Plan, submission.plan_id, execution_options={"xuebao_gate": frozenset({"*"})})
        changes = [each.what for each in drift(session, SYSTEM, submission, node.path)]
        figures = queries.at(session, SYSTEM, plan, node)
        everybody = sum(getattr(figures, name) for name in COUNTS if name != "waived_hardship")
        assert everybody == len(submission.members) + changes.count("came") - changes.count("left")
        if not changes:
            assert [getattr(figures, name) for name in COUNTS] == [getattr(submission, name) for name in COUNTS]


def _past_is_kept(session: Session, day: Day) -> None:
    """A past day still says what that day said, at every node that stood then."""
    assert clock.today(session) > day.on
    for (plan_id, node_id), figures in day.figures.items():
        plan = session.scalars(everything(select(Plan).where(Plan.id == plan_id), because=TEST)).one()
        node = session.scalars(everything(select(OrgNode).where(OrgNode.id == node_id), because=TEST)).one()
        then, _ = queries.on_day(session, SYSTEM, plan, node, day.on)
        kept = {name: getattr(figures, name) for name in COUNTS}
        assert {name: getattr(then, name) for name in COUNTS} == kept, (day.on, node.code)


def _plans(session: Session, *states: str) -> list[Plan]:
    return scalars(session, select(Plan).where(Plan.state.in_(states)).order_by(Plan.id))


def _nodes(session: Session) -> list[OrgNode]:
    return scalars(session, select(OrgNode).order_by(OrgNode.id))
