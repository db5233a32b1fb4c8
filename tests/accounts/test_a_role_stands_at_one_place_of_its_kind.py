"""Giving a role: at a node, a class set or a person, as the role allows, inside the giver's reach; it ends sessions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.accounts.actors import actor_for
from app.accounts.models import Account
from app.accounts.rules import AboveOwnLevel, NewAccount, NewGrant
from app.accounts.services import create, grant
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Conflict, NotFound
from app.orgs.models import OrgNode
from app.orgs.services import make_class_set
from tests.at_once import at_once, committed
from tests.make.places import COUNTY_B, A, B, class_of, classes_of
from tests.stage import TEST
from tests.world import World

FindNode = Callable[[str], OrgNode]
CLASS = class_of(A, 1, 1)


@pytest.fixture(name="somebody")
def _somebody(session: Session) -> int:
    """An account at school A without any role."""
    return create(session, SYSTEM, NewAccount("新人", A, "newcomer", ()))


def epoch(session: Session, account_id: int) -> int:
    """The session epoch of an account."""
    stmt = select(Account.session_epoch).where(Account.id == account_id)
    return session.scalars(everything(stmt, because=TEST)).one()


def test_a_role_at_a_node_covers_its_subtree(session: Session, node: FindNode, somebody: int) -> None:
    grant(session, SYSTEM, somebody, NewGrant("counsellor", node_code=f"{A}-1"))
    (held,) = actor_for(session, somebody).grants
    assert (held.role, held.prefixes, held.person_id, held.anchor) == ("counsellor", (node(f"{A}-1").path,), None, None)


def test_a_role_at_a_class_set_covers_its_classes(session: Session, node: FindNode, somebody: int) -> None:
    codes = classes_of(A)[1:3]
    set_id = make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=codes)
    grant(session, SYSTEM, somebody, NewGrant("class_set_admin", class_set_id=set_id))
    (held,) = actor_for(session, somebody).grants
    assert (held.prefixes, held.anchor) == (tuple(node(code).path for code in codes), node(A).path)


@pytest.mark.parametrize("role", ["guardian", "student"])
def test_a_role_at_a_person_covers_that_persons_rows(
    session: Session,
    world: World,
    somebody: int,
    role: str,
) -> None:
    person_id = world.of(A)[0].person_id
    grant(session, SYSTEM, somebody, NewGrant(role, person_id=person_id))
    (held,) = actor_for(session, somebody).grants
    assert (held.role, held.prefixes, held.person_id) == (role, (), person_id)


@pytest.mark.parametrize("role", ["guardian", "student"])
def test_a_personal_role_is_never_given_at_a_node(session: Session, somebody: int, role: str) -> None:
    with pytest.raises(NotFound):
        grant(session, SYSTEM, somebody, NewGrant(role, node_code=CLASS))


@pytest.mark.parametrize("role", ["system_admin", "school_admin", "class_teacher"])
def test_another_role_is_never_given_at_a_person(session: Session, world: World, somebody: int, role: str) -> None:
    with pytest.raises(NotFound):
        grant(session, SYSTEM, somebody, NewGrant(role, person_id=world.of(A)[0].person_id))


def test_a_role_nobody_knows_is_not_found(session: Session, somebody: int) -> None:
    with pytest.raises(NotFound) as refusal:
        grant(session, SYSTEM, somebody, NewGrant("king", node_code=A))
    assert refusal.value.facts == {"what": "role"}


def test_a_class_set_or_person_of_another_school_is_not_found(
    session: Session,
    world: World,
    node: FindNode,
    somebody: int,
) -> None:
    admin = world.actor(session, "school_admin")
    set_id = make_class_set(session, SYSTEM, school=node(B), name="新系", class_codes=classes_of(B))
    for wanted in (
        NewGrant("class_set_admin", class_set_id=set_id),
        NewGrant("class_set_admin", class_set_id=10**9),
        NewGrant("guardian", person_id=world.of(B)[0].person_id),
        NewGrant("guardian", person_id=10**9),
        NewGrant("class_teacher", node_code=class_of(B, 1, 1)),
    ):
        with pytest.raises(NotFound):
            grant(session, admin, somebody, wanted)
    assert grant(session, admin, somebody, NewGrant("guardian", person_id=world.of(A)[0].person_id))


def test_a_closed_class_set_is_not_found(session: Session, node: FindNode, somebody: int) -> None:
    set_id = make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=classes_of(A))
    session.connection().execute(text("UPDATE class_set SET closed_at = now() WHERE id = :id"), {"id": set_id})
    with pytest.raises(NotFound):
        grant(session, SYSTEM, somebody, NewGrant("class_set_admin", class_set_id=set_id))


def test_two_posts_never_add_up_to_what_neither_allows(session: Session, somebody: int) -> None:
    grant(session, SYSTEM, somebody, NewGrant("school_admin", node_code=A))
    grant(session, SYSTEM, somebody, NewGrant("county_admin", node_code=COUNTY_B))
    both = actor_for(session, somebody)
    other = create(session, SYSTEM, NewAccount("别人", A, "other", ()))
    with pytest.raises(AboveOwnLevel):
        grant(session, both, other, NewGrant("county_admin", node_code=A))
    assert grant(session, both, other, NewGrant("school_admin", node_code=A))
    assert grant(session, both, other, NewGrant("school_admin", node_code=B))


def test_the_same_role_at_the_same_place_is_held_once(session: Session, somebody: int) -> None:
    grant(session, SYSTEM, somebody, NewGrant("class_teacher", node_code=CLASS))
    with pytest.raises(Conflict):
        grant(session, SYSTEM, somebody, NewGrant("class_teacher", node_code=CLASS))


def test_a_new_role_ends_every_session(session: Session, somebody: int) -> None:
    before = epoch(session, somebody)
    grant(session, SYSTEM, somebody, NewGrant("class_teacher", node_code=CLASS))
    assert epoch(session, somebody) == before + 1


def test_the_act_is_written_down_where_the_role_stands(
    session: Session,
    node: FindNode,
    somebody: int,
    acts: Callable[[], list[Audit]],
) -> None:
    grant_id = grant(session, SYSTEM, somebody, NewGrant("class_teacher", node_code=CLASS))
    line = acts()[-1]
    assert (line.act, line.subject_ids, line.tree_path) == ("account:grant", [grant_id], node(CLASS).path)
    assert line.after == {"account": somebody, "role": "class_teacher"}


@pytest.mark.parametrize(
    "places",
    ["NULL, NULL, NULL, NULL", "{node}, {path}, 1, NULL", "{node}, {path}, NULL, {person}", "{node}, NULL, NULL, NULL"],
)
def test_the_database_allows_exactly_one_place(
    session: Session,
    world: World,
    node: FindNode,
    somebody: int,
    places: str,
) -> None:
    given = places.format(node=node(A).id, path=f"'{node(A).path}'", person=world.of(A)[0].person_id)
    role = "(SELECT role_id FROM role_detail WHERE code = 'school_admin')"
    columns = "account_id, role_id, node_id, tree_path, class_set_id, person_id"
    with pytest.raises(IntegrityError, match="ck_account_grant_"):
        session.connection().execute(
            text(f"INSERT INTO account_grant ({columns}) VALUES ({somebody}, {role}, {given})"),
        )


@pytest.mark.committed
def test_a_role_given_by_two_at_once_is_held_once(database: Database) -> None:
    new = NewAccount("新人", A, "newcomer", ())
    account_id = committed(database, lambda session: create(session, SYSTEM, new))()
    wanted = NewGrant("class_teacher", node_code=CLASS)
    outcomes = at_once(*[committed(database, lambda session: grant(session, SYSTEM, account_id, wanted))] * 4)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 3
    with database.sessions() as session:
        assert len(actor_for(session, account_id).grants) == 1
