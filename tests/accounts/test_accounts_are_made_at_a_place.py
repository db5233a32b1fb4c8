"""Making an account: at a home of the maker's, under a name never used before, with roles below the own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from werkzeug.security import check_password_hash

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.accounts.actors import actor_for
from app.accounts.models import Account, LoginName, User
from app.accounts.rules import AboveOwnLevel, NameKind, NameTaken, NewAccount, NewGrant
from app.accounts.services import create
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound
from app.orgs.models import OrgNode
from tests.accounts.doors import PASSWORD
from tests.at_once import at_once, committed
from tests.make.places import COUNTY_A, ROOT, A, B, class_of
from tests.stage import TEST
from tests.world import World

CLASS = class_of(A, 1, 1)
HOLDERS = sorted(role.code for role in ROLES if Permission.ACCOUNT_CREATE in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.ACCOUNT_CREATE not in role.permissions)
NEW = NewAccount("王老师", CLASS, "wang_laoshi", (NewGrant("class_teacher", node_code=CLASS),))


def stored(session: Session, account_id: int) -> Account:
    """The account as it stands in the database."""
    return session.scalars(everything(select(Account).where(Account.id == account_id), because=TEST)).one()


def user_of(session: Session, account_id: int) -> User:
    """The framework's row beside an account."""
    return session.scalars(select(User).where(User.id == stored(session, account_id).user_id)).one()


def test_an_account_stands_at_its_home_and_can_act_with_its_role(
    session: Session,
    node: Callable[[str], OrgNode],
) -> None:
    account_id = create(session, SYSTEM, NEW, password=PASSWORD)
    account = stored(session, account_id)
    assert (account.name, account.tree_path, account.state) == ("王老师", node(CLASS).path, "active")
    actor = actor_for(session, account_id)
    assert [(grant.role, grant.level, grant.prefixes) for grant in actor.grants] == [
        ("class_teacher", 7, (node(CLASS).path,)),
    ]


def test_the_password_is_kept_as_a_digest_alone(session: Session) -> None:
    user = user_of(session, create(session, SYSTEM, NEW, password=PASSWORD))
    assert check_password_hash(user.password, PASSWORD)
    assert PASSWORD not in user.password


def test_without_a_password_no_password_opens_it(session: Session) -> None:
    user = user_of(session, create(session, SYSTEM, NEW))
    assert not any(check_password_hash(user.password, guess) for guess in ("", NEW.user_name, "password"))


def test_the_frameworks_row_tells_nobodys_sign_in_name_and_holds_no_role(session: Session) -> None:
    one = user_of(session, create(session, SYSTEM, NEW))
    other = user_of(session, create(session, SYSTEM, replace(NEW, user_name="other")))
    assert one.username != other.username
    assert NEW.user_name not in {one.username, one.first_name, one.last_name}
    assert one.email is None
    assert session.scalar(text("SELECT count(*) FROM ab_user_role")) == 0


def test_the_act_is_written_down_without_the_password(
    session: Session,
    node: Callable[[str], OrgNode],
    acts: Callable[[], list[Audit]],
) -> None:
    account_id = create(session, SYSTEM, NEW, password=PASSWORD)
    lines = acts()
    assert ("account:create", [account_id], node(CLASS).path) in [
        (line.act, line.subject_ids, line.tree_path) for line in lines
    ]
    assert not any(PASSWORD in str(vars(line)) for line in lines)


