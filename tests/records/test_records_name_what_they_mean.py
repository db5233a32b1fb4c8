"""Records call places, users and codes by their names, and what the reader may not see by one word for elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.accounts import services as accounts
from app.accounts.rules import NewGrant
from app.core.db import Database, Session
from app.lists.keyset import Spot
from app.orgs import queries as tree
from app.orgs import reshape
from app.orgs import services as orgs
from app.orgs.rules import NewNode
from app.records import queries
from app.records.naming import names_in
from app.records.rules import reference, references
from tests.make.places import BIRDS, A, B, class_of, grade
from tests.make.users import hired, row
from tests.site import Visit
from tests.world import World

SignIn = Callable[..., Visit]
TEACHER = "class_teacher"


@pytest.fixture(name="played")
def _played(database: Database, world: World) -> World:
    """A teacher of school A who is given a class of the own school and one of another, and a grade that moves."""

    def play(session: Session) -> None:
        teacher = hired(session, "teacher", A, NewGrant(TEACHER, node_code=class_of(A, 1, 1)))
        root = world.actor(session, "root_admin")
        ticked = [world.nodes[code] for code in (class_of(A, 1, 2), class_of(B, 1, 1))]
        version = row(session, teacher).version
        accounts.change_grants(session, root, account_id=teacher, version=version, role=TEACHER, node_ids=ticked)
        orgs.grow(session, SYSTEM, [NewNode(A, "campus", "东校区", code="EAST")])
        moved = tree.find(session, SYSTEM, Permission.ORG_MOVE, code=grade(A, 2))
        reshape.move(session, SYSTEM, node_id=moved.id, target_code="EAST", version=moved.version)

    database.transaction(play)
    return world


def cells(visit: Visit, path: str) -> str:
    """Everything a page or a sheet shows."""
    answer = visit.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.committed
@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("path", ["/changes/", "/audit/", "/audit/export"])
def test_places_are_named_as_far_as_the_reader_may_see_them(visit: SignIn, path: str) -> None:
    own = cells(visit("school_admin"), path)
    assert f"七年级{BIRDS[A]}(2)班" in own
    assert "elsewhere" in own
    assert "东校区" in own
    assert not [word for word in (BIRDS[B], "node:", '"parent"', "Place above: 1") if word in own]
    assert f"七年级{BIRDS[B]}(1)班" in cells(visit("root_admin"), path)
    assert "其他范围" in cells(visit("school_admin", "zh_Hans_CN"), path)


@pytest.mark.committed
@pytest.mark.usefixtures("played")
def test_the_page_of_one_line_names_them_as_well(visit: SignIn) -> None:
    admin = visit("school_admin")
    rows = list(csv.reader(io.StringIO(cells(admin, "/audit/export").lstrip("\ufeff"))))
    assert {"Act", "Before", "After"} <= set(rows[0])
    text = cells(admin, "/audit/?kind=account:grant")
    line = text.split('href="/audit/')[1].split('"')[0]
    page = cells(admin, f"/audit/{line}")
    assert "elsewhere" in page
    assert "node:" not in page
    assert BIRDS[B] not in page


def test_names_take_two_statements_however_many_records(
    session: Session, played: World, statements: Callable[..., Any]
) -> None:
    actor = played.actor(session, "root_admin")
    for size in (1, 200):
        rows = queries.audit(session, actor, queries.Wanted(), Spot(size)).rows
        with statements() as sent:
            names_in(session, actor, Permission.AUDIT_READ, rows)
        assert len(sent) <= 2


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        ("parent", 5, ("node", "5")),
        ("into", "A-1", ("code", "A-1")),
        ("places", "node:5", ("node", "5")),
        ("places", "set:3", ("set", "3")),
        ("places", "node:x", None),
        ("places", "somewhere", None),
        ("parent", None, None),
        ("name", "node:5", None),
    ],
)
def test_what_a_value_refers_to(field: str, value: object, meant: tuple[str, str] | None) -> None:
    assert reference(field, value) == meant
    assert references([{field: value}, None]) == ({meant} if meant else set())
