"""新增学生: everything wrong is told at once, sex and birth date come from the number, a number is on file once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound
from app.enrolment.models import Enrolment
from app.people.certificates import CertificateType, Sex, check_digit
from app.students import services
from app.students.rules import OnFileElsewhere, OnFileHere, OnFileOtherwise, StudentNumberTaken
from tests.at_once import at_once, committed
from tests.make.places import A, B, class_of
from tests.stage import TEST
from tests.students.typed import identity, number, particulars, person, placements, register, student
from tests.world import KEYRING, World

CLASS = class_of(A, 1, 1)
HOLDERS = sorted(role.code for role in ROLES if Permission.STUDENT_CREATE in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.STUDENT_CREATE not in role.permissions)


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "李䶮", "陈𬭩", "王㛃", "Anna-Maria O'Neil"])
def test_a_student_is_entered_with_what_the_number_tells(session: Session, world: World, name: str) -> None:
    typed = identity(name, number(date(2013, 9, 5)))
    made = register(session, world.actor(session, "school_admin"), CLASS, typed, entry_date=date(2026, 9, 1))
    who = person(session, made)
    assert (who.name, who.birth_date.year if who.birth_date else None) == (name, 2013)
    assert who.sex == (Sex.MALE if int(typed.number[16]) % 2 else Sex.FEMALE)
    assert placements(session, made) == [(world.nodes[CLASS], False)]
    assert student(session, made).entry_date == date(2026, 9, 1)


def test_an_open_plan_asks_the_new_student(session: Session, world: World) -> None:
    made = register(session, world.actor(session, "school_admin"), CLASS)
    stmt = select(Enrolment.plan_id, Enrolment.tally).where(Enrolment.student_id == made)
    assert session.execute(everything(stmt, because=TEST)).all() == [(world.plan_id, "unregistered")]


@pytest.mark.parametrize("role", HOLDERS)
def test_who_may_registers_in_the_own_class(session: Session, world: World, role: str) -> None:
    assert register(session, world.actor(session, role), CLASS) > 0


@pytest.mark.parametrize("role", OTHERS)
def test_who_may_not_registers_nobody(session: Session, world: World, role: str) -> None:
    with pytest.raises((Invalid, NotFound, NotAllowed)):
        register(session, world.actor(session, role), CLASS)


@pytest.mark.parametrize("text", [class_of(B, 1, 1), "CANARY-202601", "nowhere", "", A])
def test_a_class_of_another_place_or_none_is_named_as_unknown(session: Session, world: World, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        register(session, world.actor(session, "school_admin"), text)
    assert refusal.value.fields == {"class_text": "class_unknown" if text else "class_missing"}


@pytest.mark.parametrize("text", [CLASS, "THRUSH-202601", "七年级画眉(1)班"])
def test_a_class_is_named_by_code_number_or_shown_name(session: Session, world: World, text: str) -> None:
    made = register(session, world.actor(session, "school_admin"), text)
    assert student(session, made).node_id == world.nodes[CLASS]


def test_everything_wrong_is_told_at_once(session: Session, world: World) -> None:
    typed = identity("王1", "360102201509011012")
    wrong = particulars(student_number="x", phone="123", class_roll_number=100, entry_date=date(1900, 1, 1))
    with pytest.raises(Invalid) as refusal:
        services.register(
            session, world.actor(session, "school_admin"), typed, wrong, class_text="nowhere", keyring=KEYRING
        )
    assert refusal.value.fields == {
        "name": "name_character",
        "number": "id_check_digit",
        "student_number": "student_number_shape",
        "phone": "phone_format",
        "class_roll_number": "class_roll_number_range",
        "entry_date": "entry_date_range",
        "class_text": "class_unknown",
    }


@pytest.mark.parametrize(
    ("kind", "typed", "missing"),
    [
        ("passport", "E12345678", {"sex": "sex_missing", "birth_date": "birth_date_missing"}),
        ("foreign_pr_2023", "911840199001010018", {"sex": "sex_missing"}),
        ("other", "", {"sex": "sex_missing", "birth_date": "birth_date_missing"}),
        ("resident_id", "", {"number": "certificate_missing"}),
        ("nonsense", "1", {"certificate_type": "choice"}),
    ],
)
def test_what_the_certificate_does_not_tell_must_be_typed(
    session: Session, world: World, kind: str, typed: str, missing: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        register(session, world.actor(session, "school_admin"), CLASS, identity("新同学", typed, certificate_type=kind))
    assert refusal.value.fields == missing


def test_what_is_typed_beside_a_telling_number_counts_for_nothing(session: Session, world: World) -> None:
    typed = identity("新同学", number(), sex="9", birth_date=date(1999, 1, 1))
    made = register(session, world.actor(session, "school_admin"), CLASS, typed)
    who = person(session, made)
    assert who.sex != "9"
    assert who.birth_date
    assert who.birth_date.year == 2013


def test_a_number_on_file_leads_to_the_record_the_actor_sees(session: Session, world: World) -> None:
    known = world.of(A)[0]
    with pytest.raises(OnFileHere) as refusal:
        register(session, world.actor(session, "school_admin"), CLASS, identity(known.name, known.certificate))
    assert refusal.value.student_id == known.student_id


@pytest.mark.parametrize("kind", ["household_register", "resident_id"])
def test_a_number_on_file_elsewhere_says_only_that(session: Session, world: World, kind: str) -> None:
    foreign = world.of(B)[0]
    typed = identity(foreign.name, foreign.certificate, certificate_type=kind)
    with pytest.raises(OnFileElsewhere) as refusal:
        register(session, world.actor(session, "school_admin"), CLASS, typed)
    assert dict(refusal.value.facts) == {}


def test_somebody_who_left_elsewhere_is_admitted_again_under_the_same_name_only(session: Session, world: World) -> None:
    foreign, admin_b = world.of(B)[0], world.actor(session, "school_admin_b")
    before = student(session, foreign.student_id)
    services.leave(
        session,
        admin_b,
        student_id=foreign.student_id,
        version=before.version,
        state="transferred_out",
        on=date(2026, 11, 1),
        reason="转学",
    )
    admin = world.actor(session, "school_admin")
    with pytest.raises(OnFileOtherwise):
        register(session, admin, CLASS, identity("别的名字", foreign.certificate))
    made = register(session, admin, CLASS, identity(foreign.name, foreign.certificate))
    assert student(session, made).person_id == foreign.person_id


def test_a_student_number_is_given_once_in_a_school(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    with pytest.raises(StudentNumberTaken) as refusal:
        register(session, admin, CLASS, student_number="THRUSH-01")
    assert refusal.value.fields == {"student_number": "student_number_in_use"}


def test_the_admission_is_written_down_masked(session: Session, world: World, acts: Callable[[], list[Audit]]) -> None:
    typed = identity("新同学")
    made = register(session, world.actor(session, "school_admin"), CLASS, typed, phone="13800138000")
    stmt = select(ChangeRecord).where(ChangeRecord.subject_id == made, ChangeRecord.subject == "student")
    change = session.scalars(everything(stmt, because=TEST)).one()
    told = repr([change.after, change.before, [(a.after, a.before) for a in acts()]])
    assert (change.kind, change.subject_name) == ("student_created", "新同学")
    assert typed.number not in told
    assert "13800138000" not in told
    assert f"{typed.number[:6]}********{typed.number[-4:]}" in told


@pytest.mark.committed
def test_of_two_who_enter_one_number_at_once_one_is_led_to_the_others(database: Database, world: World) -> None:
    typed = identity("双胞胎")

    def enter(session: Session) -> int:
        return register(session, world.actor(session, "school_admin"), CLASS, typed)

    outcomes = at_once(committed(database, enter), committed(database, enter))
    made = [outcome for outcome in outcomes if isinstance(outcome, int)]
    led = [outcome for outcome in outcomes if isinstance(outcome, OnFileHere)]
    assert (len(made), [one.student_id for one in led]) == (1, made)


@pytest.mark.committed
def test_of_two_schools_that_enter_one_number_at_once_the_second_learns_nothing(
    database: Database, world: World
) -> None:
    typed = identity("双胞胎")
    places = (("school_admin", CLASS), ("school_admin_b", class_of(B, 1, 1)))

    def entering(who: str, place: str) -> Callable[[], int]:
        return committed(database, lambda session: register(session, world.actor(session, who), place, typed))

    outcomes = at_once(*(entering(who, place) for who, place in places))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["OnFileElsewhere", "int"]


def test_a_permit_renewed_with_a_new_ending_is_the_same_person(session: Session, world: World) -> None:
    admin = world.actor(session, "school_admin")
    facts = {"certificate_type": str(CertificateType.HK_MACAO_PERMIT), "sex": "1", "birth_date": date(2013, 1, 1)}
    first = register(session, admin, CLASS, identity("陈大文", "H1234567800", **facts))
    with pytest.raises(OnFileHere) as refusal:
        register(session, admin, CLASS, identity("陈大文", "H1234567801", **facts))
    assert refusal.value.student_id == first


def test_small_letters_and_wide_digits_are_the_same_number(session: Session, world: World) -> None:
    body = next(b for b in (f"36010120120901{n:03}" for n in range(500, 999)) if check_digit(b) == "X")
    admin = world.actor(session, "school_admin")
    first = register(session, admin, CLASS, identity("张伟", f" {body}x"))
    with pytest.raises(OnFileHere) as refusal:
        register(
            session, admin, CLASS, identity("张伟", body.translate({ord(d): ord(d) + 0xFEE0 for d in body}) + "Ｘ")
        )
    assert refusal.value.student_id == first


def test_registering_takes_few_statements(session: Session, world: World, statements: Callable[..., object]) -> None:
    admin = world.actor(session, "school_admin")
    with statements() as sent:  # type: ignore[attr-defined]
        register(session, admin, CLASS)
    assert len(sent) <= 22
