"""There is no road to the rows that the gate does not watch, and whoever hears of an event is on a list."""

from __future__ import annotations

import ast
import dataclasses
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Mapper

import app.features
from app.access.gate import UNSEEN_BY_THE_GATE, Ungated, tables_in
from app.access.scope import GATED, MARK
from app.core.db import Base, Database, Session
from tests.promises import events
from tests.promises.source import called, calls, python_files, read, tree

AROUND = {
    "connection",
    "create_engine",
    "exec_driver_sql",
    "get_bind",
    "raw_connection",
    "sessionmaker",
    "scoped_session",
    *UNSEEN_BY_THE_GATE,
}
MAY_GO_AROUND = {
    "app/cli/bench/acts.py": "writes into the bench's own database, thrown away afterwards",
    "app/cli/bench/command.py": "connects listeners and asks the bench's own server for its version",
    "app/cli/bench/writers.py": "writes into the bench's own database, thrown away afterwards",
    "app/cli/bench/world.py": "fills the bench's own database, thrown away afterwards",
    "app/cli/doctor.py": "asks the server what it is, before there need be a table",
    "app/core/db.py": "makes the engine and the sessions the gate listens to",
    "app/core/embedded.py": "speaks to the server it starts",
    "app/core/embedded_process.py": "speaks to the server it starts",
    "app/core/migrate.py": "asks for the version of the schema",
    "app/core/queue.py": "hands work to the queue on the session's own connection",
    "app/core/stalled.py": "the queue's own tables",
    "app/sheets/work.py": "COPY of the rows of a batch that was found in scope; the session has no COPY",
    "app/factory.py": "/health asks the database for one",
    "app/migrations/env.py": "a migration changes the schema itself",
}


def _goes_around(call: ast.Call) -> bool:
    if called(call) == "connect":  # of an engine or a driver; listeners are connected as well
        return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) != "events"
    return called(call) in AROUND


def test_only_the_listed_files_speak_to_the_database_without_a_session() -> None:
    ours = python_files("app", "config.py", "run.py")
    found = {path for path in ours for _, call in calls(path) if _goes_around(call)}
    assert found <= set(MAY_GO_AROUND), "a statement sent on a bare connection is not judged by the gate"


def test_every_session_of_a_database_is_one_the_gate_listens_to(database: Database) -> None:
    with database.sessions() as session:
        assert isinstance(session, Session)
        with pytest.raises(Ungated):
            session.execute(text("SELECT * FROM student"))


def _brings_the_mark(path: str) -> bool:
    imports = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom)]
    names = {name.name for node in imports if node.module == "app.access.scope" for name in node.names}
    return path == "app/access/scope.py" or bool({"MARK", "marked"} & names)


def test_the_mark_of_the_gate_is_set_by_the_scope_and_by_nothing_else() -> None:
    assert [path for path in python_files("app") if MARK in read(path)] == ["app/access/scope.py"]
    using = [path for path in python_files("app") if _brings_the_mark(path)]
    assert {path for path in using if not path.endswith("models.py")} == {"app/access/gate.py", "app/access/scope.py"}


def _table(mapper: Mapper[Any]) -> str:
    return str(mapper.local_table)


def test_no_relation_leads_to_or_from_a_gated_table() -> None:
    relations = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if {_table(relation.mapper), _table(mapper)} & set(GATED)
    ]
    assert relations == [], "joined and lazy loading would bring rows along that nobody has filtered"


def test_no_column_is_computed_from_another_gated_table() -> None:
    for mapper in Base.registry.mappers:
        for attribute in mapper.column_attrs:
            for column in attribute.columns:
                assert tables_in(column) <= {_table(mapper)}, f"{mapper.class_.__name__}.{attribute.key}"


def test_the_gate_knows_every_table_by_the_name_the_database_gives_it() -> None:
    assert {name: model.__table__.name for name, model in GATED.items()} == {name: name for name in GATED}
    assert all(model.__table__.schema is None for model in GATED.values())


