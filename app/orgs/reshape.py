"""Renaming, moving, merging and closing nodes (M18). An extra file beside `services`, which adds them.

Every act takes the tree's lock, so that two reshapings never cross; the database carries paths and schools along to
every row that stands in the moved subtree. History is kept: `node_placement` says where a node stood when.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.core import locks
from app.core.clock import sql_now
from app.core.db import refused
from app.core.errors import NotAllowed, NotFound, Stale
from app.core.events import tell
from app.core.queue import defer
from app.orgs.models import Kind, NodePlacement, OrgNode
from app.orgs.rules import (
    BadPlace,
    ClassesMerged,
    ClassNumberTaken,
    IntoItself,
    NodesClosing,
    NotAlike,
    NumbersMeet,
    PlacesMoved,
    PlacesMoving,
    SchoolChanged,
    StillInUse,
    check_place,
    checked_name,
)

MOVING = "orgs.move"
"""The kind of job that moves a large subtree."""
AS_IT_IS = {"populate_existing": True}
"""Not as the session has seen it before it waited for the tree's lock."""


def rename(session: Session, actor: Actor, *, node_id: int, name: str, version: int) -> None:
    """Give a node another name; codes and class numbers never change. Raises `NotFound`, `Invalid`, `Stale`.

    `org:update` holds below the own node, `class:rename` for classes in the own place (CC-17).
    """
    node = _locked(session, actor, Permission.ORG_UPDATE, node_id, version, own_class=Permission.CLASS_RENAME)
    name = checked_name(name)
    if name == node.name:
        return
    _set(session, node.id, name=name)
    _tell(session, actor, "org:update", ChangeKind.NODE_RENAMED, node, before={"name": node.name}, after={"name": name})


def close(session: Session, actor: Actor, *, node_id: int, reason: str, version: int) -> None:
    """Close an empty node with a reason; it stays on file. Raises `StillInUse` while anything open stands in it."""
    locks.hold(session, locks.TREE, [0])
    node = _locked(session, actor, Permission.ORG_CLOSE, node_id, version)
    _close(session, actor, node, checked_name(reason))


def move(session: Session, actor: Actor, *, node_id: int, target_code: str, version: int) -> int:
    """Put a node with everything below it under another node; returns how many nodes moved.

    Both must be in the actor's scope (`NotFound`); raises `BadPlace`, `IntoItself`, `Stale`, and `ClassNumberTaken` or
    `NumbersMeet` when another school uses a class number or student number already. Tells `PlacesMoving`, `PlacesMoved`
    and `SchoolChanged`.
    """
    locks.hold(session, locks.TREE, [0])
    _tell_ahead(session, actor, node_id, target_code)
    node = _locked(session, actor, Permission.ORG_MOVE, node_id, version)
    target = _target(session, actor, target_code)
    if target.path.startswith(node.path) or target.id == node.parent_id:
        raise IntoItself
    check_place(target.kind, node.kind, parent_in_school=target.school_id is not None)
    is_school = node.kind in {Kind.SCHOOL, Kind.UNIT}
    if not is_school and (node.school_id is None) != (target.school_id is None):
        raise BadPlace({"target": "school_border"})
    _set(session, node.id, parent_id=target.id)
    moved = _carry(session, node, target)
    before, after = {"parent": node.parent_id}, {"parent": target.id, "nodes": len(moved)}
    _tell(session, actor, "org:move", ChangeKind.NODE_MOVED, _again(session, node.id), before=before, after=after)
    if not is_school and node.school_id and target.school_id and node.school_id != target.school_id:
        tell(session, actor, SchoolChanged(moved, node.school_id, target.school_id))
    tell(session, actor, PlacesMoved(moved))
    return len(moved)


