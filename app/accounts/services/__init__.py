"""Every write to accounts, grants and login names; signing in and out is in `sign_in`, which has no actor yet.

`creation` makes accounts, `states` edits, resets, disables and deregisters them, `grants` gives and ends roles,
`sheets` hands out codes for many, `personal` makes the accounts of students and guardians and `following` keeps them
in step with the roll, `activation` is the first access by a code, `own` what everybody may do with the own account;
`locking` reads the account an act is about, under the level rule, and `names` writes sign-in names and contact.
"""

from __future__ import annotations

from app.accounts.services.activation import Owner, activate, owner_of
from app.accounts.services.creation import create, grant, make_first_superuser, open_account, set_password
from app.accounts.services.following import Called, change_school, forget_persons, move_along, rename, reopen, shut
from app.accounts.services.grants import change_grants
from app.accounts.services.own import (
    change_own_contact,
    change_own_password,
    end_other_sessions,
    end_session,
    keep_language,
    prove_password,
    renew_password,
)
from app.accounts.services.personal import add_persons, draw_guardian_names, names_in_use, open_personal
from app.accounts.services.sheets import hand_out, keep_sheets, note_download
from app.accounts.services.states import deregister, disable, edit, enable, reset

__all__ = [
    "Called",
    "Owner",
    "activate",
    "add_persons",
    "change_grants",
    "change_own_contact",
    "change_own_password",
    "change_school",
    "create",
    "deregister",
    "disable",
    "draw_guardian_names",
    "edit",
    "enable",
    "end_other_sessions",
    "end_session",
    "forget_persons",
    "grant",
    "hand_out",
    "keep_language",
    "keep_sheets",
    "make_first_superuser",
    "move_along",
    "names_in_use",
    "note_download",
    "open_account",
    "open_personal",
    "owner_of",
    "prove_password",
    "rename",
    "renew_password",
    "reopen",
    "reset",
    "set_password",
    "shut",
]
