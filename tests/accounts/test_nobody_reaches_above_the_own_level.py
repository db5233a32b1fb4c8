"""The level rule: nobody sees, makes, changes or grants what stands higher, or beside the own subtree."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor, Grant
from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE, ROLES
from app.accounts import queries, services
from app.accounts.actors import actor_for
from app.accounts.queries import Asked
from app.accounts.rules import AboveOwnLevel, NewAccount, NewGrant, may_act
from app.core.errors import NotFound, Refusal
from app.lists.keyset import Spot
from tests.conftest import CountStatements
from tests.make.places import CITY_A, COUNTY_A, ROOT, A, B, class_of
from tests.make.users import acting, hired
from tests.world import KEYRING, World

P = Permission
ADMINS = ("system_admin", "ministry_admin", "province_admin", "city_admin", "county_admin", "bureau_clerk")
NODE_ROLES = [role for role in ROLES if role.code not in {"guardian", "student", "class_set_admin"}]


def actor(level: int, place: str, *permissions: Permission) -> Actor:
    return Actor(1, "x", (Grant("r", level, frozenset(permissions), (place,)),))


@pytest.mark.parametrize(
    ("level", "path", "may"),
    [
        (6, "/1/5/", True),
        (6, "/1/5/9/", True),
        (5, "/1/5/", True),
        (5, "/1/5/9/", False),
        (4, "/1/5/", False),
        (6, "/1/", False),
        (6, "/1/6/", False),
        (8, "/1/50/", False),
    ],
)
def test_a_grant_reaches_lower_levels_below_it_and_its_own_level_at_its_own_place(
    level: int,
    path: str,
    may: bool,  # noqa: FBT001  a row of a table
) -> None:
    assert may_act(actor(5, "/1/5/", P.ACCOUNT_READ), P.ACCOUNT_READ, level=level, path=path) is may


def test_two_posts_never_merge_into_more_than_each_allows() -> None:
    high = Grant("high", 4, frozenset({P.FIGURE_READ}), ("/1/",))
    low = Grant("low", 5, frozenset({P.ACCOUNT_RESET}), ("/1/5/",))
    both = Actor(1, "x", (high, low))
    assert not may_act(both, P.ACCOUNT_RESET, level=5, path="/1/6/")
    assert not may_act(both, P.ACCOUNT_RESET, level=4, path="/1/5/")
    assert may_act(both, P.ACCOUNT_RESET, level=6, path="/1/5/9/")


@pytest.mark.parametrize("looker", [role.code for role in ROLES])
def test_a_list_holds_nobody_of_a_smaller_level_or_of_another_place(
    session: Session, world: World, looker: str
) -> None:
    who = world.actor(session, looker)
    lines = queries.page(session, who, Asked(), spot=Spot(100), keyring=KEYRING).rows
    assert queries.count(session, who, Asked()) == len(lines)
    if not who.holds(P.ACCOUNT_READ):
        assert lines == []
        return
    own = ROLE_BY_CODE[looker].level
    assert {line.user_name for line in lines} >= {looker}
    for line in lines:
        assert line.user_name not in {"school_admin_b", "root_admin"}
        assert all(ROLE_BY_CODE[code].level >= own for code in line.roles), line


def test_a_list_of_a_hundred_accounts_is_four_statements(
    session: Session, world: World, statements: CountStatements
) -> None:
    who = world.actor(session, "school_admin")
    for number in range(30):
        hired(session, f"teacher{number}", A, NewGrant("class_teacher", node_code=class_of(A, 1, 1)))
    with statements() as sent:
        lines = queries.page(session, who, Asked(), spot=Spot(100), keyring=KEYRING).rows
    assert len(lines) >= 30
    assert len(sent) <= 4


@pytest.mark.parametrize("role", [role.code for role in NODE_ROLES])
@pytest.mark.parametrize(("maker", "home"), [("school_admin", A), ("county_admin", COUNTY_A)])
def test_who_makes_accounts_gives_no_role_above_the_own_level(
    session: Session, maker: str, home: str, role: str
) -> None:
    who = acting(session, "maker", home, maker)
    new = NewAccount(name="新人", home_code=home, user_name="newcomer", grants=(NewGrant(role, node_code=home),))
    if ROLE_BY_CODE[role].level < ROLE_BY_CODE[maker].level:
        with pytest.raises(AboveOwnLevel):
            services.open_account(session, who, new, keyring=KEYRING)
    else:
        account_id, code = services.open_account(session, who, new, keyring=KEYRING)
        assert code.subject_id == account_id


def test_the_same_level_below_the_own_place_is_out_of_reach(session: Session) -> None:
    who = acting(session, "maker", CITY_A, "bureau_clerk")
    new = NewAccount("县管", COUNTY_A, "county2", (NewGrant("county_admin", node_code=COUNTY_A),))
    with pytest.raises(AboveOwnLevel):
        services.open_account(session, who, new, keyring=KEYRING)


@pytest.mark.parametrize("home", [B, COUNTY_A, ROOT, "NO-SUCH"])
def test_an_account_is_made_at_the_own_places_only(session: Session, world: World, home: str) -> None:
    who = world.actor(session, "school_admin")
    with pytest.raises(NotFound):
        services.open_account(session, who, NewAccount("新人", home, "newcomer", ()), keyring=KEYRING)


def test_a_role_is_granted_at_the_own_places_only(session: Session, world: World) -> None:
    who = world.actor(session, "school_admin")
    new = NewAccount("新人", A, "newcomer", (NewGrant("class_teacher", node_code=class_of(B, 1, 1)),))
    with pytest.raises(NotFound):
        services.open_account(session, who, new, keyring=KEYRING)


def test_a_guardian_is_made_for_a_student_of_the_own_school_only(session: Session, world: World) -> None:
    who = world.actor(session, "school_admin")
    stranger = world.of(B)[0].person_id
    with pytest.raises(NotFound):
        services.create(session, who, NewAccount("家长", A, "parent9", (NewGrant("guardian", person_id=stranger),)))


@pytest.mark.parametrize("name", ["province_admin", "school_admin_b", "root_admin"])
def test_every_act_on_an_account_out_of_reach_finds_nothing(session: Session, world: World, name: str) -> None:
    who, target = world.actor(session, "school_admin"), world.accounts[name]
    acts = (
        lambda: services.reset(session, who, account_id=target, version=1, keyring=KEYRING),
        lambda: services.disable(session, who, account_id=target, version=1),
        lambda: services.enable(session, who, account_id=target, version=1),
        lambda: services.deregister(session, who, account_id=target, version=1, reason="x"),
        lambda: services.change_grants(
            session, who, account_id=target, version=1, role="class_teacher", node_ids=[world.nodes[A]]
        ),
        lambda: queries.get(session, who, P.ACCOUNT_READ, account_id=target, keyring=KEYRING),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("role", [r.code for r in ROLES if P.ACCOUNT_RESET not in r.permissions])
def test_a_role_without_the_permission_does_nothing_to_accounts(session: Session, world: World, role: str) -> None:
    who, target = world.actor(session, role), world.accounts["class_teacher"]
    with pytest.raises(Refusal):
        services.reset(session, who, account_id=target, version=2, keyring=KEYRING)
    with pytest.raises(Refusal):
        services.create(session, who, NewAccount("新人", A, "newcomer", ()))


def test_choices_of_roles_begin_at_the_own_level(session: Session, world: World) -> None:
    offered = queries.grantable_roles(session, world.actor(session, "school_admin"), P.ACCOUNT_GRANT)
    assert min(role.level for role in offered) == 5
    assert {role.code for role in queries.grantable_roles(session, SYSTEM, P.ACCOUNT_GRANT)} >= {"system_admin"}
    teacher = actor_for(session, world.accounts["class_teacher"])
    assert queries.grantable_roles(session, teacher, P.ACCOUNT_GRANT) == []
