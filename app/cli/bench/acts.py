"""The things that are measured: import, review, figures; each through the services that screens and commands use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.access.gate import bind
from app.cli.bench import world
from app.cli.bench.measure import Measure, most_memory
from app.core import clock
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.files import FileStore
from app.enrolment.queries import Wanted
from app.enrolment.services import review_matching
from app.people.certificates import check_digit
from app.plans import queries as plans
from app.plans.rules import NewOption, NewPlan, NewStep
from app.plans.services import make, open_plan
from app.rates.services import fold
from app.sheets import queries, services
from app.sheets.bulk import write
from app.sheets.work import Bench, apply_batch, read_batch, receive_file, undo_batch
from app.students.sheet import STUDENTS

T = TypeVar("T")
PLAN = "BENCH-2027"
SCHOOL = "S1000"
HEADINGS = ("序号", "姓名", "身份证号", "性别", "民族", "出生日期", "学号", "年级", "班级", "入学时间", "联系电话")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
GIVEN = "浩宇轩子涵欣怡梓一诺雨桐诗语若汐艺可馨沐宸明志强伟芳敏静丽勇重长行乐朝思远佳琪嘉俊杰博文昊天雅婷晨曦瑞泽"
"""Names of the list are put together of these: nearly all differ, and some have several readings."""
LONGEST = 1800
"""Seconds a measured transaction may take before the database ends it."""


@dataclass(frozen=True)
class Ground:
    """Where it is measured: a database of its own, keys and files in a folder that is thrown away."""

    database: Database
    folder: Path
    keyring: Keyring

    def run(self, work: Callable[[Session, Actor], T]) -> T:
        """Do work as the system in a transaction that may take long."""

        def bound(session: Session) -> T:
            bind(session, SYSTEM)
            world.run(session.connection(), f"SET LOCAL statement_timeout = '{LONGEST}s'")
            return work(session, SYSTEM)

        return self.database.transaction(bound)


def opening(ground: Ground) -> Measure:
    """Opening a plan over everybody, once."""
    measure = Measure("open a plan over everybody", "—")
    year = 2027
    begin = ground.run(lambda session, _: clock.now(session))
    window = (begin - timedelta(days=1), begin + timedelta(days=90))
    plan_id = ground.run(lambda session, actor: make(session, actor, _plan(year, window)))
    with measure.round():
        ground.run(lambda session, actor: open_plan(session, actor, plan_id=plan_id))
    return measure


def importing(ground: Ground, rows: int) -> list[Measure]:
    """A school's list of so many rows: from the uploaded file to the preview, applied, taken back; once each."""
    file = ground.folder / "students.xlsx"
    write_list(file, rows)
    bench = Bench(ground.run, ground.keyring, FileStore(ground.folder / "files"))
    batch = ground.run(
        lambda session, actor: (
            receive_file(
                session,
                actor,
                STUDENTS,
                place_code=SCHOOL,
                name=file.name,
                data=file.read_bytes(),
                keyring=bench.keyring,
                files=bench.files,
            ).id
        ),
    )
    preview = Measure(f"import of {rows:,} rows: upload to preview", "≤ 10 s, ≤ 300 MiB")
    with preview.round():
        preview.notes["memory"] = most_memory(lambda: read_batch(bench, batch))
    judged = ground.run(lambda session, actor: queries.batch(session, actor, batch_id=batch))
    preview.notes |= {"new": str(judged.new_count), "bad": str(judged.bad_count)}
    version = judged.version
    ground.run(
        lambda session, actor: services.confirm(session, actor, batch_id=batch, version=version, good_rows=False)
    )
    apply = Measure(f"import of {rows:,} rows: apply, with a plan open over the school", "≤ 5 s, ≤ 300 MiB")
    with apply.round():
        apply.notes["memory"] = most_memory(lambda: apply_batch(bench, batch))
    undo = Measure(f"import of {rows:,} rows: undo", "—")
    with undo.round():
        undo.notes["memory"] = most_memory(lambda: undo_batch(bench, batch))
    return [preview, apply, undo]


def reviewing(ground: Ground, count: int, rounds: int, target: str) -> Measure:
    """So many approvals in one act with one opinion."""
    measure = Measure(f"{count:,} approvals in one act", target)
    plan_id = ground.run(lambda session, actor: plans.find(session, actor, code=PLAN).id)
    wanted = Wanted(plan_id, state="submitted")

    def approve(session: Session, actor: Actor) -> None:
        review_matching(session, actor, wanted=wanted, shown=count, approve=True, opinion="同意")

    for _ in range(rounds):
        world.apply_for(ground.database.engine, count)
        with measure.round():
            ground.run(approve)
    return measure


def folding(ground: Ground) -> Measure:
    """Adding all differences that wait to the counters, once."""
    measure = Measure("fold the differences that wait", "—")
    with measure.round():
        measure.notes["differences"] = str(ground.run(lambda session, _: fold(session)))
    return measure


def write_list(file: Path, rows: int) -> None:
    """A student list as schools keep it, everything as text."""
    write(file, "名单", HEADINGS, (_line(n) for n in range(rows)), at_most=rows)


def _line(n: int) -> tuple[str, ...]:
    born = date(2010, 9, 1) + timedelta(days=n % 1000)
    body = f"360101{born:%Y%m%d}{101 + n // 1000:03}"
    return (
        str(n + 1),
        SURNAMES[n % len(SURNAMES)] + GIVEN[n // 7 % len(GIVEN)] + GIVEN[n * 31 // 11 % len(GIVEN)],
        body + check_digit(body),
        "男" if int(body[-1]) % 2 else "女",
        "汉族",
        f"{born}",
        f"B{n:06}",
        f"{2027 - (1 + n % 3)}级",
        f"({1 + n % 4})班",
        "2026-09-01",
        f"138{n:08}",
    )


def _plan(year: int, window: tuple[datetime, datetime]) -> NewPlan:
    step = NewStep("class", "class_teacher", "school_admin", "all_decided", *window)
    upper = NewStep("school", "school_admin", "county_admin", "children_approved", *window)
    option = NewOption(f"{year}", date(year, 1, 1), date(year + 1, 1, 1), 40_000, 70_000)
    return NewPlan(
        code=PLAN,
        name="测量",
        place_code="36",
        product="resident_medical",
        cover_year=year,
        audience=("junior",),
        apply_from=window[0],
        apply_to=window[1],
        steps=(step, upper),
        options=(option,),
    )
