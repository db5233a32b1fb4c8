"""What else stands in the two schools, for tests that try the ids of others: departments, jobs, a plan of school B."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import cast, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.accounts.models import AccountSession, ActivationSheet, RoleDetail
from app.audit.models import Audit
from app.core.clock import now
from app.core.queue import JobRow
from app.core.stored import StoredFile
from app.departments.services import create
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.plans.models import ReportingUnit
from app.plans.rules import NewOption, NewPlan, NewStep
from app.plans.services import make
from app.profiles.models import ChangeRequest
from app.sheets.models import ImportBatch
from app.students.models import Guardian, HardshipRecognition
from tests.make.campaign import FROM, TO
from tests.make.places import BIRDS, A, B
from tests.make.pupils import IN_HARDSHIP, Pupil
from tests.world import World


@dataclass(frozen=True)
class Strangers:
    """Ids and codes: `own_…` belong to school A or its admin, the others to school B."""

    plan: str
    plan_id: int
    department: int
    own_department: int
    job: int
    own_job: int
    line: int
    own_line: int
    guardian: int
    own_guardian: int
    recognition: int
    own_recognition: int
    session: int
    own_session: int
    role: int
    enrolment: int
    own_enrolment: int
    request: int
    own_request: int
    file: int
    own_file: int
    sheet: int
    own_sheet: int
    unit: int
    own_unit: int
    other_import: int
    own_import: int


def bring_strangers(session: Session, world: World) -> Strangers:
    """Make them, as the system."""
    bind(session, SYSTEM)
    plan = "CANARY-PLAN"
    plan_id = make(session, SYSTEM, _plan(plan))
    department, own = (create(session, SYSTEM, node_code=code, name=f"{BIRDS[code]}处") for code in (B, A))
    return Strangers(
        plan=plan,
        plan_id=plan_id,
        department=department,
        own_department=own,
        line=_line(session, "department:create", department),
        own_line=_line(session, "department:create", own),
        guardian=_guardian(session, world.of(B)[0], "金丝雀爸"),
        own_guardian=_guardian(session, world.of(A)[0], "画眉爸"),
        recognition=_recognition(session, world.of(B)[IN_HARDSHIP]),
        own_recognition=_recognition(session, world.of(A)[IN_HARDSHIP]),
        session=_session(session, world.accounts["school_admin_b"]),
        role=session.scalars(select(RoleDetail.role_id).where(RoleDetail.code == "school_admin")).one(),
        own_session=_session(session, world.accounts["school_admin"]),
        enrolment=_enrolment(session, world.of(B)[0]),
        own_enrolment=_enrolment(session, world.of(A)[0]),
        request=_request(session, world.of(B)[0], world.accounts["school_admin_b"]),
        own_request=_request(session, world.of(A)[0], world.accounts["school_admin"]),
        file=_file(session, world.accounts["school_admin_b"]),
        own_file=_file(session, world.accounts["school_admin"]),
        job=_job(session, world.accounts["school_admin_b"]),
        own_job=_job(session, world.accounts["school_admin"]),
        sheet=_sheet(session, world.accounts["school_admin_b"], "金丝雀中学"),
        own_sheet=_sheet(session, world.accounts["school_admin"], "画眉中学"),
        unit=_unit(session, world, B),
        own_unit=_unit(session, world, A),
        other_import=_import(session, B, world.accounts["school_admin_b"]),
        own_import=_import(session, A, world.accounts["school_admin"]),
    )


def _unit(session: Session, world: World, school: str) -> int:
    stmt = select(ReportingUnit.id).where(
        ReportingUnit.plan_id == world.plan_id, ReportingUnit.node_id == world.nodes[school]
    )
    return session.scalars(everything(stmt, because="a test looks at everything")).one()


def _plan(code: str) -> NewPlan:
    step = NewStep("school", "school_admin", "county_admin", "all_decided", FROM, TO)
    option = NewOption("2027", FROM.date(), TO.date(), 100, 0)
    return NewPlan(
        code=code,
        name="金丝雀意外险",
        place_code=B,
        product="student_accident",
        cover_year=2027,
        audience=("junior",),
        apply_from=FROM,
        apply_to=TO,
        steps=(step,),
        options=(option,),
    )


def _job(session: Session, owner_id: int) -> int:
    made = insert(JobRow).values(kind="rates.figure_day", arguments={"canary": "CANARY-JOB"}, owner_id=owner_id)
    return int(session.execute(made.returning(JobRow.id)).scalar_one())


def _sheet(session: Session, owner_id: int, title: str) -> int:
    """Activation sheets of an account; no file belongs to them."""
    refused = [{"name": title, "user_name": "", "code": "account_in_use"}]
    row = ActivationSheet(owner_id=owner_id, title=title, count=0, refused=refused)
    session.add(row)
    session.flush()
    return row.id


def _import(session: Session, school: str, owner_id: int) -> int:
    """An import into a school, looked at and not applied; its file is kept no more."""
    node = session.scalars(everything(select(OrgNode).where(OrgNode.code == school), because="a test's school")).one()
    bird = BIRDS[school]
    file = StoredFile(
        owner_id=owner_id,
        purpose="import",
        name=f"{bird}.xlsx",
        media_type="text/plain",
        digest="0" * 64,
        sealed_as=uuid.uuid4(),
        size=0,
        expires_at=now(session) + timedelta(days=1),
        erased_at=now(session),
    )
    session.add(file)
    session.flush()
    batch = ImportBatch(
        kind="students",
        node_id=node.id,
        tree_path=node.path,
        account_id=owner_id,
        actor_name=f"{bird}管理员",
        file_id=file.id,
        file_name=f"{bird}.xlsx",
        state="previewed",
        row_count=1,
        bad_count=1,
        read_at=now(session),
    )
    session.add(batch)
    session.flush()
    return batch.id


def _line(session: Session, act: str, subject_id: int) -> int:
    """The line of the operation log about an act on one thing."""
    stmt = select(Audit.id).where(Audit.act == act, Audit.subject_ids == cast([subject_id], JSONB))
    return session.scalars(everything(stmt, because="a test looks for a line")).one()


def _guardian(session: Session, pupil: Pupil, name: str) -> int:
    values = {"student_id": pupil.student_id, "name": name, "relation": "father", "sealed_as": uuid.uuid4()}
    made = insert(Guardian).values(**values).returning(Guardian.id)
    return int(session.execute(everything(made, because="a test makes a guardian")).scalar_one())


def _recognition(session: Session, pupil: Pupil) -> int:
    stmt = select(HardshipRecognition.id).where(HardshipRecognition.student_id == pupil.student_id)
    return session.scalars(everything(stmt, because="a test looks for a recognition")).one()


def _session(session: Session, account_id: int) -> int:
    opened = AccountSession(
        digest=uuid.uuid4().bytes,
        account_id=account_id,
        epoch=2,
        device="of a stranger",
        idle_minutes=30,
        ends_at=now(session) + timedelta(hours=12),
    )
    session.add(opened)
    session.flush()
    return opened.id


def _enrolment(session: Session, pupil: Pupil) -> int:
    stmt = select(Enrolment.id).where(Enrolment.student_id == pupil.student_id).order_by(Enrolment.id).limit(1)
    return session.scalars(everything(stmt, because="a test looks for an enrolment")).one()


def _file(session: Session, account_id: int) -> int:
    row = StoredFile(
        owner_id=account_id,
        purpose="enrolment.export",
        name="CANARY.xlsx",
        media_type="text/plain",
        digest="0" * 64,
        sealed_as=uuid.uuid4(),
        size=1,
        expires_at=now(session) + timedelta(days=1),
        erased_at=now(session),
    )
    session.add(row)
    session.flush()
    return row.id


def _request(session: Session, pupil: Pupil, asked_by: int) -> int:
    made = insert(ChangeRequest).values(
        student_id=pupil.student_id,
        before={"name": pupil.name},
        wanted={"name": "新名"},
        sealed_as=uuid.uuid4(),
        wanted_sealed=b"nothing",
        reason="金丝雀" if pupil.school == B else "有误",
        asked_by=asked_by,
    )
    made = made.returning(ChangeRequest.id)
    return int(session.execute(everything(made, because="a test makes a change request")).scalar_one())
