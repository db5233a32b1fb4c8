"""Making, editing, resetting, disabling, enabling and deregistering: what works, what is refused, what is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts import queries, services
from app.accounts.models import LoginName
from app.accounts.rules import Contact, HeldElsewhere, NameTaken, NewAccount, NewGrant, OwnAccount
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database
from app.core.errors import Conflict, Invalid, Stale
from app.core.workflow import WrongState
from tests.at_once import at_once, committed
from tests.make.places import A, B, class_of
from tests.make.users import LONG, digest_of, hired, row
from tests.world import KEYRING, World

Acts = Callable[[], list[Audit]]


@pytest.fixture
def teacher(session: Session) -> int:
    """A teacher of school A with a password."""
    grants = (NewGrant("class_teacher", node_code=class_of(A, 1, 1)),)
    return hired(session, "li_jing", A, *grants, password=LONG)


def reset(session: Session, world: World, account_id: int, version: int | None = None) -> str:
    who = world.actor(session, "school_admin")
    version = row(session, account_id).version if version is None else version
    return services.reset(session, who, account_id=account_id, version=version, keyring=KEYRING).text


def changes(session: Session, account_id: int) -> list[ChangeRecord]:
    stmt = select(ChangeRecord).where(ChangeRecord.subject == "account", ChangeRecord.subject_id == account_id)
    ordered = stmt.order_by(ChangeRecord.id)
    return list(session.scalars(everything(ordered, because="a test looks at everything")))


def test_a_new_account_has_a_code_and_no_password(session: Session, world: World, acts: Acts) -> None:
    who = world.actor(session, "school_admin")
    new = NewAccount("周晓燕", A, "zhou_xy", (NewGrant("counsellor", node_code=A),), mobile="138 0013 8000")
    account_id, code = services.open_account(session, who, new, keyring=KEYRING)
    assert len(code.text) == 14
    assert digest_of(session, account_id) == ""
    line = queries.get(session, who, Permission.ACCOUNT_READ, account_id=account_id, keyring=KEYRING).line
    assert (line.user_name, line.mobile, line.roles) == ("zhou_xy", "138****8000", ("counsellor",))
    written = [(act.before, act.after, act.reason) for act in acts()]
    written += [(one.before, one.after, one.reason) for one in changes(session, account_id)]
    assert {"account:create", "account:grant"} <= {act.act for act in acts()}
    assert not [one for one in written if "13800138000" in str(one)]


@pytest.mark.parametrize("name", ["li_jing", "LI_JING", "Li_Jing"])
@pytest.mark.usefixtures("teacher")
def test_a_user_name_is_taken_in_any_case(session: Session, name: str) -> None:
    with pytest.raises(NameTaken):
        hired(session, name, A)


@pytest.mark.parametrize("name", ["1abc", "a", "a b", "李静", "x" * 33, "a-b", ""])
def test_a_user_name_of_another_shape_is_refused(session: Session, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        hired(session, name, A)
    assert refused.value.fields == {"user_name": "user_name_shape"}


@pytest.mark.committed
def test_of_two_who_take_a_name_at_once_one_gets_it(database: Database) -> None:
    def taking(name: str) -> Callable[[], int]:
        return committed(database, lambda session: hired(session, name, A))

    outcomes = at_once(taking("Xy"), taking("xY"))
    assert len([outcome for outcome in outcomes if isinstance(outcome, int)]) == 1
    assert len([outcome for outcome in outcomes if isinstance(outcome, NameTaken)]) == 1


def test_editing_writes_what_changed_masked(session: Session, world: World, teacher: int) -> None:
    who = world.actor(session, "school_admin")
    version = row(session, teacher).version
    new = Contact("李静静", email="li@example.cn", mobile="13912345678")
    services.edit(session, who, account_id=teacher, version=version, new=new, keyring=KEYRING)
    record = changes(session, teacher)[-1]
    assert record.after == {"name": "李静静", "email": "li@example.cn", "mobile": "139****5678"}
    assert row(session, teacher).version == version + 1


def test_an_edit_from_an_old_page_shows_what_stands_there_now(session: Session, world: World, teacher: int) -> None:
    who = world.actor(session, "school_admin")
    with pytest.raises(Stale) as stale:
        services.edit(session, who, account_id=teacher, version=0, new=Contact("x"), keyring=KEYRING)
    assert stale.value.current["name"] == "员工li_jing"


@pytest.mark.parametrize("mobile", ["12345", "02012345678", "1380013800", "abc"])
def test_a_number_that_is_no_mobile_is_refused(session: Session, world: World, teacher: int, mobile: str) -> None:
    who = world.actor(session, "school_admin")
    version = row(session, teacher).version
    with pytest.raises(Invalid) as refused:
        services.edit(
            session, who, account_id=teacher, version=version, new=Contact("x", mobile=mobile), keyring=KEYRING
        )
    assert refused.value.fields == {"mobile": "mobile_shape"}


def test_a_reset_kills_the_password_and_every_session(session: Session, world: World, teacher: int) -> None:
    before = row(session, teacher).session_epoch
    code = reset(session, world, teacher)
    assert digest_of(session, teacher) == ""
    assert row(session, teacher).session_epoch == before + 1
    assert services.owner_of(session, code, keyring=KEYRING).account_id == teacher


def test_a_second_reset_from_the_same_page_is_stale(session: Session, world: World, teacher: int) -> None:
    version = row(session, teacher).version
    reset(session, world, teacher, version)
    with pytest.raises(Stale):
        reset(session, world, teacher, version)


@pytest.mark.committed
def test_of_two_resets_at_once_one_code_is_given(database: Database, world: World) -> None:
    target = world.accounts["class_teacher"]

    def act(session: Session) -> str:
        return reset(session, world, target, 2)

    outcomes = at_once(*(committed(database, act) for _ in range(2)))
    assert len([outcome for outcome in outcomes if isinstance(outcome, str)]) == 1
    assert len([outcome for outcome in outcomes if isinstance(outcome, Stale)]) == 1


def test_an_account_is_disabled_and_enabled_and_its_sessions_end_both_times(
    session: Session, world: World, teacher: int
) -> None:
    who = world.actor(session, "school_admin")
    epoch = row(session, teacher).session_epoch
    services.disable(session, who, account_id=teacher, version=row(session, teacher).version, reason="休假")
    assert (row(session, teacher).state, row(session, teacher).session_epoch) == ("disabled", epoch + 1)
    with pytest.raises(WrongState):
        services.disable(session, who, account_id=teacher, version=row(session, teacher).version)
    with pytest.raises(Conflict):
        reset(session, world, teacher)
    services.enable(session, who, account_id=teacher, version=row(session, teacher).version)
    assert (row(session, teacher).state, row(session, teacher).session_epoch) == ("active", epoch + 2)
    assert [change.kind for change in changes(session, teacher)][-2:] == ["account_disabled", "account_enabled"]


def test_a_deregistered_account_never_comes_back(session: Session, world: World, teacher: int) -> None:
    who = world.actor(session, "school_admin")
    code = reset(session, world, teacher)
    services.deregister(session, who, account_id=teacher, version=row(session, teacher).version, reason="离职")
    assert row(session, teacher).state == "deregistered"
    names = session.scalars(select(LoginName.retired_at).where(LoginName.account_id == teacher)).all()
    assert all(names)
    with pytest.raises(WrongState):
        services.enable(session, who, account_id=teacher, version=row(session, teacher).version)
    with pytest.raises(Conflict):
        services.activate(session, code=code, password=LONG, keyring=KEYRING)
    for variant in ("li_jing", "LI_JING"):
        with pytest.raises(NameTaken):
            hired(session, variant, B)


def test_deregistering_wants_a_reason(session: Session, world: World, teacher: int) -> None:
    who = world.actor(session, "school_admin")
    with pytest.raises(Invalid):
        services.deregister(session, who, account_id=teacher, version=row(session, teacher).version, reason="")


def test_nobody_resets_disables_or_grants_the_own_account(session: Session, world: World) -> None:
    who = world.actor(session, "school_admin")
    version = row(session, who.user_id).version
    with pytest.raises(OwnAccount):
        services.disable(session, who, account_id=who.user_id, version=version)
    with pytest.raises(OwnAccount):
        services.reset(session, who, account_id=who.user_id, version=version, keyring=KEYRING)
    with pytest.raises(OwnAccount):
        services.change_grants(
            session, who, account_id=who.user_id, version=version, role="student_affairs", node_ids=[world.nodes[A]]
        )


def test_an_account_that_also_works_elsewhere_is_left_to_who_covers_both(session: Session, world: World) -> None:
    at_both = hired(
        session,
        "at_both",
        A,
        NewGrant("class_teacher", node_code=class_of(A, 1, 1)),
        NewGrant("class_teacher", node_code=class_of(B, 1, 1)),
    )
    with pytest.raises(HeldElsewhere):
        reset(session, world, at_both)
    root = world.actor(session, "root_admin")
    version = row(session, at_both).version
    services.reset(session, root, account_id=at_both, version=version, keyring=KEYRING)