BEHIND_THE_GATE = {
    "note_figures": {"plan_figure_delta"},
    "org_node_put_in_order": {"org_node"},
    "org_node_put_in_order_again": {"org_node"},
}
"""Functions that only triggers can call, which hand no rows to anybody → the gated tables they touch."""


def test_no_function_and_no_view_of_the_database_reads_for_us(session: Session) -> None:
    assert session.scalar(text("SELECT count(*) FROM pg_views WHERE schemaname = 'public'")) == 0
    assert session.scalar(text("SELECT count(*) FROM pg_matviews")) == 0
    stmt = text("""
        SELECT p.proname, p.prosrc, p.prorettype = 'trigger'::regtype AS of_trigger FROM pg_proc p
          JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'public' AND p.proname NOT LIKE 'procrastinate%'
    """)
    readers = {row.proname: (tables_in(text(row.prosrc)), row.of_trigger) for row in session.execute(stmt)}
    found = {name: (set(tables), of_trigger) for name, (tables, of_trigger) in readers.items() if tables}
    expected = {name: (tables, True) for name, tables in BEHIND_THE_GATE.items()}
    assert found == expected, "a function hides the tables it reads from the gate"


PLACED = text("""
SELECT t.relname,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f' AND k.confupdtype = 'c'
                  AND k.confrelid = 'org_node'::regclass AND k.conkey @> ARRAY[n.attnum, p.attnum]) AS follows,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indkey[0] = n.attnum AND i.indisvalid
                  AND i.indpred IS NULL) AS found_by_node
  FROM pg_class t
  JOIN pg_attribute n ON n.attrelid = t.oid AND n.attname = 'node_id'
  JOIN pg_attribute p ON p.attrelid = t.oid AND p.attname = 'tree_path'
 WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace ORDER BY t.relname
""")


def test_every_table_that_carries_a_path_follows_its_node_and_is_found_by_it(session: Session) -> None:
    rows = session.execute(PLACED).all()
    assert {"student", "enrolment", "plan", "account", "account_grant", "class_set"} <= {row.relname for row in rows}
    assert [row.relname for row in rows if not row.follows] == []
    assert [row.relname for row in rows if not row.found_by_node] == [], "a move would scan the whole table"


WITHOUT_INDEX = {"plan_figure_delta": "emptied every second, and nothing follows into it when a branch moves"}
"""Tables with a node's number that nobody looks up by it, and why a moving or closing branch does not scan them."""


def test_every_table_that_names_a_node_is_found_by_it(session: Session) -> None:
    stmt = text("""
        SELECT t.relname,
               EXISTS (SELECT FROM pg_constraint c
                       WHERE c.conrelid = t.oid AND c.contype = 'f' AND n.attnum = ANY(c.conkey)) AS is_tied
          FROM pg_class t JOIN pg_attribute n ON n.attrelid = t.oid AND n.attname = 'node_id'
         WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_index i
                           WHERE i.indrelid = t.oid AND i.indkey[0] = n.attnum AND i.indisvalid AND i.indpred IS NULL)
    """)
    rows = session.execute(stmt).all()
    assert {row.relname for row in rows} == set(WITHOUT_INDEX), "a move would scan the whole table"
    assert [row.relname for row in rows if row.is_tied] == [], "the database looks there at every move"


def test_every_event_and_its_listeners_are_on_the_list() -> None:
    listed = events.LIST.read_text("utf-8").splitlines()
    assert list(events.lines()) == listed, "read the difference, then: python -m tests.promises.events"


def test_an_event_is_a_frozen_value_and_its_listeners_hear_what_somebody_tells() -> None:
    listeners = [listener for feature in app.features.FEATURES for listener in feature.listeners]
    assert listeners
    assert {listener.event.__name__ for listener in listeners} <= set(events.told())
    for listener in listeners:
        assert dataclasses.is_dataclass(listener.event)
        assert vars(listener.event)["__dataclass_params__"].frozen
        assert listener.event.__module__.endswith(".rules")
