"""A search by one to three Chinese characters reads the index of name pieces, not every person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Session
from app.lists.keyset import Spot
from app.people.models import Person
from app.people.services import enter
from app.students import queries
from app.students.queries import Wanted, named_like
from tests.crowd import strangers
from tests.make.places import A, B
from tests.stage import TEST
from tests.world import KEYRING, World

SYLLABLES = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"
SEVERAL_THOUSAND = 4_000


@pytest.fixture(name="crowd")
def _crowd(session: Session) -> None:
    """Thousands of persons with names of many characters, and one who is looked for."""
    people = strangers(SEVERAL_THOUSAND)
    size = len(SYLLABLES)
    named = [
        type(one)(**{**vars(one), "name": "赵" + SYLLABLES[n % size] + SYLLABLES[n // size % size]})
        for n, one in enumerate(people)
    ]
    named[-1] = type(named[-1])(**{**vars(named[-1]), "name": "陈𬭩䶮"})
    enter(session, SYSTEM, named, keyring=KEYRING)
    session.connection().exec_driver_sql("ANALYZE person")


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("asked", ["𬭩", "陈𬭩", "𬭩䶮", "陈𬭩䶮"])
def test_part_of_a_name_is_found_by_the_index(session: Session, asked: str) -> None:
    """FAB §4.5: searching reads the whole table."""
    stmt = select(Person.name).where(named_like(asked))
    assert list(session.scalars(everything(stmt, because=TEST))) == ["陈𬭩䶮"]
    sql = stmt.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(f"EXPLAIN {str(sql).replace('%', '%%')}").scalars().all()
    assert any("ix_person_name_grams" in line for line in plan), plan


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(("asked", "index"), [("cby", "ix_person_initials"), ("chenbang", "ix_person_pinyin")])
def test_pinyin_and_initials_are_found_by_their_indexes(session: Session, asked: str, index: str) -> None:
    stmt = select(Person.name).where(named_like(asked))
    sql = stmt.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(f"EXPLAIN {str(sql).replace('%', '%%')}").scalars().all()
    assert any(index in line for line in plan), plan


def listed(session: Session, world: World, who: str, **asked: Any) -> list[str]:  # noqa: ANN401
    """The student numbers of a search's first page, and that its count agrees."""
    actor, wanted = world.actor(session, who), Wanted(**asked)
    lines = queries.page(session, actor, wanted, keyring=KEYRING, spot=Spot(20)).rows
    assert queries.count(session, actor, wanted) == len(lines)
    return [line.student_number for line in lines]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "甲"}, ["THRUSH-01"]),
        ({"name": "画眉甲"}, ["THRUSH-01"]),
        ({"name": "hmj"}, ["THRUSH-01", "THRUSH-06"]),
        ({"name": "huameiyi"}, ["THRUSH-02"]),
        ({"name": "Hua Mei Y"}, ["THRUSH-02"]),
        ({"name": "金丝雀"}, []),
        ({"number": "THRUSH-03"}, ["THRUSH-03"]),
        ({"number": "CANARY-03"}, []),
        ({"class_name": "七年级画眉(2)班"}, ["THRUSH-03", "THRUSH-04"]),
        ({"class_name": "八年级"}, ["THRUSH-05", "THRUSH-06", "THRUSH-07", "THRUSH-08"]),
        ({"class_name": "THRUSH-202502"}, ["THRUSH-07", "THRUSH-08"]),
        ({"state": "graduated"}, []),
    ],
)
def test_a_search_finds_the_own_students(
    session: Session, world: World, asked: dict[str, str], found: list[str]
) -> None:
    assert listed(session, world, "school_admin", **asked) == found


def test_a_certificate_number_leads_to_the_own_student_only(session: Session, world: World) -> None:
    own, foreign, admin = world.of(A)[0], world.of(B)[0], world.actor(session, "school_admin")
    assert queries.person_of_number(session, admin, f" {own.certificate} ", keyring=KEYRING) == own.person_id
    for text_ in (foreign.certificate, own.certificate[:-1], "x", "' OR 1=1"):
        assert queries.person_of_number(session, admin, text_, keyring=KEYRING) is None
    assert listed(session, world, "school_admin", person_id=own.person_id) == ["THRUSH-01"]
    assert listed(session, world, "school_admin", person_id=foreign.person_id) == []


def test_a_list_masks_every_secret(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    lines = queries.page(session, admin, Wanted(), keyring=KEYRING, spot=Spot(20)).rows
    assert [(line.certificate[6:14], line.phone[3:7]) for line in lines] == [("********", "****")] * 8


def test_a_page_takes_few_statements(session: Session, world: World, statements: Callable[..., Any]) -> None:
    admin = world.actor(session, "school_admin")
    with statements() as sent:
        queries.count(session, admin, Wanted(class_name="七年级"))
        queries.page(session, admin, Wanted(class_name="七年级"), keyring=KEYRING, spot=Spot(20))
    assert len(sent) <= 8  # four of them find out which classes are meant, for the count and for the page
