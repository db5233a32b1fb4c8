"""Loading the demo: what stands in the database afterwards, who may sign in, and when it is refused."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.security import check_password_hash

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.roles import ROLE_BY_CODE
from app.access.scope import everything
from app.accounts.actors import actor_named
from app.accounts.models import Account, LoginName, User
from app.cli.demo import ensure
from app.cli.demo.campaigns import PERSONAL_FEN
from app.cli.demo.load import DemoBesideReal, DemoInProduction, DemoTreeTaken
from app.cli.demo.people import make
from app.cli.demo.tree import DemoTree, build
from app.core import clock
from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.enrolment.models import Enrolment
from app.orgs.models import ClassGroup, OrgNode
from app.orgs.rules import academic_year
from app.orgs.services import plant_root
from app.people.certificates import CertificateType, Sex
from app.people.models import Person
from app.people.services import NewPerson, enter
from app.plans.models import CoverageOption, Plan, ReportingUnit
from app.students.models import HardshipRecognition, Student
from config import Settings
from tests.cluster import Cluster

STUDENTS, SEED = 240, 5
TEST = "a test looks at everything"


@dataclass(frozen=True)
class Loaded:
    """A database with the demo in it, shared by the tests of this file: what it took to load it, and the file."""

    database: Database
    settings: Settings
    file: Path


def settings_in(folder: Path) -> Settings:
    """Settings whose keys stand in a folder of the test."""
    return Settings.from_env({"XUEBAO_DATA": str(folder / "data")})


@pytest.fixture(scope="module", name="loaded")
def _loaded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("demo")
    with cluster.cloned(f"demo_{uuid.uuid4().hex}") as url:
        database, settings = Database(url), settings_in(folder)
        file = ensure(settings, database, accounts=folder / "made" / "accounts.json", students=STUDENTS, seed=SEED)
        yield Loaded(database, settings, file)
        database.close()


@pytest.fixture(name="demo_session")
def _demo_session(loaded: Loaded) -> Iterator[Session]:
    with loaded.database.sessions() as opened:
        yield opened


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def the_tree(session: Session) -> DemoTree:
    """The tree that was loaded."""
    today = clock.today(session)
    return build(STUDENTS, academic_year(today.year, today.month))


def passwords(session: Session) -> dict[str, str]:
    """The stored digest of each account's password, by user name."""
    stmt = (
        select(LoginName.name, User.password)
        .join(Account, Account.id == LoginName.account_id)
        .join(User, User.id == Account.user_id)
    )
    return dict(session.execute(everything(stmt, because=TEST)).all())


def test_every_node_of_the_tree_is_in_the_database(demo_session: Session) -> None:
    wanted = {(node.code, node.kind, node.name, node.entry_year) for node in the_tree(demo_session).nodes}
    stmt = select(OrgNode.code, OrgNode.kind, OrgNode.name, OrgNode.entry_year)
    assert set(demo_session.execute(everything(stmt, because=TEST))) == wanted


def test_class_numbers_are_those_of_the_tree(demo_session: Session) -> None:
    wanted = {(node.code, node.class_number) for node in the_tree(demo_session).nodes if node.class_number}
    stmt = select(OrgNode.code, ClassGroup.class_number).join(ClassGroup, ClassGroup.node_id == OrgNode.id)
    assert set(demo_session.execute(everything(stmt, because=TEST))) == wanted


