"""A family's first page: each own person with the state of its application, what happens next, and one button."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.crypto import Keyring
from app.core.db import Session
from tests.campaigns import opened
from tests.enrolment.applying import row_of
from tests.make.places import A
from tests.make.strangers import bring_strangers
from tests.rates.recounted import raw
from tests.site import Visit
from tests.world import KEYRING, World

SignIn = Callable[..., Visit]


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


@pytest.fixture(name="own")
def _own(session: Session, world: World) -> int:
    """The row of the cast's student in a plan nobody has decided in."""
    plan_id = opened(session, "P", cover_year=2028).id
    session.commit()
    return row_of(session, plan_id, world.of(A)[0].student_id).id


def home(visitor: Visit) -> str:
    """The first page."""
    return visitor.get("/").get_data(as_text=True)


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_who_has_not_applied_comes_straight_to_the_application(who: str, visit: SignIn, own: int) -> None:
    text = home(visit(who))
    assert f'href="/my/insurance/{own}">Apply<' in text
    assert "Please choose and submit before" in text


def test_a_rejected_application_is_gone_on_with(visit: SignIn, session: Session, own: int) -> None:
    sql = "UPDATE enrolment SET state = 'rejected', choice = 'waive', waiver_reason = 'refuse' WHERE id = :id"
    raw(session, sql, id=own)
    session.commit()
    text = home(visit("guardian"))
    assert f'href="/my/insurance/{own}">Go on with the application<' in text
    assert "Please correct the application and submit it again" in text


def test_nothing_is_asked_when_the_unit_has_submitted(visit: SignIn, session: Session, own: int) -> None:
    raw(session, "UPDATE reporting_unit SET state = 'submitted'")
    session.commit()
    text = home(visit("guardian"))
    assert f'href="/my/insurance/{own}">Look at it<' in text
    assert ">Apply<" not in text


def test_a_postgraduate_completes_the_basic_record_first(
    visit: SignIn, session: Session, world: World, own: int
) -> None:
    raw(session, "UPDATE org_node SET stage = 'master' WHERE kind = 'class'")
    session.commit()
    student_id = world.of(A)[0].student_id
    text = home(visit("student"))
    assert f'href="/my/profile/{student_id}">Complete the basic record<' in text
    assert f'href="/my/insurance/{own}"' not in text


def test_a_declined_request_is_told_until_the_next_one(visit: SignIn, session: Session, world: World) -> None:
    strangers = bring_strangers(session, world)
    sql = (
        "UPDATE change_request SET state = 'declined', opinion = '照片不清楚', decided_by = asked_by,"
        " decided_at = now() - CAST(:since AS interval) WHERE id = :id"
    )
    raw(session, sql, id=strangers.own_request, since="1 day")
    session.commit()
    assert "The request was declined: 照片不清楚" in home(visit("student"))
    raw(
        session,
        "UPDATE change_request SET decided_at = now() - interval '31 days' WHERE id = :id",
        id=strangers.own_request,
    )
    session.commit()
    assert "照片不清楚" not in home(visit("student"))
