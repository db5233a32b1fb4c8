"""Every write to the tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, cast, func, insert, select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.audit.rules import common_path
from app.audit.services import record
from app.core import locks
from app.core.db import any_of, any_word, refused
from app.core.errors import NotFound
from app.core.events import tell
from app.orgs.models import ClassGroup, ClassSet, ClassSetClass, Kind, NodePlacement, OrgNode
from app.orgs.rules import (
    PEOPLE_OF_UNIT,
    ClassNumberTaken,
    CodeTaken,
    NameTaken,
    NewNode,
    NodesPlanted,
    RootExists,
    bare_units,
    check_place,
    check_school_code,
    checked_name,
    class_number,
)

Row = dict[str, Any]
SERIAL = re.compile(r"(.+)-[0-9]+")
"""A code as places without an official one are given it: the code of the place above, a dash, a number."""


def plant_root(session: Session, actor: Actor, *, kind: str, name: str, code: str) -> OrgNode:
    """Make the one root of an empty system; only the system itself does so, at first run."""
    locks.hold(session, locks.TREE, [0])
    if session.scalar(everything(select(func.count()).select_from(OrgNode), because="is the tree empty")):
        raise RootExists
    ids = _new_ids(session, 1)
    path = f"/{ids[0]}/"
    values = {
        "id": ids[0],
        "kind": kind,
        "name": checked_name(name),
        "code": code,
        "path": path,
        "school_id": ids[0] if kind in {Kind.SCHOOL, Kind.UNIT} else None,
    }
    made = insert(OrgNode).values(**values).returning(OrgNode)
    root = session.scalars(entering(made, OrgNode, actor, Permission.ORG_CREATE)).one()
    _begin_placements(session, actor, [{"node_id": root.id, "parent_id": None, "path": path}])
    record(session, actor, "org:create", subject="org_node", ids=ids, path=path, after={"name": name, "kind": kind})
    if kind == Kind.UNIT:
        grow(session, actor, [NewNode(code, Kind.CLASS, PEOPLE_OF_UNIT)])
    return root


def grow(session: Session, actor: Actor, nodes: Sequence[NewNode]) -> dict[str, int]:
    """Add nodes below nodes the actor may add to; a node may stand below one earlier in the list. All or nothing.

    A unit comes with the class its people stand in, unless the list names one. Returns code → id of the new nodes.
    Raises `NotFound` for a parent out of scope, `BadPlace`, `CodeTaken`,
    `ClassNumberTaken`, `Invalid`. The parents are locked, so that of two who add below one node the second waits.
    """
    if not nodes:
        return {}
    outside = {node.parent_code for node in nodes if node.parent_id is None} - {node.code for node in nodes}
    parents = _parents(session, actor, outside)
    bare = bare_units(nodes)
    ids = _ids(session, nodes, bare)
    nodes, rows = _laid_out(nodes, bare, _known(session, parents), ids, _serials(session, parents))
    _refuse_taken(session, [row["code"] for row in rows])
    _refuse_serials_of_others(session, actor, {node.code for node in nodes if node.code})
    _insert(session, actor, nodes, rows)
    record(
        session,
        actor,
        "org:create",
        subject="org_node",
        ids=ids[:100],
        path=common_path(row["path"] for row in rows),
        after={"count": len(rows), "first": rows[0]["name"]},
    )
    tell(session, actor, NodesPlanted(tuple(ids)))
    return {row["code"]: row["id"] for row in rows}


def make_class_set(session: Session, actor: Actor, *, school: OrgNode, name: str, class_codes: Sequence[str]) -> int:
    """Group classes of one school under a name (系维护, CC-18); returns the id of the class set.

    The school and every class must be in the actor's scope (`NotFound`); the name is free in the school (`NameTaken`).
    """
    if not actor.covers(Permission.CLASS_SET_CREATE, school.path):
        raise NotFound(what="school")
    inside = visible(
        select(OrgNode.id).where(
            OrgNode.code.in_(class_codes), OrgNode.school_id == school.id, OrgNode.kind == "class"
        ),
        OrgNode,
        actor,
        Permission.CLASS_SET_CREATE,
    )
    ids = list(session.scalars(inside))
    if len(ids) != len(set(class_codes)):
        raise NotFound(what="class")
    made = (
        insert(ClassSet)
        .values(node_id=school.id, tree_path=school.path, name=checked_name(name))
        .returning(ClassSet.id)
    )
    with refused(uq_class_set_name=NameTaken):
        set_id: int = session.execute(entering(made, ClassSet, actor, Permission.CLASS_SET_CREATE)).scalar_one()
    if ids:
        session.execute(
            entering(insert(ClassSetClass), ClassSetClass, actor, Permission.CLASS_SET_CREATE),
            [{"class_set_id": set_id, "node_id": node_id} for node_id in ids],
        )
    record(
        session, actor, "class_set:create", subject="class_set", ids=[set_id], path=school.path, after={"name": name}
    )
    return set_id


def _ids(session: Session, nodes: Sequence[NewNode], bare: frozenset[int]) -> list[int]:
    """The number of each node, reserved or new, that of a unit of `bare` followed by the one of its class."""
    fresh = iter(_new_ids(session, len(bare) + sum(node.node_id is None for node in nodes)))
    ids: list[int] = []
    for place, node in enumerate(nodes):
        ids.append(next(fresh) if node.node_id is None else node.node_id)
        if place in bare:
            ids.append(next(fresh))
    return ids


def _new_ids(session: Session, count: int) -> list[int]:
    # text: the sequence's name is not the table's, the gate has nothing to judge
    stmt = text("SELECT nextval('org_node_id_seq') FROM generate_series(1, :count)")
    return [int(i) for i in session.scalars(stmt, {"count": count})]


def _parents(session: Session, actor: Actor, codes: set[str]) -> dict[str, OrgNode]:
    stmt = select(OrgNode).where(OrgNode.code == any_word(codes), OrgNode.closed_at.is_(None)).order_by(OrgNode.id)
    # NO KEY UPDATE: rows that point here may come meanwhile, but no second act gives the same serials
    locked = stmt.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = {node.code: node for node in session.scalars(visible(locked, OrgNode, actor, Permission.ORG_CREATE))}
    if codes - set(found):
        raise NotFound(what="node")
    return found


def _known(session: Session, parents: Mapping[str, OrgNode]) -> dict[str, Row]:
    """The parents in the form the new rows are laid out from, each with the code of the school it lies in."""
    schools = {node.school_id for node in parents.values() if node.school_id}
    stmt = select(OrgNode.id, OrgNode.code).where(OrgNode.id == any_of(schools))
    found = session.execute(everything(stmt, because="the codes of the schools that nodes in scope lie in"))
    codes: dict[int | None, str] = {row.id: row.code for row in found}
    return {
        code: {
            "id": node.id,
            "code": code,
            "path": node.path,
            "kind": node.kind,
            "school_id": node.school_id,
            "school_code": codes.get(node.school_id),
        }
        for code, node in parents.items()
    }


def _refuse_taken(session: Session, codes: Sequence[str]) -> None:
    taken = everything(
        select(OrgNode.code).where(OrgNode.code == any_word(codes)), because="codes are unique over the tree"
    )
    first = session.scalars(taken.order_by(OrgNode.code).limit(1)).first()
    twice = next((code for code, count in Counter(codes).items() if count > 1), None)
    if first or twice:
        raise CodeTaken(node_code=first or twice)


def _refuse_serials_of_others(session: Session, actor: Actor, typed: set[str]) -> None:
    """Refuse (`CodeTaken`) a typed code that somebody else's place will give to the next place below it."""
    if reserved := _serials_of_others(session, actor, typed):
        raise CodeTaken(node_code=min(reserved))


