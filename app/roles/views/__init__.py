"""角色管理 (X3): the list of roles, what each may do, copies, names, who holds it, what an account could do."""

from __future__ import annotations

from app.roles.views.answer import RoleAnswerView
from app.roles.views.holders import RoleHolderView
from app.roles.views.roles import RoleView

__all__ = ["RoleAnswerView", "RoleHolderView", "RoleView"]