@pytest.mark.parametrize("role", HOLDERS)
def test_who_holds_it_makes_accounts_in_the_own_place(session: Session, world: World, role: str) -> None:
    assert create(session, world.actor(session, role), NEW)


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_makes_none(session: Session, world: World, role: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        create(session, world.actor(session, role), NEW)


@pytest.mark.parametrize("home", [B, class_of(B, 1, 1), COUNTY_A, ROOT, "NOWHERE"])
@pytest.mark.parametrize("role", HOLDERS)
def test_a_home_in_another_place_is_not_found(session: Session, world: World, role: str, home: str) -> None:
    with pytest.raises(NotFound) as refusal:
        create(session, world.actor(session, role), replace(NEW, home_code=home))
    assert refusal.value.facts == {"what": "node"}


@pytest.mark.parametrize("place", [B, class_of(B, 1, 1), COUNTY_A, ROOT])
def test_a_role_in_another_place_is_not_found_and_leaves_no_account(
    session: Session,
    database: Database,
    world: World,
    place: str,
) -> None:
    admin = world.actor(session, "school_admin")
    new = replace(NEW, grants=(NewGrant("class_teacher", node_code=CLASS), NewGrant("class_teacher", node_code=place)))
    with pytest.raises(NotFound):
        database.transaction(lambda inner: create(inner, admin, new))
    made = select(func.count()).select_from(LoginName).where(LoginName.name == NEW.user_name)
    assert session.scalar(made) == 0


@pytest.mark.parametrize(
    ("maker", "role", "place", "allowed"),
    [
        ("school_admin", "class_admin", CLASS, True),
        ("school_admin", "college_officer", A, True),
        ("school_admin", "school_admin", A, True),
        ("school_admin", "student_affairs", A, True),
        ("school_admin", "school_admin", f"{A}-1", False),
        ("school_admin", "county_admin", A, False),
        ("school_admin", "system_admin", A, False),
        ("school_admin", "system_admin", CLASS, False),
        ("bureau_clerk", "county_admin", A, True),
        ("bureau_clerk", "county_admin", f"{A}-1", False),
        ("county_admin", "city_admin", A, False),
        ("root_admin", "system_admin", ROOT, True),
        ("root_admin", "ministry_admin", A, True),
    ],
)
def test_a_role_is_given_below_the_own_level_or_beside_it_at_the_own_place(
    session: Session,
    world: World,
    maker: str,
    role: str,
    place: str,
    allowed: bool,  # noqa: FBT001  a column of the table above
) -> None:
    new = replace(NEW, home_code=ROOT if place == ROOT else A, grants=(NewGrant(role, node_code=place),))
    if allowed:
        assert create(session, world.actor(session, maker), new)
    else:
        with pytest.raises(AboveOwnLevel):
            create(session, world.actor(session, maker), new)


@pytest.mark.parametrize("name", [NEW.user_name, NEW.user_name.upper(), "Wang_Laoshi"])
def test_a_name_in_use_is_refused_in_any_case(session: Session, name: str) -> None:
    create(session, SYSTEM, NEW)
    with pytest.raises(NameTaken):
        create(session, SYSTEM, replace(NEW, user_name=name))


def test_a_retired_name_is_never_used_again(session: Session) -> None:
    create(session, SYSTEM, NEW)
    retire = text("UPDATE login_name SET retired_at = now() WHERE name = :name")
    session.connection().execute(retire, {"name": NEW.user_name})
    with pytest.raises(NameTaken):
        create(session, SYSTEM, NEW)


def test_a_student_number_is_a_name_in_its_school_and_free_in_another(
    session: Session,
    node: Callable[[str], OrgNode],
) -> None:
    student = replace(NEW, user_name="2026001", kind=NameKind.STUDENT_NUMBER, grants=(), school_id=node(A).id)
    create(session, SYSTEM, student)
    create(session, SYSTEM, replace(student, home_code=class_of(B, 1, 1), school_id=node(B).id))
    with pytest.raises(NameTaken):
        create(session, SYSTEM, student)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_name": "张"}, "user_name"),
        ({"user_name": ""}, "user_name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_what_cannot_be_a_name_is_refused(session: Session, changes: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(session, SYSTEM, replace(NEW, **changes))  # type: ignore[arg-type]
    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize("password", ["short", "wang_laoshi", "password1"])
def test_a_password_that_is_not_good_enough_is_refused(session: Session, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(session, SYSTEM, NEW, password=password)
    assert set(refusal.value.fields) == {"password"}


def test_the_password_of_an_administrator_is_judged_by_the_highest_of_the_roles(session: Session) -> None:
    grants = (*NEW.grants, NewGrant("school_admin", node_code=A))
    with pytest.raises(Invalid):
        create(session, SYSTEM, replace(NEW, grants=grants), password="q7-zw0m4x9")
    assert create(session, SYSTEM, NEW, password="q7-zw0m4x9")


@pytest.mark.committed
def test_of_accounts_made_under_one_name_at_once_one_stands(database: Database) -> None:
    names = [NEW.user_name, NEW.user_name.upper()] * 3
    calls = [
        committed(
            database,
            lambda session, name=name: create(session, SYSTEM, replace(NEW, user_name=name)),  # type: ignore[misc]
        )
        for name in names
    ]
    outcomes = at_once(*calls)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NameTaken) for outcome in outcomes) == 5
    with database.sessions() as session:
        accounts = select(func.count()).select_from(Account).where(Account.name == NEW.name)
        assert session.scalar(everything(accounts, because=TEST)) == 1
        left_over = "SELECT count(*) FROM ab_user WHERE id NOT IN (SELECT user_id FROM account)"
        assert session.connection().execute(text(left_over)).scalar_one() == 0


@pytest.mark.parametrize(
    ("typed", "name"),
    [("360102", "360102"), ("3699199555", "369919955500"), ("369900181666", "369900181666"), (" 360102 ", "360102")],
)
def test_a_unit_signs_in_with_its_number(session: Session, typed: str, name: str) -> None:
    account_id = create(session, SYSTEM, replace(NEW, user_name=typed, kind=NameKind.UNIT_NUMBER))
    row = session.execute(select(LoginName.kind, LoginName.name).where(LoginName.account_id == account_id)).one()
    assert tuple(row) == ("unit_number", name)


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345678901", "1234567890123", "36010a", "３６０１０２", ""])
def test_a_number_of_another_length_is_no_units(session: Session, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(session, SYSTEM, replace(NEW, user_name=typed, kind=NameKind.UNIT_NUMBER))
    assert refusal.value.fields == {"user_name": "unit_number_shape"}


def test_the_ten_digits_and_the_twelve_are_one_name(session: Session) -> None:
    create(session, SYSTEM, replace(NEW, user_name="3699199555", kind=NameKind.UNIT_NUMBER))
    with pytest.raises(NameTaken):
        create(session, SYSTEM, replace(NEW, user_name="369919955500", kind=NameKind.UNIT_NUMBER))


def test_nobody_makes_an_account_for_a_person_of_another_school(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    create(session, admin, replace(NEW, person_id=world.of(A)[0].person_id))
    with pytest.raises(NotFound):
        create(session, admin, replace(NEW, user_name="other", person_id=world.of(B)[0].person_id))


@pytest.mark.parametrize("kind", [NameKind.STUDENT_NUMBER, NameKind.USER_NAME])
def test_a_sign_in_name_belongs_to_the_school_of_the_home(session: Session, world: World, kind: NameKind) -> None:
    new = replace(NEW, user_name="a2026001", kind=kind, school_id=world.nodes[B])
    with pytest.raises(NotFound):
        create(session, world.actor(session, "school_admin"), new)


def test_a_student_number_without_its_school_is_nobodys(session: Session) -> None:
    with pytest.raises(NotFound):
        create(session, SYSTEM, replace(NEW, user_name="2026001", kind=NameKind.STUDENT_NUMBER))