def _serials_of_others(session: Session, actor: Actor, typed: set[str]) -> set[str]:
    of_whom = {found[1]: code for code in typed if (found := SERIAL.fullmatch(code))}
    if not of_whom:
        return set()
    stmt = select(OrgNode.code, OrgNode.path).where(OrgNode.code == any_word(of_whom))
    rows = session.execute(everything(stmt, because="codes are unique over the tree"))
    return {of_whom[row.code] for row in rows if not actor.covers(Permission.ORG_CREATE, row.path)}


def codes_of_others(session: Session, actor: Actor, codes: set[str]) -> set[str]:
    """Those of some codes that a place has already, here or elsewhere, or that somebody else's place will give."""
    taken = everything(
        select(OrgNode.code).where(OrgNode.code == any_word(codes)), because="codes are unique over the tree"
    )
    return {*session.scalars(taken), *_serials_of_others(session, actor, codes)}


def _serials(session: Session, parents: Mapping[str, OrgNode]) -> dict[str, int]:
    """The last serial used below each parent: how many children there are, or the highest one their codes name."""
    ids = {node.id: code for code, node in parents.items()}
    named = func.max(cast(func.substring(OrgNode.code, "-([0-9]{1,9})$"), BigInteger))
    stmt = (
        select(OrgNode.parent_id, func.greatest(func.count(), named))
        .where(OrgNode.parent_id == any_of(ids))
        .group_by(OrgNode.parent_id)
    )
    counted = session.execute(everything(stmt, because="serials count closed nodes too"))
    return {ids[parent_id]: n for parent_id, n in counted if parent_id is not None}


