"""Who acts, with which grants. Made once at the edge (request, job, command) and handed to every service and query.

Several posts of one person never merge into more than each allows: a permission counts only at the places of the
grants that hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from app.access.permissions import Permission
from app.core.errors import NotAllowed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EVERYWHERE = "/"
LOWEST_LEVEL = 9


@dataclass(frozen=True)
class Grant:
    """A role at a place: the subtrees it covers (`prefixes`), or the one person whose rows it opens.

    `anchor` is the school's path of a grant at a class set, whose `prefixes` are the classes.
    """

    role: str
    level: int
    permissions: frozenset[Permission]
    prefixes: tuple[str, ...] = ()
    person_id: int | None = None
    anchor: str | None = None


@dataclass(frozen=True)
class Actor:
    """Somebody who acts. `user_id` is the account's id; 0 is the system itself."""

    user_id: int
    name: str
    grants: tuple[Grant, ...] = ()
    home_path: str | None = None
    locale: str = "zh_Hans_CN"
    is_system: bool = field(default=False)

    @cached_property
    def level(self) -> int:
        """The smallest level among the grants; nobody acts on accounts or roles of a smaller one."""
        if self.is_system:
            return 0
        return min((grant.level for grant in self.grants), default=LOWEST_LEVEL)

    def places(self, permission: Permission) -> tuple[str, ...]:
        """The subtrees (path prefixes, none inside another) where a grant of this actor holds the permission."""
        if self.is_system:
            return (EVERYWHERE,)
        return outermost(p for grant in self.grants if permission in grant.permissions for p in grant.prefixes)

    def persons(self, permission: Permission) -> tuple[int, ...]:
        """The persons (own self, own children) whose rows a grant of this actor opens with the permission."""
        return tuple(
            sorted(
                {
                    grant.person_id
                    for grant in self.grants
                    if grant.person_id is not None and permission in grant.permissions
                },
            ),
        )

    def holds(self, permission: Permission) -> bool:
        """Whether any grant holds the permission: the door only; the place is judged by the query or service."""
        return self.is_system or any(permission in grant.permissions for grant in self.grants)

    def require(self, permission: Permission) -> None:
        """Refuse (`NotAllowed`) when no grant holds the permission."""
        if not self.holds(permission):
            raise NotAllowed(permission=str(permission))

    def covers(self, permission: Permission, path: str) -> bool:
        """Whether the node at `path` lies in a subtree where the permission holds."""
        return any(path.startswith(place) for place in self.places(permission))

    def lineage(self, permission: Permission) -> tuple[int, ...]:
        """The ids of the actor's places and of every node above them, for what is published downwards."""
        return tuple(sorted({node_id for place in self.places(permission) for node_id in ids_in(place)}))


SYSTEM = Actor(user_id=0, name="system", is_system=True)


_loaders: list[Callable[[Session, int], Actor]] = []


def loaded_by(loader: Callable[[Session, int], Actor]) -> None:
    """Say who makes an actor from an account's id: `accounts` does, which stands above most of those who ask."""
    _loaders[:] = [loader]


def loaded(session: Session, account_id: int) -> Actor:
    """The actor of an account with its grants as they are now, for jobs; raises what the loader raises."""
    return _loaders[0](session, account_id)


_finders: list[Callable[[Session, str], Actor]] = []


def named_by(finder: Callable[[Session, str], Actor]) -> None:
    """Say who finds an actor by the name somebody signs in with: `accounts` does."""
    _finders[:] = [finder]


def named(session: Session, name: str) -> Actor:
    """The actor who signs in with this name, for commands; raises what the finder raises."""
    return _finders[0](session, name)


def outermost(prefixes: Iterable[str]) -> tuple[str, ...]:
    """Drop every prefix that lies inside another, keep the rest in order."""
    kept: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return tuple(kept)


def ids_in(path: str) -> tuple[int, ...]:
    """The node ids a path names, from the root down."""
    return tuple(int(part) for part in path.split("/") if part)
