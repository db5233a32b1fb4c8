"""Accounts of students and of their guardians, given by the activation sheet; `following` keeps them in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, column, func, literal, select, tuple_, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.accounts import services as accounts
from app.accounts.queries import within
from app.accounts.rules import MOST_ON_SHEETS, NameKind, NewPersonal, NoSlip
from app.core.db import any_of
from app.core.errors import Invalid, NotFound
from app.people.models import Person
from app.students.models import Guardian, Student
from app.students.rules import NothingTicked, TooManyAtOnce
from app.students.services.following import rename_to, students_accounts
from app.students.services.turns import take_part

HANDING_OUT = "students.sheets"
"""The kind of job that makes accounts and codes for more people than a browser waits for."""
STUDENTS, GUARDIANS = "students", "guardians"
GIVEN = "accounts of students read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}
Found = Row[*tuple[Any, ...]]


@dataclass
class Given:
    """Accounts that now exist for people of the roll: `about` says whose guardian, `refused` who could get none."""

    account_ids: list[int] = field(default_factory=list)
    about: dict[int, str] = field(default_factory=dict)
    refused: list[NoSlip] = field(default_factory=list)


def give(session: Session, actor: Actor, whom: str, *, ids: Sequence[int]) -> Given:
    """See that these students, or (`whom` is `guardians`) their guardians, have accounts; `Invalid` for others."""
    if whom not in {STUDENTS, GUARDIANS}:
        raise Invalid({"whom": "choice"})
    return (give_students if whom == STUDENTS else give_guardians)(session, actor, ids=ids)


def give_students(session: Session, actor: Actor, *, ids: Sequence[int]) -> Given:
    """See that each of these students has an account; it signs in with school and student number.

    One whose account ended with an earlier leaving gets it back, with the number and at the class of now. Raises
    `NotFound` when an id is out of scope for `account:create`. Who has left, or whose number another account signs in
    with, is named in `refused`.
    """
    rows, given = _open_rows(session, actor, ids)
    known = students_accounts(session, [row.id for row in rows])
    fresh = [row for row in rows if row.id not in known]
    taken = accounts.names_in_use(session, [(row.school_id, row.student_number) for row in fresh])
    free = [row for row in fresh if (row.school_id, row.student_number.lower()) not in taken]
    given.refused += [_refused(row, "login_name_taken") for row in fresh if row not in free]
    made = accounts.open_personal(session, actor, [_new_student(row) for row in free])
    persons = {row.id: row.person_id for row in rows}
    ended = [(each.account_id, "student", persons[each.id]) for each in known.values() if not each.holds]
    _give_back(session, actor, ended)
    _bring_up(session, actor, [(known[row.id].account_id, row) for row in rows if row.id in known])
    given.account_ids = [*(each.account_id for each in known.values()), *made]
    return given


def give_guardians(session: Session, actor: Actor, *, ids: Sequence[int]) -> Given:
    """See that each guardian of these students has an account that sees the child; it signs in with a drawn name.

    Who is listed with several children of the actor's reach by the same name and phone gets one account for all.
    One whose account stands beyond the actor's reach sees the child as well and is named in `refused`: whoever made it
    there hands its code out. Raises as `give_students`.
    """
    rows, given = _open_rows(session, actor, ids)
    children = {row.id: row for row in rows}
    guardians = _guardians(session, list(children))
    twins = _twins(session, actor, [row for row in guardians if row.account_id is None])
    homes: dict[object, int] = {_who(row): row.account_id for row in guardians if row.account_id is not None}
    homes = {**twins, **homes}
    without = {_who(row): row for row in guardians if _who(row) not in homes}
    names = accounts.draw_guardian_names(session, len(without))
    new = [
        _new_guardian(row, children[row.student_id], name) for row, name in zip(without.values(), names, strict=True)
    ]
    homes |= dict(zip(without, accounts.open_personal(session, actor, new), strict=True))
    links = {row.id: homes[_who(row)] for row in guardians}
    _link(session, {row.id: links[row.id] for row in guardians if row.account_id is None})
    seen = [(links[row.id], "guardian", children[row.student_id].person_id) for row in guardians]
    _give_back(session, actor, seen)
    for row in guardians:
        given.about.setdefault(links[row.id], children[row.student_id].name)
    mine = within(session, actor, Permission.ACCOUNT_RESET, links.values())
    beyond = {links[row.id]: NoSlip(row.name, "", "held_elsewhere") for row in guardians if links[row.id] not in mine}
    given.refused += beyond.values()
    given.account_ids = sorted(mine)
    return given


def below(session: Session, actor: Actor, path: str) -> list[int]:
    """The ids of the students in school below a place, for whom the actor may make accounts; 5,000 at most."""
    stmt = select(Student.id).where(under(Student.tree_path, (path,)), Student.closed_on.is_(None)).order_by(Student.id)
    limited = visible(stmt, Student, actor, Permission.ACCOUNT_CREATE).limit(MOST_ON_SHEETS + 1)
    ids = list(session.scalars(limited))
    if len(ids) > MOST_ON_SHEETS:
        raise TooManyAtOnce(most=MOST_ON_SHEETS)
    return ids


def _bring_up(session: Session, actor: Actor, pairs: Sequence[tuple[int, Found]]) -> None:
    """Let accounts be called and stand as the rows of now say: who came back has another number and class."""
    rename_to(session, actor, pairs)
    accounts.move_along(session, {account_id: (row.node_id, row.tree_path) for account_id, row in pairs})


def _open_rows(session: Session, actor: Actor, ids: Sequence[int]) -> tuple[list[Found], Given]:
    """The students, locked in the order of their ids; those who have left are refused."""
    wanted = sorted(set(ids))
    if not wanted:
        raise NothingTicked
    take_part(session, wanted)
    stmt = (
        select(
            Student.id,
            Student.person_id,
            Student.node_id,
            Student.tree_path,
            Student.school_id,
            Student.student_number,
            Student.closed_on,
            Person.name,
            Person.is_demo,
        )
        .join(Person, Person.id == Student.person_id)
        .where(Student.id == any_of(wanted))
        .order_by(Student.id)
        .with_for_update(of=Student)
    )
    rows = session.execute(visible(stmt, Student, actor, Permission.ACCOUNT_CREATE, along=(Person,))).all()
    if len(rows) != len(wanted):
        raise NotFound(what="student")
    left = [row for row in rows if row.closed_on is not None]
    refused = [_refused(row, "student_has_left") for row in left]
    return [row for row in rows if row.closed_on is None], Given(refused=refused)


def _refused(row: Found, code: str) -> NoSlip:
    return NoSlip(row.name, row.student_number, code)


def _new_student(row: Found) -> NewPersonal:
    return NewPersonal(
        "student",
        row.name,
        row.node_id,
        row.tree_path,
        row.person_id,
        row.student_number,
        NameKind.STUDENT_NUMBER,
        row.school_id,
        row.person_id,
        row.is_demo,
    )


def _new_guardian(row: Found, child: Found, user_name: str) -> NewPersonal:
    place = (child.node_id, child.tree_path, child.person_id)
    return NewPersonal("guardian", row.name, *place, user_name, is_demo=child.is_demo)


def _guardians(session: Session, student_ids: Sequence[int]) -> Sequence[Found]:
    stmt = (
        select(Guardian.id, Guardian.student_id, Guardian.name, Guardian.phone_digest, Guardian.account_id)
        .where(Guardian.student_id == any_of(student_ids), Guardian.ended_at.is_(None))
        .order_by(Guardian.id)
        .with_for_update()
    )
    return session.execute(everything(stmt, because=GIVEN)).all()


def _who(row: Found) -> object:
    """Two rows of one human being: the same name and phone; without a phone every row is somebody else."""
    return (row.name, row.phone_digest) if row.phone_digest else row.id


def _twins(session: Session, actor: Actor, rows: Sequence[Found]) -> dict[object, int]:
    """The accounts of guardians listed elsewhere in the actor's reach by the same name and phone."""
    pairs = [(row.name, row.phone_digest) for row in rows if row.phone_digest]
    stmt = select(Guardian.id, Guardian.name, Guardian.phone_digest, Guardian.account_id).where(
        tuple_(Guardian.name, Guardian.phone_digest).in_(pairs),
        Guardian.account_id.is_not(None),
        Guardian.ended_at.is_(None),
    )
    found = session.execute(visible(stmt, Guardian, actor, Permission.ACCOUNT_CREATE)).all()
    return {_who(row): row.account_id for row in found}


def _link(session: Session, links: Mapping[int, int]) -> None:
    if not links:
        return
    arrays = (literal(list(links), ARRAY(BigInteger)), literal(list(links.values()), ARRAY(BigInteger)))
    columns = (column("id", BigInteger), column("account_id", BigInteger))
    given = func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
    stmt = update(Guardian).where(Guardian.id == given.c.id)
    linked = stmt.values(account_id=given.c.account_id, version=Guardian.version + 1)
    session.execute(everything(linked, because=GIVEN), execution_options=NO_SYNC)


def _give_back(session: Session, actor: Actor, wanted: Sequence[tuple[int, str, int]]) -> None:
    """Let accounts see these persons (again); one that had ended with its last right is opened again."""
    accounts.reopen(session, actor, [account_id for account_id, _, _ in wanted])
    accounts.add_persons(session, actor, wanted)
