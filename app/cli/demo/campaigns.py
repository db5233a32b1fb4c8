"""The two demo plans: resident medical insurance of the schools, made at the province, and of the university. Pure.

Amounts and windows: spec/domain.md §3.3 (400 yuan by the person and 700 by the state, collected from 15 September to
the end of February). A demo started outside that season gets a window around its own day, so that it is in progress.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from app.cli.demo.choices import HIGHER
from app.cli.demo.tree import PROVINCE, DemoTree
from app.core.clock import SHANGHAI
from app.orgs.models import Kind, Stage
from app.plans.models import Product
from app.plans.rules import NewOption, NewPlan, NewStep

PERSONAL_FEN, FISCAL_FEN = 40_000, 70_000
AROUND = timedelta(days=30)

Chain = tuple[tuple[Kind, str, str, str], ...]
"""Per step: the kind of node that reports, who submits, who reviews, what must hold to leave."""
SCHOOL_CHAIN: Chain = (
    (Kind.SCHOOL, "school_admin", "county_admin", "all_decided"),
    (Kind.COUNTY, "county_admin", "province_admin", "children_approved"),
)
UNIVERSITY_CHAIN: Chain = (
    (Kind.GRADE, "counsellor", "college_officer", "all_decided"),
    (Kind.COLLEGE, "college_officer", "student_affairs", "children_approved"),
)


def schools_code(academic_year: int) -> str:
    """The code of the plan of the schools."""
    return f"demo-{academic_year + 1}-schools"


def university_code(academic_year: int) -> str:
    """The code of the plan of the university."""
    return f"demo-{academic_year + 1}-university"


def plans(tree: DemoTree, academic_year: int, today: date) -> tuple[NewPlan, NewPlan]:
    """Lay out the plan of the schools and that of the university, both in progress on `today`."""
    begins, ends = _window(academic_year, today)
    cover_year = academic_year + 1
    schools = tuple(str(stage) for stage in Stage if stage not in HIGHER)
    university = tuple(str(stage) for stage in Stage if stage in HIGHER)
    return (
        NewPlan(
            code=schools_code(academic_year),
            name=f"{cover_year}年度中小学、幼儿园学生居民医保",
            place_code=PROVINCE[0],
            product=Product.RESIDENT_MEDICAL,
            cover_year=cover_year,
            audience=schools,
            apply_from=begins,
            apply_to=ends,
            steps=_steps(SCHOOL_CHAIN, begins, ends),
            options=_options(cover_year, freshmen=False),
        ),
        NewPlan(
            code=university_code(academic_year),
            name=f"{cover_year}年度在校大学生居民医保",
            place_code=tree.university,
            product=Product.RESIDENT_MEDICAL,
            cover_year=cover_year,
            audience=university,
            apply_from=begins,
            apply_to=ends,
            steps=_steps(UNIVERSITY_CHAIN, begins, ends),
            options=_options(cover_year, freshmen=True),
        ),
    )


def _window(academic_year: int, today: date) -> tuple[datetime, datetime]:
    first = min(date(academic_year, 9, 15), today - AROUND)
    after_last = max(date(academic_year + 1, 3, 1), today + AROUND)
    return _midnight(first), _midnight(after_last)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _steps(chain: Chain, begins: datetime, ends: datetime) -> tuple[NewStep, ...]:
    return tuple(
        NewStep(kind, submits, reviews, condition, begins, ends + AROUND) for kind, submits, reviews, condition in chain
    )


def _options(cover_year: int, *, freshmen: bool) -> tuple[NewOption, ...]:
    after_last = date(cover_year + 1, 1, 1)
    usual = NewOption(
        f"{cover_year}年1月至{cover_year}年12月", date(cover_year, 1, 1), after_last, PERSONAL_FEN, FISCAL_FEN
    )
    if not freshmen:
        return (usual,)
    label = f"{cover_year - 1}年9月至{cover_year}年12月"
    return usual, NewOption(label, date(cover_year - 1, 9, 1), after_last, PERSONAL_FEN, FISCAL_FEN)
