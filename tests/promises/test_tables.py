"""Every table is under the gate, or stands on a list with the reason why it need not be."""

from __future__ import annotations

import pytest

import app.features  # noqa: F401  every table must be known
from app.access.scope import GATED, Gated, InSchool, InTree
from app.core.db import Base

UNGATED = {
    "account_session": "found by the digest of a secret, before anybody is an actor",
    "activation_sheet": "found by its owner and an id",
    "audit_seal": "numbers and digests of the whole log, read by its check only",
    "audit_unsealed": "numbers of lines that wait for a seal",
    "coverage_option": "part of a plan, read by the key of a plan in scope",
    "fire": "the clockwork's own diary, names nobody",
    "first_run_link": "found by the digest of a secret; there is no tree yet",
    "idempotency": "found by the own account and a key",
    "job": "read by its owner, or by who operates the system",
    "list_setting": "read and written by the own account only",
    "login_name": "found by what is typed at sign-in, before anybody is an actor",
    "outbox": "written by services, read by the sender of mails",
    "plan_reopening": "part of a plan, read by the key of a plan in scope",
    "plan_step": "part of a plan, read by the key of a plan in scope",
    "role_detail": "the definition of a role, the same for everybody",
    "stored_file": "found by its owner and an id, or through a table of links that is gated",
    "throttle": "counts tries, names nobody",
}


def test_every_table_is_gated_or_listed() -> None:
    ours = {name for name in Base.metadata.tables if not name.startswith("ab_")}
    assert ours - set(GATED) == set(UNGATED)


@pytest.mark.parametrize("table", sorted(GATED))
def test_a_gated_table_says_how_it_is_reached(table: str) -> None:
    owner = next(parent for parent in GATED[table].__mro__ if "reach" in parent.__dict__)
    assert owner is not Gated


@pytest.mark.parametrize("table", sorted(name for name, cls in GATED.items() if issubclass(cls, InTree)))
def test_a_table_in_the_tree_is_tied_to_the_place_of_its_node(table: str) -> None:
    cls = GATED[table]
    wanted = ["node_id", "tree_path", "school_id"] if issubclass(cls, InSchool) else ["node_id", "tree_path"]
    keys = [key for key in cls.__table__.foreign_key_constraints if key.column_keys == wanted]
    assert [key.onupdate for key in keys] == ["CASCADE"]
    assert not any(cls.__table__.c[column].nullable for column in wanted)
