"""Which places an actor may read figures of: those in scope, and the school of the actor's own class set."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, under
from app.core.errors import NotFound
from app.orgs.models import OrgNode


def place(session: Session, actor: Actor, *, code: str) -> OrgNode:
    """The node of a code whose figures the actor may read, or `NotFound`.

    That is a node in the actor's scope, or the school of the actor's own class set (only its classes are counted).
    """
    stmt = select(OrgNode).where(OrgNode.code == code, _readable(actor))
    node = session.scalars(
        everything(stmt, because="the condition is the actor's places for figures, and the anchor of a class set"),
    ).one_or_none()
    if node is None:
        raise NotFound(what="node")
    return node


def own_place(session: Session, actor: Actor) -> OrgNode:
    """Where the actor's figures begin: the home place when it is readable, else the first readable node."""
    places = actor.places(Permission.FIGURE_READ)
    tops = or_(OrgNode.path.in_({*places, *_anchors(actor), actor.home_path or ""}), OrgNode.parent_id.is_(None))
    stmt = select(OrgNode).where(tops, _readable(actor))  # the others are many, and none comes before these
    stmt = stmt.order_by((OrgNode.path == actor.home_path).desc(), func.length(OrgNode.path), OrgNode.path).limit(1)
    node = session.scalars(everything(stmt, because="the condition is the actor's places for figures")).one_or_none()
    if node is None:
        raise NotFound(what="node")
    return node


def readable_codes(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """The codes of those nodes whose figures the actor may read."""
    stmt = select(OrgNode.id, OrgNode.code).where(OrgNode.id.in_(ids), _readable(actor))
    because = "the condition is the actor's places for figures"
    return {row.id: row.code for row in session.execute(everything(stmt, because=because))}


def _readable(actor: Actor) -> ColumnElement[bool]:
    return or_(under(OrgNode.path, actor.places(Permission.FIGURE_READ)), OrgNode.path.in_(_anchors(actor)))


def _anchors(actor: Actor) -> list[str]:
    """The schools of the actor's class sets."""
    return [g.anchor for g in actor.grants if g.anchor and Permission.FIGURE_READ in g.permissions]
