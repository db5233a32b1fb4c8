"""What a row of a tree list says: which place, below which others. Pure; an extra file, for lists alone read it.

Lists come in two shapes, also mixed: one row a place, with its name, its kind and the place above; or one row a class,
the way to it in columns from the city down to the class. Both become steps, from above to below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.orgs.rules import GEOGRAPHY, STAGE_GRADES, NodeName
from app.orgs.spelling import canonical, grade_names, spellings
from app.sheets.rules import RowInHand

WAY = (*GEOGRAPHY[1:], "school", "campus", "college", "education_level", "faculty", "major", "grade", "class")
"""The columns of a way, from above to below; between college and class an existing branch may have another order."""
KIND_WORDS: Mapping[str, str] = {
    "ministry": "部 部级 中央 国家",
    "province": "省 省份 自治区 直辖市 省级",
    "city": "市 地市 设区市 地级市 州 市级",
    "county": "县 区 县区 区县 县市区 县级市 县级",
    "school": "学校 中小学 高校 高等学校 院校",
    "unit": "单位 机构单位 企事业单位 福利机构",
    "campus": "校区 分校 教学点",
    "college": "学院 院系 二级学院 分院",
    "education_level": "学历层次 培养层次 层次 本专科 学段部",
    "faculty": "系 系部",
    "major": "专业",
    "grade": "年级 级 届别 入学年级",
    "class": "班级 班 行政班 教学班",
    "other": "其他 其它",
}
STAGE_WORDS: Mapping[str, str] = {
    "kindergarten": "幼儿园 学前 学前教育",
    "primary": "小学 完全小学 完小 小学部 小学阶段",
    "junior": "初中 初级中学 初中部 初中阶段",
    "senior": "高中 高级中学 普通高中 高中部 高中阶段",
    "secondary_vocational": "中职 中专 职高 职业高中 中等职业学校 中等职业 技工学校",
    "junior_college": "专科 高职 大专 高职高专",
    "undergraduate": "本科 大学 大学本科",
    "master": "硕士 硕士研究生",
    "doctor": "博士 博士研究生",
}
MIXED_STAGES = frozenset({"九年一贯制", "九年一贯制学校", "十二年一贯制", "十二年一贯制学校", "完全中学", "中学"})
"""Schools of several stages: each of their grades says its own."""
SCHOOL_STAGES = ("kindergarten", "primary", "junior", "senior")
"""Where nothing tells the stage, the labels of these grades do; 大一 may be of two stages."""
MOST_CLASSES = 60
STAGED = frozenset({"school", "campus", "college", "education_level", "faculty", "major", "grade"})
FIRST_YEAR, LAST_YEAR = 1990, 2100
YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:年级|年|级)?")
SHORT_YEAR = re.compile(r"([0-9]{2})级")
YEAR_INSIDE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})级")
WAY_MARK = re.compile(r"\s*[/\\>＞→]+\s*")


@dataclass(slots=True)
class Step:
    """One place on a row's way: its kind, the word in the file, the column it stands in."""

    kind: str
    text: str
    column: str


@dataclass(slots=True)
class Branch(RowInHand):
    """A row of the list as it was understood; `steps` lead to its place, below `parent` (a word) where one is given."""

    steps: list[Step] = field(default_factory=list)
    parent: str = ""
    code: str | None = None
    school_code: str | None = None
    class_number: str | None = None
    stage: str | None = None
    entry_year: int | None = None

    @property
    def text(self) -> str:
        """What the row calls its place."""
        return self.steps[-1].text if self.steps else ""


def branch_of(sheet: str, number: int, given: Mapping[str, str]) -> Branch:
    """Understand a row from the texts in its columns."""
    row = Branch(sheet, number, parent=given.get("parent", ""))
    row.steps = [Step(kind, given[kind], kind) for kind in WAY if given.get(kind)]
    row.code, row.school_code = given.get("code"), given.get("school_code")
    row.class_number = given.get("class_number")
    _stage(row, given.get("stage"))
    _name(row, given)
    _year(row, given.get("entry_year"))
    if not row.steps and not row.problems:
        row.wrong("name", "tree_name_missing")
    return row


def _name(row: Branch, given: Mapping[str, str]) -> None:
    name, word = given.get("name"), given.get("kind")
    if not name:
        return
    kind = kind_of_word(word) if word else None
    if kind is None and word:
        row.wrong("kind", "tree_kind_unknown", text=word)
    elif kind is None and given.get("school_code") and not row.steps:
        kind = "school"  # only schools have such an identifier
    elif kind is None:
        row.wrong("kind", "tree_kind_missing")
    if kind == "school" and word and row.stage is None:
        row.stage = stage_of_word(word)
    if kind is None or not row.steps or (row.steps[-1].kind, plain(row.steps[-1].text)) != (kind, plain(name)):
        row.steps.append(Step(kind or "other", name, "name"))


def _stage(row: Branch, word: str | None) -> None:
    if not word or plain(word) in MIXED_STAGES:
        return
    row.stage = stage_of_word(word)
    if row.stage is None:
        row.wrong("stage", "tree_stage_unknown", text=word)


