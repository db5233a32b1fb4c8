"""The demo province: cities, counties, schools of every stage, one university, one institutional unit.

Always there, however few students: one junior school 七年级–九年级 with four classes each (stored as cohort 2026级 and
class (1)班), a class nobody is in, a class of three. More students bring more schools and larger colleges, never a
second junior school. Codes: division codes and school codes where there are such, else the parent's code, a dash and a
serial. Pure: the tree follows from the number of students and the academic year alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle

from app.orgs.models import Kind, Stage
from app.orgs.rules import PEOPLE_OF_UNIT

PROVINCE = ("36", "江西省")
CITIES = {"3601": "南昌市", "3607": "赣州市", "3604": "九江市", "3611": "上饶市"}
COUNTIES = {
    "360102": "东湖区",
    "360103": "西湖区",
    "360111": "青山湖区",
    "360121": "南昌县",
    "360702": "章贡区",
    "360732": "兴国县",
    "360104": "青云谱区",
    "360112": "新建区",
    "360113": "红谷滩区",
    "360123": "安义县",
    "360124": "进贤县",
    "360402": "濂溪区",
    "360403": "浔阳区",
    "361102": "信州区",
    "361103": "广丰区",
}
FULL_CLASS = 40
THIRD_CLASS_SIZE = 3
SMALLEST = 200
FIRST_SERIAL = 900001
UNIVERSITY_CODE = "4136090001"


@dataclass(frozen=True, slots=True)
class DemoNode:
    """A place of the demo tree; its parent stands before it."""

    code: str
    kind: Kind
    name: str
    parent_code: str | None
    class_number: str | None = None
    stage: Stage | None = None
    entry_year: int | None = None


@dataclass(frozen=True, slots=True)
class DemoClass:
    """A class that holds students: how many, and the school they are students of."""

    node: DemoNode
    school_code: str
    size: int


@dataclass(frozen=True)
class DemoTree:
    """All nodes, parents first, the classes with their sizes, and the codes of the places that are named elsewhere."""

    nodes: tuple[DemoNode, ...]
    classes: tuple[DemoClass, ...]
    junior_school: str
    university: str
    unit: str
    empty_class: str
    third_class: str

    def below(self, code: str) -> Iterator[DemoNode]:
        """The nodes below a place, parents first, the place itself left out."""
        inside = {code}
        for node in self.nodes:
            if node.parent_code in inside:
                inside.add(node.code)
                yield node


@dataclass(frozen=True)
class _Form:
    """How the schools of a stage look: category of the school code, years and classes per year."""

    category: str
    stage: Stage
    years: int
    classes: int
    suffix: str
    first_names: str = "示范 明德 致远 弘文 启智 求实 日新 博雅 崇文 立信 知行 厚德"


KINDERGARTEN = _Form("11", Stage.KINDERGARTEN, 3, 2, "幼儿园")
PRIMARY = _Form("21", Stage.PRIMARY, 6, 2, "小学")
JUNIOR = _Form("31", Stage.JUNIOR, 3, 4, "初级中学")
SENIOR = _Form("34", Stage.SENIOR, 3, 2, "高级中学")
VOCATIONAL = _Form("36", Stage.SECONDARY_VOCATIONAL, 3, 2, "职业技术学校")
BASE = (
    ("360102", JUNIOR),
    ("360102", KINDERGARTEN),
    ("360103", PRIMARY),
    ("360121", SENIOR),
    ("360702", VOCATIONAL),
    ("360732", PRIMARY),
)
MORE = (
    _Form("21", Stage.PRIMARY, 6, 6, "小学"),
    _Form("34", Stage.SENIOR, 3, 12, "高级中学"),
    _Form("11", Stage.KINDERGARTEN, 3, 4, "幼儿园"),
    _Form("36", Stage.SECONDARY_VOCATIONAL, 3, 8, "职业技术学校"),
    _Form("21", Stage.PRIMARY, 6, 8, "小学"),
)
COLLEGES = (
    ("经济管理学院", (("本科", Stage.UNDERGRADUATE, 4, ("财务管理专业", "物流管理专业")),)),
    (
        "信息工程学院",
        (
            ("本科", Stage.UNDERGRADUATE, 4, ("计算机科学与技术专业", "软件工程专业")),
            ("硕士研究生", Stage.MASTER, 3, ("计算机技术专业",)),
        ),
    ),
    ("应用技术学院", (("专科", Stage.JUNIOR_COLLEGE, 3, ("护理专业", "学前教育专业")),)),
)
STUDENTS_PER_UNIVERSITY_CLASS_STEP = 8000
MOST_CLASSES_PER_MAJOR = 6


@dataclass
class _Builder:
    """Collects nodes; knows which serial comes next below each."""

    year: int
    nodes: list[DemoNode] = field(default_factory=list)
    serials: dict[str, Iterator[int]] = field(default_factory=dict)
    schools: Iterator[int] = field(default_factory=lambda: count(FIRST_SERIAL))
    classes: list[tuple[DemoNode, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def add(self, node: DemoNode) -> str:
        self.nodes.append(node)
        self.known.add(node.code)
        return node.code

    def serial(self, parent: str) -> str:
        return f"{parent}-{next(self.serials.setdefault(parent, count(1)))}"

    def county(self, code: str) -> None:
        if code[:4] not in self.known:
            self.add(DemoNode(code[:4], Kind.CITY, CITIES[code[:4]], PROVINCE[0]))
        if code not in self.known:
            self.add(DemoNode(code, Kind.COUNTY, COUNTIES[code], code[:4]))

    def school(self, county: str, form: _Form, name: str) -> str:
        code = f"{form.category}36{next(self.schools)}"
        self.add(DemoNode(code, Kind.SCHOOL, name, county, stage=form.stage))
        for entry in range(self.year, self.year - form.years, -1):
            grade = self.grade(code, form.stage, entry)
            for number in range(1, form.classes + 1):
                self.form_class(grade, code, f"({number})班", f"{entry}{number:02}")
        return code

    def grade(self, parent: str, stage: Stage, entry: int) -> DemoNode:
        node = DemoNode(self.serial(parent), Kind.GRADE, f"{entry}级", parent, stage=stage, entry_year=entry)
        self.add(node)
        return node

    def form_class(self, parent: DemoNode, school: str, name: str, number: str) -> None:
        code = self.serial(parent.code)
        node = DemoNode(code, Kind.CLASS, name, parent.code, number, parent.stage, parent.entry_year)
        self.add(node)
        self.classes.append((node, school))


def build(students: int, academic_year: int) -> DemoTree:
    """Lay out the demo province for so many students; `academic_year` is the year its September falls in.

    Raises ValueError below 200 students: the rows that must always occur would not fit.
    """
    if students < SMALLEST:
        raise ValueError(f"demo data needs at least {SMALLEST} students")
    builder = _Builder(academic_year)
    builder.add(DemoNode(PROVINCE[0], Kind.PROVINCE, PROVINCE[1], None))
    base = [_base_school(builder, county, form) for county, form in BASE]
    university = _university(builder, students)
    empty_class = _last_class(builder, base[3])
    third_class = _last_class(builder, base[5])
    _more_schools(builder, students)
    unit = _unit(builder)
    return DemoTree(
        nodes=tuple(builder.nodes),
        classes=tuple(_sized(builder.classes, students, empty=empty_class, third=third_class)),
        junior_school=base[0],
        university=university,
        unit=unit,
        empty_class=empty_class,
        third_class=third_class,
    )


def _base_school(builder: _Builder, county: str, form: _Form) -> str:
    builder.county(county)
    return builder.school(county, form, f"{COUNTIES[county]}示范{form.suffix}")


def _last_class(builder: _Builder, school: str) -> str:
    return next(node.code for node, code in reversed(builder.classes) if code == school)


def _more_schools(builder: _Builder, students: int) -> None:
    counties, forms = cycle(COUNTIES), cycle(MORE)
    for number in count(1):
        if len(builder.classes) * FULL_CLASS >= students:
            return
        county, form = next(counties), next(forms)
        names = form.first_names.split()[1:]
        turn = "" if number <= len(COUNTIES) * len(names) else f"第{number}"
        builder.county(county)
        builder.school(county, form, f"{COUNTIES[county]}{names[number % len(names)]}{turn}{form.suffix}")


def _university(builder: _Builder, students: int) -> str:
    county, code = "360111", UNIVERSITY_CODE
    builder.county(county)
    builder.add(DemoNode(code, Kind.SCHOOL, "赣江示范大学", county))
    each = min(MOST_CLASSES_PER_MAJOR, 1 + students // STUDENTS_PER_UNIVERSITY_CLASS_STEP)
    for number, (name, levels) in enumerate(COLLEGES, start=1):
        college = builder.add(DemoNode(builder.serial(code), Kind.COLLEGE, name, code))
        majors = count(1)
        for label, stage, years, names in levels:
            level = DemoNode(builder.serial(college), Kind.EDUCATION_LEVEL, label, college, stage=stage)
            builder.add(level)
            numbered = [(f"{number:02}{next(majors):02}", major) for major in names]
            for entry in range(builder.year, builder.year - years, -1):
                _university_grade(builder, builder.grade(level.code, stage, entry), code, numbered, each)
    return code


def _university_grade(
    builder: _Builder,
    grade: DemoNode,
    university: str,
    majors: list[tuple[str, str]],
    classes: int,
) -> None:
    for number, name in majors:
        code = builder.serial(grade.code)
        major = DemoNode(code, Kind.MAJOR, name, grade.code, stage=grade.stage, entry_year=grade.entry_year)
        builder.add(major)
        for turn in range(1, classes + 1):
            builder.form_class(major, university, f"{turn}班", f"{grade.entry_year}{number}{turn:02}")


def _unit(builder: _Builder) -> str:
    # The people of a unit stand in a class node made with it (DESIGN, Place); staff are no students, so it is empty.
    unit = DemoNode(builder.serial("3601"), Kind.UNIT, "南昌市示范事业单位", "3601")
    builder.add(unit)
    builder.add(DemoNode(builder.serial(unit.code), Kind.CLASS, PEOPLE_OF_UNIT, unit.code, "1"))
    return unit.code


def _sized(classes: list[tuple[DemoNode, str]], students: int, *, empty: str, third: str) -> Iterator[DemoClass]:
    fixed = {empty: 0, third: THIRD_CLASS_SIZE}
    each, left = divmod(students - THIRD_CLASS_SIZE, len(classes) - len(fixed))
    for node, school in classes:
        size = fixed.get(node.code, each + (left > 0))
        if node.code not in fixed and left > 0:
            left -= 1
        yield DemoClass(node, school, size)
