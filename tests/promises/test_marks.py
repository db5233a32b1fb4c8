"""Whoever steps around the scope is on a list that a person has read."""

from __future__ import annotations

from pathlib import PurePosixPath

from tests.promises.marks import LIST, gated_in, marks

MAY_SPEAK_TEXT = {"queries", "services"}


def test_every_use_of_everything_and_of_textual_sql_is_on_the_list() -> None:
    listed = LIST.read_text("utf-8").splitlines()
    assert marks() == listed, "read the difference, then: python -m tests.promises.marks"


def test_everything_always_says_why() -> None:
    uses = [line for line in marks() if "| everything |" in line]
    assert uses
    assert not [line for line in uses if len(line.rsplit("|", 1)[1].split()) < 3]


def test_textual_sql_on_gated_tables_stands_in_queries_and_services_only() -> None:
    texts = [line.split(" | ")[0] for line in marks() if " | text | " in line]
    assert not [path for path in texts if not MAY_SPEAK_TEXT & set(PurePosixPath(path).with_suffix("").parts)]


def test_a_text_is_known_by_the_gated_tables_it_names() -> None:
    assert gated_in("SELECT count(*) FROM student JOIN org_node n ON true") == ["org_node", "student"]
    assert gated_in("SELECT nextval('org_node_id_seq')") == []
    assert gated_in("parent_id IS NULL") == []
