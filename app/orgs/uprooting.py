"""Taking an imported tree list back: places as if they had never been, names as they were before. An extra file.

Only while nothing later depends on it. What does is found by the foreign keys that lead to the tree, whichever table of
whichever feature they are of, so nothing can be forgotten; the last word has the database, which refuses to delete what
something refers to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Table, all_, delete, literal, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.services import record
from app.core.db import Base, any_of
from app.orgs.bringing import name_nodes
from app.orgs.models import ClassGroup, NodePlacement, OrgNode
from app.orgs.queries import names_of
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import Blocker, UndoBlocked, Verdict

REASONS: Mapping[str, str] = {
    "org_node": "undo_children",
    "student": "undo_students",
    "placement": "undo_students",
    "account": "undo_accounts",
    "login_name": "undo_accounts",
    "account_grant": "undo_grants",
    "plan": "undo_plan",
    "reporting_unit": "undo_plan",
    "submission": "undo_plan",
    "enrolment": "undo_plan",
    "figure_day": "undo_plan",
    "plan_class_figure": "undo_plan",
    "plan_school_figure": "undo_plan",
    "department": "undo_departments",
    "class_set": "undo_departments",
    "class_set_class": "undo_departments",
    "code": "undo_codes",
    "import_batch": "undo_imports",
    "import_mapping": "undo_imports",
    "change_record": "undo_edited",
}
"""Table → why it keeps a place; any other table that leads to the tree is `undo_used`."""
OWN = frozenset({"class_group", "node_placement"})
"""What a place is made with, and taken away with."""
UNTOUCHED: Mapping[str, str] = {"reporting_unit": "version"}
"""Made by itself with a place and taken away with it while nothing has happened to it: while its version is 1."""
OF_BATCH = "the rows of a batch that was locked in scope"
DEPENDING = "whether anything refers to places an import in scope made; only that, not what, leaves"
NO_SYNC = {"synchronize_session": False}
STILL_REFERENCED = "23503"


def blockers(session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
    """The places something happened to or stands in since, or that the actor no longer reaches; one reason each."""
    actor.require(Permission.ORG_IMPORT)
    return _blockers(session, actor, _made(session, batch), _changed(session, batch))


def undo(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Take a list back; raises `UndoBlocked`. Deleted, not closed: closed places would keep their codes for ever."""
    actor.require(Permission.ORG_IMPORT)
    made, changed = _made(session, batch), _changed(session, batch)
    ids = [*made, *(row.subject_id for row in changed)]
    session.execute(_reached(actor, ids).order_by(OrgNode.id).with_for_update())
    if found := _blockers(session, actor, made, changed):
        raise UndoBlocked(count=len(found))
    if changed:
        stmt = select(OrgNode.id, OrgNode.name, OrgNode.path)
        stmt = stmt.where(OrgNode.id == any_of(row.subject_id for row in changed))
        now = session.execute(everything(stmt, because=OF_BATCH)).all()
        name_nodes(session, actor, now, {row.subject_id: row.before["name"] for row in changed})
    if made:
        _uproot(session, list(made))
    after = {"count": len(made), "changed": len(changed), "batch": batch.id}
    record(session, actor, "org:undo_import", subject="org_node", ids=ids[:100], path=batch.tree_path, after=after)


def _made(session: Session, batch: ImportBatch) -> dict[int, int]:
    """The places a batch made → the number of the row they came with."""
    stmt = select(ImportRow.n, ImportRow.data, ImportRow.undo).where(
        ImportRow.batch_id == batch.id, ImportRow.verdict == Verdict.NEW
    )
    rows = session.execute(everything(stmt.order_by(ImportRow.n), because=OF_BATCH)).all()
    made = {int(node_id): row.n for row in rows for node_id in (row.undo or {}).get("made", ())}
    return made | {node["id"]: row.n for row in rows for node in row.data["nodes"]}


