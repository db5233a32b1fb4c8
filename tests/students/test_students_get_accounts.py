"""Accounts of students: made for the activation sheet, renamed, moved along and ended with the roll."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update

from app.access.actor import SYSTEM, Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts.actors import actor_for
from app.accounts.models import Account, LoginName
from app.accounts.services import disable, hand_out
from app.accounts.services.activation import activate
from app.core import clock
from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.core.errors import Invalid, NotFound
from app.core.events import listening
from app.people.identity import TypedIdentity
from app.students import records
from app.students.models import Student
from app.students.rules import Particulars, StudentNumberTaken, StudentsCorrected, StudentsLeft, StudentsMoved
from app.students.services import (
    below,
    change_status,
    correct,
    end_access,
    give_students,
    leave,
    move,
    move_access,
    readmit,
    rename_access,
)
from app.students.services.access import give
from app.students.workflow import StudentEvent
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.make.places import A, class_of
from tests.make.pupils import Pupil
from tests.stage import TEST
from tests.world import KEYRING, World

ADMIN = "school_admin"


def account_of(session: Session, pupil: Pupil) -> Account:
    """The account of a student of the cast."""
    stmt = (
        select(Account)
        .join(LoginName, LoginName.account_id == Account.id)
        .where(Account.person_id == pupil.person_id, LoginName.kind == "student_number")
        .execution_options(populate_existing=True)
    )
    return session.scalars(everything(stmt, because=TEST)).one()


def name_of(session: Session, account: Account) -> tuple[int | None, str]:
    """School and number an account signs in with."""
    row = session.execute(select(LoginName.school_id, LoginName.name).where(LoginName.account_id == account.id)).one()
    return row.school_id, row.name


def given(session: Session, world: World, *pupils: Pupil, by: str = ADMIN) -> list[int]:
    """See that they have accounts; returns the accounts."""
    made = give_students(session, world.actor(session, by), ids=[pupil.student_id for pupil in pupils])
    assert made.refused == []
    return made.account_ids


def version_of(session: Session, pupil: Pupil) -> int:
    """The version of a student's row."""
    stmt = select(Student.version).where(Student.id == pupil.student_id)
    return session.scalars(everything(stmt, because=TEST)).one()


def gone(session: Session, world: World, pupil: Pupil) -> None:
    """Let a student leave."""
    today = clock.today(session)
    leave(
        session,
        world.actor(session, ADMIN),
        student_id=pupil.student_id,
        version=version_of(session, pupil),
        state="withdrawn",
        on=today,
        reason="随父母迁往外地",
    )


