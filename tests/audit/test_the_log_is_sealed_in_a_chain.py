"""The seals of the operation log: each line once, in one chain, in which nothing is changed or missing unseen."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.access.actor import SYSTEM
from app.audit.jobs import CHECK, check_chain, seal_lines
from app.audit.models import AuditSeal, AuditUnsealed
from app.audit.queries import MOST, verify
from app.audit.rules import FIRST, LINE, Break, ChainBroken, sealed_text
from app.audit.sealing import seal
from app.audit.services import record
from app.core.crypto import PURPOSES, Keyring
from app.core.db import Database, Session
from app.core.errors import Conflict
from app.core.queue import JobRow, JobRun
from tests.at_once import at_once, committed

KEYRING = Keyring({name: name.encode().ljust(32, b"-") for name in PURPOSES})
OTHER = Keyring({name: name.encode().ljust(32, b"+") for name in PURPOSES})
MANY = 1_000_000


def _written(session: Session, count: int) -> None:
    """So many acts are written down, and all lines so far are sealed."""
    for number in range(count):
        record(session, SYSTEM, "plan:open", subject="plan", ids=[number], path="/", after={"乙": 2, "甲": [1.5, None]})
    session.flush()
    seal(session, KEYRING, at_most=MANY)


def _newest(session: Session) -> AuditSeal:
    return session.scalars(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1)).one()


def _behind_our_back(session: Session, *statements: str) -> None:
    """What somebody with the owner's powers does to the tables: the guards are taken away first."""
    for guard in ("audit DISABLE TRIGGER USER", "audit_seal DISABLE TRIGGER USER"):
        session.connection().execute(text(f"ALTER TABLE {guard}"))
    session.connection().execute(text("ALTER TABLE audit_seal DROP CONSTRAINT fk_audit_seal_audit_id"))
    for statement in statements:
        session.connection().execute(text(statement))
    session.expire_all()


def test_every_line_is_sealed_once_and_the_chain_holds(session: Session) -> None:
    _written(session, 5)
    assert seal(session, KEYRING) == 0
    verdict = verify(session, KEYRING)
    assert (verdict.breaks, verdict.waiting) == ((), 0)
    numbers = session.scalars(select(AuditSeal.seq).order_by(AuditSeal.seq)).all()
    assert list(numbers) == list(range(1, verdict.sealed + 1))
    assert verdict.head == _newest(session).digest.hex()


def test_a_line_waits_until_it_is_sealed(session: Session) -> None:
    _written(session, 1)
    record(session, SYSTEM, "plan:close", subject="plan", ids=[1], path="/")
    assert verify(session, KEYRING).waiting == 1
    assert verify(session, KEYRING).breaks == ()


def test_a_line_of_an_act_that_was_undone_is_not_waited_for(database: Database, session: Session) -> None:
    _written(session, 1)

    def work(inner: Session) -> None:
        record(inner, SYSTEM, "undone:act", subject="plan", ids=[1], path="/")
        raise Conflict

    with pytest.raises(Conflict):
        database.transaction(work)
    assert session.scalar(select(func.count()).select_from(AuditUnsealed)) == 0


@pytest.mark.parametrize("column", [name for name in LINE if name != "id"])
def test_whatever_is_changed_in_a_line_its_seal_tells(session: Session, column: str) -> None:
    _written(session, 3)
    hit = _newest(session)
    values = {"at": "at + interval '1 microsecond'", "account_id": "account_id + 1"}
    values |= dict.fromkeys(("subject_ids", "before", "after"), """'{"else": true}'""")
    value = values.get(column, "'else'")
    _behind_our_back(session, f"UPDATE audit SET {column} = {value} WHERE id = {hit.audit_id}")
    assert verify(session, KEYRING).breaks == (Break("changed", hit.seq, hit.audit_id),)


def test_a_line_that_was_taken_away_is_missed(session: Session) -> None:
    _written(session, 3)
    hit = _newest(session)
    _behind_our_back(session, f"DELETE FROM audit WHERE id = {hit.audit_id}")
    assert verify(session, KEYRING).breaks == (Break("gone", hit.seq, hit.audit_id),)


def test_a_line_taken_away_with_its_seal_is_missed_too(session: Session) -> None:
    _written(session, 3)
    last = _newest(session)
    middle = last.seq - 1
    _behind_our_back(
        session,
        f"DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = {middle})",
        f"DELETE FROM audit_seal WHERE seq = {middle}",
    )
    found = {(each.code, each.seq) for each in verify(session, KEYRING).breaks}
    assert found == {("gone", middle), ("changed", last.seq)}


def test_a_seal_that_was_taken_away_leaves_its_line_unsealed(session: Session) -> None:
    _written(session, 2)
    seq, line = _newest(session).seq, _newest(session).audit_id
    _behind_our_back(session, f"DELETE FROM audit_seal WHERE seq = {seq}")
    assert verify(session, KEYRING).breaks == (Break("unsealed", audit_id=line),)


