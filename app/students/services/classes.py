"""Which classes of a school the words of a file mean; read once for a whole file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.core import clock
from app.orgs.models import ClassGroup, Kind, OrgNode
from app.orgs.rules import NodeName, academic_year, shown_names
from app.orgs.spelling import canonical, grade_spellings, index, spellings

BESIDE = ("college", "major", "grade")
"""Columns that help to tell classes of one name apart, from the widest to the nearest."""


@dataclass(frozen=True)
class ClassOf:
    """A class of the school, by the names people know it under."""

    id: int
    code: str
    path: str
    number: str
    name: str


@dataclass(frozen=True)
class Classes:
    """The open classes of one school within the actor's scope, and what may be meant by a text."""

    by_id: Mapping[int, ClassOf]
    exact: Mapping[str, int]
    spelled: Mapping[str, frozenset[int]]
    explained: Mapping[str, str]
    grades: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """The names of the grade a class belongs to, as they are compared."""
    _known: dict[tuple[str, ...], tuple[int | None, str | None]] = field(default_factory=dict)

    def meant(self, text: str, beside: Mapping[str, str]) -> tuple[int | None, str | None]:
        """`found`, worked out once for each word of a file."""
        key = (text, *(beside.get(column, "") for column in BESIDE))
        if key not in self._known:
            self._known[key] = self.found(text, beside)
        return self._known[key]

    def found(self, text: str, beside: Mapping[str, str]) -> tuple[int | None, str | None]:
        """The class a text means, with what stands in the columns beside it; or what is wrong.

        A word somebody has explained counts first, then class numbers and codes, then the spellings. A text that fits
        several classes is told apart by grade, major and college, or not at all.
        """
        whole = whole_text(text, beside)
        for word in (whole, text):
            if (code := self.explained.get(word)) and code in self.exact:
                return self.exact[code], None
        if text in self.exact:
            return self.exact[text], None
        found = [self.spelled.get(canonical(form), frozenset()) for form in _forms(text, beside)]
        for ids in found:
            if len(ids) == 1:
                (one,) = ids
                return (None, "class_ambiguous") if self._of_another_grade(one, beside) else (one, None)
        return None, "class_ambiguous" if any(found) else "unknown_class"

    def _of_another_grade(self, class_id: int, beside: Mapping[str, str]) -> bool:
        """Whether the column of grades names one of the school, and not that of the class: 八年级 beside 七(1)班."""
        grade = canonical(beside.get("grade", ""))
        return grade not in self.grades.get(class_id, frozenset((grade,))) and any(
            grade in names for names in self.grades.values()
        )


def whole_text(text: str, beside: Mapping[str, str]) -> str:
    """A class as the file names it, with grade, major and college before it: the word a person is asked about."""
    return " ".join([*(beside[column] for column in BESIDE if beside.get(column)), text])


def _forms(text: str, beside: Mapping[str, str]) -> list[str]:
    """The longest first: a grade in its own column counts before a class name that happens to be alone."""
    college, major, grade = (beside.get(column, "") for column in BESIDE)
    own = canonical(text)
    name = f"({own})班" if own.isdigit() else text
    forms = [f"{college}{major}{grade}{name}", f"{college}{grade}{major}{name}", f"{major}{grade}{name}"]
    forms += [f"{grade}{major}{name}", f"{grade}{name}", f"{major}{name}", f"{college}{name}"]
    return list(dict.fromkeys([*(forms if any((college, major, grade)) else ()), text]))


def classes_of(session: Session, actor: Actor, school_path: str, explained: Mapping[str, str]) -> Classes:
    """Read the open classes of a school that the actor may import into; two statements and the clock."""
    school_id = ids_in(school_path)[-1]
    own = (
        select(OrgNode.id, OrgNode.code, OrgNode.path, ClassGroup.class_number)
        .join(ClassGroup, ClassGroup.node_id == OrgNode.id)
        .where(OrgNode.school_id == school_id, OrgNode.kind == Kind.CLASS, OrgNode.closed_at.is_(None))
        .order_by(OrgNode.path)
    )
    rows = session.execute(visible(own, OrgNode, actor, Permission.STUDENT_IMPORT, along=(ClassGroup,))).all()
    known = _nodes(session, school_id)
    today = clock.today(session)
    year = academic_year(today.year, today.month)
    found: dict[int, ClassOf] = {}
    forms: list[tuple[int, frozenset[str]]] = []
    grades: dict[int, frozenset[str]] = {}
    for row in rows:
        lineage = [known[i] for i in ids_in(row.path) if i in known]
        found[row.id] = ClassOf(row.id, row.code, row.path, row.class_number, shown_names(lineage, year)[-1])
        forms.append((row.id, spellings(lineage, year)))
        grades[row.id] = grade_spellings(lineage, year)
    exact = {word: each.id for each in found.values() for word in (each.code, each.number)}
    return Classes(found, exact, index(forms), explained, grades)


def _nodes(session: Session, school_id: int) -> dict[int, NodeName]:
    stmt = select(OrgNode.id, OrgNode.kind, OrgNode.name, OrgNode.stage, OrgNode.entry_year)
    stmt = stmt.where(OrgNode.school_id == school_id)
    rows = session.execute(everything(stmt, because="names of the nodes between a school and its classes in scope"))
    return {row.id: NodeName(row.id, row.kind, row.name, row.stage, row.entry_year) for row in rows}


def choices(found: Classes) -> Sequence[tuple[str, str]]:
    """Every class a word may be taken for: code and name."""
    return [(each.code, each.name) for each in found.by_id.values()]