def _laid_out(
    nodes: Sequence[NewNode],
    bare: frozenset[int],
    parents: Mapping[str, Row],
    ids: Sequence[int],
    serials: dict[str, int],
) -> tuple[list[NewNode], list[Row]]:
    """The nodes with the rows they become, each unit of `bare` (places in the list) followed by its class."""
    wanted, rows, fresh = [], [], iter(ids)
    known: dict[str | int, Row] = dict(parents.items())
    for place, node in enumerate(nodes):
        if node.below not in known:
            raise NotFound(what="node")
        row = _row(node, next(fresh), known[node.below], serials)
        known[row["code"]] = known[row["id"]] = row
        wanted.append(node)
        rows.append(row)
        if place in bare:
            wanted.append(NewNode(row["code"], Kind.CLASS, PEOPLE_OF_UNIT))
            rows.append(_row(wanted[-1], next(fresh), row, serials))
    return wanted, rows


def _row(node: NewNode, node_id: int, parent: Row, serials: dict[str, int]) -> Row:
    check_place(parent["kind"], node.kind, parent_in_school=parent["school_id"] is not None)
    check_school_code(node.kind, node.code)
    serial = serials[parent["code"]] = serials.get(parent["code"], 0) + 1
    code = node.code or f"{parent['code']}-{serial}"
    is_school = node.kind in {Kind.SCHOOL, Kind.UNIT}
    return {
        "id": node_id,
        "parent_id": parent["id"],
        "kind": node.kind,
        "code": code,
        "name": checked_name(node.name),
        "path": f"{parent['path']}{node_id}/",
        "school_id": node_id if is_school else parent["school_id"],
        "school_code": code if is_school else parent["school_code"],
        "stage": node.stage,
        "entry_year": node.entry_year,
        "sort": serial,
    }


def _insert(session: Session, actor: Actor, nodes: Sequence[NewNode], rows: Sequence[Row]) -> None:
    columns = [{name: value for name, value in row.items() if name != "school_code"} for row in rows]
    classes = [_class_row(node, row) for node, row in zip(nodes, rows, strict=True) if node.kind == Kind.CLASS]
    with refused(uq_org_node_code=CodeTaken, uq_class_group_school_id_class_number=ClassNumberTaken):
        made = entering(insert(OrgNode), OrgNode, actor, Permission.ORG_CREATE)
        # else rows would be sent in as many statements as there are patterns of empty fields
        session.execute(made.execution_options(render_nulls=True), columns)
        if classes:
            session.execute(entering(insert(ClassGroup), ClassGroup, actor, Permission.ORG_CREATE), classes)
    placements = [{"node_id": row["id"], "parent_id": row["parent_id"], "path": row["path"]} for row in rows]
    _begin_placements(session, actor, placements)


def _class_row(node: NewNode, row: Row) -> Row:
    number = class_number(node.class_number, code=row["code"], school_code=row["school_code"])
    return {"node_id": row["id"], "tree_path": row["path"], "school_id": row["school_id"], "class_number": number}


def _begin_placements(session: Session, actor: Actor, rows: list[Row]) -> None:
    session.execute(entering(insert(NodePlacement), NodePlacement, actor, Permission.ORG_CREATE), rows)