def hand_over(session: Session, actor: Actor, *, node: OrgNode, target_code: str, version: int) -> int:
    """Give a move to the worker; returns the job's id. It is judged again when it runs, as the same account."""
    arguments = {"node_id": node.id, "target_code": target_code.strip(), "version": version}
    return defer(session, MOVING, arguments, owner_id=actor.user_id, once=f"{MOVING}:{node.id}")


def merge(session: Session, actor: Actor, *, node_id: int, target_code: str, version: int) -> None:
    """Merge a node into another of its kind and school: what stands in the first goes to the second, the first closes.

    Students of a merged class are placed in the other class by `students`, which hears `ClassesMerged`; places that go
    from the first to the second are told as by `move`.
    """
    locks.hold(session, locks.TREE, [0])
    _tell_ahead(session, actor, node_id, target_code)
    node = _locked(session, actor, Permission.ORG_MOVE, node_id, version)
    target = _target(session, actor, target_code)
    if target.id == node.id or target.path.startswith(node.path):
        raise IntoItself
    if target.kind != node.kind or target.school_id != node.school_id or node.kind in {Kind.SCHOOL, Kind.UNIT}:
        raise NotAlike
    if node.kind == Kind.CLASS:
        tell(session, actor, ClassesMerged(node.id, target.id))
    went: list[int] = []
    for child in _children(session, node.id):
        _set(session, child.id, parent_id=target.id)
        went += _carry(session, child, target)
    _tell(session, actor, "org:merge", ChangeKind.NODE_MERGED, node, before={"into": None}, after={"into": target.code})
    if went:
        tell(session, actor, PlacesMoved(tuple(went)))
    _close(session, actor, _again(session, node.id), f"→ {target.code}")


def size_below(session: Session, actor: Actor, permission: Permission, node: OrgNode) -> int:
    """How many nodes a subtree has, to decide between doing it at once and handing it to the worker."""
    stmt = select(func.count()).select_from(OrgNode).where(under(OrgNode.path, (node.path,)))
    return session.scalar(visible(stmt, OrgNode, actor, permission)) or 0


def _tell_ahead(session: Session, actor: Actor, node_id: int, target_code: str) -> None:
    """Let acts on the people of a branch end before any place is locked: they hold their locks first, places last.

    Paths stand still while the tree's lock is held; whether the move may be is judged afterwards, under locks.
    """
    which = or_(OrgNode.id == node_id, OrgNode.code == target_code.strip())
    stmt = select(OrgNode.id, OrgNode.path).where(which, OrgNode.closed_at.is_(None))
    paths = {row.id: row.path for row in session.execute(visible(stmt, OrgNode, actor, Permission.ORG_MOVE))}
    path = paths.pop(node_id, None)
    if path is not None and paths:
        tell(session, actor, PlacesMoving(path, next(iter(paths.values()))))


def _locked(
    session: Session,
    actor: Actor,
    permission: Permission,
    node_id: int,
    version: int,
    *,
    own_class: Permission | None = None,
) -> OrgNode:
    held = permission if actor.holds(permission) or own_class is None else own_class
    stmt = select(OrgNode).where(OrgNode.id == node_id, OrgNode.closed_at.is_(None)).with_for_update()
    node = session.scalars(visible(stmt, OrgNode, actor, held)).one_or_none()
    if node is None:
        raise NotFound(what="node")
    session.expunge(node)
    if held == permission and node.path in actor.places(permission) and actor.level > 0:
        raise NotAllowed(permission=str(permission))
    if held == own_class and node.kind != Kind.CLASS:
        raise NotAllowed(permission=str(own_class))
    if node.version != version:
        raise Stale({"name": node.name}, node.version)
    return node


def _target(session: Session, actor: Actor, code: str) -> OrgNode:
    stmt = select(OrgNode).where(OrgNode.code == code.strip(), OrgNode.closed_at.is_(None)).with_for_update(read=True)
    target = session.scalars(visible(stmt, OrgNode, actor, Permission.ORG_MOVE)).one_or_none()
    if target is None:
        raise NotFound(what="node")
    session.expunge(target)
    return target


