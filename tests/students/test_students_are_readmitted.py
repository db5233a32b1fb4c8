"""重新入学: a new record for who left, here or at another school; what was decided goes along in a plan over both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound
from app.enrolment.models import Enrolment
from app.enrolment.rules import Decision
from app.enrolment.services import bring
from app.students import records, services
from app.students.rules import (
    AlreadyInSchool,
    IsDeceased,
    OnFileElsewhere,
    OnFileHere,
    Particulars,
    StudentNumberTaken,
)
from tests.at_once import at_once, committed
from tests.campaigns import opened
from tests.make.places import A, B, class_of
from tests.make.pupils import Pupil
from tests.stage import TEST
from tests.students.typed import identity, placements, register, shown, student
from tests.world import KEYRING, World

NUMBER_B = "CANARY-202601"
SECOND = "THRUSH-202602"


def leave(session: Session, world: World, one: int, state: str = "withdrawn") -> None:
    """Let a student of school A leave."""
    services.leave(
        session,
        world.actor(session, "school_admin"),
        student_id=one,
        version=student(session, one).version,
        state=state,
        on=date(2026, 11, 9),
        reason="随父母迁居",
    )


def readmit(session: Session, world: World, one: int, who: str = "school_admin", **changed: object) -> int:
    """Readmit into the second class of school A."""
    asked = {"class_text": SECOND, "particulars": Particulars("BACK-001", date(2026, 11, 22)), **changed}
    actor = world.actor(session, who)
    return services.readmit(session, actor, student_id=one, keyring=KEYRING, **asked)  # type: ignore[arg-type]


def rows(session: Session, person_id: int, product: str = "resident_medical") -> list[tuple[int, str, int, str | None]]:
    """The enrolments of a person in a product: student, state, node, tally."""
    stmt = select(Enrolment.student_id, Enrolment.state, Enrolment.node_id, Enrolment.tally).where(
        Enrolment.person_id == person_id, Enrolment.product == product
    )
    return [tuple(row) for row in session.execute(everything(stmt.order_by(Enrolment.id), because=TEST))]  # type: ignore[misc]


def in_state(session: Session, world: World, state: str) -> Pupil:
    """A student of school A whose row is in a state."""
    stmt = select(Enrolment.student_id).where(Enrolment.plan_id == world.plan_id, Enrolment.state == state)
    ids = set(session.scalars(everything(stmt, because=TEST)))
    return next(pupil for pupil in world.of(A) if pupil.student_id in ids)


def to_b(session: Session, world: World, pupil: Pupil) -> int:
    """The other school takes a student who left."""
    typed = identity(pupil.name, pupil.certificate)
    return register(session, world.actor(session, "school_admin_b"), NUMBER_B, typed)


def test_who_left_gets_a_new_record_and_the_old_one_stays(session: Session, world: World) -> None:
    one, admin = world.of(A)[0].student_id, world.actor(session, "school_admin")
    guardian = services.TypedGuardian("王建国", "father", "13812345678", "passport", "E12345678")
    services.add_guardian(session, admin, student_id=one, typed=guardian, keyring=KEYRING)
    leave(session, world, one)
    new = readmit(session, world, one)
    old, row = student(session, one), student(session, new)
    assert (old.state, old.close_reason) == ("withdrawn", "随父母迁居")
    assert (row.person_id, row.state, row.student_number) == (old.person_id, "in_school", "BACK-001")
    assert placements(session, new) == [(world.nodes[class_of(A, 1, 2)], False)]
    before, after = (shown(session, admin, i, Permission.STUDENT_READ) for i in (one, new))
    assert after.phone == before.phone != ""
    assert [f.phone for f in records.families(session, admin, after, keyring=KEYRING)] == ["138****5678"]
    assert records.present_of(session, admin, before) == new
    stmt = select(ChangeRecord).where(ChangeRecord.kind == "student_readmitted")
    change = session.scalars(everything(stmt, because=TEST)).one()
    assert (change.subject_id, (change.before or {})["student_number"]) == (new, world.of(A)[0].student_number)


@pytest.mark.parametrize("state", ["insured", "waived", "stopped"])
def test_what_was_decided_goes_along_in_the_plan_over_both_schools(session: Session, world: World, state: str) -> None:
    pupil = in_state(session, world, state)
    leave(session, world, pupil.student_id, "transferred_out")
    assert [row[3] for row in rows(session, pupil.person_id)] == [state]
    new = to_b(session, world, pupil)
    assert rows(session, pupil.person_id) == [(new, state, world.nodes[class_of(B, 1, 1)], state)]


@pytest.mark.parametrize("state", ["unregistered", "submitted", "rejected", "draft"])
def test_who_had_decided_nothing_is_asked_anew(session: Session, world: World, state: str) -> None:
    pupil = in_state(session, world, state)
    leave(session, world, pupil.student_id, "transferred_out")
    new = to_b(session, world, pupil)
    home = world.nodes[class_of(B, 1, 1)]
    found = rows(session, pupil.person_id)
    assert [row[3] for row in found] == [None, "unregistered"]
    assert found[-1] == (new, "unregistered", home, "unregistered")


def test_what_was_decided_in_a_plan_of_the_old_school_stays_there(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    plan_a = opened(session, "ACCIDENT-A")
    bring(
        session,
        world.actor(session, "root_admin"),
        plan_id=plan_a.id,
        decisions=[Decision(pupil.student_id, "insured", "insure")],
    )
    leave(session, world, pupil.student_id, "transferred_out")
    opened(session, "ACCIDENT-B", place_code=B)
    to_b(session, world, pupil)
    found = rows(session, pupil.person_id, "student_accident")
    assert found == [(pupil.student_id, "insured", world.nodes[class_of(A, 1, 1)], "insured")]


def test_nobody_is_readmitted_who_is_in_a_school(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    with pytest.raises(OnFileHere):
        readmit(session, world, pupil.student_id)
    leave(session, world, pupil.student_id)
    elsewhere = to_b(session, world, pupil)
    with pytest.raises(OnFileElsewhere):
        readmit(session, world, pupil.student_id)
    admin = world.actor(session, "school_admin")
    record = shown(session, admin, pupil.student_id, Permission.STUDENT_READ)
    assert records.present_of(session, admin, record) is None
    assert student(session, elsewhere).closed_on is None


def test_who_has_died_is_not_readmitted(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    leave(session, world, one, "deceased")
    with pytest.raises(IsDeceased):
        readmit(session, world, one)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"class_text": ""}, {"class_text": "class_missing"}),
        ({"class_text": NUMBER_B}, {"class_text": "class_unknown"}),
        ({"particulars": Particulars("x")}, {"student_number": "student_number_shape"}),
    ],
)
def test_a_readmission_is_judged(
    session: Session, world: World, changed: dict[str, object], wrong: dict[str, str]
) -> None:
    one = world.of(A)[0].student_id
    leave(session, world, one)
    with pytest.raises(Invalid) as refusal:
        readmit(session, world, one, **changed)  # type: ignore[arg-type]
    assert refusal.value.fields == wrong


def test_the_old_student_number_is_not_given_again(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    leave(session, world, pupil.student_id)
    with pytest.raises(StudentNumberTaken):
        readmit(session, world, pupil.student_id, particulars=Particulars(pupil.student_number))


@pytest.mark.parametrize("role", ["school_admin_b", "class_teacher", "counsellor", "county_admin", "guardian"])
def test_who_may_not_readmits_nobody(session: Session, world: World, role: str) -> None:
    one = world.of(A)[0].student_id
    leave(session, world, one)
    with pytest.raises((NotFound, NotAllowed)):
        readmit(session, world, one, who=role)


@pytest.mark.committed
def test_of_two_who_readmit_at_once_one_does(database: Database, world: World) -> None:
    one = world.of(A)[0].student_id
    with database.sessions.begin() as session:
        leave(session, world, one)

    def act(number: str) -> Callable[[], object]:
        return committed(database, lambda session: readmit(session, world, one, particulars=Particulars(number)))

    outcomes = at_once(act("BACK-001"), act("BACK-002"))
    refused = [outcome for outcome in outcomes if isinstance(outcome, OnFileHere | AlreadyInSchool)]
    assert len(refused) == 1
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
