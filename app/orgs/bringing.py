"""Writing a judged tree list: new places at once by `grow`, names of others in one statement. An extra file.

What the rows were judged by is read here as well (`ground`). Whatever no longer fits when a list is applied (a place
above closed or moved, a name changed or taken meanwhile) refuses the whole, and the file is checked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, cast, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core import clock
from app.core.db import any_of
from app.core.errors import NotFound
from app.orgs.ground import Ground, Spot
from app.orgs.models import ClassGroup, OrgNode
from app.orgs.rules import NewNode, academic_year
from app.orgs.services import codes_of_others, grow
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import Place, RollChanged, Verdict

OF_BATCH = "the rows of a batch that was locked in scope"
NO_SYNC = {"synchronize_session": False}


def ground(session: Session, actor: Actor, place: Place, explained: Mapping[str, str], codes: set[str]) -> Ground:
    """The open places at and below one, what is above them, and which of these codes are taken; five statements."""
    today = clock.today(session)
    stmt = select(OrgNode).where(under(OrgNode.path, (place.path,)), OrgNode.closed_at.is_(None))
    nodes = session.scalars(visible(stmt.order_by(OrgNode.path), OrgNode, actor, Permission.ORG_IMPORT)).all()
    spots = _spots(session, place, nodes)
    numbers = select(ClassGroup.node_id, ClassGroup.school_id, ClassGroup.class_number)
    schools = {node.school_id for node in nodes if node.school_id}
    stmt_numbers = numbers.where(ClassGroup.school_id == any_of(schools))
    given: dict[int, set[str]] = {}
    for row in session.execute(everything(stmt_numbers, because="class numbers are unique in a school, closed or not")):
        given.setdefault(row.school_id, set()).add(row.class_number)
        if row.node_id in spots:
            spots[row.node_id].class_number = row.class_number
    for node in nodes:
        session.expunge(node)
    own = {spot.code for spot in spots.values()}
    kept = frozenset(node.id for node in nodes if not _may_rename(actor, node))
    return Ground(
        spots[place.id],
        {node.id: spots[node.id] for node in nodes},
        academic_year(today.year, today.month),
        explained,
        frozenset(codes_of_others(session, actor, codes - own)),
        {school: frozenset(numbers) for school, numbers in given.items()},
        kept,
    )


def _spots(session: Session, place: Place, nodes: Sequence[OrgNode]) -> dict[int, Spot]:
    """Every node as a place to lay rows on, those above the list's place as well."""
    spots: dict[int, Spot] = {}
    above = select(OrgNode).where(OrgNode.id.in_(ids_in(place.path)[:-1])).order_by(OrgNode.path)
    for node in session.scalars(everything(above, because="the names of the places above one in scope")).all():
        spots[node.id] = _spot(node, spots)
        session.expunge(node)
    for node in nodes:
        spot = spots[node.id] = _spot(node, spots)
        if spot.parent is not None:
            spot.parent.below.append(spot)
    if place.id not in spots:
        raise NotFound(what="node")
    return spots


def _spot(node: OrgNode, spots: Mapping[int, Spot]) -> Spot:
    return Spot(
        node.kind,
        node.name,
        spots.get(node.parent_id or 0),
        id=node.id,
        code=node.code,
        own_stage=node.stage,
        entry_year=node.entry_year,
        version=node.version,
    )


def _may_rename(actor: Actor, node: OrgNode) -> bool:
    """`org:update` holds below the own place, as on the form."""
    places = actor.places(Permission.ORG_UPDATE)
    return actor.covers(Permission.ORG_UPDATE, node.path) and (actor.level == 0 or node.path not in places)


