"""Lists of hardship recognitions as a test brings them in, at the desk of school A."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.enrolment.models import Enrolment
from app.sheets import services
from app.sheets.work import read_batch, receive_file
from app.students.hardship_sheet import RECOGNITIONS
from app.students.models import HardshipRecognition
from tests.imports.desk import Desk
from tests.make.places import A
from tests.make.pupils import Pupil
from tests.world import KEYRING

TEST = "a test looks at everything"
HEADINGS = ("姓名", "身份证号", "学号", "困难类型", "困难等级", "认定日期", "有效期至", "低保证号", "认定单位")


def recognition(pupil: Pupil, **other: object) -> list[object]:
    """A good row under `HEADINGS`: a new recognition of a pupil of school A."""
    row: dict[str, object] = {
        "姓名": pupil.name,
        "身份证号": pupil.certificate,
        "学号": "",
        "困难类型": "低保户",
        "困难等级": "特别困难",
        "认定日期": "2026-09-01",
        "有效期至": "2027-08-31",
        "低保证号": "DB-1",
        "认定单位": "东湖区民政局",
    }
    return list((row | other).values())


@dataclass(frozen=True)
class HardshipDesk(Desk):
    """The desk for lists of recognitions."""

    def received(self, data: bytes, *, school: str = A, name: str = "困难学生.xlsx") -> int:
        """Upload a list of recognitions."""

        def work(session: Session, actor: Actor) -> int:
            place = {"place_code": school, "name": name, "data": data}
            return receive_file(session, actor, RECOGNITIONS, keyring=KEYRING, files=self.files, **place).id  # type: ignore[arg-type]

        return self.run(work)

    def explain(self, batch_id: int, words: dict[str, str]) -> None:
        """Say what words mean, and have the file read again."""
        version = self.batch(batch_id).version
        self.run(lambda s, actor: services.explain(s, actor, batch_id=batch_id, version=version, values=words))
        read_batch(self.bench, batch_id)

    def recognised(self, pupil: Pupil) -> list[tuple[str, str, date, date | None]]:
        """What is recognised of a pupil now: category, level, from, until."""
        table = HardshipRecognition
        stmt = select(table.category, table.level, table.since_on, table.until_on)
        stmt = stmt.where(table.student_id == pupil.student_id).order_by(table.since_on)
        return self.run(lambda s, _a: [(*row,) for row in s.execute(everything(stmt, because=TEST))])

    def counts_as_poor(self, pupil: Pupil) -> bool:
        """Whether the pupil's row of the plan says hardship."""
        stmt = select(Enrolment.hardship).where(Enrolment.student_id == pupil.student_id)
        return self.run(lambda s, _a: s.scalars(everything(stmt, because=TEST)).one())
