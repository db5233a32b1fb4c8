"""What accounts plug in. The sign-in page itself is registered by the security manager."""

from __future__ import annotations

from app.core.feature import Feature
from app.web.language import lazy as _l

FEATURE = Feature(
    name="accounts",
    sentences={
        "wrong_credentials": _l(
            "User name or password is not right. Please check both; the password is case-sensitive."
        ),
        "sign_in_locked": _l("Too many failed tries. Please wait %(seconds)s seconds, then try again."),
        "login_name_taken": _l("This user name is or was in use. Please choose another one."),
        "above_own_level": _l("This role stands above your own. Ask somebody of that level."),
        "first_run_link_spent": _l("This link has been used or has expired. Start the program again for a new one."),
        "root_exists": _l("This system has been set up already. Please sign in."),
    },
)
