"""Accounts beside Flask-AppBuilder's users, and everything that decides whether somebody gets in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    ScalarSelect,
    Uuid,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.access.actor import LOWEST_LEVEL, Actor
from app.access.permissions import Permission
from app.access.scope import Gated, InTree, marked, tree_keys, under
from app.core.clock import sql_now
from app.core.db import FAB, Base, Numbered

Role: Any = FAB.Role
User: Any = FAB.User
# ab_user.username is a random internal key and most users have no e-mail address (DESIGN, Sign-in).
User.__table__.c.email.nullable = True


class Account(Numbered, InTree, Base):
    """Somebody who may sign in; stands at the home place. A rise of `session_epoch` ends every session at once."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'disabled', 'deregistered')", "state"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name_length"),
        Index("uq_account_user_id", "user_id", unique=True),
        CheckConstraint("(mobile_sealed IS NULL) OR (sealed_as IS NOT NULL)", "mobile_sealed_as"),
        Index("ix_account_person_id", "person_id"),
        Index("ix_account_department_id", "department_id"),
        *tree_keys("account"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="active")
    session_epoch: Mapped[int] = mapped_column(server_default="1")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    sealed_as: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    mobile_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[str | None]
    activated_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(server_default="zh_Hans_CN")
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    version: Mapped[int] = mapped_column(server_default="1")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Below a grant that holds the permission, and of no smaller level; of the same level only at its own place."""
        if actor.is_system:
            return true()
        level = level_of(entity)
        pairs = {(g.level, p) for g in actor.grants if permission in g.permissions for p in g.prefixes}
        return or_(
            false(),
            *(
                and_(under(entity.tree_path, (place,)), or_(level > own, and_(level == own, entity.tree_path == place)))
                for own, place in sorted(pairs)
            ),
        )


def level_of(entity: Any) -> ScalarSelect[int]:
    """The level of an account as a subquery: the smallest among its grants, 9 without any."""
    grants, details = aliased(AccountGrant), aliased(RoleDetail)
    stmt = (
        select(func.coalesce(func.min(details.level), LOWEST_LEVEL))
        .join_from(grants, details, details.role_id == grants.role_id)
        .where(grants.account_id == entity.id, grants.ended_at.is_(None))
        .correlate(entity)
    )
    return marked(stmt, "account_grant").scalar_subquery()


class RoleDetail(Base):
    """What Flask-AppBuilder's role lacks: our code, the level, names in both languages, whether it is built in."""

    __tablename__ = "role_detail"
    __table_args__ = (CheckConstraint("level BETWEEN 0 AND 8", "level"),)

    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id"), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[int]
    label_en: Mapped[str]
    label_zh: Mapped[str]
    is_builtin: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default="1")


class AccountGrant(Numbered, Gated, Base):
    """授权: a role at exactly one of a node (its subtree), a class set (its classes) or a person (the own rows)."""

    __tablename__ = "account_grant"
    __table_args__ = (
        CheckConstraint("num_nonnulls(node_id, class_set_id, person_id) = 1", "one_place"),
        CheckConstraint("(node_id IS NULL) = (tree_path IS NULL)", "path_with_node"),
        ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name="fk_account_grant_place",
            onupdate="CASCADE",
        ),
        Index("ix_account_grant_account_id", "account_id"),
        Index("ix_account_grant_node_id", "node_id"),
        Index("ix_account_grant_tree_path", "tree_path"),
        Index("ix_account_grant_class_set_id", "class_set_id"),
        Index("ix_account_grant_person_id", "person_id"),
        Index(
            "uq_account_grant_live",
            "account_id",
            "role_id",
            "node_id",
            "class_set_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id"))
    node_id: Mapped[int | None]
    tree_path: Mapped[str | None]
    class_set_id: Mapped[int | None] = mapped_column(ForeignKey("class_set.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    ended_at: Mapped[datetime | None]

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of an account the permission opens."""
        account = aliased(Account)
        own = select(account.id).where(account.id == entity.account_id, Account.reach(account, actor, permission))
        return exists(marked(own, "account"))


class LoginName(Numbered, Base):
    """A name somebody signs in with: unique in its school (students) or everywhere, in any case variant, for ever."""

    __tablename__ = "login_name"
    __table_args__ = (
        CheckConstraint("kind IN ('user_name', 'mobile', 'unit_number', 'student_number')", "kind"),
        CheckConstraint("(kind = 'student_number') = (school_id IS NOT NULL)", "school_for_students"),
        Index(
            "uq_login_name_name",
            "school_id",
            func.lower(text("name")),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_login_name_account_id", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("org_node.id"))
    kind: Mapped[str]
    name: Mapped[str]
    retired_at: Mapped[datetime | None]


class AccountSession(Numbered, Base):
    """A signed-in browser: the cookie holds a random id, this row its digest, the account and the end.

    `proved_at` is when the password was last given, at signing in or again before personal numbers are shown.
    """

    __tablename__ = "account_session"
    __table_args__ = (
        Index("uq_account_session_digest", "digest", unique=True),
        Index("ix_account_session_account_id", "account_id"),
        CheckConstraint("ends_at > started_at", "period"),
        CheckConstraint("idle_minutes > 0", "idle"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    epoch: Mapped[int]
    device: Mapped[str]
    idle_minutes: Mapped[int]
    proved_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    started_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    seen_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ActivationSheet(Numbered, Base):
    """激活单: fresh codes of many accounts, handed out once as two files; `refused` are the rows that got none."""

    __tablename__ = "activation_sheet"
    __table_args__ = (
        CheckConstraint("count >= 0", "count"),
        CheckConstraint("jsonb_typeof(refused) = 'array'", "refused_array"),
        Index("ix_activation_sheet_owner_id", "owner_id", "id"),
    )

    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    title: Mapped[str]
    count: Mapped[int]
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    pdf_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    workbook_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))


class FirstRunLink(Numbered, Base):
    """The one-time link to the page that makes the first superuser and the root node of an empty system."""

    __tablename__ = "first_run_link"
    __table_args__ = (Index("uq_first_run_link_digest", "digest", unique=True),)

    digest: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
