"""激活单: fresh codes for many accounts in one act, for those whom the actor may reset; the others are named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from app.access.scope import everything
from app.accounts.models import Account
from app.accounts.rules import NewAccount, NewGrant, NoSlip, Slip
from app.accounts.services import create, disable, hand_out
from app.accounts.services.activation import owner_of
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import NotFound
from tests.accounts.doors import enter, give_password
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.make.places import A, class_of
from tests.stage import TEST
from tests.world import KEYRING, World

CLASS = class_of(A, 1, 1)
TEACHERS = ("class_teacher", "class_admin", "counsellor")


def issued(
    session: Session, world: World, *names: str, by: str = "school_admin", also_in_use: bool = False
) -> tuple[list[Slip], list[NoSlip]]:
    """Issue codes for these of the cast."""
    ids = [world.accounts[name] for name in names]
    return hand_out(session, world.actor(session, by), account_ids=ids, also_in_use=also_in_use, keyring=KEYRING)


def stored(session: Session, account_id: int) -> Account:
    """The account as it stands now."""
    stmt = select(Account).where(Account.id == account_id).execution_options(populate_existing=True)
    return session.scalars(everything(stmt, because=TEST)).one()


def test_each_gets_a_code_that_opens_the_own_account(session: Session, world: World) -> None:
    slips, refused = issued(session, world, *TEACHERS)
    assert refused == []
    assert {slip.user_name for slip in slips} == set(TEACHERS)
    for slip in slips:
        assert owner_of(session, slip.code, keyring=KEYRING).account_id == world.accounts[slip.user_name]
        assert slip.place[0] == "画眉中学"


def test_the_codes_of_before_work_no_more(session: Session, world: World) -> None:
    first = issued(session, world, *TEACHERS)[0][0]
    issued(session, world, *TEACHERS)
    states = session.connection().execute(
        text("SELECT state FROM code WHERE subject_id = :id ORDER BY id"), {"id": first.account_id}
    )
    assert [row.state for row in states] == ["replaced", "issued"]


def test_who_has_a_password_keeps_it_unless_the_act_says_otherwise(
    database: Database, session: Session, world: World
) -> None:
    give_password(session, world, "class_teacher")
    slips, refused = issued(session, world, "class_teacher", "class_admin")
    assert [slip.user_name for slip in slips] == ["class_admin"]
    assert [(row.user_name, row.code) for row in refused] == [("class_teacher", "account_in_use")]
    session.commit()
    assert enter(database, "class_teacher").account_id == world.accounts["class_teacher"]


def test_a_password_ends_with_its_sessions_when_the_act_says_so(session: Session, world: World) -> None:
    give_password(session, world, "class_teacher")
    account_id = world.accounts["class_teacher"]
    epoch = stored(session, account_id).session_epoch
    slips, refused = issued(session, world, "class_teacher", also_in_use=True)
    assert (len(slips), refused) == (1, [])
    user = text("SELECT password FROM ab_user u JOIN account a ON a.user_id = u.id WHERE a.id = :id")
    assert session.connection().execute(user, {"id": account_id}).scalar_one() == ""
    assert stored(session, account_id).session_epoch == epoch + 1


def test_the_own_account_a_disabled_one_and_one_with_a_role_elsewhere_are_named(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    disable(
        session,
        admin,
        account_id=world.accounts["counsellor"],
        version=stored(session, world.accounts["counsellor"]).version,
    )
    grants = (NewGrant("class_teacher", node_code=CLASS), NewGrant("class_teacher", node_code=class_of("CANARY", 1, 1)))
    both = create(session, world.actor(session, "root_admin"), NewAccount("两校老师", CLASS, "both_schools", grants))
    ids = [admin.user_id, world.accounts["counsellor"], both, world.accounts["class_admin"]]
    slips, refused = hand_out(session, admin, account_ids=ids, also_in_use=True, keyring=KEYRING)
    assert [slip.user_name for slip in slips] == ["class_admin"]
    assert {(row.user_name, row.code) for row in refused} == {
        ("school_admin", "own_account"),
        ("counsellor", "account_not_active"),
        ("both_schools", "held_elsewhere"),
    }


@pytest.mark.parametrize("name", ["school_admin_b", "root_admin", "province_admin"])
def test_one_id_out_of_reach_refuses_the_whole_act(session: Session, world: World, name: str) -> None:
    with pytest.raises(NotFound):
        issued(session, world, "class_teacher", name)
    assert session.connection().scalar(text("SELECT count(*) FROM code")) == 0


@pytest.mark.parametrize("role", ["class_teacher", "student_affairs", "guardian"])
def test_who_may_reset_nobody_issues_nothing(session: Session, world: World, role: str) -> None:
    with pytest.raises(NotFound):
        issued(session, world, "class_admin", by=role)


def test_the_act_is_written_down_without_a_code(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    slips, _ = issued(session, world, *TEACHERS)
    (line,) = acts()
    assert (line.act, sorted(line.subject_ids)) == ("account:hand_out", sorted(slip.account_id for slip in slips))
    stmt = select(ChangeRecord).where(ChangeRecord.kind == "code_issued")
    records = session.scalars(everything(stmt, because=TEST)).all()
    assert {record.subject_id for record in records} == {slip.account_id for slip in slips}
    told = repr([line.before, line.after, *((record.before, record.after) for record in records)])
    assert not any(slip.code in told for slip in slips)


def test_many_take_as_many_statements_as_one(session: Session, world: World, statements: CountStatements) -> None:
    with statements() as one:
        issued(session, world, "class_teacher")
    with statements() as many:
        issued(session, world, *TEACHERS, "college_officer", "class_set_admin")
    assert len(many) == len(one)


@pytest.mark.committed
def test_of_two_who_issue_at_once_one_code_a_person_works(database: Database, world: World) -> None:
    ids = [world.accounts[name] for name in TEACHERS]

    def work(session: Session) -> list[Slip]:
        actor = world.actor(session, "school_admin")
        return hand_out(session, actor, account_ids=ids, also_in_use=False, keyring=KEYRING)[0]

    outcomes = at_once(*[committed(database, work)] * 2)
    codes = [slip.code for outcome in outcomes if isinstance(outcome, list) for slip in outcome]
    assert len(set(codes)) == len(codes) == 2 * len(TEACHERS)
    with database.sessions() as session:
        live = session.connection().execute(text("SELECT count(*) FROM code WHERE state = 'issued'"))
        assert live.scalar_one() == len(TEACHERS)
