"""While somebody looks, a place moves: who locks it reads it as it stands, who named it as it stood tries again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.db import Database, Session
from app.core.errors import Stale
from app.orgs import reshape
from app.orgs.models import OrgNode
from tests.at_once import committed
from tests.make.places import COUNTY_B, A, class_of
from tests.stage import TEST


@pytest.mark.committed
def test_a_locked_place_is_read_as_it_is_now(database: Database) -> None:
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        seen = session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()
        version = seen.version
        committed(database, lambda s: reshape.move(s, SYSTEM, node_id=seen.id, target_code=COUNTY_B, version=version))()
        locked = select(OrgNode).where(OrgNode.code == A).with_for_update()
        again = session.scalars(everything(locked, because=TEST)).one()
        assert again.version > version


@pytest.mark.committed
def test_a_page_that_was_looked_at_before_the_move_is_stale(database: Database) -> None:
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        one, other = class_of(A, 1, 1), class_of(A, 1, 2)
        seen = session.scalars(everything(select(OrgNode).where(OrgNode.code == one), because=TEST)).one()
        version = seen.version
        committed(database, lambda s: reshape.rename(s, SYSTEM, node_id=seen.id, name="新名", version=version))()
        with pytest.raises(Stale):
            reshape.merge(session, SYSTEM, node_id=seen.id, target_code=other, version=version)


@pytest.mark.committed
def test_work_whose_place_moves_meanwhile_is_run_again(database: Database) -> None:
    runs: list[str] = []

    def work(session: Session) -> None:
        node = session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()
        runs.append(node.path)
        if len(runs) == 1:
            to, version = COUNTY_B, node.version
            committed(database, lambda s: reshape.move(s, SYSTEM, node_id=node.id, target_code=to, version=version))()
        seen = Change(ChangeKind.NODE_RENAMED, node.id, node.path, "org_node", node.id, node.name)
        note(session, SYSTEM, [seen])

    committed(database, work)()
    first, second = runs
    assert first != second
