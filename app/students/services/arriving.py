"""The rows of a batch of a student list as a temporary table, which lives as long as the transaction.

What the file says is spread into columns once; every statement that writes, compares or takes back reads these.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Text, column, func, select, table, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.orgs.models import Kind, OrgNode
from app.sheets.models import ImportBatch
from app.sheets.rules import RollChanged
from app.students.services import cases, further, kin

IN_BATCH = "the rows of a batch in scope"
ARRIVING = table(
    "arriving",
    column("n", BigInteger),
    column("verdict", Text),
    column("student_id", BigInteger),
    column("person_id", BigInteger),
    column("node_id", BigInteger),
    column("moved", Boolean),
    column("student_version", BigInteger),
    column("person_version", BigInteger),
)
ROOM_TO_SORT = "64MB"
"""The memory a statement may sort in: the rows of 50,000 students take half of it."""
SPREAD = """
    CREATE TEMPORARY TABLE arriving ON COMMIT DROP AS
    SELECT line.n, line.verdict, line.subject_id AS student_id, line.data ?| cast(:further AS text[]) AS says_further,
           line.data ? :guardians AS names_guardians, line.data ? :recognitions AS claims_hardship, data.*
      FROM import_row AS line,
           jsonb_to_record(line.data) AS data(
             person_id bigint, new_person boolean, person_sealed_as uuid, certificate_type text, number_sealed bytea,
             number_digest bytea, name text, pinyin text, initials text, sex text, birth_date date, ethnicity text,
             node_id bigint, student_number text, entry_date date, expected_graduation_date date, sealed_as uuid,
             phone_sealed bytea, phone_digest bytea, address_sealed bytea, boarding text, class_roll_number bigint,
             moved boolean, student_version bigint, person_version bigint, class_name text)
     WHERE line.batch_id = :batch AND line.verdict IN ('new', 'changed')
"""
COUNT = """
    SELECT count(*) FILTER (WHERE verdict = 'new') AS new, count(*) FILTER (WHERE verdict = 'changed') AS changed,
           count(*) FILTER (WHERE new_person) AS new_persons, count(DISTINCT node_id) AS classes,
           coalesce(bool_or(says_further), false) AS says_further,
           coalesce(bool_or(names_guardians), false) AS names_guardians,
           coalesce(bool_or(claims_hardship), false) AS claims_hardship
      FROM arriving
"""


@dataclass(frozen=True)
class Arrived:
    """How many rows of a batch there are to write, in how many classes, and what any of them says besides."""

    new: int
    changed: int
    new_persons: int
    classes: int
    says_further: bool
    names_guardians: bool
    claims_hardship: bool


def spread(session: Session, batch: ImportBatch) -> Arrived:
    """Spread the new and changed rows of a batch into the temporary table."""
    session.execute(select(func.set_config("work_mem", ROOM_TO_SORT, True)))
    session.execute(text("DROP TABLE IF EXISTS arriving"))
    named = {"further": list(further.COLUMNS), "guardians": kin.HELD, "recognitions": cases.HELD}
    session.execute(everything(text(SPREAD), because=IN_BATCH), {"batch": batch.id, **named})
    # only what the statements below join and choose by: to look at every sealed column costs a tenth of the whole
    session.execute(text("ANALYZE arriving (n, verdict, moved, new_person, student_id, person_id, node_id)"))
    return Arrived(*session.execute(text(COUNT)).one())


def lock_classes(session: Session, actor: Actor, wanted: int) -> None:
    """Every class of the batch is open and in scope, and stays so until the transaction ends."""
    stmt = select(OrgNode.id).where(
        OrgNode.id.in_(select(ARRIVING.c.node_id)), OrgNode.kind == Kind.CLASS, OrgNode.closed_at.is_(None)
    )
    stmt = stmt.order_by(OrgNode.id).with_for_update(read=True)
    found = session.scalars(visible(stmt, OrgNode, actor, Permission.STUDENT_IMPORT)).all()
    if len(found) != wanted:
        raise RollChanged(count=wanted - len(found))
