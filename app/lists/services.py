"""Reading and keeping a user's own column settings. Nobody but the account itself reads or writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.lists.models import ListSetting


@dataclass(frozen=True)
class Setting:
    """What an account chose; None where it chose nothing."""

    columns: tuple[str, ...] | None = None
    page_size: int | None = None


def setting_of(session: Session, actor: Actor, list_name: str) -> Setting:
    """The actor's own setting of a list."""
    stmt = select(ListSetting.columns, ListSetting.page_size).where(
        ListSetting.account_id == actor.user_id,
        ListSetting.list_name == list_name,
    )
    row = session.execute(stmt).one_or_none()
    if row is None:
        return Setting()
    return Setting(tuple(row.columns) if row.columns is not None else None, row.page_size)


def keep_columns(session: Session, actor: Actor, list_name: str, columns: Sequence[str]) -> None:
    """Remember which columns the actor wants, in their order."""
    _keep(session, actor, list_name, columns=list(columns))


def keep_page_size(session: Session, actor: Actor, list_name: str, size: int) -> None:
    """Remember how many rows a page the actor wants."""
    _keep(session, actor, list_name, page_size=size)


def _keep(session: Session, actor: Actor, list_name: str, **chosen: object) -> None:
    stmt = insert(ListSetting).values(account_id=actor.user_id, list_name=list_name, **chosen)
    session.execute(
        stmt.on_conflict_do_update(index_elements=[ListSetting.account_id, ListSetting.list_name], set_=chosen),
    )