def _changed(session: Session, batch: ImportBatch) -> Sequence[Any]:
    stmt = select(ImportRow.n, ImportRow.subject_id, ImportRow.data, ImportRow.before)
    stmt = stmt.where(ImportRow.batch_id == batch.id, ImportRow.verdict == Verdict.CHANGED)
    return session.execute(everything(stmt.order_by(ImportRow.n), because=OF_BATCH)).all()


def _reached(actor: Actor, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    columns = (OrgNode.id, OrgNode.name, OrgNode.path, OrgNode.version, OrgNode.closed_at)
    stmt: Select[*tuple[Any, ...]] = select(*columns).where(OrgNode.id == any_of(ids))
    return visible(stmt, OrgNode, actor, Permission.ORG_IMPORT)


def _blockers(session: Session, actor: Actor, made: Mapping[int, int], changed: Sequence[Any]) -> list[Blocker]:
    rows = {row.subject_id: row for row in changed}
    found = {row.id: row for row in session.execute(_reached(actor, [*made, *rows]))}
    reasons = _dependents(session, list(made))
    asked = [*made.items(), *((row.subject_id, row.n) for row in changed)]
    blocked = {node_id: _why_not(found.get(node_id), rows.get(node_id), reasons.get(node_id)) for node_id, _ in asked}
    names = names_of(session, [found[node_id].path for node_id, code in blocked.items() if code and node_id in found])
    return [
        Blocker(node_id, names[found[node_id].path][-1] if node_id in found else "?", code, n)
        for node_id, n in asked
        if (code := blocked[node_id])
    ]


def _why_not(node: Any, row: Any, reason: str | None) -> str | None:  # noqa: ANN401  rows of two statements
    """What keeps a place from being taken away, or from getting its former name (`row`) back."""
    if node is None or node.closed_at:
        return "undo_gone"
    if row is not None:
        return "undo_edited" if node.name != row.data["name"] else None
    return "undo_edited" if node.version > 1 else reason


def _dependents(session: Session, made: Sequence[int]) -> dict[int, str]:
    """Place → why it must stay, by the first table that leads to it; one statement over all tables that may."""
    if not made:
        return {}
    parts = []
    for table, column in _leading_here():
        node, reason = table.c[column], literal(REASONS.get(table.name, "undo_used"))
        stmt = select(node.label("node_id"), reason.label("reason")).where(node == any_of(made)).distinct()
        if table.name == OrgNode.__tablename__:
            stmt = stmt.where(table.c.id != all_(literal(sorted(made), ARRAY(BigInteger))))
        if table.name in UNTOUCHED:
            stmt = stmt.where(table.c[UNTOUCHED[table.name]] > 1)
        parts.append(stmt)
    rows = session.execute(everything(union_all(*parts), because=DEPENDING)).all()
    order = list(REASONS.values())
    rows = sorted(rows, key=lambda row: order.index(row.reason) if row.reason in order else len(order), reverse=True)
    return {row.node_id: row.reason for row in rows}


def _leading_here() -> list[tuple[Table, str]]:
    """Every table with a foreign key to the tree, and the column that holds the place's number."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in OWN]
    return [
        (table, key.parent.name)
        for table in tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == OrgNode.__tablename__ and key.column.name == "id"
    ]


def _uproot(session: Session, made: Sequence[int]) -> None:
    tables = [(table, column) for table, column in _leading_here() if table.name in UNTOUCHED]
    try:
        for stmt in (
            *(delete(t).where(t.c[column] == any_of(made), t.c[UNTOUCHED[t.name]] == 1) for t, column in tables),
            delete(NodePlacement).where(NodePlacement.node_id == any_of(made)),
            delete(ClassGroup).where(ClassGroup.node_id == any_of(made)),
            delete(OrgNode).where(OrgNode.id == any_of(made)),
        ):
            session.execute(everything(stmt, because=OF_BATCH), execution_options=NO_SYNC)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != STILL_REFERENCED:
            raise
        raise UndoBlocked(count=1) from error