def _year(row: Branch, word: str | None) -> None:
    if not word:
        return
    found = YEAR.fullmatch(plain(word))
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        row.wrong("entry_year", "tree_year", text=word)
    else:
        row.entry_year = int(found[1])


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """A name as it is compared: half-width, no spaces, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _index(words: Mapping[str, str]) -> dict[str, str]:
    return {word: key for key, line in words.items() for word in [key, key.replace("_", ""), *line.split()]}


_KINDS, _STAGES = _index(KIND_WORDS), _index(STAGE_WORDS)


def kind_of_word(word: str) -> str | None:
    """The kind of place a word means; a kind of school (初中) means a school."""
    known = _KINDS.get(plain(word))
    is_school = stage_of_word(word) or plain(word) in MIXED_STAGES
    return known or ("school" if is_school else None)


def stage_of_word(word: str) -> str | None:
    """The stage of education a word means, or None."""
    return _STAGES.get(plain(word))


def cohort_of(text: str, stage: str | None, this_year: int) -> tuple[str | None, int] | None:
    """The stage (None where the word does not tell) and year of entry of a grade as people write it, or None.

    2026级, 26级, 2026: the year itself. 七年级, 初一, 高一, 大一: what follows from this academic year. 2026届 is not
    understood: some mean the year of entry by it, some that of leaving.
    """
    word = plain(text)
    if found := YEAR.fullmatch(word) or YEAR_INSIDE.search(word):
        return stage, int(found[1])
    if found := SHORT_YEAR.fullmatch(word):
        return stage, this_year // 100 * 100 + int(found[1])
    fits = _cohorts(stage, this_year).get(canonical(text), frozenset())
    return next(iter(fits)) if len(fits) == 1 else None


@lru_cache(maxsize=64)
def _cohorts(stage: str | None, this_year: int) -> dict[str, frozenset[tuple[str, int]]]:
    """Canonical form of a grade's name → the cohorts it may mean."""
    found: dict[str, set[tuple[str, int]]] = {}
    for one in [stage] if stage else SCHOOL_STAGES:
        for year in _years(one, this_year):
            for name in grade_names(cohort_node(one, year), one, this_year):
                found.setdefault(canonical(name), set()).add((one, year))
    return {form: frozenset(cohorts) for form, cohorts in found.items()}


def _years(stage: str, this_year: int) -> range:
    return range(this_year - len(STAGE_GRADES[stage][1]) + 1, this_year + 1)


def cohort_node(stage: str | None, year: int) -> NodeName:
    """A grade as it would be named."""
    return NodeName(0, "grade", f"{year}级", stage, year)


def class_in(grade: NodeName, text: str, stage: str | None, this_year: int) -> str:
    """A class's own part of its name, as it is stored below a grade: (1)班 of 七(1)班, 701, 1班 or 1."""
    number = _numbers(grade, stage, this_year).get(canonical(text))
    if number is not None:
        return f"({number})班"
    word = unicodedata.normalize("NFKC", text).strip()
    heads = {canonical(name) for name in grade_names(grade, stage, this_year)}
    for end in range(len(word) - 2, 0, -1):
        rest = word[end:].strip()
        if len(rest) > 1 and not rest[0].isdigit() and canonical(word[:end]) in heads:
            return rest
    return text


@lru_cache(maxsize=512)
def _numbers(grade: NodeName, stage: str | None, this_year: int) -> dict[str, int]:
    """Canonical form of a class's name → its number in the grade; what fits two numbers is left out."""
    found: dict[str, set[int]] = {}
    staged = NodeName(grade.id, grade.kind, grade.name, grade.stage or stage, grade.entry_year)
    for number in range(1, MOST_CLASSES + 1):
        for form in spellings((staged, NodeName(0, "class", f"({number})班", None, None)), this_year):
            found.setdefault(form, set()).add(number)
    return {form: next(iter(numbers)) for form, numbers in found.items() if len(numbers) == 1}


def cohort_in_class(text: str, stage: str | None, this_year: int) -> tuple[str, int, str] | None:
    """The grade (stage, year) and the own name of a class that names both, as 七(1)班 and 2026级1班; else None."""
    word = plain(text)
    if found := re.match(r"((?:20)[0-9]{2})级(?=.)", word):
        year, rest = int(found[1]), word[found.end() :]
        own = class_in(cohort_node(stage, year), rest, stage, this_year)
        return stage or "", year, own
    fits = _classes(stage, this_year).get(canonical(text), frozenset())
    return next(iter(fits)) if len(fits) == 1 else None


@lru_cache(maxsize=64)
def _classes(stage: str | None, this_year: int) -> dict[str, frozenset[tuple[str, int, str]]]:
    found: dict[str, set[tuple[str, int, str]]] = {}
    for one in [stage] if stage else SCHOOL_STAGES:
        for year in _years(one, this_year):
            for form, number in _numbers(cohort_node(one, year), one, this_year).items():
                if not form.isdigit() or len(form) > 2:  # noqa: PLR2004  1班 alone names no grade
                    found.setdefault(form, set()).add((one, year, f"({number})班"))
    return {form: frozenset(classes) for form, classes in found.items()}


def way_of(text: str) -> Sequence[str]:
    """The names of a place written with those above it: 画眉中学 / 2026级."""
    return [part for part in WAY_MARK.split(text.strip()) if part]
