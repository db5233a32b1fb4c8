"""The pages of accounts: signing in, first access, the own account, user administration, grants, activation sheets.

A package, because these are six kinds of pages that share nothing but their templates.
"""

from __future__ import annotations

from app.accounts.views.account_state import AccountStateView
from app.accounts.views.activation import ActivationView
from app.accounts.views.grants import GrantView
from app.accounts.views.settings import SettingsView
from app.accounts.views.sheets import SheetView
from app.accounts.views.sign_in import SignInView
from app.accounts.views.users import AccountView

__all__ = ["AccountStateView", "AccountView", "ActivationView", "GrantView", "SettingsView", "SheetView", "SignInView"]
