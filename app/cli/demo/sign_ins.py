"""The demo's accounts in the database: made with the demo, given new passwords when the accounts file is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.access.scope import everything
from app.accounts import services as accounts
from app.accounts.models import Account, LoginName, User
from app.accounts.rules import NewAccount, NewGrant
from app.cli.demo import accounts_file, campaigns
from app.cli.demo.accounts_file import DemoAccount
from app.cli.demo.posts import DemoPost, Reach, class_set_codes, posts
from app.cli.demo.tree import SMALLEST, DemoTree, build
from app.orgs import queries as orgs
from app.orgs import services as tree_services
from app.people.models import Person
from app.plans.models import Plan

CLASS_SET_NAME = "七年级组"
DEMO_ACCOUNTS = "the demo's own accounts, by the names they were made with"


def make(session: Session, tree: DemoTree, year: int, family: Mapping[str, int]) -> list[DemoAccount]:
    """Make one account for each built-in role; `family` names, by class, the person a guardian or student is for."""
    made = []
    for post in posts(tree):
        account = _line(post, year)
        person_id = family[post.place] if post.reach is Reach.PERSON else None
        new = NewAccount(
            name=_name_of(session, person_id) if person_id and post.role == "student" else post.name,
            home_code=tree.junior_school if post.reach is Reach.CLASS_SET else post.place,
            user_name=post.username,
            grants=(_grant(session, tree, post, person_id),),
            person_id=person_id if post.role == "student" else None,
            is_demo=True,
        )
        accounts.create(session, SYSTEM, new, password=account.password)
        made.append(account)
    return made


def _name_of(session: Session, person_id: int) -> str:
    """A student signs in under the own name."""
    stmt = select(Person.name).where(Person.id == person_id)
    return session.scalars(everything(stmt, because=DEMO_ACCOUNTS)).one()


def open_the_door(session: Session, path: Path) -> bool:
    """Whether the accounts file is of this database: the first password in it still opens its account."""
    found = accounts_file.read(path)
    if not found:
        return False
    digests = _stored(session)
    return found[0].username in digests and check_password_hash(digests[found[0].username][1], found[0].password)


def renew(session: Session) -> tuple[str, list[DemoAccount]]:
    """Give every demo account a new password, which ends its sessions; returns the schools' plan and the accounts."""
    year = _year(session)
    stored = _stored(session)
    # where the accounts stand does not depend on the number of students
    renewed = [_line(post, year) for post in posts(build(SMALLEST, year))]
    for account in renewed:
        level = ROLE_BY_CODE[account.role].level
        accounts.set_password(session, stored[account.username][0], account.password, level=level)
    return campaigns.schools_code(year), renewed


def _line(post: DemoPost, year: int) -> DemoAccount:
    plan = (campaigns.university_code if post.at_university else campaigns.schools_code)(year)
    return DemoAccount(post.role, post.username, accounts_file.new_password(), post.place, plan)


def _grant(session: Session, tree: DemoTree, post: DemoPost, person_id: int | None) -> NewGrant:
    if post.reach is Reach.PERSON:
        return NewGrant(post.role, person_id=person_id)
    if post.reach is Reach.NODE:
        return NewGrant(post.role, node_code=post.place)
    school = orgs.find(session, SYSTEM, Permission.CLASS_SET_CREATE, code=tree.junior_school)
    codes = class_set_codes(tree)
    set_id = tree_services.make_class_set(session, SYSTEM, school=school, name=CLASS_SET_NAME, class_codes=codes)
    return NewGrant(post.role, class_set_id=set_id)


def _stored(session: Session) -> dict[str, tuple[int, str]]:
    stmt = (
        select(LoginName.name, Account.id, User.password)
        .join(Account, Account.id == LoginName.account_id)
        .join(User, User.id == Account.user_id)
        .where(Account.is_demo)
    )
    return {name: (id_, digest) for name, id_, digest in session.execute(everything(stmt, because=DEMO_ACCOUNTS))}


def _year(session: Session) -> int:
    """The academic year the demo was made for, read from the plan of its schools."""
    stmt = select(Plan.cover_year).where(Plan.code.like("demo-%-schools"))
    return session.scalars(everything(stmt, because="the demo's own plan, by its code")).one() - 1
