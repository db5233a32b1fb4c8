"""The gated tables mapped a second time, with the relations between them that the program itself does without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

from app.accounts.models import Account, LoginName
from app.orgs.models import OrgNode
from app.students.models import Student


class Beside(DeclarativeBase):
    """A registry of its own: the program's mappers stay as they are."""


class Pupil(Beside):
    """A student."""

    __table__ = Student.__table__
    if TYPE_CHECKING:
        student_number: Mapped[str]
    school: Mapped[School] = relationship(primaryjoin="foreign(Pupil.school_id) == School.id", viewonly=True)


class School(Beside):
    """A node, with the students of it and of the nodes below whose `school_id` it is."""

    __table__ = OrgNode.__table__
    if TYPE_CHECKING:
        kind: Mapped[str]
        name: Mapped[str]
    pupils: Mapped[list[Pupil]] = relationship(
        primaryjoin="School.id == foreign(Pupil.school_id)",
        viewonly=True,
        order_by="Pupil.student_number",
    )

    def __str__(self) -> str:
        """What a choice of schools shows."""
        return self.name


class Holder(Beside):
    """An account."""

    __table__ = Account.__table__


class Name(Beside):
    """A sign-in name, which is not gated, with its account, which is: a relation into the tree from outside."""

    __table__ = LoginName.__table__
    if TYPE_CHECKING:
        name: Mapped[str]
    holder: Mapped[Holder] = relationship(primaryjoin="foreign(Name.account_id) == Holder.id", viewonly=True)
