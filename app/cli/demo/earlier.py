"""Where a transferred student of the demo was before: two schools, each left for the next (spec/domain.md §10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.cli.demo.people import DemoStudent
from app.cli.demo.tree import DemoClass, DemoTree
from app.core.crypto import Keyring
from app.orgs.models import Stage
from app.students import services
from app.students.rules import NewStudent

REASON = "随父母工作调动转学"


def earlier_stays(
    session: Session,
    tree: DemoTree,
    student: DemoStudent,
    person_id: int,
    *,
    year: int,
    keyring: Keyring,
) -> None:
    """Admit somebody to two primary schools in the academic year before, one after the other, and let them leave."""
    spans = (date(year - 1, 9, 1), date(year, 1, 31)), (date(year, 2, 1), date(year, 8, 31))
    for group, (since, until) in zip(_last_years(tree), spans, strict=True):
        new = NewStudent(person_id, group.node.code, f"ZX-{student.student_number}", since, entry_date=since)
        student_id = services.admit(session, SYSTEM, [new], keyring=keyring)[0]
        services.leave(
            session,
            SYSTEM,
            student_id=student_id,
            version=1,
            state="transferred_out",
            on=until,
            reason=REASON,
        )


def _last_years(tree: DemoTree) -> Iterator[DemoClass]:
    """A class of the oldest pupils in each primary school."""
    schools: dict[str, DemoClass] = {}
    for group in tree.classes:
        if group.node.stage is Stage.PRIMARY and group.node.code != tree.third_class:
            known = schools.setdefault(group.school_code, group)
            if (group.node.entry_year or 0) < (known.node.entry_year or 0):
                schools[group.school_code] = group
    return iter(schools.values())
