"""F22: lists below a record were shown to who might not open those lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor, Grant
from app.access.gate import bind
from app.access.permissions import Permission
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.crypto import Keyring
from app.orgs import queries as orgs
from app.students import records
from tests.faults.conftest import House
from tests.make.places import A

Below = Callable[[Session, Actor, records.Record], Sequence[object]]
BELOW: dict[Permission, Below] = {
    Permission.CHANGE_READ: records.history,
    Permission.ENROLMENT_READ: records.enrolments,
}


@pytest.mark.parametrize("needed", BELOW, ids=str)
def test_a_list_below_a_student_is_empty_without_its_permission(needed: Permission, house: House) -> None:
    """F22: reading the student is not enough."""
    keyring = Keyring.at(house.stage.settings.data)
    pupil = house.world.of(A)[1]
    with house.stage.database.sessions() as session:
        bind(session, SYSTEM)
        place = orgs.find(session, SYSTEM, Permission.ORG_READ, code=pupil.class_code)
        kind, what = ChangeKind.STUDENT_CORRECTED, ("student", pupil.student_id, pupil.name)
        note(session, SYSTEM, [Change(kind, place.id, place.path, *what, after={"boarding": "day"})])
        for held in (frozenset({Permission.STUDENT_READ}), frozenset({Permission.STUDENT_READ, needed})):
            actor = Actor(1, "somebody", (Grant("x", 5, held, (place.path,)),))
            record = records.record_of(session, actor, *held - {needed}, student_id=pupil.student_id, keyring=keyring)
            assert bool(BELOW[needed](session, actor, record)) is (needed in held)
        session.rollback()
