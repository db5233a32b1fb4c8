"""The one way an act is written down. Called by every service, in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.audit.models import Audit


def record(  # noqa: PLR0913  an audit line has as many facts as it has
    session: Session,
    actor: Actor,
    act: str,
    *,
    subject: str,
    ids: Sequence[int],
    path: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write down one act (`plan:open`) on rows of one kind at a place; one line however many rows.

    `path` is the place of the rows, or the nearest common one; values must be masked by the caller.
    """
    session.execute(
        everything(
            insert(Audit).values(
                account_id=actor.user_id,
                actor_name=actor.name,
                address=session.info.get("address"),
                act=act,
                subject=subject,
                subject_ids=list(ids),
                tree_path=path,
                before=before,
                after=after,
                reason=reason,
            ),
            because="an act is written down whoever did it",
        ),
    )