def test_a_student_without_an_account_gets_one_that_sees_the_own_rows_only(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    (account_id,) = given(session, world, pupil)
    account = account_of(session, pupil)
    assert account.id == account_id
    assert name_of(session, account) == (world.nodes[A], pupil.student_number)
    actor = actor_for(session, account_id)
    assert [(grant.role, grant.prefixes, grant.person_id) for grant in actor.grants] == [
        ("student", (), pupil.person_id)
    ]
    assert actor.home_path is not None
    assert actor.home_path.endswith(f"/{world.nodes[pupil.class_code]}/")


def test_who_has_an_account_keeps_it(session: Session, world: World) -> None:
    pupils = world.of(A)[:2]
    first = given(session, world, pupils[0])
    assert set(first) < set(given(session, world, *pupils))


def test_the_code_lets_the_student_in(session: Session, world: World) -> None:
    ids = given(session, world, world.of(A)[0])
    admin = world.actor(session, ADMIN)
    (slip,), _ = hand_out(session, admin, account_ids=ids, also_in_use=False, keyring=KEYRING)
    assert slip.user_name == world.of(A)[0].student_number
    assert activate(session, code=slip.code, password="moon over the lake", keyring=KEYRING) == ids[0]


def test_somebody_of_another_school_is_not_found(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        given(session, world, world.of(A)[0], world.of("CANARY")[0])
    assert session.scalar(text("SELECT count(*) FROM login_name WHERE kind = 'student_number'")) == 0


@pytest.mark.parametrize("role", ["class_teacher", "class_admin", "student_affairs", "guardian"])
def test_who_may_make_no_accounts_makes_none(session: Session, world: World, role: str) -> None:
    with pytest.raises(NotFound):
        given(session, world, world.of(A)[0], by=role)


def test_who_has_left_is_named(session: Session, world: World) -> None:
    left, stays = world.of(A)[:2]
    gone(session, world, left)
    made = give_students(session, world.actor(session, ADMIN), ids=[left.student_id, stays.student_id])
    assert [(row.user_name, row.code) for row in made.refused] == [(left.student_number, "student_has_left")]
    assert len(made.account_ids) == 1


def test_a_number_another_account_signs_in_with_is_named(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    (account_id,) = given(session, world, pupil)
    session.execute(everything(update(Account).where(Account.id == account_id).values(person_id=None), because=TEST))
    made = give_students(session, world.actor(session, ADMIN), ids=[pupil.student_id])
    assert [row.code for row in made.refused] == ["login_name_taken"]


def test_leaving_ends_the_account_and_all_it_opens(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    (account_id,) = given(session, world, pupil)
    epoch = account_of(session, pupil).session_epoch
    gone(session, world, pupil)
    account = account_of(session, pupil)
    assert (account.state, account.session_epoch) == ("disabled", epoch + 1)
    with pytest.raises(NotFound):
        actor_for(session, account_id)
    live = text("SELECT count(*) FROM account_grant WHERE account_id = :id AND ended_at IS NULL")
    assert session.connection().execute(live, {"id": account_id}).scalar_one() == 0
    reason = text("SELECT reason FROM change_record WHERE kind = 'account_disabled' AND subject_id = :id")
    assert "离校" in session.connection().execute(reason, {"id": account_id}).scalar_one()


def test_an_account_that_ended_with_a_mistaken_leaving_comes_back(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    (account_id,) = given(session, world, pupil)
    gone(session, world, pupil)
    change_status(
        session,
        world.actor(session, ADMIN),
        student_id=pupil.student_id,
        version=version_of(session, pupil),
        event=StudentEvent.REOPEN,
        on=None,
        reason="误操作",
    )
    assert given(session, world, pupil) == [account_id]
    assert [grant.person_id for grant in actor_for(session, account_id).grants] == [pupil.person_id]


def test_who_comes_back_with_another_number_gets_the_old_account_under_it(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    (account_id,) = given(session, world, pupil)
    gone(session, world, pupil)
    admin = world.actor(session, ADMIN)
    particulars = Particulars(student_number="THRUSH-88")
    number = f"{A}-202602"
    again = readmit(
        session,
        admin,
        student_id=pupil.student_id,
        class_text=number,
        particulars=particulars,
        keyring=KEYRING,
    )
    assert give_students(session, admin, ids=[again]).account_ids == [account_id]
    account = account_of(session, pupil)
    assert name_of(session, account) == (world.nodes[A], "THRUSH-88")
    assert (account.state, account.node_id) == ("active", world.nodes[class_of(A, 1, 2)])


def test_one_that_an_administrator_disabled_stays_disabled(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    (account_id,) = given(session, world, pupil)
    admin = world.actor(session, ADMIN)
    disable(session, admin, account_id=account_id, version=account_of(session, pupil).version)
    given(session, world, pupil)
    assert account_of(session, pupil).state == "disabled"


def test_changing_class_takes_the_account_along(session: Session, world: World) -> None:
    pupil, target = world.of(A)[0], class_of(A, 2, 1)
    given(session, world, pupil)
    move(session, world.actor(session, ADMIN), ids=[pupil.student_id], class_number=f"{A}-202501")
    account = account_of(session, pupil)
    assert account.node_id == world.nodes[target]
    assert account.tree_path.endswith(f"/{world.nodes[target]}/")


def corrected(session: Session, world: World, pupil: Pupil, *, number: str, name: str | None = None) -> None:
    """Correct number and name of a student."""
    admin: Actor = world.actor(session, ADMIN)
    keyring: Keyring = KEYRING
    record = records.record_of(session, admin, Permission.STUDENT_UPDATE, student_id=pupil.student_id, keyring=keyring)
    typed = TypedIdentity(
        certificate_type=str(record.certificate_type),
        number=record.certificate,
        name=name or pupil.name,
        sex=record.sex,
        birth_date=record.birth_date,
        ethnicity=record.ethnicity or "",
    )
    values = records.values_of(record)
    kept = {key: values[key] for key in Particulars.__dataclass_fields__ if key in values}
    correct(
        session,
        admin,
        student_id=pupil.student_id,
        version=record.version,
        typed=typed,
        particulars=Particulars(**{**kept, "student_number": number}),
        keyring=keyring,
    )


def test_another_number_and_name_are_those_of_the_account_at_once(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    given(session, world, pupil)
    corrected(session, world, pupil, number="THRUSH-77", name="画眉新")
    account = account_of(session, pupil)
    assert name_of(session, account) == (world.nodes[A], "THRUSH-77")
    assert account.name == "画眉新"


def test_a_number_put_right_is_free_for_whom_it_belongs_to(session: Session, world: World) -> None:
    first, second = world.of(A)[:2]
    given(session, world, first, second)
    corrected(session, world, first, number="THRUSH-77")
    corrected(session, world, second, number=first.student_number)
    assert name_of(session, account_of(session, second))[1] == first.student_number


def test_a_number_that_somebody_else_signs_in_with_is_refused_and_nothing_changes(
    session: Session, world: World
) -> None:
    pupil = world.of(A)[0]
    given(session, world, pupil, world.of(A)[1])
    session.commit()
    with pytest.raises(StudentNumberTaken), session.begin_nested():
        corrected(session, world, pupil, number=world.of(A)[1].student_number.lower())
    assert name_of(session, account_of(session, pupil))[1] == pupil.student_number


def test_everybody_of_a_place_is_found_and_nobody_of_another(session: Session, world: World) -> None:
    admin = world.actor(session, ADMIN)
    stmt = text("SELECT path FROM org_node WHERE code = :code")
    paths = {
        code: session.connection().execute(stmt, {"code": code}).scalar_one() for code in (A, class_of(A, 1, 1), "CN")
    }
    everybody = sorted(pupil.student_id for pupil in world.of(A))
    assert below(session, admin, paths[A]) == everybody
    assert len(below(session, admin, paths[class_of(A, 1, 1)])) == 2
    assert below(session, admin, paths["CN"]) == everybody


@pytest.mark.parametrize("whom", ["", "teachers"])
def test_sheets_are_for_students_or_guardians(session: Session, world: World, whom: str) -> None:
    with pytest.raises(Invalid):
        give(session, world.actor(session, ADMIN), whom, ids=[1])


def test_many_take_as_many_statements_as_one(session: Session, world: World, statements: CountStatements) -> None:
    admin = world.actor(session, ADMIN)
    with statements() as one:
        give_students(session, admin, ids=[world.of(A)[0].student_id])
    with statements() as many:
        give_students(session, admin, ids=[pupil.student_id for pupil in world.of(A)[1:]])
    assert len(many) == len(one)


def test_following_the_roll_takes_as_many_statements_for_many(
    session: Session, world: World, statements: CountStatements
) -> None:
    given(session, world, *world.of(A))
    ids = tuple(pupil.student_id for pupil in world.of(A))
    with statements() as one:
        move_access(session, SYSTEM, StudentsMoved(ids[:1]))
    with statements() as many:
        move_access(session, SYSTEM, StudentsMoved(ids))
    assert len(many) == len(one)


@pytest.mark.committed
def test_of_two_who_give_at_once_one_account_a_student_is_made(database: Database, world: World) -> None:
    ids = [pupil.student_id for pupil in world.of(A)]

    def work(session: Session) -> list[int]:
        return give_students(session, world.actor(session, ADMIN), ids=ids).account_ids

    first, second = at_once(*[committed(database, work)] * 2)
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert sorted(first) == sorted(second)
    assert len(set(first)) == len(ids)


def test_the_listeners_are_connected() -> None:
    assert end_access in listening(StudentsLeft)
    assert move_access in listening(StudentsMoved)
    assert rename_access in listening(StudentsCorrected)
