"""The tree and what hangs on its nodes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import AtNode, Gated, InSchool, InTree, school_keys, tree_keys, under
from app.core.clock import sql_now
from app.core.db import Base, Numbered


class Kind(StrEnum):
    """What kind of place a node is (spec/domain.md §2.1)."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    SCHOOL = "school"
    UNIT = "unit"
    CAMPUS = "campus"
    COLLEGE = "college"
    EDUCATION_LEVEL = "education_level"
    FACULTY = "faculty"
    MAJOR = "major"
    GRADE = "grade"
    CLASS = "class"
    OTHER = "other"


class Stage(StrEnum):
    """The stage of education of a school or of a part of it (spec/domain.md §2.2)."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    SECONDARY_VOCATIONAL = "secondary_vocational"
    JUNIOR_COLLEGE = "junior_college"
    UNDERGRADUATE = "undergraduate"
    MASTER = "master"
    DOCTOR = "doctor"


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL of a CHECK that a text column holds one of an enum's values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class OrgNode(Numbered, Gated, Base):
    """A place in the tree. `code` is unique and never changes; `path` is `/1/5/9/`; nodes are closed, never deleted.

    `sort_path` is what lists are ordered by: 七年级 before 八年级, (2)班 before (10)班. The database keeps it.
    """

    __tablename__ = "org_node"
    __table_args__ = (
        UniqueConstraint("id", "path"),
        UniqueConstraint("id", "path", "school_id"),
        CheckConstraint(one_of("kind", Kind), "kind"),
        CheckConstraint(f"stage IS NULL OR {one_of('stage', Stage)}", "stage"),
        CheckConstraint("path LIKE '%/' || id || '/'", "path_ends_with_id"),
        CheckConstraint(
            "(kind IN ('school', 'unit')) = (school_id IS NOT NULL AND school_id = id)", "school_is_itself"
        ),
        CheckConstraint(
            "kind NOT IN ('campus','college','education_level','faculty','major','grade','class')"
            " OR school_id IS NOT NULL",
            "inside_school",
        ),
        CheckConstraint("(closed_at IS NULL) = (close_reason IS NULL)", "closed_with_reason"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name_length"),
        Index("uq_org_node_root", text("(parent_id IS NULL)"), unique=True, postgresql_where=text("parent_id IS NULL")),
        Index("ix_org_node_parent_id", "parent_id", "sort", "id"),
        Index("ix_org_node_school_id", "school_id"),
        Index("ix_org_node_sort_path", "sort_path"),
        Index("ix_org_node_name_grams", func.name_grams(text("name")), postgresql_using="gin"),
    )

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_node.id"))
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    school_id: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str | None] = mapped_column(Text)
    entry_year: Mapped[int | None] = mapped_column(Integer)
    sort: Mapped[int] = mapped_column(Integer, server_default="0")
    sort_path: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    close_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Within the subtrees where the permission holds."""
        return under(entity.path, actor.places(permission))


class ClassGroup(InSchool, Base):
    """What only a class has: its class number, visible, unique in the school, never changed (CC-08, CC-17)."""

    __tablename__ = "class_group"
    __table_args__ = (
        UniqueConstraint("school_id", "class_number"),
        CheckConstraint("class_number ~ '^[A-Za-z0-9-]{1,20}$'", "class_number"),
        *school_keys("class_group"),
    )

    node_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    class_number: Mapped[str] = mapped_column(Text)


class NodePlacement(Numbered, AtNode, Base):
    """Where a node stood from when to when, so that a past day can be asked against the tree of that day."""

    __tablename__ = "node_placement"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", "period"),
        Index("ix_node_placement_node_id", "node_id", "since"),
        Index("uq_node_placement_open", "node_id", unique=True, postgresql_where=text("until IS NULL")),
    )

    node_id: Mapped[int] = mapped_column(ForeignKey("org_node.id"))
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    path: Mapped[str] = mapped_column(Text(collation="C"))
    since: Mapped[datetime] = mapped_column("since", DateTime(timezone=True), server_default=sql_now())
    until: Mapped[datetime | None] = mapped_column("until", DateTime(timezone=True))


class ClassSet(Numbered, InTree, Base):
    """S1's 系: a named grouping of classes of one school with its own admin; no level of the tree (CC-18, CC-19)."""

    __tablename__ = "class_set"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name_length"),
        Index("uq_class_set_name", "node_id", "name", unique=True, postgresql_where=text("closed_at IS NULL")),
        *tree_keys("class_set"),
    )

    name: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class ClassSetClass(AtNode, Base):
    """A class that belongs to a class set; a class may belong to several."""

    __tablename__ = "class_set_class"
    __table_args__ = (Index("ix_class_set_class_node_id", "node_id"),)

    class_set_id: Mapped[int] = mapped_column(ForeignKey("class_set.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("org_node.id"), primary_key=True)
