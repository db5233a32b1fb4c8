"""Any history of the roll, of decisions and of the tree, acts undone among them: every identity holds at every node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.scope import everything, under
from app.core.db import Session
from app.core.errors import Refusal
from app.enrolment.models import Enrolment
from app.enrolment.rules import Decision
from app.enrolment.services import bring
from app.orgs import reshape
from app.orgs.models import ClassGroup, OrgNode
from app.plans.models import Plan, ReportingUnit
from app.rates import queries
from app.rates.models import COUNTS, Submission
from app.rates.queries.drift import drift
from app.rates.rules import Figures, Status, Verdict
from app.rates.services import fold, review_one, submit
from app.students import services as students
from app.students.models import Student
from app.students.rules import NewHardship
from app.students.services.hardship import recognise
from tests.campaigns import opened
from tests.crowd import admitted
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, B, classes_of, grade
from tests.rates.recounted import agree, raw
from tests.stage import TEST
from tests.world import World

ALL = {"xuebao_gate": frozenset({"*"})}
REVIEWER = replace(SYSTEM, user_id=1)
PICK = st.integers(0, 1000)
DECIDED = (
    ("insured", "insure", None),
    ("waived", "waive", "refuse"),
    ("submitted", "insure", None),
    ("rejected", "insure", None),
    ("draft", None, None),
    ("stopped", "insure", None),
)
REVERSED = (
    """UPDATE enrolment SET state = 'unregistered', choice = NULL, waiver_reason = NULL, waiver_text = NULL,
       coverage_option_id = NULL WHERE id = :id""",
    """UPDATE enrolment SET submitted_at = now(), decided_at = now(), state = 'stopped', choice = 'insure',
       waiver_reason = NULL, waiver_text = NULL
       WHERE id = :id AND removed_at IS NULL""",
    """UPDATE enrolment SET coverage_option_id =
       (SELECT min(o.id) FROM coverage_option AS o WHERE o.plan_id = enrolment.plan_id)
       WHERE id = :id AND choice = 'insure'""",
)
"""What comes with later parts of the system, as statements: a correction, a stop, an option chosen."""
PLACES = (A, B, grade(A, 1), grade(A, 2), grade(B, 1), grade(B, 2), COUNTY_A, COUNTY_B)


class History(RuleBasedStateMachine):
    """Acts in any order; after each of them everything that can be counted twice is counted twice."""

    session: Session
    world: World

    def __init__(self) -> None:
        """Begin where the cast stands."""
        super().__init__()
        self.savepoint = self.session.begin_nested()

    def teardown(self) -> None:
        """Undo it all."""
        self.every_node_is_the_sum_of_its_children()
        self.savepoint.rollback()
        self.session.expunge_all()

    def act(self, work: Callable[[], object]) -> None:
        """Do something that may be refused; what is refused is undone, as at every edge."""
        inner = self.session.begin_nested()
        try:
            work()
            inner.commit()
        except Refusal:
            inner.rollback()
        self.session.expire_all()

    @rule(places=st.lists(st.sampled_from([*classes_of(A), *classes_of(B)]), min_size=1, max_size=4))
    def students_are_admitted(self, places: list[str]) -> None:
        """New students of several classes in one act."""
        self.act(lambda: admitted(self.session, places))

    @rule(pick=PICK, how=st.sampled_from(DECIDED))
    def something_is_decided(self, pick: int, how: tuple[str, str | None, str | None]) -> None:
        """A decision for somebody who had none."""
        stmt = select(Enrolment.plan_id, Enrolment.student_id).where(Enrolment.state == "unregistered")
        open_rows = self.session.execute(
            everything(stmt.where(Enrolment.removed_at.is_(None)).order_by(Enrolment.id), because=TEST)
        ).all()
        if open_rows:
            plan_id, student_id = open_rows[pick % len(open_rows)]
            self.act(lambda: bring(self.session, SYSTEM, plan_id=plan_id, decisions=[Decision(student_id, *how)]))

    @rule(pick=PICK, sql=st.sampled_from(REVERSED))
    def something_is_reversed(self, pick: int, sql: str) -> None:
        """A row changes past every service."""
        ids = self.session.scalars(everything(select(Enrolment.id).order_by(Enrolment.id), because=TEST)).all()
        raw(self.session, sql, id=ids[pick % len(ids)])

    @rule(pick=PICK, to=PICK)
    def students_change_class(self, pick: int, to: int) -> None:
        """One student moves to another class of whichever school it is in now."""
        who = self._student(pick)
        stmt = select(ClassGroup.class_number).where(ClassGroup.school_id == who.school_id).order_by(ClassGroup.node_id)
        numbers = self.session.scalars(everything(stmt, because=TEST)).all()
        if numbers:
            number = numbers[to % len(numbers)]
            self.act(lambda: students.move(self.session, SYSTEM, ids=[who.id], class_number=number))

    @rule(pick=PICK)
    def a_student_leaves(self, pick: int) -> None:
        """Undecided rows are counted no more, decided ones stay."""
        who = self._student(pick)
        day = date(2026, 11, 1)
        self.act(
            lambda: students.leave(
                self.session, SYSTEM, student_id=who.id, version=who.version, state="withdrawn", on=day, reason="退学"
            )
        )

    @rule(pick=PICK)
    def hardship_is_recognised(self, pick: int) -> None:
        """A recognition that overlaps the cover year."""
        who = self._student(pick)
        new = NewHardship("orphan", "hard", date(2026, 10, 1), date(2027, 3, 1))
        self.act(lambda: recognise(self.session, SYSTEM, student_id=who.id, new=new))

    @rule(what=PICK, to=st.sampled_from(PLACES), undone=st.booleans())
    def a_branch_moves(self, what: int, to: str, undone: bool) -> None:  # noqa: FBT001  drawn
        """A class, grade or school goes elsewhere, and comes back where the act is undone."""
        stmt = select(OrgNode).where(OrgNode.kind.in_(["class", "grade", "school"]), OrgNode.closed_at.is_(None))
        found = self.session.scalars(everything(stmt.order_by(OrgNode.id), because=TEST)).all()
        node = found[what % len(found)]
        inner = self.session.begin_nested()
        self.act(
            lambda: reshape.move(self.session, SYSTEM, node_id=node.id, target_code=to, version=node.version),
        )
        (inner.rollback if undone else inner.commit)()
        self.session.expire_all()

    @rule(what=PICK, into=PICK)
    def classes_merge(self, what: int, into: int) -> None:
        """The students of one class stand in another from now on."""
        stmt = select(OrgNode).where(OrgNode.kind == "class", OrgNode.closed_at.is_(None)).order_by(OrgNode.id)
        found = self.session.scalars(everything(stmt, because=TEST)).all()
        source, target = found[what % len(found)], found[into % len(found)]
        self.act(
            lambda: reshape.merge(
                self.session, SYSTEM, node_id=source.id, target_code=target.code, version=source.version
            )
        )

    @rule(inner=st.sampled_from([A, grade(B, 1), ROOT]), counts_stopped=st.booleans())
    def a_plan_opens(self, inner: str, counts_stopped: bool) -> None:  # noqa: FBT001  drawn
        """Another campaign, of another product and mostly another place."""
        count = self.session.scalar(everything(select(func.count()).select_from(Plan), because=TEST))
        if count is not None and count < 3:
            self.act(lambda: opened(self.session, f"P{count}", place_code=inner, counts_stopped=counts_stopped))

    @rule(pick=PICK, returned=st.booleans())
    def a_rate_is_submitted_and_reviewed(self, pick: int, returned: bool) -> None:  # noqa: FBT001  drawn
        """A class whose members have all decided submits, if it is one; the next level approves or returns it."""
        stmt = select(ReportingUnit.id, ReportingUnit.version).order_by(ReportingUnit.id)
        rows = self.session.execute(everything(stmt, because=TEST)).all()
        unit_id, version = rows[pick % len(rows)]
        self.act(lambda: submit(self.session, SYSTEM, unit_id=unit_id, version=version))
        verdict = Verdict("return", "再核对") if returned else Verdict("approve", "")
        as_it_is = select(ReportingUnit.version).where(ReportingUnit.id == unit_id)
        now = self.session.scalar(everything(as_it_is, because=TEST)) or 0
        self.act(lambda: review_one(self.session, REVIEWER, unit_id=unit_id, version=now, verdict=verdict))

    @rule()
    def differences_are_added(self) -> None:
        """The worker's loop comes round."""
        fold(self.session)

    @invariant()
    def counters_say_what_a_count_says(self) -> None:
        """After every act: all counters of classes and schools, with and without the differences still waiting."""
        inner = self.session.begin_nested()
        agree(self.session)
        inner.rollback()

    def every_node_is_the_sum_of_its_children(self) -> None:
        """At the end: every node of the world, every plan: the rows one by one, the children, the list."""
        session = self.session
        self.what_was_submitted_is_what_is_live_less_what_changed()
        plans = session.scalars(everything(select(Plan).where(Plan.state == "open"), because=TEST)).all()
        nodes = session.scalars(everything(select(OrgNode).where(OrgNode.kind != "unit"), because=TEST)).all()
        for plan in plans:
            for node in nodes:
                figures = queries.at(session, SYSTEM, plan, node)
                assert figures == _counted(session, plan, node.path)
                rows = [row.figures for row in queries.by_child(session, SYSTEM, plan, node)]
                assert not rows or Figures.total(rows, counts_stopped=plan.counts_stopped) == figures
                assert figures.waived_hardship <= figures.waived
                if node.code in {ROOT, A}:
                    for status in Status:
                        listed = queries.people(session, SYSTEM, plan, node, status)
                        assert len({member.id for member in listed}) == len(listed) == figures.count(status)

    def what_was_submitted_is_what_is_live_less_what_changed(self) -> None:
        """Frozen figures, with who came added and who left taken away, are the live ones; nobody changed unseen."""
        stmt = select(Submission, OrgNode).join(OrgNode, OrgNode.id == Submission.node_id)
        live = stmt.where(Submission.state != "returned", Submission.parts == [])
        for submission, node in self.session.execute(everything(live, because=TEST)):
            plan = self.session.get_one(Plan, submission.plan_id, execution_options=ALL)
            changes = [each.what for each in drift(self.session, SYSTEM, submission, node.path)]
            figures = queries.at(self.session, SYSTEM, plan, node)
            everybody = figures.insured + figures.waived + figures.pending + figures.unregistered + figures.stopped
            assert everybody == len(submission.members) + changes.count("came") - changes.count("left")
            if not changes:
                assert [getattr(figures, name) for name in COUNTS] == [getattr(submission, name) for name in COUNTS]

    def _student(self, pick: int) -> Student:
        stmt = select(Student).where(Student.closed_on.is_(None)).order_by(Student.id)
        found = self.session.scalars(everything(stmt, because=TEST)).all()
        return found[pick % len(found)]


def _counted(session: Session, plan: Plan, path: str) -> Figures:
    """The rows of a plan below a path, looked at one by one, by the words of the specification."""
    stmt = select(Enrolment).where(Enrolment.plan_id == plan.id, under(Enrolment.tree_path, (path,)))
    rows = [row for row in session.scalars(everything(stmt, because=TEST)) if row.removed_at is None]
    states = [row.state for row in rows]
    return Figures(
        insured=states.count("insured"),
        waived=states.count("waived"),
        pending=states.count("submitted"),
        unregistered=sum(state in {"unregistered", "draft", "rejected"} for state in states),
        stopped=states.count("stopped"),
        waived_hardship=sum(row.state == "waived" and row.hardship for row in rows),
        amount=sum(40_000 for row in rows if row.state == "insured" and row.coverage_option_id is not None),
        counts_stopped=plan.counts_stopped,
    )


def test_any_history_leaves_every_figure_true(session: Session, world: World) -> None:
    machine = type("Played", (History,), {"session": session, "world": world})
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=6, stateful_step_count=10, suppress_health_check=quiet)
    )
