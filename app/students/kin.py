"""Who answers for a student, as a row of a student list says: up to two, by name, relation, phone, certificate. Pure.

An extra file beside `roster.py`. Headings such as 父亲姓名 tell the relation. What cannot be understood
stops no student.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.people.certificates import CertificateProblem, CertificateType, check, normalise, upgrade
from app.people.rules import check_name, normalise_name
from app.people.words import CERTIFICATE_NAMES, CERTIFICATE_WORDS, RELATION_WORDS, code_of
from app.sheets.columns import CellKind, Column

KIN = (
    ("guardian", "relation", "guardian_phone", "guardian_certificate_type", "guardian_number"),
    ("guardian_2", "relation_2", "guardian_phone_2", "guardian_certificate_type_2", "guardian_number_2"),
)
"""The columns of each: name, relation, phone, type and number of the certificate."""
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
_TYPES = ("证件类型", "身份证件类型", "证件种类")
_NUMBERS = (
    *("身份证号", "身份证号码", "身份证", "证件号码", "证件号", "身份证件号", "身份证件号码", "公民身份号码"),
    *("公民身份证号", "公民身份证号码", "有效证件号码"),
)
_RELATIONS = ("关系", "与学生关系", "与本人关系", "与孩子关系", "与学生的关系")


def _wordings(people: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    """Every heading of these people: 家长电话, 家长信息联系电话, 监护人电话1 is 监护人1电话."""
    turned = (f"{person[:-1]}{end}{person[-1]}" for person in people if person[-1] in "12一二" for end in ends if end)
    return (*(f"{person}{of}{end}" for person in people for of in ("", "信息", "情况") for end in ends), *turned)


def _certificate(person: str, ending: str, english: str, people: tuple[str, ...]) -> tuple[Column, Column]:
    """The two columns of a guardian's certificate."""
    return (
        Column(
            f"guardian_certificate_type{ending}",
            f"{person}证件类型",
            f"{english} certificate type",
            CellKind.TEXT,
            also=_wordings(people, _TYPES),
            choices=tuple(CERTIFICATE_NAMES.values()),
            hint_zh="不填视为居民身份证",
            hint_en="Empty: resident ID card",
        ),
        Column(
            f"guardian_number{ending}",
            f"{person}证件号码",
            f"{english} certificate number",
            CellKind.IDENTITY,
            also=_wordings(people, _NUMBERS),
        ),
    )


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
    *_certificate("监护人", "", "Guardian's", _FIRST),
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
    *_certificate("监护人2", "_2", "Second guardian's", _SECOND),
)


@dataclass(frozen=True)
class Relative:
    """A guardian as a row names them; what is None the row does not say."""

    name: str
    relation: str | None
    phone: str | None
    certificate: tuple[CertificateType, str] | None = None
    """Type and normalised number."""
    number_column: str = ""


def judged_number(kind: str, raw: str, today: date) -> tuple[CertificateType, str, CertificateProblem | None]:
    """A guardian's certificate as it is stored, and what is wrong with it; 15-digit ID numbers are written with 18.

    Of a number without a type, a resident ID is meant. `ValueError` for a type that does not exist.
    """
    known = CertificateType(kind or CertificateType.RESIDENT_ID)
    number = normalise(known, raw)
    problem = check(known, number, today)
    if problem is CertificateProblem.ID_OLD_FORM:
        number = upgrade(number)
        problem = check(known, number, today)
    return known, number, problem


def implied(headings: Mapping[int, str], mapping: Mapping[str, int]) -> Mapping[str, str]:
    """The relation that the heading of a name tells, by its column: 父亲姓名 is the father's."""
    found = {}
    for name, *_ in KIN:
        heading = headings.get(mapping.get(name, -1), "")
        if "父亲" in heading or "爸爸" in heading:
            found[name] = "father"
        elif "母亲" in heading or "妈妈" in heading:
            found[name] = "mother"
    return found


def relatives_of(
    given: Mapping[str, Any], told_by_heading: Mapping[str, str], say: Callable[..., None], today: date
) -> tuple[Relative, ...]:
    """The guardians that the cells of a row name, each name and each certificate once."""
    found: dict[str, Relative] = {}
    for column, relation_column, phone_column, type_column, number_column in KIN:
        name = normalise_name(str(given.get(column) or ""))
        relation, phone, raw = given.get(relation_column), given.get(phone_column), given.get(number_column)
        if not name or name in NOBODY:
            for lost in filter(given.get, (phone_column, number_column)):
                say(lost, "guardian_without_name")
            continue
        if problem := check_name(name):
            say(column, str(problem))
            continue
        code = (code_of(RELATION_WORDS, str(relation)) or _named(str(relation)) or "other") if relation else None
        certificate = _certificate_of(given.get(type_column), str(raw or ""), (type_column, number_column), say, today)
        if certificate and any(one.certificate == certificate for one in found.values()):
            say(number_column, "guardian_number_twice")
            certificate = None
        found.setdefault(name, Relative(name, code or told_by_heading.get(column), phone, certificate, number_column))
    return tuple(found.values())


def _certificate_of(
    kind: object, raw: str, columns: tuple[str, str], say: Callable[..., None], today: date
) -> tuple[CertificateType, str] | None:
    """The certificate a row gives a guardian; one that cannot be right is left out with a remark."""
    if not raw or raw in NOBODY:
        return None
    code = code_of(CERTIFICATE_WORDS, str(kind)) if kind else ""
    if code is None:
        say(columns[0], "word_left_out", text=str(kind))
        return None
    known, number, problem = judged_number(code, raw, today)
    if problem:
        say(columns[1], str(problem))
        return None
    return known, number


def _named(text: str) -> str | None:
    return next((code for code, name in RELATION_NAMES.items() if name == text), None)
