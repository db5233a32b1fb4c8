"""A list of a whole county: names are looked up, not tried one by one, and nothing grows faster than the list."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.core.db import Session
from app.orgs import children
from app.orgs.branches import Branch, Step, plain
from app.orgs.children import Children
from app.orgs.ground import Ground, Spot, is_called
from app.orgs.growing import Growth
from app.orgs.rules import NewNode
from app.orgs.services import codes_of_others, grow
from tests.make.places import A as SCHOOL
from tests.make.places import grade
from tests.world import World

YEAR = 2026
NAMES = ("(1)班", "1班", "（二）班", "七(3)班", "801", "火箭班", "画眉中学", "画眉 中学", "7.1", "初一3班", "05")
LOCKS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")


def _row(number: int, *way: tuple[str, str]) -> Branch:
    return Branch("表", number, [Step(kind, word, kind) for kind, word in way])


def _ground() -> Ground:
    county = Spot("county", "东湖区", None, id=1, version=1, code="360102")
    return Ground(county, {1: county}, YEAR)


@given(
    below=st.lists(st.tuples(st.sampled_from(["class", "school"]), st.sampled_from(NAMES)), max_size=8),
    later=st.lists(st.tuples(st.sampled_from(["class", "school"]), st.sampled_from(NAMES)), max_size=4),
    stage=st.sampled_from([None, "junior", "primary"]),
    word=st.sampled_from(NAMES),
    kind=st.sampled_from(["class", "school"]),
)
def test_what_is_looked_up_is_what_would_be_found_by_trying(
    below: Sequence[tuple[str, str]], later: Sequence[tuple[str, str]], stage: str | None, word: str, kind: str
) -> None:
    parent = Spot("grade", "2024级", None, id=1, version=1, entry_year=2024)
    known = Children(YEAR)
    for some, told in ((below, None), (later, stage)):  # the stage is told while classes grow
        parent.own_stage = told
        parent.below += [Spot(each, name, parent) for each, name in some]
        tried = [each for each in parent.below if each.kind == kind and is_called(each, word, YEAR)]
        assert known.called(parent, kind, word) == tried


def _looked_at(monkeypatch: pytest.MonkeyPatch, schools: int) -> int:
    """How often a name is read while a list of so many schools is laid, twice each."""
    seen: list[str] = []

    def noted(word: str) -> str:
        seen.append(word)
        return plain(word)

    with monkeypatch.context() as patch:
        patch.setattr(children, "plain", noted)
        way = [("school", f"第{n % schools}中学") for n in range(2 * schools)]
        growth = Growth(_ground(), [_row(n, step, ("grade", "2026级"), ("class", "1班")) for n, step in enumerate(way)])
        growth.lay()
    assert len(growth.spot_of) == 2 * schools
    return len(seen)


def test_twice_the_schools_are_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = _looked_at(monkeypatch, 40), _looked_at(monkeypatch, 80)
    assert few < many <= 2 * few


def test_new_places_need_no_locks_of_their_own(session: Session, world: World) -> None:
    assert world.plan, "a plan is open above"
    before = session.scalar(LOCKS)
    grow(session, SYSTEM, [NewNode(grade(SCHOOL, 1), "class", f"({n})班") for n in range(20, 320)])
    assert session.scalar(LOCKS) - before < 20


@pytest.mark.usefixtures("world")
def test_more_places_than_a_statement_has_parameters(session: Session) -> None:
    codes = [f"MANY-{n}" for n in range(70_000)]
    assert codes_of_others(session, SYSTEM, {*codes, SCHOOL}) == {SCHOOL}
