"""Which fields a student corrects alone, which are locked, and when a basic record is complete. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.access.actor import Actor
from app.core.errors import Conflict

LOCKED_FIELDS = (
    "name",
    "certificate_type",
    "number",
    "sex",
    "birth_date",
    "ethnicity",
    "student_number",
    "entry_date",
    "expected_graduation_date",
)
"""What only the school changes; a student or a counsellor asks for it (UM-02)."""
NEEDED_FIELDS = ("phone", "address", "entry_date", "expected_graduation_date")
"""What a basic record must hold to be complete (UM-03); with them a contact for emergencies."""
SHORTEST, LONGEST = 2, 200


@dataclass(frozen=True)
class Contact:
    """Who is called in an emergency, as typed: a name and a phone number."""

    name: str
    phone: str


class RequestWaiting(Conflict):
    """A change request of this student waits already; it is decided or withdrawn first."""

    code = "request_waiting"


class NothingAsked(Conflict):
    """A change request that asks for no change."""

    code = "nothing_asked"


class OwnRequest(Conflict):
    """Nobody decides about an own request, nor about one that concerns the own person."""

    code = "own_request"


def is_text(text: str) -> bool:
    """Whether a reason or an opinion says something: 2 to 200 printable characters."""
    return SHORTEST <= len(text.strip()) <= LONGEST and text.strip().isprintable()


def missing_of(values: Mapping[str, object], contact: Contact) -> tuple[str, ...]:
    """The fields a basic record still lacks, in their order."""
    lacking = [name for name in NEEDED_FIELDS if not values.get(name)]
    lacking += [name for name, value in (("contact_name", contact.name), ("contact_phone", contact.phone)) if not value]
    return tuple(lacking)


def as_family(actor: Actor) -> Actor:
    """The actor with those grants only that stand at a person: the own self, the own child."""
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.person_id is not None))