def test_an_end_that_was_cut_off_differs_from_the_one_noted_elsewhere(session: Session) -> None:
    _written(session, 3)
    whole = verify(session, KEYRING)
    noted = (whole.sealed, whole.head)
    assert verify(session, KEYRING, noted=noted).breaks == ()
    _written(session, 1)
    assert verify(session, KEYRING, noted=noted).breaks == ()
    _behind_our_back(
        session,
        f"DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_seal WHERE seq >= {noted[0]})",
        f"DELETE FROM audit_seal WHERE seq >= {noted[0]}",
    )
    assert verify(session, KEYRING).breaks == ()
    assert verify(session, KEYRING, noted=noted).breaks == (Break("other_head", noted[0]),)


def test_nobody_seals_without_the_key(session: Session) -> None:
    _written(session, 1)
    record(session, SYSTEM, "plan:close", subject="plan", ids=[1], path="/")
    session.flush()
    seal(session, OTHER)
    last = _newest(session)
    assert verify(session, KEYRING).breaks == (Break("changed", last.seq, last.audit_id),)


def test_of_a_log_that_does_not_hold_at_all_a_few_breaks_and_its_whole_length_are_told(session: Session) -> None:
    _written(session, 30)
    verdict = verify(session, OTHER, noted=(1, "0" * 64))
    assert len(verdict.breaks) == MOST
    assert verdict.breaks[0] == Break("other_head", 1)
    assert verdict.sealed == _newest(session).seq


@pytest.mark.parametrize(
    "change", ["UPDATE audit_seal SET seq = seq + 9", "DELETE FROM audit_seal", "TRUNCATE audit_seal"]
)
def test_the_database_refuses_to_change_a_seal(session: Session, change: str) -> None:
    _written(session, 1)
    with pytest.raises(DBAPIError, match="audit_seal is append-only"):
        session.connection().execute(text(change))


@pytest.mark.committed
def test_two_workers_seal_each_line_once(database: Database, tmp_path: Path) -> None:
    def act(session: Session) -> None:
        record(session, SYSTEM, "many:act", subject="plan", ids=[1], path="/")

    def round_of_a_worker() -> None:
        seal_lines(database, tmp_path)

    calls = [committed(database, act), round_of_a_worker] * 6
    assert at_once(*calls) == [None] * 12
    seal_lines(database, tmp_path)
    with database.sessions() as session:
        verdict = verify(session, Keyring.at(tmp_path))
        assert (verdict.breaks, verdict.waiting) == ((), 0)
        assert verdict.sealed == session.connection().scalar(text("SELECT count(*) FROM audit"))


@pytest.mark.committed
def test_the_nightly_check_notes_the_end_and_fails_in_sight_when_the_chain_is_broken(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    committed(database, lambda session: record(session, SYSTEM, "an:act", subject="plan", ids=[1], path="/"))()
    seal_lines(database, tmp_path)
    with caplog.at_level(logging.WARNING):
        check_chain(_run(database, tmp_path))
    with database.sessions() as session:
        assert f"{_newest(session).seq}:{_newest(session).digest.hex()}" in caplog.text
        _behind_our_back(session, "UPDATE audit SET actor_name = 'somebody else'")
        session.commit()
    with pytest.raises(ChainBroken):
        check_chain(_run(database, tmp_path))


def _run(database: Database, data: Path) -> JobRun:
    lease = uuid.uuid4()
    due = datetime(2026, 11, 21, 19, 20, tzinfo=UTC)
    row = JobRow(kind=CHECK.name, arguments={}, state="running", lease=lease, started_at=due, attempts=1)

    def begin(session: Session) -> int:
        session.add(row)
        session.flush()
        return row.id

    return JobRun(database, database.transaction(begin), CHECK.name, {}, due, 0, 1, lease, data=data)


CONTENT = st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.none(), max_size=4)


@given(content=CONTENT, seq=st.integers(1, 10**12))
def test_what_is_sealed_does_not_depend_on_the_order_of_fields(content: dict[str, object], seq: int) -> None:
    line: dict[str, object] = dict.fromkeys(LINE, "x") | {"at": datetime(2026, 9, 1, tzinfo=UTC), "after": content}
    turned = dict(reversed(line.items())) | {"after": dict(reversed(content.items()))}
    assert sealed_text(FIRST, seq, line) == sealed_text(FIRST, seq, turned)


def test_what_is_sealed_depends_on_each_part() -> None:
    line: dict[str, object] = dict.fromkeys(LINE, "x") | {"at": datetime(2026, 9, 1, tzinfo=UTC)}
    texts = {sealed_text(FIRST, 1, line), sealed_text(FIRST, 2, line), sealed_text(b"\x01" * 32, 1, line)}
    texts |= {sealed_text(FIRST, 1, line | {name: "y"}) for name in LINE if name != "at"}
    assert len(texts) == 3 + len(LINE) - 1
