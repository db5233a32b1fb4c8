"""Insured lists as a test brings them in: like any list, for school A, into the shared cast's plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.enrolment.insured_sheet import INSURED
from app.enrolment.models import Enrolment
from app.plans.services import close
from app.sheets import services
from app.sheets.work import read_batch, receive_file
from tests.imports.desk import Desk, workbook
from tests.make.places import A
from tests.make.pupils import Pupil
from tests.world import KEYRING

HEADINGS = ("姓名", "身份证号", "学号", "参保状态", "参保年月", "缴费金额", "缴费日期", "不参保原因")
MONTHS = "2027年1月至2027年12月"
UNDECIDED, DRAFT, REJECTED = 4, 6, 7
INSURED_ONE, WAIVED_ONE, SUBMITTED, STOPPED = 0, 1, 2, 5
"""Which of the eight students of a school stands how in the cast's plan (tests/make/campaign.py)."""


@dataclass(frozen=True)
class ListDesk(Desk):
    """A desk where insured lists are brought in."""

    plan: ClassVar[str] = "PLAN-2027"

    def read(self, data: bytes, *, school: str = A, name: str = "参保名单.xlsx", target: str | None = None) -> int:
        """Upload a list and have it read and judged."""
        batch_id = self.received(data, school=school, name=name, target=target)
        read_batch(self.bench, batch_id)
        return batch_id

    def received(self, data: bytes, *, school: str = A, name: str = "参保名单.xlsx", target: str | None = None) -> int:
        """Upload an insured list; returns the batch's id."""

        def work(session: Session, actor: Actor) -> int:
            return receive_file(
                session,
                actor,
                INSURED,
                place_code=school,
                name=name,
                data=data,
                keyring=KEYRING,
                files=self.files,
                target=self.plan if target is None else target,
            ).id

        return self.run(work)

    def again(self, batch_id: int) -> None:
        """Have a file read and judged anew."""
        version = self.batch(batch_id).version
        self.run(lambda session, actor: services.explain(session, actor, batch_id=batch_id, version=version))
        read_batch(self.bench, batch_id)

    def raw(self, sql: str, **values: object) -> None:
        """Send SQL past every service."""

        def send(session: Session, _actor: Actor) -> None:
            stmt = everything(text(sql), because="a test changes what it likes")
            session.execute(stmt, values, execution_options={"synchronize_session": False})

        self.run(send)

    def submit_unit(self, state: str = "submitted") -> None:
        """Let the school submit its rate."""
        sql = "UPDATE reporting_unit SET state = :state WHERE plan_id = :plan AND node_id = :node"
        self.raw(sql, state=state, plan=self.world.plan_id, node=self.world.nodes[A])

    def close_plan(self) -> None:
        """Let whoever made the plan close it."""
        plan_id = self.world.plan_id
        closing = partial(close, plan_id=plan_id, version=2, reason="收缴结束")
        replace(self, user="root_admin").run(closing)

    def states(self) -> list[str]:
        """How the eight students of school A stand now."""
        return [row.state for row in self.applications()]

    def applications(self) -> list[Enrolment]:
        """Their applications."""
        ids = [pupil.student_id for pupil in self.world.of(A)]
        stmt = select(Enrolment).where(Enrolment.plan_id == self.world.plan_id, Enrolment.student_id.in_(ids))
        stmt = stmt.order_by(Enrolment.student_id)
        return self.run(lambda session, _: list(session.scalars(everything(stmt, because="a test looks"))))


def listed(pupil: Pupil, **other: object) -> list[object]:
    """A row under `HEADINGS` that says that a student is insured."""
    row: dict[str, object] = {
        "姓名": pupil.name,
        "身份证号": pupil.certificate,
        "学号": "",
        "参保状态": "已参保",
        "参保年月": "",
        "缴费金额": "",
        "缴费日期": "",
        "不参保原因": "",
    }
    return list((row | other).values())


def insured_list(*rows: list[object]) -> bytes:
    """The workbook of an insured list with a title above it."""
    return workbook(rows, HEADINGS, "参保名单", above=[["2027年度参保名单"]])
