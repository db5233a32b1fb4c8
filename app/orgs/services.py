"""Every write to the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.audit.services import record
from app.core import locks
from app.core.errors import Conflict, NotFound
from app.core.events import tell
from app.orgs.models import ClassGroup, ClassSet, ClassSetClass, NodePlacement, OrgNode
from app.orgs.rules import NewNode, NodesPlanted, check_place, checked_name


class RootExists(Conflict):
    """The system has its root already; there is exactly one."""

    code = "root_exists"


class CodeTaken(Conflict):
    """A node with this code exists, here or elsewhere; codes are unique over the whole tree and never change."""

    code = "code_taken"


def plant_root(session: Session, actor: Actor, *, kind: str, name: str, code: str) -> OrgNode:
    """Make the one root of an empty system; only the system itself does so, at first run."""
    locks.hold(session, locks.TREE, [0])
    if session.scalar(everything(select(func.count()).select_from(OrgNode), because="is the tree empty")):
        raise RootExists
    ids = _new_ids(session, 1)
    path = f"/{ids[0]}/"
    school = ids[0] if kind in {"school", "unit"} else None
    root = OrgNode(id=ids[0], kind=kind, name=checked_name(name), code=code, path=path, school_id=school)
    session.add(root)
    session.flush()
    _begin_placements(session, actor, [{"node_id": root.id, "parent_id": None, "path": path}])
    record(session, actor, "org:create", subject="org_node", ids=ids, path=path, after={"name": name, "kind": kind})
    return root


def grow(session: Session, actor: Actor, nodes: Sequence[NewNode]) -> dict[str, int]:
    """Add nodes below nodes the actor may add to; a node may stand below one earlier in the list. All or nothing.

    Returns code → id of the new nodes. Raises `NotFound` for a parent out of scope, `BadPlace`, `CodeTaken`, `Invalid`.
    """
    parents = _parents(session, actor, {node.parent_code for node in nodes} - {node.code for node in nodes})
    _refuse_taken(session, [node.code for node in nodes if node.code])
    rows, classes, placements = _laid_out(nodes, parents, _new_ids(session, len(nodes)), _serials(session, parents))
    session.execute(entering(insert(OrgNode), OrgNode, actor, Permission.ORG_CREATE), rows)
    if classes:
        session.execute(entering(insert(ClassGroup), ClassGroup, actor, Permission.ORG_CREATE), classes)
    _begin_placements(session, actor, placements)
    ids = [row["id"] for row in rows]
    record(
        session,
        actor,
        "org:create",
        subject="org_node",
        ids=ids[:100],
        path=rows[0]["path"],
        after={"count": len(rows), "first": rows[0]["name"]},
    )
    tell(session, actor, NodesPlanted(tuple(ids)))
    return {row["code"]: row["id"] for row in rows}


def make_class_set(session: Session, actor: Actor, *, school: OrgNode, name: str, class_codes: Sequence[str]) -> int:
    """Group classes of one school under a name (系维护, CC-18); returns the id of the class set."""
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
    set_id: int = session.execute(entering(made, ClassSet, actor, Permission.CLASS_SET_CREATE)).scalar_one()
    session.execute(
        entering(insert(ClassSetClass), ClassSetClass, actor, Permission.CLASS_SET_CREATE),
        [{"class_set_id": set_id, "node_id": node_id} for node_id in ids],
    )
    record(
        session, actor, "class_set:create", subject="class_set", ids=[set_id], path=school.path, after={"name": name}
    )
    return set_id


def _new_ids(session: Session, count: int) -> list[int]:
    # text: the sequence's name is not the table's, the gate has nothing to judge
    stmt = text("SELECT nextval('org_node_id_seq') FROM generate_series(1, :count)")
    return [int(i) for i in session.scalars(stmt, {"count": count})]


def _parents(session: Session, actor: Actor, codes: set[str]) -> dict[str, OrgNode]:
    stmt = select(OrgNode).where(OrgNode.code.in_(codes), OrgNode.closed_at.is_(None))
    found = {node.code: node for node in session.scalars(visible(stmt, OrgNode, actor, Permission.ORG_CREATE))}
    if codes - set(found):
        raise NotFound(what="node")
    return found


def _refuse_taken(session: Session, codes: Sequence[str]) -> None:
    taken = everything(select(OrgNode.code).where(OrgNode.code.in_(codes)), because="codes are unique over the tree")
    first = session.scalars(taken.limit(1)).first()
    if first or len(set(codes)) != len(codes):
        raise CodeTaken(node_code=first)


def _serials(session: Session, parents: dict[str, OrgNode]) -> dict[str, int]:
    ids = {node.id: code for code, node in parents.items()}
    stmt = select(OrgNode.parent_id, func.count()).where(OrgNode.parent_id.in_(list(ids))).group_by(OrgNode.parent_id)
    counted = session.execute(everything(stmt, because="serials count closed nodes too"))
    return {ids[parent_id]: n for parent_id, n in counted if parent_id is not None}


def _laid_out(
    nodes: Sequence[NewNode],
    parents: dict[str, OrgNode],
    ids: list[int],
    serials: dict[str, int],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    known: dict[str, dict[str, Any]] = {
        code: {"id": node.id, "path": node.path, "kind": node.kind, "school_id": node.school_id, "code": code}
        for code, node in parents.items()
    }
    rows: list[dict[str, Any]] = []
    classes: list[dict[str, Any]] = []
    placements: list[dict[str, Any]] = []
    for node, node_id in zip(nodes, ids, strict=True):
        parent = known[node.parent_code]
        row = _row(node, node_id, parent, serials)
        known[row["code"]] = row
        rows.append(row)
        placements.append({"node_id": node_id, "parent_id": parent["id"], "path": row["path"]})
        if node.kind == "class":
            classes.append(_class_row(node, row))
    return rows, classes, placements


def _row(node: NewNode, node_id: int, parent: dict[str, Any], serials: dict[str, int]) -> dict[str, Any]:
    check_place(parent["kind"], node.kind, parent_in_school=parent["school_id"] is not None)
    serial = serials[node.parent_code] = serials.get(node.parent_code, 0) + 1
    return {
        "id": node_id,
        "parent_id": parent["id"],
        "kind": node.kind,
        "code": node.code or f"{node.parent_code}-{serial}",
        "name": checked_name(node.name),
        "path": f"{parent['path']}{node_id}/",
        "school_id": node_id if node.kind in {"school", "unit"} else parent["school_id"],
        "stage": node.stage,
        "entry_year": node.entry_year,
        "sort": serial,
    }


def _class_row(node: NewNode, row: dict[str, Any]) -> dict[str, Any]:
    number = node.class_number or row["code"].rsplit("-", 1)[-1]
    return {"node_id": row["id"], "tree_path": row["path"], "school_id": row["school_id"], "class_number": number}


def _begin_placements(session: Session, actor: Actor, rows: list[dict[str, Any]]) -> None:
    session.execute(entering(insert(NodePlacement), NodePlacement, actor, Permission.ORG_CREATE), rows)
