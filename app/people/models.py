"""Identities. A person is read only through a row that names it (a student, an account) and is itself in scope."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Index,
    LargeBinary,
    Text,
    Uuid,
    false,
    func,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import Gated, Reach
from app.core.clock import sql_now
from app.core.db import Base, Numbered
from app.people.details import HEALTH, HOUSEHOLD_TYPES, OVERSEAS_STATUSES, POLITICAL_STATUSES

PERSON_REACHES: list[Reach] = []
"""How a person comes into reach: each package whose rows name persons adds its own EXISTS."""


def code_in(column: str, codes: Iterable[str]) -> str:
    """The SQL of a CHECK that a column is empty or holds one of the codes."""
    return f"{column} IN ({', '.join(repr(code) for code in sorted(codes))})"


class Person(Numbered, Gated, Base):
    """One human being: certificate (sealed, with a keyed digest for look-up), name, sex, birth date, ethnic group.

    `sex` is GB/T 2261.1 (0 unknown, 1 male, 2 female, 9 not stated), `ethnicity` the two digits of GB/T 3304,
    `country` the letters of GB/T 2659 for the passport's issuer, `nationality` those for 国籍/地区. The 学籍号 is here
    because it is for life; formal ones (G, J) are unique, temporary ones (L) end in four random digits and may meet.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("sex IN ('0', '1', '2', '9')", "sex"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name_length"),
        CheckConstraint("(number_sealed IS NULL) = (number_digest IS NULL)", "number_sealed_with_digest"),
        CheckConstraint("country ~ '^[A-Z]{3}$'", "country"),
        CheckConstraint("nationality ~ '^[A-Z]{3}$'", "nationality"),
        CheckConstraint(code_in("overseas_status", OVERSEAS_STATUSES), "overseas_status"),
        CheckConstraint(code_in("household_type", HOUSEHOLD_TYPES), "household_type"),
        CheckConstraint(code_in("political_status", POLITICAL_STATUSES), "political_status"),
        CheckConstraint(code_in("health", HEALTH), "health"),
        CheckConstraint("status_number_kind IN ('G', 'J', 'L')", "status_number_kind"),
        CheckConstraint(
            "(status_number_kind IS NULL) = (status_number_sealed IS NULL)"
            " AND (status_number_kind IS NULL) = (status_number_digest IS NULL)",
            "status_number_whole",
        ),
        Index("uq_person_number_digest", "number_digest", unique=True),
        Index(
            "uq_person_formal_status_number",
            "status_number_digest",
            unique=True,
            postgresql_where=text("status_number_kind IN ('G', 'J')"),
        ),
        Index("ix_person_pinyin", func.replace(text("pinyin"), text("' '"), text("''"))),
        Index("ix_person_initials", "initials"),
        Index("ix_person_name_grams", func.name_grams(text("name")), postgresql_using="gin"),
    )

    certificate_type: Mapped[str] = mapped_column(Text)
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(Text)
    pinyin: Mapped[str] = mapped_column(Text(collation="C"))
    initials: Mapped[str] = mapped_column(Text(collation="C"))
    sex: Mapped[str] = mapped_column(Text, server_default="0")
    birth_date: Mapped[date | None] = mapped_column(Date)
    ethnicity: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    social_card_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    status_number_kind: Mapped[str | None] = mapped_column(Text)
    status_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    status_number_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    overseas_status: Mapped[str | None] = mapped_column(Text)
    household_type: Mapped[str | None] = mapped_column(Text)
    political_status: Mapped[str | None] = mapped_column(Text)
    health: Mapped[str | None] = mapped_column(Text)
    nationality: Mapped[str | None] = mapped_column(Text)
    household_place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """户口所在地, often down to the village or the door: sealed like an address."""
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    version: Mapped[int] = mapped_column(server_default="1")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Named by some row the permission opens."""
        return or_(false(), *(through(entity, actor, permission) for through in PERSON_REACHES))
