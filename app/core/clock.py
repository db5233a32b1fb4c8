"""The only clock: the database's, so that a window closes at one instant for every process.

`xuebao_now()` is a SQL function made by the first migration (`clock_timestamp()`); in test databases it first looks
at the setting `xuebao.now`, so that a test can stand anywhere in time.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Function, func, select

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SHANGHAI = ZoneInfo("Asia/Shanghai")


def sql_now() -> Function[Any]:
    """The clock as an expression, for defaults and conditions inside a statement."""
    return func.xuebao_now(type_=DateTime(timezone=True))


def now(session: Session) -> datetime:
    """What time it is (UTC, aware), by the database."""
    value: datetime = session.execute(select(sql_now())).scalar_one()
    return value


def today(session: Session) -> date:
    """What day it is in China."""
    return now(session).astimezone(SHANGHAI).date()
