"""A branch moves under another open plan, or out of one: its students count where they stand, once, and are asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.enrolment import services as enrolment
from app.enrolment.models import Enrolment
from app.enrolment.rules import Decision, Wish
from app.enrolment.services import bring
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.plans.models import CoverageOption, Plan
from app.plans.services import agree as agree_to_reopen
from app.plans.services import ask_to_reopen, close
from app.rates.services import reconcile
from app.students import services as students
from app.students.models import Student
from tests.at_once import Later, committed, until_waiting
from tests.campaigns import opened, plan_of
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, B, class_of, grade
from tests.rates.identities import all_is_true
from tests.rates.recounted import agree
from tests.stage import TEST
from tests.world import World

Node = Callable[[str], OrgNode]
Plans = tuple[Plan, Plan]
INSURED = Wish("insure", None)


@pytest.fixture(name="plans")
def _plans(session: Session) -> Plans:
    """An open plan of one county and one of the other, of the same product and year."""
    return opened(session, "HERE", place_code=COUNTY_A), opened(session, "THERE", place_code=COUNTY_B)


def moved(session: Session, what: str = A, to: str = COUNTY_B) -> int:
    """Move a place as the system does; returns how many places went along."""
    node = session.scalars(everything(select(OrgNode).where(OrgNode.code == what), because=TEST)).one()
    session.refresh(node)
    count = reshape.move(session, SYSTEM, node_id=node.id, target_code=to, version=node.version)
    session.expire_all()
    return count


def rows_in(session: Session, plan: Plan, *, counted: bool = True) -> dict[int, Enrolment]:
    """The rows of a plan that count, or those that count no more, by student."""
    which = Enrolment.removed_at.is_(None) if counted else Enrolment.removed_at.is_not(None)
    stmt = select(Enrolment).where(Enrolment.plan_id == plan.id, which).order_by(Enrolment.id)
    fresh = stmt.execution_options(populate_existing=True)
    return {row.student_id: row for row in session.scalars(everything(fresh, because=TEST))}


def pupils(world: World, school: str = A) -> set[int]:
    """The students of a school of the cast."""
    return {pupil.student_id for pupil in world.of(school)}


def insured(session: Session, plan: Plan, student_id: int) -> None:
    """Let a student be insured in a plan."""
    bring(session, SYSTEM, plan_id=plan.id, decisions=[Decision(student_id, "insured", "insure", None)])


def test_who_is_undecided_counts_no_more_there_and_is_asked_here(session: Session, world: World, plans: Plans) -> None:
    here, there = plans
    before = rows_in(session, here)
    assert set(before) == pupils(world)
    moved(session)
    assert rows_in(session, here) == {}
    assert set(rows_in(session, here, counted=False)) == pupils(world)
    assert set(rows_in(session, there)) == pupils(world) | pupils(world, B)
    assert {row.state for row in rows_in(session, there).values()} == {"unregistered"}
    assert reconcile(session) == []
    agree(session)


def test_what_was_decided_stays_and_is_asked_nowhere_else(session: Session, world: World, plans: Plans) -> None:
    here, there = plans
    one = min(pupils(world))
    insured(session, here, one)
    moved(session)
    row = rows_in(session, here)[one]
    assert (set(rows_in(session, here)), row.tally) == ({one}, "insured")
    assert set(rows_in(session, there)) == (pupils(world) - {one}) | pupils(world, B)
    agree(session)


def test_rows_of_a_plan_over_both_places_are_as_before(session: Session, world: World, node: Node) -> None:
    plan = plan_of(session, world.plan_id)
    before = {key: (row.id, row.state, row.version) for key, row in rows_in(session, plan).items()}
    moved(session)
    after = rows_in(session, plan)
    assert {key: (row.id, row.state, row.version) for key, row in after.items()} == before
    assert {row.school_id for key, row in after.items() if key in pupils(world)} == {node(A).id}


def test_a_plan_over_both_asks_whom_the_lower_one_asks_no_more(session: Session, world: World) -> None:
    lower = opened(session, "LOWER", place_code=COUNTY_A)
    upper = opened(session, "UPPER", place_code=ROOT)
    assert set(rows_in(session, upper)) == pupils(world, B)
    moved(session)
    assert rows_in(session, lower) == {}
    assert set(rows_in(session, upper)) == pupils(world) | pupils(world, B)


def test_who_moves_back_is_asked_there_again(session: Session, world: World, plans: Plans) -> None:
    here, there = plans
    moved(session)
    moved(session, to=COUNTY_A)
    assert set(rows_in(session, here)) == pupils(world)
    assert set(rows_in(session, there)) == pupils(world, B)
    assert set(rows_in(session, there, counted=False)) == pupils(world)
    agree(session)


def test_a_plan_of_the_branch_itself_goes_along(session: Session, world: World) -> None:
    own = opened(session, "OWN", place_code=A)
    before = {row.id for row in rows_in(session, own).values()}
    moved(session)
    assert {row.id for row in rows_in(session, own).values()} == before
    assert set(rows_in(session, own)) == pupils(world)


def test_a_class_that_goes_to_another_school_is_asked_by_that_school(session: Session) -> None:
    ours, theirs = opened(session, "OURS", place_code=A), opened(session, "THEIRS", place_code=B)
    (code,) = grow(session, SYSTEM, [NewNode(grade(A, 1), "class", "新班")])
    (one,) = admitted(session, [code])
    moved(session, code, grade(B, 1))
    assert (one in rows_in(session, ours), one in rows_in(session, theirs)) == (False, True)


def test_a_grade_that_comes_to_another_stage_is_asked_by_the_plan_of_that_stage(session: Session, node: Node) -> None:
    (senior,) = grow(session, SYSTEM, [NewNode(A, "campus", "高中部", stage="senior")])
    (young,) = grow(session, SYSTEM, [NewNode(A, "grade", "2026级", entry_year=2026)])
    (code,) = grow(session, SYSTEM, [NewNode(young, "class", "(1)班")])
    (one,) = admitted(session, [code])
    lower, upper = opened(session, "LOWER"), opened(session, "UPPER", audience=("senior",))
    moved(session, young, senior)
    assert (one in rows_in(session, lower), one in rows_in(session, upper)) == (False, True)
    assert node(code).path.startswith(node(senior).path)


def test_who_changes_to_a_class_of_another_stage_is_asked_by_the_plan_of_that_stage(session: Session) -> None:
    (senior,) = grow(session, SYSTEM, [NewNode(A, "grade", "高一年级", stage="senior", entry_year=2026)])
    (code,) = grow(session, SYSTEM, [NewNode(senior, "class", "(1)班", class_number="S-1")])
    assert code
    lower, upper = opened(session, "LOWER"), opened(session, "UPPER", audience=("senior",))
    one, other = sorted(rows_in(session, lower))[:2]
    insured(session, lower, other)
    here = rows_in(session, lower)[other].node_id
    students.move(session, SYSTEM, ids=[one, other], class_number="S-1")
    assert (one in rows_in(session, lower), one in rows_in(session, upper)) == (False, True)
    assert (rows_in(session, lower)[other].node_id, other in rows_in(session, upper)) == (here, False)


def test_places_of_a_merged_place_are_asked_as_if_they_had_moved(session: Session, world: World, plans: Plans) -> None:
    here, there = plans
    county = session.scalars(everything(select(OrgNode).where(OrgNode.code == COUNTY_A), because=TEST)).one()
    grow(
        session, SYSTEM, [NewNode("36", "city", "某市", code="3602"), NewNode("3602", "county", "某县", code="360202")]
    )
    insured(session, here, min(pupils(world)))
    reshape.merge(session, SYSTEM, node_id=county.id, target_code=COUNTY_B, version=county.version)
    session.expire_all()
    assert set(rows_in(session, here)) == {min(pupils(world))}
    assert set(rows_in(session, there)) == pupils(world, B) | pupils(world) - {min(pupils(world))}


def test_who_is_in_no_school_is_asked_by_nobody(session: Session, world: World, plans: Plans) -> None:
    _, there = plans
    one = min(pupils(world))
    found = session.scalars(everything(select(Student).where(Student.id == one), because=TEST)).one()
    found.state, found.state_reason, found.state_on = "on_leave", "病休", found.opened_on
    session.flush()
    moved(session)
    assert one not in rows_in(session, there)


def test_a_closed_plan_keeps_its_rows_and_lets_them_go_when_it_opens_again(
    session: Session, world: World, plans: Plans
) -> None:
    here, there = plans
    close(session, SYSTEM, plan_id=here.id, version=here.version, reason="窗口结束")
    moved(session)
    assert set(rows_in(session, here)) == pupils(world)
    assert set(rows_in(session, there)) == pupils(world, B)
    version = plan_of(session, here.id).version
    wish = ask_to_reopen(session, SYSTEM, plan_id=here.id, version=version, reason="补报")
    second = world.actor(session, "root_admin")
    agree_to_reopen(session, second, plan_id=here.id, wish_id=wish)
    assert rows_in(session, here) == {}
    assert set(rows_in(session, there)) == pupils(world) | pupils(world, B)
    agree(session)


def test_it_is_written_down_once(session: Session, world: World, plans: Plans, acts: Callable[[], list[Audit]]) -> None:
    assert len(plans) == 2
    moved(session)
    written = [(act.act, act.after) for act in acts() if act.act.startswith("enrolment:")]
    assert written == [("enrolment:follow", {"left_out": len(pupils(world)), "new": len(pupils(world))})]


def test_a_move_that_changes_nobodys_plan_writes_no_line_about_applications(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    assert world.plan_id
    moved(session)
    assert [act.act for act in acts()] == ["org:move"]


def test_many_are_asked_in_as_many_statements_as_few(
    session: Session, plans: Plans, statements: CountStatements
) -> None:
    _, there = plans
    with statements() as few:
        moved(session)
    moved(session, to=COUNTY_A)
    ids = admitted(session, [class_of(A, 1, 1)] * 100)
    with statements() as many:
        moved(session)
    assert len(few) == len(many)
    assert set(ids) <= set(rows_in(session, there))


def test_every_identity_holds_after_moves_to_and_fro(session: Session, world: World, plans: Plans) -> None:
    here, _ = plans
    for number, student_id in enumerate(sorted(pupils(world))):
        if number % 2:
            insured(session, here, student_id)
    for to in (COUNTY_B, COUNTY_A, COUNTY_B):
        moved(session, to=to)
    all_is_true(session, whole=True)


@pytest.mark.committed
def test_a_move_waits_for_who_enters_decisions_and_then_finds_them(database: Database, world: World) -> None:
    def prepare(session: Session) -> tuple[int, int]:
        return opened(session, "HERE", place_code=COUNTY_A).id, opened(session, "THERE", place_code=COUNTY_B).id

    here, there = committed(database, prepare)()
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        row = rows_in(session, plan_of(session, here))[min(pupils(world))]
        option = session.scalars(select(CoverageOption.id).where(CoverageOption.plan_id == here)).one()
        wish = Wish("insure", option)
        enrolment.enter(session, world.actor(session, "root_admin"), plan_id=here, ids=[row.id], wish=wish)
        tries: list[Session] = []

        def once(other: Session) -> int:
            tries.append(other)
            return moved(other)

        move = Later(committed(database, once))
        until_waiting(database)
    assert move.result() == 7
    assert len(tries) == 1
    with database.sessions() as session:
        assert set(rows_in(session, plan_of(session, here))) == {min(pupils(world))}
        assert len(rows_in(session, plan_of(session, there))) == len(world.pupils) - 1
        all_is_true(session)


@pytest.mark.committed
def test_who_decides_while_a_branch_moves_waits_and_is_told_that_it_counts_no_more(
    database: Database, world: World
) -> None:
    def prepare(session: Session) -> tuple[int, int, int]:
        plan = opened(session, "HERE", place_code=COUNTY_A)
        option = session.scalars(select(CoverageOption.id).where(CoverageOption.plan_id == plan.id)).one()
        return plan.id, rows_in(session, plan)[min(pupils(world))].id, option

    plan_id, row_id, option = committed(database, prepare)()

    def entered(session: Session) -> list[int]:
        wish = Wish("insure", option)
        actor = world.actor(session, "root_admin")
        return list(enrolment.enter(session, actor, plan_id=plan_id, ids=[row_id], wish=wish).done)

    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        moved(session)
        entering = Later(committed(database, entered))
        until_waiting(database)
    assert entering.result() == []
    with database.sessions() as session:
        assert rows_in(session, plan_of(session, plan_id)) == {}
        all_is_true(session)


@pytest.mark.committed
def test_a_plan_that_opens_while_a_branch_comes_asks_its_students(database: Database, world: World) -> None:
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        plan_id = opened(session, "THERE", place_code=COUNTY_B).id
        move = Later(committed(database, moved))
        until_waiting(database)
    assert move.result() == 7
    with database.sessions() as session:
        assert set(rows_in(session, plan_of(session, plan_id))) == set(pupils(world) | pupils(world, B))