def test_every_student_stands_in_the_class_with_the_decision_that_was_made(demo_session: Session) -> None:
    tree = the_tree(demo_session)
    university = {group.node.code for group in tree.classes if group.school_code == tree.university}
    wanted = Counter(
        (
            s.class_code,
            s.student_number,
            s.name,
            s.state,
            s.choice,
            s.waiver_reason,
            bool(s.hardship),
            s.class_code in university,
        )
        for s in make(tree, SEED)
    )
    stmt = (
        select(
            OrgNode.code,
            Student.student_number,
            Person.name,
            Enrolment.state,
            Enrolment.choice,
            Enrolment.waiver_reason,
            Enrolment.hardship,
            Plan.code.like("%university"),
        )
        .join(Student, Student.node_id == OrgNode.id)
        .join(Person, Person.id == Student.person_id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .where(Enrolment.removed_at.is_(None))
    )
    assert Counter(demo_session.execute(everything(stmt, because=TEST))) == wanted


def test_who_is_insured_pays_what_the_plan_asks(demo_session: Session) -> None:
    stmt = (
        select(CoverageOption.personal_amount, func.count())
        .select_from(Enrolment)
        .outerjoin(CoverageOption, CoverageOption.id == Enrolment.coverage_option_id)
        .where(Enrolment.choice == "insure")
        .group_by(CoverageOption.personal_amount)
    )
    ((amount, count),) = demo_session.execute(everything(stmt, because=TEST)).all()
    assert (amount, count > STUDENTS / 2) == (PERSONAL_FEN, True)


def test_somebody_came_by_way_of_two_other_schools(demo_session: Session) -> None:
    stmt = (
        select(Student.person_id, Student.school_id, Student.state, Student.opened_on, Student.closed_on)
        .join(Person, Person.id == Student.person_id)
        .where(Person.name == "孟远航")
        .order_by(Student.opened_on)
    )
    first, second, now = demo_session.execute(everything(stmt, because=TEST)).all()
    assert {first.person_id, second.person_id, now.person_id} == {now.person_id}
    assert len({first.school_id, second.school_id, now.school_id}) == 3
    assert [row.state for row in (first, second, now)] == ["transferred_out", "transferred_out", "in_school"]
    assert first.closed_on <= second.opened_on <= second.closed_on <= now.opened_on
    rows = select(Enrolment.removed_at.is_(None)).where(Enrolment.person_id == now.person_id).order_by(Enrolment.id)
    assert demo_session.scalars(everything(rows, because=TEST)).all() == [False, False, True]


def test_recognitions_of_hardship_are_in_the_database(demo_session: Session) -> None:
    wanted = Counter(h.category for s in make(the_tree(demo_session), SEED) for h in s.hardship)
    stmt = select(HardshipRecognition.category, func.count()).group_by(HardshipRecognition.category)
    assert dict(demo_session.execute(everything(stmt, because=TEST)).all()) == dict(wanted)


def test_both_plans_are_in_progress_now(demo_session: Session) -> None:
    now = clock.now(demo_session)
    plans = demo_session.scalars(everything(select(Plan).order_by(Plan.id), because=TEST)).all()
    assert [plan.code.rsplit("-", 1)[1] for plan in plans] == ["schools", "university"]
    assert all(plan.state == "open" and plan.apply_from <= now < plan.apply_to for plan in plans)


def test_the_grades_of_the_university_and_the_schools_report(demo_session: Session) -> None:
    stmt = (
        select(Plan.code, OrgNode.kind, func.count())
        .join(ReportingUnit, ReportingUnit.plan_id == Plan.id)
        .join(OrgNode, OrgNode.id == ReportingUnit.node_id)
        .group_by(Plan.code, OrgNode.kind)
    )
    found = {(code.rsplit("-", 1)[1], kind) for code, kind, _ in demo_session.execute(everything(stmt, because=TEST))}
    assert found == {("schools", "school"), ("schools", "county"), ("university", "grade"), ("university", "college")}


def test_the_file_is_for_its_owner_only_and_laid_out_as_promised(loaded: Loaded, demo_session: Session) -> None:
    assert loaded.file.stat().st_mode & 0o777 == 0o600
    stored = json.loads(loaded.file.read_text(encoding="utf-8"))
    codes = set(demo_session.scalars(everything(select(Plan.code), because=TEST)).all())
    nodes = set(demo_session.scalars(everything(select(OrgNode.code), because=TEST)).all())
    assert set(stored) == {"plan", "accounts"}
    assert stored["plan"].endswith("-schools")
    assert {account["role"] for account in stored["accounts"]} == set(ROLE_BY_CODE)
    for account in stored["accounts"]:
        assert list(account) == ["role", "username", "password", "place", "plan"]
        assert account["plan"] in codes
        assert account["place"] in nodes


def test_every_account_of_the_file_opens_with_its_password(loaded: Loaded, demo_session: Session) -> None:
    digests = passwords(demo_session)
    for account in json.loads(loaded.file.read_text(encoding="utf-8"))["accounts"]:
        assert check_password_hash(digests[account["username"]], account["password"])


def test_every_account_acts_in_its_role_at_its_place(loaded: Loaded, demo_session: Session) -> None:
    paths = dict(demo_session.execute(everything(select(OrgNode.code, OrgNode.path), because=TEST)).all())
    for account in json.loads(loaded.file.read_text(encoding="utf-8"))["accounts"]:
        actor = actor_named(demo_session, account["username"])
        grant = actor.grants[0]
        assert [grant.role for grant in actor.grants] == [account["role"]]
        if account["role"] in {"guardian", "student"}:
            assert grant.person_id is not None
            stmt = select(Student.tree_path).where(Student.person_id == grant.person_id)
            assert demo_session.scalars(everything(stmt, because=TEST)).one() == paths[account["place"]]
        else:
            assert paths[account["place"]] in grant.prefixes


def test_a_student_and_a_guardian_have_an_application_to_make(loaded: Loaded, demo_session: Session) -> None:
    for role in ("student", "guardian"):
        account = next(each for each in json.loads(loaded.file.read_text("utf-8"))["accounts"] if each["role"] == role)
        person = actor_named(demo_session, account["username"]).grants[0].person_id
        stmt = select(Enrolment.state).where(Enrolment.person_id == person, Enrolment.removed_at.is_(None))
        assert demo_session.scalars(everything(stmt, because=TEST)).all() == ["unregistered"], role


def test_passwords_are_drawn_anew_for_each_demo_and_differ(loaded: Loaded) -> None:
    drawn = [account["password"] for account in json.loads(loaded.file.read_text(encoding="utf-8"))["accounts"]]
    assert len(set(drawn)) == len(drawn)
    assert all(len(password) == 16 for password in drawn)


def test_a_second_time_changes_nothing(loaded: Loaded, demo_session: Session) -> None:
    before, students = loaded.file.read_bytes(), select(func.count()).select_from(Student)
    there = demo_session.scalar(everything(students, because=TEST))
    again = ensure(loaded.settings, loaded.database, accounts=loaded.file, students=2000, seed=9)
    assert again == loaded.file
    assert loaded.file.read_bytes() == before
    assert demo_session.scalar(everything(students, because=TEST)) == there


def test_a_lost_file_brings_new_passwords(loaded: Loaded, demo_session: Session) -> None:
    before = json.loads(loaded.file.read_text(encoding="utf-8"))
    loaded.file.unlink()
    after = json.loads(ensure(loaded.settings, loaded.database, accounts=loaded.file).read_text(encoding="utf-8"))
    assert [{**account, "password": ""} for account in after["accounts"]] == [
        {**account, "password": ""} for account in before["accounts"]
    ]
    assert after["plan"] == before["plan"]
    assert not {a["password"] for a in after["accounts"]} & {a["password"] for a in before["accounts"]}
    digests = passwords(demo_session)
    assert all(check_password_hash(digests[a["username"]], a["password"]) for a in after["accounts"])


def test_a_file_of_another_database_is_written_anew(loaded: Loaded) -> None:
    stored = json.loads(loaded.file.read_text(encoding="utf-8"))
    stored["accounts"][0]["password"] = "of another database"
    loaded.file.write_text(json.dumps(stored), encoding="utf-8")
    ensure(loaded.settings, loaded.database, accounts=loaded.file)
    assert "of another database" not in loaded.file.read_text(encoding="utf-8")


def test_production_refuses_demo_data(database: Database, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    with pytest.raises(DemoInProduction):
        ensure(replace(settings, env="production"), database, accounts=file, students=STUDENTS)
    assert not file.exists()


def test_a_database_with_a_real_person_refuses_demo_data(
    database: Database,
    settings: Settings,
    tmp_path: Path,
) -> None:
    def real(session: Session) -> None:
        bind(session, SYSTEM)
        person = NewPerson(CertificateType.RESIDENT_ID, "36010120120901007X", "王伟", Sex.MALE, date(2012, 9, 1))
        enter(session, SYSTEM, [person], keyring=Keyring.at(settings.data))

    database.transaction(real)
    file = tmp_path / "accounts.json"
    with pytest.raises(DemoBesideReal):
        ensure(settings, database, accounts=file, students=STUDENTS)
    assert not file.exists()


def test_a_demo_whose_users_have_added_somebody_starts_again(
    database: Database,
    settings: Settings,
    tmp_path: Path,
) -> None:
    file = ensure(settings, database, accounts=tmp_path / "accounts.json", students=STUDENTS)
    before = file.read_text()

    def added(session: Session) -> None:
        bind(session, SYSTEM)
        person = NewPerson(CertificateType.RESIDENT_ID, "36010120120901007X", "王伟", Sex.MALE, date(2012, 9, 1))
        enter(session, SYSTEM, [person], keyring=Keyring.at(settings.data))

    database.transaction(added)
    assert ensure(settings, database, accounts=file, students=STUDENTS).read_text() == before


@pytest.mark.parametrize(("kind", "refused"), [("ministry", False), ("province", True)])
def test_a_root_that_is_there_already_must_be_a_ministry(
    database: Database,
    settings: Settings,
    tmp_path: Path,
    kind: str,
    refused: bool,  # noqa: FBT001  a column of the table above
) -> None:
    def root(session: Session) -> None:
        bind(session, SYSTEM)
        plant_root(session, SYSTEM, kind=kind, name="根", code="root")

    database.transaction(root)
    file = tmp_path / "accounts.json"
    if refused:
        with pytest.raises(DemoTreeTaken):
            ensure(settings, database, accounts=file, students=STUDENTS)
        return
    ensure(settings, database, accounts=file, students=STUDENTS)
    with database.sessions() as session:
        stmt = select(OrgNode.code).where(OrgNode.parent_id.is_(None))
        assert session.scalars(everything(stmt, because=TEST)).one() == "root"
