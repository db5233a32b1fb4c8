"""Where rows belong, and the four marks with which a statement may touch them.

`visible` filters by the actor's places; `reaching` also shows what stands above them; `entering` marks an INSERT whose
place the service has judged; `everything` is the listed exception. A statement over a gated table without a mark for
that table raises `Ungated` (see `access.gate`). The tree itself is known here only by the name of its table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Text,
    and_,
    exists,
    false,
    inspect,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import EVERYWHERE, Actor
from app.access.permissions import Permission

if TYPE_CHECKING:
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.schema import SchemaItem

S = TypeVar("S", bound="Executable")
Reach = Callable[[Any, Actor, Permission], ColumnElement[bool]]

MARK = "xuebao_gate"
EVERY_TABLE = "*"
GATED: dict[str, type[Any]] = {}


class Gated:
    """A table whose rows belong somewhere; `reach` says which of them an actor's permission opens."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Put the table under the gate as soon as its class exists."""
        super().__init_subclass__(**kwargs)
        name = cls.__dict__.get("__tablename__")
        if name:
            GATED[name] = cls

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """The condition under which a row is within the actor's scope for this permission."""
        raise NotImplementedError


class InTree(Gated):
    """Rows that stand at a node: `tree_path` is carried along by the database when the node moves."""

    node_id: Mapped[int] = mapped_column(BigInteger, sort_order=-90)
    tree_path: Mapped[str] = mapped_column(Text(collation="C"), sort_order=-89)

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Within the subtrees where the permission holds."""
        return under(entity.tree_path, actor.places(permission))


class InSchool(InTree):
    """Rows inside one school; the three-column key refuses a row in another school's class."""

    school_id: Mapped[int] = mapped_column(BigInteger, sort_order=-88)
    families_read: ClassVar[bool] = False

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Within the subtrees, or the own person's rows where families read the table."""
        inside = under(entity.tree_path, actor.places(permission))
        persons = actor.persons(permission)
        if not cls.families_read or not persons:
            return inside
        return or_(inside, entity.person_id.in_(persons))


class AtNode(Gated):
    """History rows that name a node but must not follow it when it moves."""

    node_id: Mapped[int] = mapped_column(BigInteger, sort_order=-90)

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Whose node lies, today, within the subtrees where the permission holds."""
        node = GATED["org_node"].__table__.alias()
        within = select(node.c.id).where(node.c.id == entity.node_id, under(node.c.path, actor.places(permission)))
        return exists(marked(within, "org_node"))


def tree_keys(table: str) -> tuple[SchemaItem, ...]:
    """The foreign key and the index every InTree table needs (without the index a move would scan the table)."""
    return (
        ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name=f"fk_{table}_place",
            onupdate="CASCADE",
        ),
        Index(f"ix_{table}_node_id", "node_id"),
        Index(f"ix_{table}_tree_path", "tree_path"),
    )


def school_keys(table: str) -> tuple[SchemaItem, ...]:
    """The foreign key and the indexes every InSchool table needs; who looks by school has a key that begins with it."""
    return (
        ForeignKeyConstraint(
            ["node_id", "tree_path", "school_id"],
            ["org_node.id", "org_node.path", "org_node.school_id"],
            name=f"fk_{table}_place",
            onupdate="CASCADE",
        ),
        Index(f"ix_{table}_node_id", "node_id"),
        Index(f"ix_{table}_tree_path", "tree_path"),
    )


def under(column: Any, places: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a path column lies in one of the subtrees: `path >= p AND path < p with its last slash made a zero`."""
    if EVERYWHERE in places:
        return true()
    if not places:
        return false()
    return or_(*(and_(column >= place, column < place[:-1] + "0") for place in places))


def visible(stmt: S, entity: Any, actor: Actor, permission: Permission, *, along: tuple[Any, ...] = ()) -> S:
    """Keep the rows of `entity` that the actor's permission opens, and mark the statement for that table.

    `along` names gated tables the statement joins by a key of a row already filtered (a student's own class), so that
    what they add is seen through that row.
    """
    scope = GATED[table_of(entity)].reach(entity, actor, permission)
    filtered: S = stmt.where(scope)  # type: ignore[attr-defined]
    return marked(filtered, table_of(entity), *(table_of(other) for other in along))


def reaching(stmt: S, entity: Any, actor: Actor, permission: Permission) -> S:
    """Keep the rows at one of the actor's places or above it: what is published downwards. Reads only."""
    column = entity.id if table_of(entity) == "org_node" else entity.node_id
    above = column.in_(actor.lineage(permission))
    scope = GATED[table_of(entity)].reach(entity, actor, permission)
    filtered: S = stmt.where(or_(above, scope))  # type: ignore[attr-defined]
    return marked(filtered, table_of(entity))


def entering(stmt: S, entity: Any, actor: Actor, permission: Permission) -> S:
    """Mark an INSERT into a gated table; the service has judged the place, the actor must hold the permission."""
    actor.require(permission)
    return marked(stmt, table_of(entity))


def everything(stmt: S, *, because: str) -> S:
    """Mark a statement that may see all rows; `because` says why, and a promise test lists every use."""
    if not because:
        raise ValueError("everything() needs a reason")
    return marked(stmt, EVERY_TABLE)


def marked(stmt: S, *tables: str) -> S:
    """Add tables to the marks a statement carries."""
    before: frozenset[str] = stmt.get_execution_options().get(MARK, frozenset())
    return stmt.execution_options(**{MARK: before | set(tables)})


def table_of(entity: Any) -> str:
    """The name of the table behind a mapped class or an alias of it."""
    name: str = inspect(entity).mapper.local_table.name
    return name
