"""The operation log: what a service writes stands for ever; the database itself refuses every change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.access.actor import SYSTEM, Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.models import Audit
from app.audit.rules import common_path
from app.audit.services import record
from app.core.db import Database, Session
from app.core.errors import Conflict
from app.orgs.models import OrgNode
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.make.places import A, B
from tests.stage import TEST
from tests.world import World

FindNode = Callable[[str], OrgNode]


def test_an_act_is_written_with_who_when_where_and_what(
    session: Session,
    node: FindNode,
    acts: Callable[[], list[Audit]],
) -> None:
    actor = Actor(7, "张老师")
    session.info["address"] = "203.0.113.9"
    place = node(A).path
    before, after = {"name": "旧"}, {"name": "新"}
    record(
        session,
        actor,
        "class:rename",
        subject="org_node",
        ids=[3, 1],
        path=place,
        before=before,
        after=after,
        reason="写错",
    )
    (act,) = acts()
    assert (act.account_id, act.actor_name, act.address, act.act) == (7, "张老师", "203.0.113.9", "class:rename")
    assert (act.subject, act.subject_ids, act.tree_path) == ("org_node", [3, 1], place)
    assert (act.before, act.after, act.reason) == (before, after, "写错")
    assert act.at is not None


def test_an_act_outside_a_request_has_no_address(session: Session, acts: Callable[[], list[Audit]]) -> None:
    record(session, SYSTEM, "plan:open", subject="plan", ids=[1], path="/")
    assert [act.address for act in acts()] == [None]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor_name = 'somebody else'",
        "UPDATE audit SET id = id + 1000 WHERE id = (SELECT min(id) FROM audit)",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = (SELECT min(id) FROM audit)",
        "TRUNCATE audit CASCADE",
        "MERGE INTO audit USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_the_database_refuses_every_change(session: Session, change: str) -> None:
    with pytest.raises(DBAPIError, match=r"audit(_seal)? is append-only"):
        session.connection().execute(text(change))


def test_an_act_that_is_undone_leaves_no_line(database: Database, session: Session) -> None:
    def work(inner: Session) -> None:
        record(inner, SYSTEM, "undone:act", subject="plan", ids=[1], path="/")
        raise Conflict

    with pytest.raises(Conflict):
        database.transaction(work)
    lines = select(Audit.id).where(Audit.act == "undone:act")
    assert session.scalars(everything(lines, because=TEST)).all() == []


def test_one_line_is_written_however_many_rows_it_tells_of(session: Session, statements: CountStatements) -> None:
    with statements() as sent:
        record(session, SYSTEM, "plan:open", subject="plan", ids=list(range(100)), path="/")
    assert len(sent) == 1


def test_who_reads_the_log_reads_that_of_the_own_place(session: Session, world: World, node: FindNode) -> None:
    for code in (A, B):
        record(session, SYSTEM, "class:rename", subject="org_node", ids=[1], path=node(code).path)
    stmt = select(Audit.tree_path).where(Audit.act == "class:rename")
    for user, code in (("school_admin", A), ("school_admin_b", B)):
        seen = session.scalars(visible(stmt, Audit, world.actor(session, user), Permission.AUDIT_READ)).all()
        assert seen == [node(code).path]
    nobody = visible(stmt, Audit, world.actor(session, "class_teacher"), Permission.AUDIT_READ)
    assert session.scalars(nobody).all() == []


@pytest.mark.committed
def test_lines_of_many_at_once_are_all_there(database: Database) -> None:
    def work(session: Session) -> None:
        record(session, SYSTEM, "many:act", subject="plan", ids=[1], path="/")

    assert at_once(*[committed(database, work)] * 8) == [None] * 8
    with database.sessions() as session:
        lines = select(Audit.id).where(Audit.act == "many:act")
        assert len(session.scalars(everything(lines, because=TEST)).all()) == 8


@pytest.mark.parametrize(
    ("paths", "common"),
    [
        (["/1/5/9/"], "/1/5/9/"),
        (["/1/5/9/", "/1/5/9/"], "/1/5/9/"),
        (["/1/5/", "/1/5/9/"], "/1/5/"),
        (["/1/5/", "/1/57/"], "/1/"),
        (["/1/5/9/", "/1/5/8/", "/1/6/"], "/1/"),
        (["/1/", "/2/"], "/"),
        ([], "/"),
    ],
)
def test_an_act_on_many_rows_took_place_at_the_nearest_node_above_all(paths: list[str], common: str) -> None:
    assert common_path(paths) == common
