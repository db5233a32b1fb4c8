"""The ways people write the name of a class, and which class they mean. Pure.

An extra file beside `rules.py`: imports meet 七(1)班, 初一（1）班, 七年级1班, 7.1, 701 and 2026级(1)班.
Every spelling of every class of a school is worked out once; a text then means the classes that share its canonical
form. Nothing is guessed: a text that fits no class or several is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import permutations

from app.orgs.rules import STAGE_GRADES, NodeName, grade_label

DIGITS = {character: number for number, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
NUMERAL = re.compile("[〇零一二两三四五六七八九十]+")
SEPARATOR = re.compile(r"[()\[\]{}〔〕【】「」<>〈〉《》·.,、/\\_\-–—―:：#]+")
LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
IDLE_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")
LAST_SCHOOL_GRADE = {"primary": 0, "junior": 6, "senior": 9}
"""How many grades lie before the first of a stage, counted through from primary school: 初一 is 7."""
SHORT_STAGE = {"primary": ("小", "小学"), "junior": ("初", "初中"), "senior": ("高", "高中")}
MOST_ANCESTORS = 3


@lru_cache(maxsize=10_000)  # the rows of a list repeat the names of a few classes and grades
def canonical(text: str) -> str:
    """The one way a class's name is compared: 七（1）班 and 7-1 are 7.1, 七年级一班 is 7年级1."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    plain = NUMERAL.sub(lambda found: _arabic(found, plain), plain)
    plain = LEADING_ZEROS.sub("", SEPARATOR.sub(".", plain))
    return IDLE_DOT.sub("", plain.removesuffix("班").removeprefix("第"))


def _arabic(found: re.Match[str], text: str) -> str:
    digits = _number(found.group())
    before = "." if text[: found.start()][-1:].isdigit() else ""
    after = "." if text[found.end() :][:1].isdigit() else ""
    return f"{before}{digits}{after}"


def _number(numeral: str) -> str:
    """二十一 is 21, 十 is 10, 二零二六 is 2026; two digits in a row are two numbers: 初一一班 is 初一(1)班."""
    if "十" in numeral:
        tens, _, ones = numeral.partition("十")
        if len(tens) <= 1 and len(ones) <= 1:
            return str(10 * DIGITS.get(tens, 1) + DIGITS.get(ones, 0))
        return numeral
    written = [str(DIGITS[character]) for character in numeral]
    return ".".join(written) if len(written) == 2 else "".join(written)  # noqa: PLR2004  a grade and a class


def spellings(lineage: Sequence[NodeName], this_year: int) -> frozenset[str]:
    """The canonical forms of a class, the last of a lineage that begins below the school."""
    own = lineage[-1].name
    number = canonical(own)
    is_number = number.isdigit()
    name = f"({number})班" if is_number else own
    heads = list(_heads(lineage, this_year))
    written = [canonical(own)]
    written += [canonical(f"{head}{name}") for head in heads]
    grades = [head for head in heads if head.isdigit() and len(head) <= 2]  # noqa: PLR2004  a grade, no year
    if is_number:
        written += [f"{grade}{int(number):02}" for grade in grades]
    return frozenset(written)


def grade_spellings(lineage: Sequence[NodeName], this_year: int) -> frozenset[str]:
    """The canonical forms of the grade that a class belongs to: 2026级, 7年级, 初1; none where it has no grade."""
    stage: str | None = None
    names: tuple[str, ...] = ()
    for node in lineage[:-1]:
        stage = node.stage or stage
        names = grade_names(node, stage, this_year) if node.kind == "grade" else names
    return frozenset(map(canonical, names))


def _heads(lineage: Sequence[NodeName], this_year: int) -> Iterator[str]:
    """Everything that may stand before the class's own name: its grade by any name, its college, both in any order."""
    named: list[tuple[str, ...]] = []
    stage: str | None = None
    for node in lineage[:-1]:
        stage = node.stage or stage
        named.append(grade_names(node, stage, this_year) if node.kind == "grade" else (node.name,))
    for count in range(1, min(len(named), MOST_ANCESTORS) + 1):
        for chosen in permutations(named[-MOST_ANCESTORS:], count):
            yield from _joined(chosen)


def _joined(parts: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not parts:
        yield ""
        return
    for rest in _joined(parts[1:]):
        for name in parts[0]:
            yield f"{name}{rest}"


@lru_cache(maxsize=1_000)
def grade_names(node: NodeName, stage: str | None, this_year: int) -> tuple[str, ...]:
    """What a cohort is called: its name, its year (2026级, 26级), its label and other forms of it (初一)."""
    names = [node.name]
    if node.entry_year:
        names += [f"{node.entry_year}级", f"{node.entry_year % 100:02}级", str(node.entry_year)]
    label = grade_label(stage, node.entry_year, this_year)
    if stage and label:
        names += [label, *_other_labels(stage, STAGE_GRADES[stage][1].index(label) + 1)]
    return tuple(dict.fromkeys(names))


def _other_labels(stage: str, position: int) -> Iterator[str]:
    if stage == "kindergarten":
        yield STAGE_GRADES[stage][1][position - 1].removesuffix("班")
    for short in SHORT_STAGE.get(stage, ()):
        yield from (f"{short}{position}", f"{short}{position}年级")
    if stage in LAST_SCHOOL_GRADE:
        grade = LAST_SCHOOL_GRADE[stage] + position
        yield from (str(grade), f"{grade}年级", f"{grade}年")


def index(classes: Iterable[tuple[int, Iterable[str]]]) -> Mapping[str, frozenset[int]]:
    """Canonical form → the ids of the classes it may mean."""
    found: dict[str, set[int]] = defaultdict(set)
    for class_id, forms in classes:
        for form in forms:
            found[form].add(class_id)
    return {form: frozenset(ids) for form, ids in found.items()}
