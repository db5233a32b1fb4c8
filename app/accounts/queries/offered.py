"""What the forms of accounts offer: roles, places, departments, class sets; schools on the sign-in page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, reaching, visible
from app.accounts.models import RoleDetail
from app.accounts.rules import may_act
from app.departments.models import Department
from app.orgs import queries as orgs
from app.orgs.models import ClassSet, Kind, OrgNode

MOST_CHOICES = 200
MOST_FOUND = 20
MOST_SCHOOLS = 10
SHORTEST_QUERY = 2


@dataclass(frozen=True)
class RoleChoice:
    """A role as forms offer it."""

    id: int
    code: str
    level: int
    label_en: str
    label_zh: str


def grantable_roles(session: Session, actor: Actor, permission: Permission) -> list[RoleChoice]:
    """The roles the actor may give somewhere: of no smaller level than a grant of the own that holds the permission."""
    own_levels = [grant.level for grant in actor.grants if permission in grant.permissions and grant.prefixes]
    highest = 0 if actor.is_system else min(own_levels, default=9)
    stmt = (
        select(RoleDetail.role_id, RoleDetail.code, RoleDetail.level, RoleDetail.label_en, RoleDetail.label_zh)
        .where(RoleDetail.level >= highest)
        .order_by(RoleDetail.level, RoleDetail.role_id)
    )
    return [RoleChoice(*row) for row in session.execute(stmt)]


def place_choices(session: Session, actor: Actor, permission: Permission) -> list[orgs.Place] | None:
    """The open places of the actor's reach in the order of the tree, or None when they are more than 200."""
    stmt = orgs.nodes().where(OrgNode.closed_at.is_(None)).order_by(OrgNode.sort_path).limit(MOST_CHOICES + 1)
    rows = list(session.scalars(visible(stmt, OrgNode, actor, permission)))
    return orgs.describe(session, rows) if len(rows) <= MOST_CHOICES else None


def find_places(session: Session, actor: Actor, permission: Permission, *, query: str) -> list[orgs.Place]:
    """Up to 20 open places of the actor's reach whose name holds the query or whose code begins with it."""
    matches = or_(orgs.named_like(query), OrgNode.code.startswith(query, autoescape=True))
    stmt = orgs.nodes().where(OrgNode.closed_at.is_(None), matches).order_by(OrgNode.sort_path).limit(MOST_FOUND)
    return orgs.describe(session, list(session.scalars(visible(stmt, OrgNode, actor, permission))))


def departments_for(session: Session, actor: Actor, *, home_path: str | None = None) -> list[tuple[int, str]]:
    """Open departments for a form, id and name with place: of a home place's lineage, or at most 200 of the reach."""
    stmt = select(Department.id, Department.name, Department.tree_path).where(Department.closed_at.is_(None))
    if home_path is None:
        stmt = visible(stmt, Department, actor, Permission.ACCOUNT_CREATE)
    else:
        lineage = stmt.where(Department.node_id.in_(ids_in(home_path)))
        stmt = reaching(lineage, Department, actor, Permission.ACCOUNT_UPDATE)
    rows = session.execute(stmt.order_by(Department.tree_path, Department.name).limit(MOST_CHOICES)).all()
    names = orgs.names_of(session, {row.tree_path for row in rows})
    return [(row.id, f"{names[row.tree_path][-1]} / {row.name}") for row in rows]


def class_sets_for(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The open class sets of the actor's reach, id and name with school."""
    stmt = select(ClassSet.id, ClassSet.name, ClassSet.tree_path).where(ClassSet.closed_at.is_(None))
    ordered = stmt.order_by(ClassSet.tree_path, ClassSet.name).limit(MOST_CHOICES)
    rows = session.execute(visible(ordered, ClassSet, actor, Permission.ACCOUNT_GRANT)).all()
    names = orgs.names_of(session, {row.tree_path for row in rows})
    return [(row.id, f"{names[row.tree_path][-1]} / {row.name}") for row in rows]


def places_named(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Of nodes within the actor's reach for granting: id → path and full name."""
    stmt = select(OrgNode.id, OrgNode.path).where(OrgNode.id.in_(set(ids)), OrgNode.closed_at.is_(None))
    rows = session.execute(visible(stmt, OrgNode, actor, Permission.ACCOUNT_GRANT)).all()
    names = orgs.names_of(session, {row.path for row in rows})
    return {row.id: (row.path, " / ".join(names[row.path])) for row in rows}


def find_schools(session: Session, *, query: str) -> list[tuple[str, str]]:
    """Up to 10 schools, code and name, for the sign-in page of students; nothing for less than two characters.

    Anybody may ask: the names and codes of schools are public, and nothing else is told.
    """
    if len(query) < SHORTEST_QUERY:
        return []
    matches = or_(orgs.named_like(query), OrgNode.code.startswith(query, autoescape=True))
    stmt = select(OrgNode.code, OrgNode.name).where(OrgNode.kind == Kind.SCHOOL, OrgNode.closed_at.is_(None), matches)
    ordered = stmt.order_by(func.length(OrgNode.name), OrgNode.code).limit(MOST_SCHOOLS)
    rows = session.execute(everything(ordered, because="names and codes of schools are public"))
    return [(row.code, row.name) for row in rows]


def school_of(session: Session, *, typed: str) -> int | None:
    """The school somebody means at the sign-in page: by the code in front of what was picked, or by its whole name."""
    text = typed.strip()
    words = text.split()
    stmt = select(OrgNode.id).where(
        OrgNode.kind == Kind.SCHOOL,
        OrgNode.closed_at.is_(None),
        or_(OrgNode.code == (words[0] if words else ""), OrgNode.name == text),
    )
    found = session.scalars(everything(stmt.limit(2), because="names and codes of schools are public")).all()
    return found[0] if len(found) == 1 else None


def reaches(actor: Actor, role: RoleChoice, path: str) -> bool:
    """Whether the actor may give or take this role at this place."""
    return may_act(actor, Permission.ACCOUNT_GRANT, level=role.level, path=path)
