"""Guessing passwords is slow from every side: by name, by address, by whole IPv6 networks, and it tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.accounts.rules import TRIES_PER_ADDRESS, TRIES_PER_NAME, Locked, WrongCredentials
from app.accounts.services import set_password
from app.accounts.sign_in import sign_in
from app.codes.throttle import network_of
from app.core.db import Database, Session
from tests.cluster import Cluster
from tests.make.stage import Stage, stage_of
from tests.world import World

RIGHT = "correct horse battery"


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def shared_database(stage: Stage) -> Database:
    """The database of the cast."""
    return stage.database


@pytest.fixture
def world(stage: Stage, session: Session) -> World:
    """Who is in it; one of them has a password."""
    bind(session, SYSTEM)
    set_password(session, stage.world.accounts["school_admin"], RIGHT, level=5)
    session.commit()
    return stage.world


@pytest.fixture(autouse=True)
def quick_digests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each password that is checked; a hundred real digests would take a minute."""
    checked: list[str] = []

    def check(digest: str, password: str) -> bool:
        checked.append(digest)
        return bool(digest) and password == RIGHT

    monkeypatch.setattr("app.accounts.sign_in.check_password_hash", check)
    return checked


def _try(database: Database, name: str, address: str = "192.0.2.1", typed: str | None = None) -> None:
    sign_in(database, name=name, password=typed or "wrong", address=address, device="")


def _fails(database: Database, name: str, address: str = "192.0.2.1") -> None:
    with pytest.raises(WrongCredentials):
        _try(database, name, address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_counts_for_the_network_one_visitor_is_given(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_name_is_locked_from_every_address_in_every_spelling_even_for_its_owner(
    database: Database, world: World
) -> None:
    assert world
    spellings = ("school_admin", "SCHOOL_ADMIN", " school_admin ")
    for number in range(TRIES_PER_NAME):
        _fails(database, spellings[number % 3], f"192.0.2.{number}")
    with pytest.raises(Locked):
        _try(database, "School_Admin", "198.51.100.1", RIGHT)
    _fails(database, "counsellor", "198.51.100.1")


def test_a_name_that_does_not_exist_is_locked_just_the_same(database: Database, world: World) -> None:
    assert world
    for _ in range(TRIES_PER_NAME):
        _fails(database, "nobody_at_all")
    with pytest.raises(Locked):
        _try(database, "nobody_at_all")


def test_a_whole_ipv6_network_is_locked_together(database: Database, world: World) -> None:
    assert world
    for number in range(TRIES_PER_ADDRESS):
        _fails(database, f"name_{number}", f"2001:db8::{number:x}")
    with pytest.raises(Locked):
        _try(database, "school_admin", "2001:db8::ffff", RIGHT)
    _try(database, "school_admin", "2001:db8:0:1::1", RIGHT)


@pytest.mark.parametrize("name", ["school_admin", "counsellor", "nobody_at_all", ""])
def test_every_wrong_try_costs_exactly_one_digest(
    name: str, database: Database, world: World, quick_digests: list[str]
) -> None:
    assert world
    _fails(database, name)
    assert len(quick_digests) == 1
    assert quick_digests[0]
