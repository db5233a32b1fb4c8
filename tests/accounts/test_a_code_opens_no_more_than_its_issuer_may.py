"""Whoever gives out a way into an account gets no further with it than the own places and level."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.access.gate import bind
from app.access.scope import everything
from app.accounts import services
from app.accounts.rules import HeldElsewhere, NewAccount, NewGrant, NewPersonal
from app.codes.rules import CodeReplaced
from app.core.db import Database
from app.orgs.models import OrgNode
from tests.at_once import Later, committed, until_waiting
from tests.make.places import A, B, class_of
from tests.make.users import hired, row
from tests.stage import TEST
from tests.world import KEYRING, World

CLASS_A, CLASS_B = class_of(A, 1, 1), class_of(B, 1, 1)


def _parent(session: Session, world: World, school: str) -> int:
    """A teacher of school A who is a parent at a school."""
    child = NewGrant("guardian", person_id=world.of(school)[0].person_id)
    return hired(session, "parent", CLASS_A, NewGrant("class_teacher", node_code=CLASS_A), child)


def _reset(session: Session, actor: Actor, account_id: int) -> str:
    version = row(session, account_id).version
    return services.reset(session, actor, account_id=account_id, version=version, keyring=KEYRING).text


def test_who_resets_a_teacher_gets_no_way_to_the_teachers_child_elsewhere(session: Session, world: World) -> None:
    account_id = _parent(session, world, B)
    with pytest.raises(HeldElsewhere):
        _reset(session, world.actor(session, "school_admin"), account_id)
    assert _reset(session, world.actor(session, "root_admin"), account_id)


def test_a_teacher_whose_child_is_at_the_own_school_is_reset_there(session: Session, world: World) -> None:
    assert _reset(session, world.actor(session, "school_admin"), _parent(session, world, A))


@pytest.mark.parametrize(("school", "given"), [(A, 1), (B, 0)])
def test_a_sheet_holds_no_code_of_a_parent_elsewhere(session: Session, world: World, school: str, given: int) -> None:
    account_id = _parent(session, world, school)
    who = world.actor(session, "school_admin")
    slips, refused = services.hand_out(session, who, account_ids=[account_id], also_in_use=True, keyring=KEYRING)
    assert len(slips) == given
    assert [each.code for each in refused] == ["held_elsewhere"] * (1 - given)


def _new_teacher(session: Session, world: World) -> tuple[int, str]:
    """A teacher made by the school's admin, and the code the admin has seen."""
    new = NewAccount("新人", CLASS_A, "newcomer", (NewGrant("class_teacher", node_code=CLASS_A),))
    account_id, code = services.open_account(session, world.actor(session, "school_admin"), new, keyring=KEYRING)
    return account_id, code.text


def _grant(session: Session, world: World, who: str, account_id: int, role: str, code: str) -> None:
    services.change_grants(
        session,
        world.actor(session, who),
        account_id=account_id,
        version=row(session, account_id).version,
        role=role,
        node_ids=[world.nodes[code]],
    )


@pytest.mark.parametrize(
    ("role", "code"), [("county_admin", A), ("class_teacher", CLASS_B)], ids=["above", "elsewhere"]
)
def test_a_code_dies_when_somebody_grants_what_its_issuer_may_not(
    session: Session, world: World, role: str, code: str
) -> None:
    account_id, seen = _new_teacher(session, world)
    _grant(session, world, "root_admin", account_id, role, code)
    with pytest.raises(CodeReplaced):
        services.owner_of(session, seen, keyring=KEYRING)


def test_a_code_lives_on_when_what_is_granted_is_the_issuers_to_give(session: Session, world: World) -> None:
    account_id, seen = _new_teacher(session, world)
    _grant(session, world, "school_admin", account_id, "counsellor", A)
    _grant(session, world, "root_admin", account_id, "class_admin", CLASS_A)
    assert services.owner_of(session, seen, keyring=KEYRING).account_id == account_id


def test_a_code_of_the_system_lives_on(session: Session, world: World) -> None:
    new = NewAccount("新人", CLASS_A, "newcomer", (NewGrant("class_teacher", node_code=CLASS_A),))
    account_id, code = services.open_account(session, SYSTEM, new, keyring=KEYRING)
    _grant(session, world, "root_admin", account_id, "county_admin", A)
    assert services.owner_of(session, code.text, keyring=KEYRING).account_id == account_id


def _new_parent(session: Session, world: World, issuer: Actor) -> tuple[int, str]:
    """A parent of a child of school A without a password, and the code its issuer has seen."""
    stmt = select(OrgNode.path).where(OrgNode.code == CLASS_A)
    path = session.scalars(everything(stmt, because=TEST)).one()
    child = world.of(A)[0].person_id
    new = NewPersonal("guardian", "家长", world.nodes[CLASS_A], path, child, "jz00000001")
    (account_id,) = services.open_personal(session, SYSTEM, [new])
    (slip,), _ = services.hand_out(session, issuer, account_ids=[account_id], also_in_use=False, keyring=KEYRING)
    return account_id, slip.code


def _add_child(session: Session, world: World, who: Actor, account_id: int, school: str) -> None:
    services.add_persons(session, who, [(account_id, "guardian", world.of(school)[1].person_id)])


def test_a_parents_code_dies_when_somebody_else_adds_a_child(session: Session, world: World) -> None:
    account_id, seen = _new_parent(session, world, world.actor(session, "school_admin"))
    _add_child(session, world, world.actor(session, "root_admin"), account_id, B)
    with pytest.raises(CodeReplaced):
        services.owner_of(session, seen, keyring=KEYRING)


def test_a_parents_code_lives_on_when_its_issuer_adds_a_child(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    account_id, seen = _new_parent(session, world, admin)
    _add_child(session, world, admin, account_id, A)
    assert services.owner_of(session, seen, keyring=KEYRING).account_id == account_id


def test_a_parents_code_lives_on_when_nothing_is_added(session: Session, world: World) -> None:
    account_id, seen = _new_parent(session, world, world.actor(session, "school_admin"))
    again = [(account_id, "guardian", world.of(A)[0].person_id)]
    services.add_persons(session, world.actor(session, "root_admin"), again)
    assert services.owner_of(session, seen, keyring=KEYRING).account_id == account_id


@pytest.mark.committed
def test_a_code_handed_out_while_a_child_is_added_dies_too(database: Database, world: World) -> None:
    def begin(session: Session) -> tuple[int, str]:
        bind(session, SYSTEM)
        return _new_parent(session, world, world.actor(session, "school_admin"))

    account_id, _ = database.transaction(begin)
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        admin = world.actor(session, "school_admin")
        (slip,), _ = services.hand_out(session, admin, account_ids=[account_id], also_in_use=False, keyring=KEYRING)

        def add(other: Session) -> None:
            _add_child(other, world, world.actor(other, "root_admin"), account_id, B)

        later = Later(committed(database, add))
        until_waiting(database)
    assert later.result() is None
    with database.sessions() as session, pytest.raises(CodeReplaced):
        services.owner_of(session, slip.code, keyring=KEYRING)
