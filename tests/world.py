"""The shared cast: a small world made by the real services, in which two schools must never see each other.

    world = raise_world(session, KEYRING)
    teacher = world.actor(session, "class_teacher")

Tree, students, plan and posts are described in `tests.make`. Make it in the transaction of a test, or once for a
database of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

import app.features  # noqa: F401  what the cast does is told to whoever listens
from app.access.actor import SYSTEM, Actor
from app.access.gate import bind
from app.accounts.actors import actor_for
from app.core.crypto import PURPOSES, Keyring
from tests.make.campaign import PLAN, decide, open_over_all
from tests.make.places import BIRDS, CITY_B, COUNTY_B, A, B, plant
from tests.make.posts import hire
from tests.make.pupils import Pupil, numbered, students_of

KEYRING = Keyring({purpose: bytes([number]) * 32 for number, purpose in enumerate(PURPOSES, 1)})
"""Keys for tests that need no folder; an app makes its own, so worlds it shows are sealed with `Keyring.at(…)`."""

CANARIES = {
    A: (BIRDS[A], "THRUSH", "360102********", "1380000"),
    B: (BIRDS[B], "CANARY", "440103********", "4401032013", "1390000", CITY_B, COUNTY_B, "广州市", "荔湾区"),
}
"""What must never be read by somebody of the other school."""


@dataclass(frozen=True)
class World:
    """Everything the cast consists of, by the codes and names tests use."""

    nodes: Mapping[str, int]
    """Code of a place → id."""
    pupils: Mapping[str, Pupil]
    """Student number → student."""
    accounts: Mapping[str, int]
    """User name → account id."""
    plan_id: int
    plan: str = PLAN

    def actor(self, session: Session, user_name: str) -> Actor:
        """The actor of an account of the cast, with its grants as they are now."""
        return actor_for(session, self.accounts[user_name])

    def of(self, school: str) -> list[Pupil]:
        """The students of a school, in the order of their numbers."""
        return [pupil for pupil in self.pupils.values() if pupil.school == school]


def raise_world(session: Session, keyring: Keyring = KEYRING) -> World:
    """Make the cast, as the system; the caller's transaction keeps it or not."""
    bind(session, SYSTEM)
    nodes = plant(session)
    plan_id = open_over_all(session)
    pupils = [pupil for school in (A, B) for pupil in students_of(session, school, keyring)]
    for school in (A, B):
        decide(session, plan_id, [pupil.student_id for pupil in pupils if pupil.school == school])
    accounts = hire(session, pupils[0])
    return World(nodes, numbered(pupils), accounts, plan_id)
