"""A province for measuring: tree, persons and students straight by SQL, in a database that holds nothing else.

Nothing here goes through services, since filling is not what is measured; plan and enrolments are made by them. All
have one sealed number between them, nobody's, and digests of their own. Indexes and foreign keys are taken away for the
filling and made anew after it, by what the database itself says of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from app.core.crypto import Keyring
from app.people.services import NUMBER_AT

CLASSES = 12
"""Of each school: three grades with four classes."""
PER_CLASS = 42
COUNTIES = 10

TREE = """
INSERT INTO org_node (id, parent_id, kind, code, name, path, school_id, stage, entry_year, sort)
SELECT 1, NULL::bigint, 'province', '36', '测量省', '/1/', NULL::bigint, NULL, NULL::int, 0
UNION ALL
SELECT 1 + c, 1, 'county', '36' || to_char(c, 'FM0000'), '第' || c || '县', '/1/' || 1 + c || '/', NULL, NULL, NULL, c
FROM generate_series(1, {counties}) c
UNION ALL
SELECT s, 2 + s % {counties}, 'school', 'S' || s, '第' || s || '中学', '/1/' || 2 + s % {counties} || '/' || s || '/',
       s, 'junior', NULL, s
FROM generate_series(1000, 999 + {schools}) s
"""
GRADES = """
INSERT INTO org_node (id, parent_id, kind, code, name, path, school_id, entry_year, sort)
SELECT 1000000 + s.id * 10 + g, s.id, 'grade', s.code || '-' || g, 2027 - g || '级',
       s.path || 1000000 + s.id * 10 + g || '/', s.id, 2027 - g, g
FROM org_node s CROSS JOIN generate_series(1, 3) g WHERE s.kind = 'school'
"""
CLASS_NODES = """
INSERT INTO org_node (id, parent_id, kind, code, name, path, school_id, sort)
SELECT g.id * 10 + c, g.id, 'class', g.code || '-' || c, '(' || c || ')班', g.path || g.id * 10 + c || '/',
       g.school_id, c
FROM org_node g CROSS JOIN generate_series(1, 4) c WHERE g.kind = 'grade'
"""
CLASS_GROUPS = """
INSERT INTO class_group (node_id, tree_path, school_id, class_number)
SELECT id, path, school_id, id::text FROM org_node WHERE kind = 'class'
"""
PERSONS = """
INSERT INTO person (id, certificate_type, sealed_as, number_sealed, number_digest, name, pinyin, initials, sex,
                    birth_date)
SELECT n, 'resident_id', '{sealed_as}', '\\x{number}'::bytea, sha256(('p' || n)::bytea),
       substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗', 1 + n % 20, 1)
         || substr('浩宇轩子涵欣怡梓一诺雨桐诗语若汐艺可馨沐宸明志强伟芳敏静丽勇', 1 + n / 20 % 32, 1)
         || substr('浩宇轩子涵欣怡梓一诺雨桐诗语若汐艺可馨沐宸明志强伟芳敏静丽勇', 1 + n / 640 % 32, 1),
       'x', 'x', (1 + n % 2)::text, DATE '2013-09-01' + (n % 365)
FROM generate_series(1, {students}) n
"""
STUDENTS = """
INSERT INTO student (person_id, node_id, tree_path, school_id, student_number, sealed_as, opened_on)
SELECT p.n, c.id, c.path, c.school_id, 'N' || to_char(p.n, 'FM00000000'), gen_random_uuid(), DATE '2026-09-01'
FROM (SELECT id, path, school_id, row_number() OVER (ORDER BY path) - 1 AS position
      FROM org_node WHERE kind = 'class') c
JOIN generate_series(1, {students}) AS p(n) ON (p.n - 1) / {per_class} = c.position
"""
SEQUENCES = """
SELECT setval(pg_get_serial_sequence('org_node', 'id'), (SELECT max(id) FROM org_node)),
       setval(pg_get_serial_sequence('person', 'id'), (SELECT max(id) FROM person))
"""
DECISIONS = """
UPDATE enrolment SET state = 'insured', choice = 'insure', decided_at = xuebao_now(), submitted_at = xuebao_now()
WHERE id % 10 < 8
"""
LOOSE = """
SELECT 'DROP INDEX ' || quote_ident(c.relname) AS drop, pg_get_indexdef(i.indexrelid) AS make
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = '{table}'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
UNION ALL
SELECT 'ALTER TABLE {table} DROP CONSTRAINT ' || quote_ident(conname),
       'ALTER TABLE {table} ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'
"""
SUBMISSIONS = """
UPDATE enrolment SET state = 'submitted', choice = 'insure', submitted_at = xuebao_now()
WHERE id IN (SELECT id FROM enrolment WHERE state = 'unregistered' ORDER BY tree_path, id LIMIT {count})
"""


@dataclass(frozen=True)
class Size:
    """How many there are; only whole classes of whole schools."""

    schools: int

    @property
    def students(self) -> int:
        """All of the province."""
        return self.schools * CLASSES * PER_CLASS


def size_for(students: int) -> Size:
    """The province that comes nearest to so many students without having more, but for the smallest."""
    return Size(max(COUNTIES, students // (CLASSES * PER_CLASS)))


def fill(engine: Engine, size: Size, keyring: Keyring) -> None:
    """Make the province, its persons and its students."""
    sealed_as = uuid.uuid4()
    number = keyring.seal("360101201509011015", NUMBER_AT, sealed_as).hex()
    with engine.begin() as connection:
        run(connection, "SET LOCAL statement_timeout = 0")
        run(connection, TREE.format(counties=COUNTIES, schools=size.schools))
        for statement in (GRADES, CLASS_NODES, CLASS_GROUPS):
            run(connection, statement)
        with _loosened(connection, "person", "student"):
            run(connection, PERSONS.format(students=size.students, sealed_as=sealed_as, number=number))
            run(connection, STUDENTS.format(students=size.students, per_class=PER_CLASS))
        run(connection, SEQUENCES)


@contextmanager
def _loosened(connection: Connection, *tables: str) -> Iterator[None]:
    """Tables without foreign keys and without the indexes that no constraint needs; both as they were afterwards."""
    parts = [part for table in tables for part in connection.exec_driver_sql(LOOSE.format(table=table))]
    for part in parts:
        run(connection, part.drop)
    yield
    for part in parts:
        run(connection, part.make)


def decide(engine: Engine) -> None:
    """Let four of five be insured, at once; the counters hear of it as of any other writing."""
    with engine.begin() as connection:
        run(connection, "SET LOCAL statement_timeout = 0")
        with _loosened(connection, "enrolment"):
            run(connection, DECISIONS)


def apply_for(engine: Engine, count: int) -> None:
    """Let so many of those who have not decided apply."""
    with engine.begin() as connection:
        run(connection, SUBMISSIONS.format(count=count))


def settle(engine: Engine) -> None:
    """Bring the planner's statistics up to date, as a running installation's are."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        run(connection, "SET statement_timeout = 0")
        run(connection, "VACUUM ANALYZE")
        run(connection, "RESET statement_timeout")


def run(connection: Connection, statement: str) -> None:
    """Send one statement as it is."""
    connection.exec_driver_sql(statement.replace("%", "%%"))
