"""Who answers for a student, as a row of a student list says: up to two, by name, relation and phone. Pure.

An extra file beside `roster.py`. Headings such as 父亲姓名 tell the relation. What cannot be understood
stops no student.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.people.rules import check_name, normalise_name
from app.people.words import RELATION_WORDS, code_of
from app.sheets.columns import CellKind, Column

KIN = (("guardian", "relation", "guardian_phone"), ("guardian_2", "relation_2", "guardian_phone_2"))
"""The columns of each: name, relation, phone."""
NOBODY = frozenset({"无", "没有", "/", "-", "—", "不详", "暂无"})
RELATION_NAMES: Mapping[str, str] = {
    "father": "父亲",
    "mother": "母亲",
    "grandparent": "祖父母/外祖父母",
    "other": "其他",
}
_FIRST = ("监护人", "家长", "父亲", "监护人1", "监护人一", "第一监护人", "家长1", "家长一", "父母", "爸爸")
_SECOND = ("监护人2", "监护人二", "第二监护人", "家长2", "家长二", "母亲", "妈妈")
_NAMES = ("姓名", "名字", "")
_PHONES = ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "联系手机", "联系电话号码")
_RELATIONS = ("关系", "与学生关系", "与本人关系", "与孩子关系", "与学生的关系")


def _wordings(people: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    """Every heading of these people: 家长电话, 家长信息联系电话, 监护人电话1 is 监护人1电话."""
    turned = (f"{person[:-1]}{end}{person[-1]}" for person in people if person[-1] in "12一二" for end in ends if end)
    return (*(f"{person}{of}{end}" for person in people for of in ("", "信息", "情况") for end in ends), *turned)


KIN_COLUMNS: tuple[Column, ...] = (
    Column("guardian", "监护人姓名", "Guardian", CellKind.TEXT, also=_wordings(_FIRST, _NAMES)),
    Column(
        "relation",
        "监护人关系",
        "Relation",
        CellKind.TEXT,
        also=(*_wordings(_FIRST, _RELATIONS), "与学生关系", "与本人关系", "与学生的关系", "家庭关系"),
        choices=tuple(RELATION_NAMES.values()),
    ),
    Column("guardian_phone", "监护人电话", "Guardian's phone", CellKind.PHONE, also=_wordings(_FIRST, _PHONES)),
    Column("guardian_2", "监护人2姓名", "Second guardian", CellKind.TEXT, also=_wordings(_SECOND, _NAMES)),
    Column(
        "relation_2",
        "监护人2关系",
        "Relation of the second",
        CellKind.TEXT,
        also=_wordings(_SECOND, _RELATIONS),
        choices=tuple(RELATION_NAMES.values()),
    ),
    Column(
        "guardian_phone_2",
        "监护人2电话",
        "Second guardian's phone",
        CellKind.PHONE,
        also=_wordings(_SECOND, _PHONES),
    ),
)


@dataclass(frozen=True)
class Relative:
    """A guardian as a row names them; what is None the row does not say."""

    name: str
    relation: str | None
    phone: str | None


def implied(headings: Mapping[int, str], mapping: Mapping[str, int]) -> Mapping[str, str]:
    """The relation that the heading of a name tells, by its column: 父亲姓名 is the father's."""
    found = {}
    for name, _, _ in KIN:
        heading = headings.get(mapping.get(name, -1), "")
        if "父亲" in heading or "爸爸" in heading:
            found[name] = "father"
        elif "母亲" in heading or "妈妈" in heading:
            found[name] = "mother"
    return found


def relatives_of(
    given: Mapping[str, Any], told_by_heading: Mapping[str, str], say: Callable[..., None]
) -> tuple[Relative, ...]:
    """The guardians that the cells of a row name, each name once."""
    found: dict[str, Relative] = {}
    for column, relation_column, phone_column in KIN:
        name = normalise_name(str(given.get(column) or ""))
        relation, phone = given.get(relation_column), given.get(phone_column)
        if not name or name in NOBODY:
            if phone:
                say(phone_column, "guardian_without_name")
            continue
        if problem := check_name(name):
            say(column, str(problem))
            continue
        code = (code_of(RELATION_WORDS, str(relation)) or _named(str(relation)) or "other") if relation else None
        found.setdefault(name, Relative(name, code or told_by_heading.get(column), phone))
    return tuple(found.values())


def _named(text: str) -> str | None:
    return next((code for code, name in RELATION_NAMES.items() if name == text), None)