def bring(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Make the new places and rename the changed ones of a batch; raises `RollChanged`, and what `grow` refuses."""
    actor.require(Permission.ORG_IMPORT)
    rows = session.execute(_rows(batch)).all()
    news = [node for row in rows if row.verdict == Verdict.NEW for node in row.data["nodes"]]
    changed = [row for row in rows if row.verdict == Verdict.CHANGED]
    if news:
        made = grow(session, actor, _in_order(news, _parents(session, actor, news)))
        _keep(session, batch, sorted(made.values()))
    if changed:
        _rename(session, actor, changed)
    counts = {"new": len(news), "changed": len(changed), "batch": batch.id}
    ids = [node["id"] for node in news] + [row.subject_id for row in changed]
    record(session, actor, "org:import", subject="org_node", ids=ids[:100], path=batch.tree_path, after=counts)


def _rows(batch: ImportBatch) -> Any:  # noqa: ANN401  a select of several columns
    columns = (ImportRow.n, ImportRow.verdict, ImportRow.subject_id, ImportRow.data, ImportRow.before)
    stmt = select(*columns).where(ImportRow.batch_id == batch.id, ImportRow.verdict.in_((Verdict.NEW, Verdict.CHANGED)))
    return everything(stmt.order_by(ImportRow.n), because=OF_BATCH)


def _parents(session: Session, actor: Actor, news: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Number → code of the places the new ones go below, held until the end; `RollChanged` when one is gone or full."""
    wanted = {node["parent_id"] for node in news if node["above"]}
    stmt = select(OrgNode.id, OrgNode.code).where(OrgNode.id == any_of(wanted), OrgNode.closed_at.is_(None))
    stmt = stmt.order_by(OrgNode.id).with_for_update(key_share=True)
    found = session.execute(visible(stmt, OrgNode, actor, Permission.ORG_IMPORT)).all()
    if len(found) != len(wanted):
        raise RollChanged(count=len(wanted) - len(found))
    names = {(node["parent_id"], node["kind"], node["name"]) for node in news if node["above"]}
    beside = select(OrgNode.parent_id, OrgNode.kind, OrgNode.name)
    beside = beside.where(OrgNode.parent_id == any_of(wanted), OrgNode.closed_at.is_(None))
    there = session.execute(everything(beside, because="what came below the places locked above meanwhile"))
    if taken := names & {(row.parent_id, row.kind, row.name) for row in there}:
        raise RollChanged(count=len(taken))
    return {row.id: row.code for row in found}


def _in_order(news: Sequence[Mapping[str, Any]], parents: Mapping[int, str]) -> list[NewNode]:
    """The new places, each after the one it goes below."""
    by_id = {node["id"]: node for node in news}
    ordered: dict[int, NewNode] = {}
    for node in news:
        way = []
        step: Mapping[str, Any] | None = node
        while step is not None and step["id"] not in ordered:
            way.append(step)
            step = by_id.get(step["parent_id"])
        for each in reversed(way):
            ordered[each["id"]] = _new_node(each, parents)
    return list(ordered.values())


def _new_node(node: Mapping[str, Any], parents: Mapping[int, str]) -> NewNode:
    return NewNode(
        parents.get(node["parent_id"], ""),
        node["kind"],
        node["name"],
        code=node["code"],
        class_number=node["class_number"],
        stage=node["stage"],
        entry_year=node["entry_year"],
        node_id=node["id"],
        parent_id=None if node["above"] else node["parent_id"],
    )


def _keep(session: Session, batch: ImportBatch, ids: Sequence[int]) -> None:
    """Keep with the first new row which places were made, those that came along (the class of a unit) as well."""
    first = select(ImportRow.n).where(ImportRow.batch_id == batch.id, ImportRow.verdict == Verdict.NEW)
    number = first.order_by(ImportRow.n).limit(1).scalar_subquery()
    stmt = update(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.n == number).values(undo={"made": [*ids]})
    session.execute(everything(stmt, because=OF_BATCH), execution_options=NO_SYNC)


def _rename(session: Session, actor: Actor, changed: Sequence[Any]) -> None:
    versions = {row.subject_id: row.data["version"] for row in changed}
    stmt = select(OrgNode.id, OrgNode.version, OrgNode.name, OrgNode.path)
    stmt = (
        stmt.where(OrgNode.id == any_of(versions), OrgNode.closed_at.is_(None)).order_by(OrgNode.id).with_for_update()
    )
    found = session.execute(visible(stmt, OrgNode, actor, Permission.ORG_UPDATE)).all()
    fitting = [row for row in found if row.version == versions[row.id]]
    if len(fitting) != len(versions):
        raise RollChanged(count=len(versions) - len(fitting))
    name_nodes(session, actor, fitting, {row.subject_id: row.data["name"] for row in changed})


def name_nodes(session: Session, actor: Actor, found: Sequence[Any], names: Mapping[int, str]) -> None:
    """Give places (id, name, path; locked in scope) other names, in one statement, and say so in the records."""
    ids, called = cast([*names], ARRAY(BigInteger)), cast([*names.values()], ARRAY(Text))
    given = func.unnest(ids, called).table_valued(column("id", BigInteger), column("name", Text))
    given = given.render_derived(name="given")
    stmt = update(OrgNode).where(OrgNode.id == given.c.id)
    stmt = stmt.values(name=given.c.name, version=OrgNode.version + 1)
    session.execute(everything(stmt, because="places read and locked in the actor's scope"), execution_options=NO_SYNC)
    changes = [
        Change(
            ChangeKind.NODE_RENAMED,
            row.id,
            row.path,
            "org_node",
            row.id,
            names[row.id],
            before={"name": row.name},
            after={"name": names[row.id]},
            source="import",
        )
        for row in found
    ]
    note(session, actor, changes)
