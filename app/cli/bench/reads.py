"""The pages that are measured while nobody or many write: rates of the province, lists of its students.

What a page asks the database and makes of the answer is measured, as its view does it; not the HTML around it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.access.actor import Actor, Grant
from app.access.permissions import Permission
from app.cli.bench.acts import PLAN, Ground
from app.cli.bench.measure import Measure
from app.cli.bench.writers import writing
from app.enrolment import queries as enrolments
from app.lists.keyset import Spot
from app.orgs import queries as orgs
from app.plans import queries as plans
from app.rates import queries as figures
from app.rates.services import fold, reconcile
from app.students import queries as students

PROVINCE = Actor(0, "province", (Grant("province_admin", 1, frozenset(Permission), ("/1/",)),))
"""Who looks at the pages: everything of the province, and as for every reader only by way of its own place."""
ROWS = 50
FOLD_EVERY = 1
"""Seconds, as `app.rates.feature` has it for the worker."""
PAUSE = 0.1
"""Seconds between two looks while others write."""


def pages(ground: Ground, rounds: int) -> list[Measure]:
    """Pages of the province, each several times, while nobody writes."""
    looked_at: dict[str, tuple[str, Callable[[Session], object]]] = {
        "rates of every county of the province": ("≤ 50 ms", province),
        f"list of students, first {ROWS} of the province": ("≤ 50 ms", lambda s: _students(s, ground)),
        f"list of students, {ROWS} from the 5,000th on": ("≤ 50 ms", lambda s: _students(s, ground, offset=5_000)),
        "students with 子涵 in their names": ("≤ 50 ms", lambda s: _students(s, ground, name="子涵")),
        f"list of applications, first {ROWS} of the province": ("≤ 50 ms", _applications),
        "applications that are undecided": ("≤ 50 ms", lambda s: _applications(s, state="unregistered")),
    }
    return [_measured(ground, name, target, read, rounds) for name, (target, read) in looked_at.items()]


def beside_writers(ground: Ground, rounds: int, writers: int, count: int) -> Measure:
    """The rates of every county of the province while so many write; then nothing may be wrong."""
    measure = Measure(f"rates of every county of the province, {writers} writers", "≤ 50 ms")
    with writing(ground.database.url, writers, count) as written, _folding(ground):
        time.sleep(1)
        for _ in range(rounds):
            with measure.round():
                ground.run(lambda session, _: province(session))
            time.sleep(PAUSE)
    measure.notes["writers"] = written.rate
    begin = time.perf_counter()
    found = ground.run(lambda session, _: reconcile(session))
    measure.notes["reconcile"] = f"{len(found)} differences"
    measure.notes["reconciled in"] = f"{time.perf_counter() - begin:.1f} s"
    return measure


@contextmanager
def _folding(ground: Ground) -> Iterator[None]:
    """Add the differences to the counters every second meanwhile, as the worker does."""
    stop = threading.Event()

    def fold_on() -> None:
        while not stop.wait(FOLD_EVERY):
            ground.run(lambda session, _: fold(session))

    thread = threading.Thread(target=fold_on)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _measured(ground: Ground, name: str, target: str, read: Callable[[Session], object], rounds: int) -> Measure:
    measure = Measure(name, target)
    ground.run(lambda session, _: read(session))  # the first look only warms up
    for _ in range(rounds):
        with measure.round():
            ground.run(lambda session, _: read(session))
    return measure


def province(session: Session) -> None:
    """What the page of rates asks for at the province."""
    plan = plans.find(session, PROVINCE, code=PLAN)
    node = orgs.find(session, PROVINCE, Permission.FIGURE_READ, code="36")
    figures.at_and_below(session, PROVINCE, plan, node)


def _students(session: Session, ground: Ground, *, name: str = "", offset: int = 0) -> None:
    wanted = students.Wanted(name=name)
    students.count(session, PROVINCE, wanted)
    students.page(session, PROVINCE, wanted, keyring=ground.keyring, spot=Spot(ROWS, offset=offset))


def _applications(session: Session, *, state: str = "") -> None:
    plan = plans.find(session, PROVINCE, code=PLAN)
    wanted = enrolments.Wanted(plan.id, state=state)
    enrolments.count(session, PROVINCE, wanted)
    enrolments.page(session, PROVINCE, wanted, spot=Spot(ROWS))