def _again(session: Session, node_id: int) -> OrgNode:
    stmt = everything(select(OrgNode).where(OrgNode.id == node_id), because="the node was read in scope above")
    node = session.scalars(stmt, execution_options=AS_IT_IS).one()
    session.expunge(node)
    return node


def _children(session: Session, node_id: int) -> list[OrgNode]:
    stmt = select(OrgNode).where(OrgNode.parent_id == node_id).order_by(OrgNode.id)
    below = everything(stmt, because="what stands below a node read in scope above")
    found = list(session.scalars(below, execution_options=AS_IT_IS))
    for child in found:
        session.expunge(child)
    return found


def _carry(session: Session, node: OrgNode, target: OrgNode) -> tuple[int, ...]:
    """Give a subtree its new paths and school in one statement; foreign keys carry every row along. Says who moved."""
    schools: dict[str, Any] = {}
    if node.kind not in {Kind.SCHOOL, Kind.UNIT} and node.school_id != target.school_id:
        schools = {"school_id": target.school_id}
    stmt = (
        update(OrgNode)
        .where(under(OrgNode.path, (node.path,)))
        .values(
            path=func.concat(target.path, func.substr(OrgNode.path, len(node.path) - len(f"{node.id}/") + 1)),
            version=OrgNode.version + 1,
            **schools,
        )
        .returning(OrgNode.id)
        .execution_options(synchronize_session=False)
    )
    with refused(
        uq_class_group_school_id_class_number=ClassNumberTaken,
        uq_student_school_id_student_number=NumbersMeet,
    ):
        moved = session.scalars(everything(stmt, because="the subtree of a node read in scope above")).all()
    _follow(session, list(moved))
    return tuple(moved)


def _follow(session: Session, ids: list[int]) -> None:
    """Write down where the moved nodes stand from now on."""
    because = "the history of nodes moved above"
    ended = update(NodePlacement).where(NodePlacement.node_id.in_(ids), NodePlacement.until.is_(None))
    session.execute(everything(ended.values(until=sql_now()), because=because))
    columns = [NodePlacement.node_id, NodePlacement.parent_id, NodePlacement.path]
    now_at = select(OrgNode.id, OrgNode.parent_id, OrgNode.path).where(OrgNode.id.in_(ids)).order_by(OrgNode.id)
    session.execute(everything(insert(NodePlacement).from_select(columns, now_at), because=because))


def _close(session: Session, actor: Actor, node: OrgNode, reason: str) -> None:
    below = select(func.count()).select_from(OrgNode).where(OrgNode.parent_id == node.id, OrgNode.closed_at.is_(None))
    count = session.scalar(everything(below, because="what stands below a node read in scope above")) or 0
    if count:
        raise StillInUse(count=count)
    tell(session, actor, NodesClosing((node.id,)))
    _set(session, node.id, closed_at=sql_now(), close_reason=reason)
    ended = update(NodePlacement).where(NodePlacement.node_id == node.id, NodePlacement.until.is_(None))
    session.execute(everything(ended.values(until=sql_now()), because="the history of a node closed above"))
    _tell(session, actor, "org:close", ChangeKind.NODE_CLOSED, node, after={"reason": reason}, reason=reason)


def _set(session: Session, node_id: int, **values: object) -> None:
    stmt = update(OrgNode).where(OrgNode.id == node_id).values(**values, version=OrgNode.version + 1)
    stmt = stmt.execution_options(synchronize_session=False)
    session.execute(everything(stmt, because="the node was read and locked above within the actor's scope"))


def _tell(  # noqa: PLR0913  what an audit line and a change record need
    session: Session,
    actor: Actor,
    act: str,
    kind: ChangeKind,
    node: OrgNode,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    what = (kind, node.id, node.path, "org_node", node.id, node.name)
    in_both_books(session, actor, act, Change(*what, before=before, after=after, reason=reason))
