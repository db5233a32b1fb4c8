"""What accounts plug in. The sign-in page itself is registered by the security manager."""

from __future__ import annotations

from app.access.permissions import Permission
from app.accounts.jobs import EACH_HOUR, SHEETS, TIDY
from app.accounts.views import AccountStateView, AccountView, ActivationView, GrantView, SettingsView, SheetView
from app.accounts.views.agenda import agenda
from app.accounts.views.labels import STATES
from app.core.feature import Feature, MenuItem
from app.web.language import lazy as _l

FEATURE = Feature(
    name="accounts",
    screens=(AccountView, AccountStateView, GrantView, ActivationView, SettingsView, SheetView),
    jobs=(SHEETS, TIDY),
    agenda=agenda,
    schedules=(EACH_HOUR,),
    menu=(MenuItem("Users", "AccountView.list", "person", Permission.ACCOUNT_READ, group="Master data"),),
    sentences={
        "wrong_credentials": _l(
            "User name or password is not right. Please check both; the password is case-sensitive."
        ),
        "sign_in_locked": _l("Too many failed tries. Please wait %(seconds)s seconds, then try again."),
        "login_name_taken": _l("This user name is or was in use. Please choose another one."),
        "above_own_level": _l("This role stands above your own. Ask somebody of that level."),
        "first_run_link_spent": _l("This link has been used or has expired. Start the program again for a new one."),
        "root_exists": _l("This system has been set up already. Please sign in."),
        "password_outgrown": _l(
            "Your role asks for a longer password. Please choose a new one with at least %(shortest)s characters."
        ),
        "password_short": _l("The password is too short. Please use at least %(shortest)s characters."),
        "password_long": _l("The password is too long. Please use at most 128 characters."),
        "password_known": _l(
            "This password is easy to guess: it is well known, or made of your name or numbers. Please choose another."
        ),
        "present_password_wrong": _l("This is not your present password. Please type it again."),
        "user_name_shape": _l("A user name begins with a letter and has 2 to 32 letters, digits or underscores."),
        "unit_number_shape": _l(
            "The number of a school or unit has 6, 10 or 12 digits and nothing else. Please compare it with the notice."
        ),
        "mobile_shape": _l("A mobile number has 11 digits and begins with 13 to 19."),
        "mobile_taken": _l("This number signs in another account. Leave the reason empty to keep it as contact only."),
        "email_shape": _l("This is no e-mail address. It looks like name@example.cn."),
        "department_elsewhere": _l("This department is not at the home place or above it. Please choose another one."),
        "place_unknown": _l("There is no such place of yours. Type part of its name or its code and choose it."),
        "school_unknown": _l("No single school is called that. Type two characters of its name and choose it."),
        "reason_missing": _l("Please give a reason."),
        "own_account": _l(
            "This is your own account. Somebody else must do this; your contact is under Account settings."
        ),
        "held_elsewhere": _l(
            "This account also holds a role outside your places, or of your own level. Ask an administrator above you."
        ),
        "account_not_active": _l("This account is disabled. Please ask your administrator."),
        "account_created": _l("The account has been made. Hand over the activation code below."),
        "account_reset": _l("The old password works no more. Hand over the activation code below."),
        "account_disabled": _l("The account has been disabled. Whoever was signed in is out."),
        "account_enabled": _l("The account has been enabled."),
        "account_deregistered": _l("The account has been deregistered. Its user name is never used again."),
        "no_account_ticked": _l("Nobody is ticked. Please tick at least one row in the list."),
        "account_in_use": _l("Has a password already and keeps it."),
        "sheets_empty": _l("No code was issued: below is why. Tick the box on the page before to issue them anyway."),
        "sheets_made": _l("The codes have been issued. Fetch the files below."),
        "sheets_begun": _l("Codes for %(count)s people are being made. You may leave this page."),
        "grants_changed": _l("The roles have been changed. The account is judged anew at its next click."),
    },
    words={"account.state": STATES},
)
