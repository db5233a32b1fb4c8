"""The shared cast's tree: one root, two provinces, and in each the same school under another name.

School A (画眉中学, codes THRUSH…) and school B (金丝雀中学, codes CANARY…) each have two cohorts of two classes. Every
name and code of a school holds its bird, so that a byte of the other school is recognised wherever it turns up.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow, plant_root

ROOT, PROVINCE_A, PROVINCE_B, CITY_A, CITY_B = "CN", "36", "44", "3601", "4401"
COUNTY_A, COUNTY_B = "360102", "440103"
A, B, UNIT = "THRUSH", "CANARY", "UNIT-A"
BIRDS = {A: "画眉", B: "金丝雀"}
COHORTS = {1: 2026, 2: 2025}

Nodes = dict[str, int]


def grade(school: str, number: int) -> str:
    """The code of a school's first (2026级) or second (2025级) cohort."""
    return f"{school}-{number}"


def class_of(school: str, cohort: int, number: int) -> str:
    """The code of a class: `class_of(A, 1, 2)` is (2)班 of the first cohort of school A."""
    return f"{school}-{cohort}-{number}"


def classes_of(school: str) -> list[str]:
    """The codes of a school's four classes, in the order of the tree."""
    return [class_of(school, cohort, number) for cohort in COHORTS for number in (1, 2)]


def plant(session: Session) -> Nodes:
    """Make the tree; returns code → id."""
    plant_root(session, SYSTEM, kind="ministry", name="教育部", code=ROOT)
    areas = [
        NewNode(ROOT, "province", "江西省", code=PROVINCE_A),
        NewNode(ROOT, "province", "广东省", code=PROVINCE_B),
        NewNode(PROVINCE_A, "city", "南昌市", code=CITY_A),
        NewNode(PROVINCE_B, "city", "广州市", code=CITY_B),
        NewNode(CITY_A, "county", "东湖区", code=COUNTY_A),
        NewNode(CITY_B, "county", "荔湾区", code=COUNTY_B),
        NewNode(COUNTY_A, "unit", "东湖区福利院", code=UNIT),
    ]
    grow(session, SYSTEM, [*areas, *_school(A, COUNTY_A), *_school(B, COUNTY_B)])
    stmt = everything(select(OrgNode.code, OrgNode.id), because="a test knows every place")
    return {row.code: row.id for row in session.execute(stmt)}


def _school(school: str, county: str) -> list[NewNode]:
    bird = BIRDS[school]
    nodes = [NewNode(county, "school", f"{bird}中学", code=school, stage="junior")]
    for cohort, year in COHORTS.items():
        code = grade(school, cohort)
        nodes.append(NewNode(school, "grade", f"{bird}{year}级", code=code, stage="junior", entry_year=year))
        nodes += [
            NewNode(
                parent_code=code,
                kind="class",
                name=f"{bird}({number})班",
                code=class_of(school, cohort, number),
                class_number=f"{school}-{year}0{number}",
            )
            for number in (1, 2)
        ]
    return nodes
