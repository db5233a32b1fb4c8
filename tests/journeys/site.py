"""The site that the journeys visit: its own database with the demo in it, served as an operator may serve it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.accounts import services as accounts
from app.accounts.rules import NewAccount, NewGrant
from app.cli.demo import ensure
from app.cli.demo.accounts_file import DemoAccount, new_password
from app.core.db import Database, Session
from app.orgs.queries import names_of
from config import Settings
from tests.journeys.accessibility import Judge

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = 400
PATIENCE = 60.0
"""Seconds after which a start is given up; no test says anything about how long something took."""
TELLING = 3
"""Characters of a name that cannot stand in other text by chance."""


@dataclass(frozen=True)
class Node:
    """A place of the demo with the name it has on screen."""

    path: str
    kind: str
    code: str
    name: str


@dataclass(frozen=True)
class Student:
    """A student of the demo who is in school."""

    path: str
    number: str
    name: str
    initials: str


class Site:
    """What the journeys know of the site; read from the database past every query of the program."""

    def __init__(self, url: str, database: Database, accounts_file: Path) -> None:
        """Read the accounts file of the demo."""
        self.url = url
        self.database = database
        self.data = accounts_file.parent
        self.judge = Judge()
        stored = json.loads(accounts_file.read_text("utf-8"))["accounts"]
        self.accounts: Mapping[str, DemoAccount] = {line["role"]: DemoAccount(**line) for line in stored}

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Every place, by its code."""
        rows = self._rows("SELECT path, kind, code FROM org_node")
        with self.database.sessions() as session:
            names = names_of(session, [row.path for row in rows])
        return {row.code: Node(row.path, row.kind, row.code, names[row.path][-1]) for row in rows}

    @cached_property
    def students(self) -> tuple[Student, ...]:
        """Every student in school, by class and number."""
        rows = self._rows(
            """SELECT student.tree_path, student.student_number, person.name, person.initials
               FROM student JOIN person ON person.id = student.person_id
               WHERE student.state = 'in_school' ORDER BY student.tree_path, student.student_number""",
        )
        return tuple(Student(*row) for row in rows)

    def look_again(self) -> None:
        """Forget what was there when it was last asked: another journey may have added to it since."""
        for name in ("nodes", "students", "holders"):
            self.__dict__.pop(name, None)

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """The names of those who have an account."""
        return tuple(row.name for row in self._rows("SELECT name FROM account"))

    @property
    def entered(self) -> tuple[str, ...]:
        """What was typed in and no language changes, the longest first: names of plans, places, persons, files."""
        self.look_again()
        more = """SELECT name FROM plan UNION SELECT name FROM class_set UNION SELECT name FROM login_name
                  UNION SELECT label FROM coverage_option
                  UNION SELECT file_name FROM import_batch UNION SELECT subject_name FROM change_record
                  UNION SELECT side.value FROM change_record,
                    jsonb_each_text(coalesce(before, '{}') || coalesce(after, '{}')) AS side
                  WHERE side.key IN ('name', 'student_number') AND side.value IS NOT NULL"""
        others = (row.name for row in self._rows(more))
        places = (node.name for node in self.nodes.values())
        return tuple(sorted({*others, *places, *self.holders, *(s.name for s in self.students)}, key=len, reverse=True))

    def place(self, role: str) -> Node:
        """The place of a role's account."""
        return self.nodes[self.accounts[role].place]

    def scope(self, role: str) -> str:
        """The path below which everything is the role's to see; the demo's class set is a whole grade."""
        path = self.place(role).path
        return path.rsplit("/", 2)[0] + "/" if role == "class_set_admin" else path

    def students_of(self, role: str) -> list[Student]:
        """The students in a role's scope."""
        return [student for student in self.students if student.path.startswith(self.scope(role))]

    def foreign(self, role: str) -> set[str]:
        """Words no page may show this role: places beside its own, and students who are not its own."""
        scope = self.scope(role)
        nodes = [node for node in self.nodes.values() if node.kind not in {"grade", "class"}]
        own = {node.name for node in nodes if node.path.startswith(scope) or scope.startswith(node.path)}
        allowed = "\n".join([*own, *self.holders, *(student.name for student in self.students_of(role))])
        telling = {student.name for student in self.students if len(student.name) >= TELLING}
        return {word for word in {node.name for node in nodes} | telling if word not in allowed}

    def addresses_of(self, student: Student) -> list[str]:
        """The pages about a student: the record, and the applications."""
        found = text(
            """SELECT '/students/' || s.id AS page FROM student AS s WHERE s.student_number = :number
               AND s.tree_path = :path UNION ALL SELECT '/applications/' || e.id FROM enrolment AS e
               JOIN student AS s ON s.id = e.student_id WHERE s.student_number = :number AND s.tree_path = :path""",
        )
        with self.database.engine.connect() as connection:
            return list(connection.scalars(found, {"number": student.number, "path": student.path}))

    def add_account(self, role: str, user_name: str) -> DemoAccount:
        """Make another account of a role at the same place, for a journey that spoils it."""
        like = self.accounts[role]
        password = new_password()

        def work(session: Session) -> None:
            bind(session, SYSTEM)
            grants = (NewGrant(role, node_code=like.place),)
            new = NewAccount(name="试用", home_code=like.place, user_name=user_name, grants=grants, is_demo=True)
            accounts.create(session, SYSTEM, new, password=password)

        self.database.transaction(work)
        return DemoAccount(role, user_name, password, like.place, like.plan)

    def _rows(self, statement: str) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(text(statement)))


@contextmanager
def demo_site(database_url: str, data: Path) -> Iterator[Site]:
    """Load the demo and have it served for the length of a block."""
    environment = {"DATABASE_URL": database_url, "XUEBAO_DATA": str(data)}
    database = Database(database_url)
    accounts_file = ensure(Settings.from_env(environment), database, students=STUDENTS)
    port = free_port()
    with _web(os.environ | environment, port):
        yield Site(f"http://127.0.0.1:{port}", database, accounts_file)
    database.close()


def free_port() -> int:
    """A port nothing listens at."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


@contextmanager
def _web(environment: Mapping[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "--threads=8", "run:app"]
    with subprocess.Popen(command, cwd=ROOT, env=dict(environment)) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not _answers(port):
                assert process.poll() is None, "the web server ended"
                assert time.monotonic() < deadline, "the web server does not answer"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:  # not yet
        return False
    finally:
        connection.close()
