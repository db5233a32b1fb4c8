"""What could this account do here: the answer is the one the system acts by, and names the grant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, update

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.accounts.models import Account, AccountGrant, RoleDetail
from app.core.db import Session
from app.core.errors import NotFound
from app.orgs.models import OrgNode
from app.roles import queries
from app.roles.queries import Reason
from tests.conftest import CountStatements
from tests.make.places import ROOT, A, B, class_of
from tests.world import World

Node = Callable[[str], OrgNode]
Role = Callable[[str], RoleDetail]
CLASS, NEXT_CLASS = class_of(A, 1, 1), class_of(A, 1, 2)
NO_NUMBER = "#99999999999999999999"


def _could(session: Session, world: World, who: str, node: OrgNode) -> dict[Permission, tuple[Reason, ...]]:
    return queries.could(session, account_id=world.accounts[who], node=node)


@pytest.mark.parametrize("who", [role.code for role in ROLES] + ["root_admin", "school_admin_b"])
@pytest.mark.parametrize("code", [A, CLASS, NEXT_CLASS, B])
def test_the_answer_is_what_the_system_acts_by(who: str, code: str, session: Session, world: World, node: Node) -> None:
    actor, place = world.actor(session, who), node(code)
    answer = _could(session, world, who, place)
    assert set(answer) == set(Permission)
    for permission, reasons in answer.items():
        here = any(not reason.is_personal for reason in reasons)
        assert here == actor.covers(permission, place.path), permission
        assert any(reason.is_personal for reason in reasons) == bool(actor.persons(permission)), permission


def test_the_grant_that_says_so_is_named(session: Session, world: World, node: Node) -> None:
    answer = _could(session, world, "school_admin", node(CLASS))
    (reason,) = answer[Permission.STUDENT_CREATE]
    assert (reason.role, reason.place.split(" / ")[-1], reason.is_personal) == ("school_admin", "画眉中学", False)
    assert answer[Permission.ROLE_UPDATE] == ()


def test_two_grants_never_merge_into_more_than_each_allows(
    session: Session, world: World, node: Node, role: Role
) -> None:
    next_class = node(NEXT_CLASS)
    values = {
        "account_id": world.accounts["class_teacher"],
        "role_id": role("class_admin").role_id,
        "node_id": next_class.id,
        "tree_path": next_class.path,
    }
    session.execute(everything(insert(AccountGrant).values(**values), because="a test gives a second post"))
    at_first, at_next = (_could(session, world, "class_teacher", node(code)) for code in (CLASS, NEXT_CLASS))
    assert {reason.role for reason in at_first[Permission.STUDENT_READ]} == {"class_teacher"}
    assert {reason.role for reason in at_next[Permission.STUDENT_READ]} == {"class_admin"}
    assert at_first[Permission.STUDENT_CREATE] == ()
    assert [reason.role for reason in at_next[Permission.STUDENT_CREATE]] == ["class_admin"]


def test_a_guardian_could_read_the_own_child_and_nothing_of_the_place(
    session: Session, world: World, node: Node
) -> None:
    answer = _could(session, world, "guardian", node(CLASS))
    assert answer[Permission.STUDENT_READ] == (Reason("guardian", "", is_personal=True),)
    assert answer[Permission.STUDENT_EXPORT] == ()


def test_what_waits_for_a_parameter_is_not_allowed_yet(session: Session, world: World, node: Node) -> None:
    assert _could(session, world, "province_admin", node(A))[Permission.FIGURE_NAMES] == ()


def test_a_disabled_account_could_do_nothing(session: Session, world: World, node: Node) -> None:
    stmt = update(Account).where(Account.id == world.accounts["school_admin"]).values(state="disabled")
    session.execute(everything(stmt, because="a test disables an account"))
    assert not any(_could(session, world, "school_admin", node(A)).values())


def test_an_account_is_found_by_its_user_name_in_any_case_and_by_its_number(session: Session, world: World) -> None:
    actor, wanted = world.actor(session, "root_admin"), world.accounts["class_teacher"]
    for typed in ("class_teacher", " CLASS_Teacher ", f"#{wanted}"):
        assert queries.account(session, actor, typed=typed).id == wanted


@pytest.mark.parametrize("typed", ["school_admin_b", "nobody", "", "#", "#x", "#-1", NO_NUMBER, "%"])
def test_an_account_elsewhere_answers_as_an_unknown_one(typed: str, session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        queries.account(session, world.actor(session, "school_admin"), typed=typed)


def test_the_number_of_an_account_elsewhere_answers_as_an_unknown_one(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        queries.account(session, world.actor(session, "school_admin"), typed=f"#{world.accounts['school_admin_b']}")


def test_the_picker_offers_accounts_of_the_own_places(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    offered = [found.handle for found in queries.find_accounts(session, admin, text="class_")]
    assert sorted(offered) == ["class_admin", "class_set_admin", "class_teacher"]
    assert queries.find_accounts(session, admin, text="school_admin_b") == []
    assert queries.find_accounts(session, world.actor(session, "student"), text="class_") == []


def test_an_answer_takes_the_same_statements_however_many_permissions(
    session: Session, world: World, node: Node, statements: CountStatements
) -> None:
    root = node(ROOT)
    assert queries.could(session, account_id=world.accounts["root_admin"], node=root)[Permission.ROLE_UPDATE]
    with statements() as sent:
        queries.could(session, account_id=world.accounts["root_admin"], node=root)
    assert len(sent) <= 5


def test_the_system_sees_every_role(session: Session) -> None:
    assert queries.count(session, SYSTEM, name="") == len(ROLES)
