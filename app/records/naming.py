"""The names of what records refer to, as far as its reader may see it. An extra file: lists and exports use it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, Text, cast, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import GATED, everything, reaching, under, visible
from app.accounts.models import Account
from app.departments.models import Department
from app.orgs import queries as orgs
from app.orgs.models import ClassSet, OrgNode
from app.records.rules import Known, references

Line = Row[*tuple[Any, ...]]
Found = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Names:
    """What the places of some records and the things they refer to are called."""

    places: dict[str, str]
    known: Known


def names_in(session: Session, actor: Actor, permission: Permission, rows: Collection[Line]) -> Names:
    """The names some records need; two statements at most, however many records.

    Places are named at the actor's own places and above, all else at the own places only: a name that is missing from
    the answer is none of the actor's business.
    """
    found = _found(session, actor, permission, rows)
    paths = {row.tree_path for row in rows} | {one.path for one in found if one.sort in {"node", "set"}}
    full = {path: " / ".join(names) for path, names in orgs.names_of(session, paths).items()}
    known = {}
    for one in found:
        name = full[one.path] if one.sort == "node" else one.name
        known[one.sort, str(one.id)] = f"{full[one.path]} / {name}" if one.sort == "set" else name
        if one.sort == "node":
            known["code", one.name] = name
    return Names(full, known)


def _found(session: Session, actor: Actor, permission: Permission, rows: Iterable[Line]) -> list[Line]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for sort, key in references(side for row in rows for side in (row.before, row.after)):
        wanted[sort].add(key)
    selects = list(_selects(actor, permission, wanted))
    return list(session.execute(union_all(*selects)).all()) if selects else []


def _selects(actor: Actor, permission: Permission, wanted: dict[str, set[str]]) -> Iterator[Found]:
    """One select for each sort of thing that is referred to, each within the scope."""
    ids = {sort: [int(key) for key in keys] for sort, keys in wanted.items() if sort != "code"}
    if wanted["node"] or wanted["code"]:
        matching = or_(OrgNode.id.in_(ids.get("node", [])), OrgNode.code.in_(wanted["code"]))
        yield reaching(
            _columns("node", OrgNode.id, OrgNode.code, OrgNode.path).where(matching), OrgNode, actor, permission
        )
    if wanted["set"]:
        sets = _columns("set", ClassSet.id, ClassSet.name, ClassSet.tree_path).where(ClassSet.id.in_(ids["set"]))
        yield visible(sets, ClassSet, actor, permission)
    if wanted["department"]:
        stmt = _columns("department", Department.id, Department.name, Department.tree_path)
        yield visible(stmt.where(Department.id.in_(ids["department"])), Department, actor, permission)
    if wanted["plan"]:
        plan = GATED["plan"]  # plans stand above records, and are known here by the name of their table
        yield reaching(
            _columns("plan", plan.id, plan.name, plan.tree_path).where(plan.id.in_(ids["plan"])),
            plan,
            actor,
            permission,
        )
    if wanted["account"]:
        here = under(Account.tree_path, actor.places(permission))
        stmt = _columns("account", Account.id, Account.name, Account.tree_path).where(
            Account.id.in_(ids["account"]), here
        )
        yield everything(stmt, because="accounts of the reader's places are named in records as doers too")


def _columns(sort: str, id_: Any, name: Any, path: Any) -> Found:  # noqa: ANN401  mapped columns
    return select(
        literal(sort, Text).label("sort"), id_.label("id"), name.label("name"), cast(path, Text).label("path")
    )
