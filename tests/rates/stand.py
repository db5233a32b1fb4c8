"""A history played in one session that is rolled back: acts are savepoints, and the clock goes on between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core import clock
from app.core.db import Session
from app.core.errors import Refusal
from app.core.files import FileStore
from tests.rates.acts import ACTS
from tests.rates.hand import Hand
from tests.rates.identities import Day, all_is_true
from tests.rates.recounted import agree
from tests.world import World

EACH_ACT = timedelta(minutes=7)


class Stand:
    """Begins where the cast stands, now; `over` ends it and undoes it all."""

    def __init__(self, session: Session, world: World, files: FileStore) -> None:
        """Begin."""
        self.session, self.world, self.files = session, world, files
        self.savepoint = session.begin_nested()
        self.moment: datetime = clock.now(session)
        self.days: list[Day] = []
        self.done: Counter[str] = Counter()

    def play(self, name: str, below: Callable[[int], int], *, undone: bool = False) -> None:
        """Let an act happen, or be refused; `undone`, it leaves nothing, as when a request dies at its end."""
        days = list(self.days)
        hand = Hand(self.world, self.files, self._transaction, below, days)
        whole = self.session.begin_nested()
        try:
            ACTS[name](hand)
            self.done[name] += not undone
        except Refusal as refusal:
            self.done[f"{name}: {refusal}"] += 1
        if undone:
            whole.rollback()
        else:
            whole.commit()
            self.days = days
        self.session.expunge_all()
        if name == "end_of_day":
            self.moment += timedelta(days=1)

    def _transaction(self, work: Callable[[Session], Any]) -> Any:  # noqa: ANN401  what the work returns
        self._go_on(EACH_ACT)
        bind(self.session, SYSTEM)
        with self.session.begin_nested():
            return work(self.session)

    def _go_on(self, span: timedelta) -> None:
        self.moment += span
        stand = text("SELECT set_config('xuebao.now', :at, true)")
        self.session.execute(stand, {"at": self.moment.isoformat()})

    def counters_agree(self) -> None:
        """All counters of classes and schools are the count, with and without the differences still waiting."""
        inner = self.session.begin_nested()
        agree(self.session)
        inner.rollback()

    def over(self, *, turn: int, whole: bool = False) -> None:
        """A day later everything that must be true is looked at; then all is undone."""
        self._go_on(timedelta(days=1))
        bind(self.session, SYSTEM)
        all_is_true(self.session, days=self.days, turn=turn, whole=whole)
        self.savepoint.rollback()
        self.session.expunge_all()
