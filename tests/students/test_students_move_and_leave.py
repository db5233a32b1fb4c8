"""转班 and 离校: students, placements and rows of open plans go together; undecided rows of leavers count no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.orgs.reshape import merge
from app.students import services
from app.students.rules import HasLeft, NothingTicked, SameClass, SeveralSchools
from tests.at_once import at_once, committed
from tests.crowd import admitted
from tests.make.places import A, B, class_of
from tests.stage import TEST
from tests.students.typed import placements, student
from tests.world import World

FIRST, SECOND, LOWER = class_of(A, 1, 1), class_of(A, 1, 2), class_of(A, 2, 1)
SECOND_NUMBER, LOWER_NUMBER = "THRUSH-202602", "THRUSH-202501"
LEFT = date(2026, 11, 1)
MAY_MOVE = sorted(role.code for role in ROLES if Permission.STUDENT_MOVE in role.permissions)
MAY_NOT = sorted(role.code for role in ROLES if Permission.STUDENT_MOVE not in role.permissions)


def rows(session: Session, students: Sequence[int]) -> list[tuple[int, str, int, str, str | None]]:
    """The enrolments of students: student, state, node, path, tally."""
    stmt = select(Enrolment.student_id, Enrolment.state, Enrolment.node_id, Enrolment.tree_path, Enrolment.tally).where(
        Enrolment.student_id.in_(students)
    )
    found = session.execute(everything(stmt.order_by(Enrolment.student_id), because=TEST))
    return [(row.student_id, row.state, row.node_id, row.tree_path, row.tally) for row in found]


def leave(session: Session, world: World, student_id: int, **changed: object) -> None:
    """Let a student of school A leave."""
    asked = {"version": student(session, student_id).version, "state": "withdrawn", "on": LEFT, "reason": "迁居"}
    who = str(changed.pop("who", "school_admin"))
    services.leave(session, world.actor(session, who), student_id=student_id, **{**asked, **changed})  # type: ignore[arg-type]


def test_students_change_class_with_their_rows_and_history(session: Session, world: World) -> None:
    ids = [pupil.student_id for pupil in world.of(A)[:4]]
    moving = ids[:2]
    states = [row[1] for row in rows(session, moving)]
    assert services.move(session, world.actor(session, "school_admin"), ids=moving, class_number=LOWER_NUMBER) == 2
    for student_id in moving:
        row = student(session, student_id)
        assert (row.node_id, row.class_roll_number) == (world.nodes[LOWER], None)
        assert placements(session, student_id) == [(world.nodes[FIRST], True), (world.nodes[LOWER], False)]
    moved = rows(session, moving)
    assert [row[1] for row in moved] == states
    assert {(row[2], row[3]) for row in moved} == {(world.nodes[LOWER], student(session, moving[0]).tree_path)}
    assert {row[2] for row in rows(session, ids[2:])} == {world.nodes[SECOND]}


def test_the_transfer_is_written_down(session: Session, world: World, acts: Callable[[], list[Audit]]) -> None:
    ids = [pupil.student_id for pupil in world.of(A)[:2]]
    services.move(session, world.actor(session, "school_admin"), ids=ids, class_number=SECOND_NUMBER)
    stmt = select(ChangeRecord).where(ChangeRecord.kind == "class_transfer").order_by(ChangeRecord.id)
    changes = session.scalars(everything(stmt, because=TEST)).all()
    assert [change.subject_id for change in changes] == ids
    assert {(c.before or {})["class_number"] for c in changes} == {"THRUSH-202601"}
    assert {(c.after or {})["class_number"] for c in changes} == {SECOND_NUMBER}
    assert [act.act for act in acts()] == ["student:move"]


@pytest.mark.parametrize("role", MAY_MOVE)
def test_who_may_moves_students_of_the_own_class(session: Session, world: World, role: str) -> None:
    one = world.of(A)[0].student_id
    assert services.move(session, world.actor(session, role), ids=[one], class_number=SECOND_NUMBER) == 1


@pytest.mark.parametrize("role", MAY_NOT)
def test_who_may_not_moves_nobody(session: Session, world: World, role: str) -> None:
    one = world.of(A)[0].student_id
    with pytest.raises((NotFound, NotAllowed)):
        services.move(session, world.actor(session, role), ids=[one], class_number=SECOND_NUMBER)


def test_students_of_a_merged_class_follow_it(session: Session, world: World) -> None:
    ids = [pupil.student_id for pupil in world.of(A)[:2]]
    stmt = everything(select(OrgNode.version).where(OrgNode.code == FIRST), because=TEST)
    version = session.scalars(stmt).one()
    county = world.actor(session, "county_admin")
    merge(session, county, node_id=world.nodes[FIRST], target_code=SECOND, version=version)
    assert {student(session, one).node_id for one in ids} == {world.nodes[SECOND]}
    assert {row[2] for row in rows(session, ids)} == {world.nodes[SECOND]}
    assert placements(session, ids[0]) == [(world.nodes[FIRST], True), (world.nodes[SECOND], False)]


def test_one_foreign_id_refuses_the_whole_batch(session: Session, world: World) -> None:
    ids = [world.of(A)[0].student_id, world.of(B)[0].student_id]
    with pytest.raises(NotFound):
        services.move(session, world.actor(session, "school_admin"), ids=ids, class_number=SECOND_NUMBER)
    assert student(session, ids[0]).node_id == world.nodes[FIRST]


@pytest.mark.parametrize("number", ["CANARY-202601", "nowhere", ""])
def test_a_class_of_another_school_is_unknown(session: Session, world: World, number: str) -> None:
    one = world.of(A)[0].student_id
    with pytest.raises(Invalid) as refusal:
        services.move(session, world.actor(session, "root_admin"), ids=[one], class_number=number)
    assert list(refusal.value.fields) == ["class_number"]


def test_what_no_transfer_is(session: Session, world: World) -> None:
    one, other = world.of(A)[0].student_id, world.of(A)[2].student_id
    admin, root = world.actor(session, "school_admin"), world.actor(session, "root_admin")
    with pytest.raises(NothingTicked):
        services.move(session, admin, ids=[], class_number=SECOND_NUMBER)
    with pytest.raises(SameClass) as same:
        services.move(session, admin, ids=[one, other], class_number=SECOND_NUMBER)
    assert same.value.facts == {"count": 1}
    with pytest.raises(SeveralSchools):
        services.move(session, root, ids=[one, world.of(B)[0].student_id], class_number=SECOND_NUMBER)


def test_who_has_left_moves_no_more(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    leave(session, world, one)
    with pytest.raises(HasLeft):
        services.move(session, world.actor(session, "school_admin"), ids=[one], class_number=SECOND_NUMBER)
    with pytest.raises(HasLeft):
        leave(session, world, one)


def test_who_leaves_is_counted_only_where_decided(session: Session, world: World) -> None:
    ids = [pupil.student_id for pupil in world.of(A)]
    before = {row[0]: (row[1], row[4]) for row in rows(session, ids)}
    for student_id in ids:
        leave(session, world, student_id)
    after = {row[0]: (row[1], row[4]) for row in rows(session, ids)}
    decided = {"insured", "waived", "stopped"}
    assert {i: tally for i, (_, tally) in after.items()} == {
        i: tally if state in decided else None for i, (state, tally) in before.items()
    }
    assert {state for state, _ in before.values()} > decided
    assert all(placements(session, student_id)[-1][1] for student_id in ids)


def test_leaving_keeps_the_record_and_says_why(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    leave(session, world, one, state="graduated", reason=" 毕业离校 ")
    row = student(session, one)
    assert (row.state, row.closed_on, row.close_reason) == ("graduated", LEFT, "毕业离校")
    stmt = select(ChangeRecord).where(ChangeRecord.kind == "student_closed")
    change = session.scalars(everything(stmt, because=TEST)).one()
    assert (change.before, change.reason) == ({"state": "in_school"}, "毕业离校")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("state", "in_school", "choice"),
        ("state", "nonsense", "choice"),
        ("on", date(2026, 8, 31), "leave_date_range"),
        ("on", date(2099, 1, 1), "leave_date_range"),
        ("on", None, "leave_date_range"),
        ("reason", " x ", "reason_length"),
    ],
)
def test_leaving_needs_a_state_a_day_and_a_reason(
    session: Session, world: World, field: str, value: object, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        leave(session, world, world.of(A)[0].student_id, **{field: value})
    assert refusal.value.fields == {field: code}


def test_a_stale_or_foreign_page_lets_nobody_leave(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    with pytest.raises(Stale):
        leave(session, world, one, version=99)
    for role in ("school_admin_b", "class_teacher", "guardian"):
        with pytest.raises((NotFound, NotAllowed)):
            leave(session, world, one, who=role)


@pytest.mark.committed
def test_two_batches_that_overlap_never_deadlock(database: Database, world: World) -> None:
    with database.sessions.begin() as session:
        many = admitted(session, [FIRST] * 40)

    def batch(ids: list[int], number: str) -> Callable[[], object]:
        def work(session: Session) -> int:
            return services.move(session, world.actor(session, "school_admin"), ids=ids, class_number=number)

        return committed(database, work)

    outcomes = at_once(batch(many, SECOND_NUMBER), batch(many[::-1], LOWER_NUMBER))
    assert outcomes == [40, 40]
    with database.sessions() as session:
        where = {student(session, one).node_id for one in many}
        assert len(where) == 1
        assert {row[2] for row in rows(session, many)} == where
        assert all(sum(not over for _, over in placements(session, one)) == 1 for one in many)


def test_a_batch_takes_as_many_statements_as_a_single_one(
    session: Session, world: World, statements: Callable[..., object]
) -> None:
    admin, many = world.actor(session, "school_admin"), admitted(session, [FIRST] * 30)
    sent: dict[int, int] = {}
    for ids in (many[:1], many[1:]):
        with statements() as noted:  # type: ignore[attr-defined]
            services.move(session, admin, ids=ids, class_number=SECOND_NUMBER)
        sent[len(ids)] = len(noted)
    assert sent[29] == sent[1] <= 24
