"""Every write to accounts, grants and login names; signing in and out is in `sign_in`, which has no actor yet.

`creation` makes accounts, `states` edits, resets, disables and deregisters them, `grants` gives and ends roles,
`activation` is the first access by a code, `own` what everybody may do with the own account; `locking` reads the
account an act is about, under the level rule, and `names` writes sign-in names and contact.
"""

from __future__ import annotations

from app.accounts.services.activation import Owner, activate, owner_of
from app.accounts.services.creation import create, grant, make_first_superuser, open_account, set_password
from app.accounts.services.grants import change_grants
from app.accounts.services.own import change_own_contact, change_own_password, end_other_sessions, end_session
from app.accounts.services.states import deregister, disable, edit, enable, reset

__all__ = [
    "Owner",
    "activate",
    "change_grants",
    "change_own_contact",
    "change_own_password",
    "create",
    "deregister",
    "disable",
    "edit",
    "enable",
    "end_other_sessions",
    "end_session",
    "grant",
    "make_first_superuser",
    "open_account",
    "owner_of",
    "reset",
    "set_password",
]
