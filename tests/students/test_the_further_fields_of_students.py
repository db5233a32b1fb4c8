"""学籍号, social card, passport country and the small tables: registered, corrected, masked, unmasked, unique."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, Stale
from app.people.certificates import check_digit
from app.people.details import Details
from app.people.identity import TypedIdentity
from app.people.rules import mask_address
from app.people.services import StatusNumberTaken
from app.students import services
from app.students.rules import Particulars
from tests.at_once import at_once, committed
from tests.stage import TEST
from tests.students.typed import identity, number, particulars, person, shown, student
from tests.world import KEYRING, World

CLASS = "THRUSH-202601"
READ = Permission.STUDENT_READ
L_NUMBER = "L360101201309058321"
FULL = Details(None, "洪A1234567", "01", "2", "13", "10")


def test_a_place_that_comes_back_masked_stays_and_an_emptied_one_goes(session: Session, world: World) -> None:
    typed, place = identity("户同学", number()), "江西省南昌市东湖区三经路 8 号"
    one = registered(session, world, typed, Details(household_place=place))
    record = shown(session, world.actor(session, "school_admin"), one, READ)
    corrected(session, world, one, typed, Details(household_place=record.household_place, nationality="KOR"))
    assert clear(session, world, one, "household_place") == place
    corrected(session, world, one, typed, Details())
    assert (person(session, one).household_place_sealed, person(session, one).nationality) == (None, None)


def j_number(serial: int = 701) -> str:
    """A formal number of somebody without an ID number."""
    body = f"36010120130905{serial:03}"
    return f"J{body}{check_digit(body)}"


def registered(
    session: Session, world: World, typed: TypedIdentity, details: Details, who: str = "school_admin", **more: object
) -> int:
    """Register somebody with details."""
    return services.register(
        session,
        world.actor(session, who),
        typed,
        particulars(**more),
        class_text=CLASS,
        details=details,
        keyring=KEYRING,
    )


def corrected(
    session: Session, world: World, one: int, typed: TypedIdentity, details: Details | None, **more: object
) -> None:
    """Correct somebody to these values."""
    row = student(session, one)
    services.correct(
        session,
        world.actor(session, "school_admin"),
        student_id=one,
        version=row.version,
        typed=typed,
        particulars=Particulars(row.student_number, **more),  # type: ignore[arg-type]
        details=details,
        keyring=KEYRING,
    )


def clear(session: Session, world: World, one: int, field: str) -> str:
    """A secret in full."""
    actor = world.actor(session, "school_admin")
    return services.disclose(session, actor, student_id=one, field=field, reason="核对学籍", keyring=KEYRING)


def without_id(name: str = "无证同学") -> TypedIdentity:
    """Somebody without any certificate number."""
    return identity(name, "", certificate_type="other", sex="2", birth_date=date(2013, 9, 5))


def test_all_fields_are_kept_and_the_secret_ones_masked(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    certificate = number()
    place = "江西省南昌市东湖区三经路 8 号"
    details = Details(f"g{certificate.lower()}", "洪A1234567", "01", "2", "13", "10", "chn", place)
    more = {"secondary_status_number": "赣-2026-001", "entry_mode": "11", "left_behind": "2"}
    one = registered(session, world, identity("全同学", certificate), details, **more)
    record = shown(session, world.actor(session, "school_admin"), one, READ)
    assert record.status_number == f"G{certificate[:6]}********{certificate[-4:]}"
    assert record.social_card_number == "洪A*****67"
    assert record.nationality == "CHN"
    assert record.household_place == mask_address(place)
    assert clear(session, world, one, "household_place") == place
    assert (record.secondary_status_number, record.entry_mode, record.left_behind) == ("赣-2026-001", "11", "2")
    stored = (record.overseas_status, record.household_type, record.political_status, record.health)
    assert stored == ("01", "2", "13", "10")
    assert clear(session, world, one, "status_number") == f"G{certificate}"
    assert clear(session, world, one, "social_card_number") == "洪A1234567"
    assert [act.act for act in acts()[-3:]] == ["person:unmask"] * 3


def test_everything_wrong_is_told_at_once(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        registered(
            session,
            world,
            identity("错同学"),
            Details("G123", "1" * 21, "xx", "9", "99", "11", "ATL", "路" * 201),
            secondary_status_number="9" * 31,
            entry_mode="13",
            left_behind="3",
        )
    assert refusal.value.fields == {
        "status_number": "status_number_format",
        "social_card_number": "social_card_format",
        "overseas_status": "choice",
        "household_type": "choice",
        "political_status": "choice",
        "health": "choice",
        "nationality": "country_unknown",
        "household_place": "household_place_format",
        "secondary_status_number": "secondary_status_number_format",
        "entry_mode": "choice",
        "left_behind": "choice",
    }


def test_a_temporary_number_becomes_formal_when_the_id_is_entered(session: Session, world: World) -> None:
    one, certificate = registered(session, world, without_id(), Details(L_NUMBER)), number()
    assert person(session, one).status_number_kind == "L"
    shown_mask = shown(session, world.actor(session, "school_admin"), one, READ).status_number
    corrected(session, world, one, identity("无证同学", certificate), Details(shown_mask))
    assert person(session, one).status_number_kind == "G"
    assert clear(session, world, one, "status_number") == f"G{certificate}"
    stmt = select(ChangeRecord).where(ChangeRecord.subject_id == one, ChangeRecord.kind == "student_corrected")
    change = session.scalars(everything(stmt, because=TEST)).one()
    assert (change.before or {})["status_number"] == shown_mask
    assert certificate not in str(change.after)


def test_a_formal_number_follows_a_corrected_id(session: Session, world: World) -> None:
    wrong, right = number(), number()
    one = registered(session, world, identity("改证同学", wrong), Details(f"G{wrong}"))
    corrected(session, world, one, identity("改证同学", right), None)
    assert clear(session, world, one, "status_number") == f"G{right}"


def test_masks_sent_back_keep_the_secrets_and_emptied_fields_remove_them(session: Session, world: World) -> None:
    certificate = number()
    typed = identity("掩码同学", certificate)
    one = registered(session, world, typed, Details(f"G{certificate}", "洪A1234567"))
    record = shown(session, world.actor(session, "school_admin"), one, READ)
    before = student(session, one).version
    corrected(session, world, one, typed, Details(record.status_number, record.social_card_number))
    assert student(session, one).version == before
    corrected(session, world, one, typed, Details(None, None, health="20"))
    assert (person(session, one).status_number_kind, person(session, one).social_card_sealed) == (None, None)
    assert person(session, one).health == "20"


def test_a_formal_number_is_one_persons_and_a_temporary_one_may_meet(session: Session, world: World) -> None:
    registered(session, world, without_id("甲同学"), Details(j_number()))
    with pytest.raises(StatusNumberTaken), session.begin_nested():
        registered(session, world, without_id("乙同学"), Details(j_number()), who="school_admin")
    for name in ("丙同学", "丁同学"):
        registered(session, world, without_id(name), Details(L_NUMBER))
    other = registered(session, world, without_id("戊同学"), Details(None))
    with pytest.raises(StatusNumberTaken), session.begin_nested():
        corrected(session, world, other, without_id("戊同学"), Details(j_number()))


def test_a_passport_keeps_its_country(session: Session, world: World) -> None:
    typed = TypedIdentity("安娜", "passport", "X1234567", "2", date(2013, 9, 5), country="USA")
    one = registered(session, world, typed, Details())
    assert person(session, one).country == "USA"
    corrected(session, world, one, identity("安娜"), None)
    assert person(session, one).country is None


def test_who_was_here_before_keeps_what_is_not_given_anew(session: Session, world: World) -> None:
    certificate = number()
    typed = identity("回校同学", certificate)
    one = registered(session, world, typed, Details(f"G{certificate}", "洪A1234567", health="30"))
    gone = student(session, one)
    services.leave(
        session,
        world.actor(session, "school_admin"),
        student_id=one,
        version=gone.version,
        state="withdrawn",
        on=gone.opened_on,
        reason="迁居",
    )
    again = registered(session, world, typed, Details(health="10"))
    assert person(session, again).id == person(session, one).id
    assert person(session, again).health == "10"
    assert clear(session, world, again, "status_number") == f"G{certificate}"
    assert clear(session, world, again, "social_card_number") == "洪A1234567"


def test_a_stale_form_shows_the_further_fields_masked(session: Session, world: World) -> None:
    certificate = number()
    typed = identity("过期同学", certificate)
    one = registered(session, world, typed, Details(f"G{certificate}", health="10"))
    with pytest.raises(Stale) as stale:
        services.correct(
            session,
            world.actor(session, "school_admin"),
            student_id=one,
            version=9,
            typed=typed,
            particulars=particulars(),
            details=Details(),
            keyring=KEYRING,
        )
    assert stale.value.current["health"] == "10"
    assert stale.value.current["status_number"] == f"G{certificate[:6]}********{certificate[-4:]}"


@pytest.mark.committed
def test_of_two_schools_that_enter_one_formal_number_at_once_one_does(database: Database, world: World) -> None:
    def enter(name: str) -> Callable[[], object]:
        typed = without_id(name)
        return committed(database, lambda session: registered(session, world, typed, Details(j_number(702))))

    outcomes = at_once(enter("同号甲"), enter("同号乙"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StatusNumberTaken", "int"]
