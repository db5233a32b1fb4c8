"""Refusals: what a service raises when it will not do a thing.

A refusal is a code with facts, never a sentence; `web.errors` turns it into a status and a translated sentence, the
command line into one line. A feature names its own (`class CodeUsed(Conflict)`) in its `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """The parent of all refusals. `status` is the HTTP status an edge answers with."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"

    def __init__(self, **facts: object) -> None:
        """Keep the facts a sentence about this refusal needs (never personal data in clear)."""
        super().__init__(self.code)
        self.facts: Mapping[str, object] = facts

    def __str__(self) -> str:
        """Show the code and the facts, for logs and tests."""
        return f"{self.code} {dict(self.facts)}" if self.facts else self.code


class NotFound(Refusal):
    """Nothing of that name within what the actor may see; out of scope answers the same."""

    status = 404
    code = "not_found"


class NotAllowed(Refusal):
    """The actor sees the thing but may not do this with it."""

    status = 403
    code = "not_allowed"


class Conflict(Refusal):
    """The thing is no longer in the state this act needs."""

    status = 409
    code = "conflict"


class Crowded(Conflict):
    """So many act on the same records now that this act gave way every time it was tried; nothing of it is kept."""

    code = "crowded"


class Stale(Conflict):
    """Somebody saved the record after the page was made; `current` holds its values now, `version` its version."""

    code = "stale"

    def __init__(self, current: Mapping[str, object], version: int) -> None:
        """Keep what the record holds now, by field name, as a form would show it."""
        super().__init__()
        self.current = dict(current)
        self.version = version


class Invalid(Refusal):
    """What was typed cannot be used; `fields` names each bad field and the code of what is wrong with it."""

    status = 422
    code = "invalid"

    def __init__(self, fields: Mapping[str, str], **facts: object) -> None:
        """Keep the bad fields (field name → code)."""
        super().__init__(fields=dict(fields), **facts)
        self.fields = dict(fields)


class TooMany(Refusal):
    """Tried too often; `seconds` says when to try again."""

    status = 429
    code = "too_many"
