"""The life of an account: in use, disabled, deregistered. Nothing leads back from deregistered."""

from __future__ import annotations

from enum import StrEnum

from app.access.permissions import Permission
from app.core.workflow import Move, Workflow


class AccountState(StrEnum):
    """正常, 停用, 注销."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DEREGISTERED = "deregistered"


class Event(StrEnum):
    """停用, 启用, 注销."""

    DISABLE = "disable"
    ENABLE = "enable"
    DEREGISTER = "deregister"


ACCOUNT = Workflow(
    AccountState,
    AccountState.ACTIVE,
    (
        Move(Event.DISABLE, AccountState.ACTIVE, AccountState.DISABLED, Permission.ACCOUNT_DISABLE),
        Move(Event.ENABLE, AccountState.DISABLED, AccountState.ACTIVE, Permission.ACCOUNT_DISABLE),
        Move(Event.DEREGISTER, AccountState.ACTIVE, AccountState.DEREGISTERED, Permission.ACCOUNT_DEREGISTER, "reason"),
        Move(
            Event.DEREGISTER,
            AccountState.DISABLED,
            AccountState.DEREGISTERED,
            Permission.ACCOUNT_DEREGISTER,
            "reason",
        ),
    ),
)
