"""The demo students: names, certificates, birth dates that fit the year of entry, and the rows that must always occur.

One pass over the classes, a student at a time, so that a million need no more memory than the counters of ID numbers.
The same tree, seed and academic year give the same students, byte for byte. Pure: all chance comes from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.cli.demo.choices import HIGHER, Choices, Deck, DemoHardship
from app.cli.demo.edges import EDGES, WITH_ACCOUNT, Edge
from app.cli.demo.names import foreign_name, full_name
from app.cli.demo.numbers import IdNumbers
from app.cli.demo.tree import DemoClass, DemoTree
from app.enrolment.models import EnrolmentState, WaiverReason
from app.orgs.models import Stage
from app.people.certificates import CertificateType, Sex

ENTRY_AGES = {
    Stage.KINDERGARTEN: 3,
    Stage.PRIMARY: 6,
    Stage.JUNIOR: 12,
    Stage.SENIOR: 15,
    Stage.SECONDARY_VOCATIONAL: 15,
    Stage.JUNIOR_COLLEGE: 18,
    Stage.UNDERGRADUATE: 18,
    Stage.MASTER: 22,
    Stage.DOCTOR: 25,
}
"""Full years on 1 September of the year of entry (spec/domain.md §2.2)."""
YEARS = {
    Stage.KINDERGARTEN: 3,
    Stage.PRIMARY: 6,
    Stage.JUNIOR: 3,
    Stage.SENIOR: 3,
    Stage.SECONDARY_VOCATIONAL: 3,
    Stage.JUNIOR_COLLEGE: 3,
    Stage.UNDERGRADUATE: 4,
    Stage.MASTER: 3,
    Stage.DOCTOR: 4,
}
LATER_BY = {False: {0: 16, 1: 3, 2: 1}, True: {0: 13, 1: 5, 2: 1, -1: 1}}
"""Years older than usual, in a deck of twenty: in schools and in higher education."""
MALE_SHARE = 0.527
CERTIFICATES = {CertificateType.RESIDENT_ID: 197, CertificateType.PASSPORT: 1, CertificateType.OTHER: 1, None: 1}
"""Cards in a deck of 200; None stands for Hong Kong, Macao and Taiwan, taken in turn."""
HKMT = {
    CertificateType.HK_MACAO_PERMIT: 2,
    CertificateType.TAIWAN_PERMIT: 1,
    CertificateType.HKMT_RESIDENCE: 1,
}
ETHNIC_GROUPS = {"01": 182, "11": 3, "22": 3, "03": 3, "06": 2, "08": 2, "15": 2, "07": 1, "10": 1, "05": 1}
THIRD_CLASS_STATES = (EnrolmentState.INSURED, EnrolmentState.WAIVED, EnrolmentState.WAIVED)


@dataclass(frozen=True, slots=True)
class DemoStudent:
    """A student of a class with what the person decided in the plan of that school.

    `number` is empty where the certificate type is `other`.
    """

    class_code: str
    school_code: str
    student_number: str
    name: str
    certificate_type: CertificateType
    number: str
    sex: Sex
    birth_date: date
    ethnicity: str | None
    phone: str
    entry_date: date
    graduation_date: date
    state: EnrolmentState
    choice: str | None
    waiver_reason: WaiverReason | None
    hardship: tuple[DemoHardship, ...]
    was_transferred: bool = False
    """Came by way of two other schools (转学两次)."""


class _Maker:
    """Makes one student after the other; holds the decks and the numbers already given."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311  invented people are to be the same each time, not secret
        self.choices = Choices(self.chance)
        self.numbers = IdNumbers(self.chance)
        self.certificates = Deck(CERTIFICATES, self.chance)
        self.hkmt = Deck(HKMT, self.chance)
        self.ethnic_groups = Deck(ETHNIC_GROUPS, self.chance)
        self.later_by = {higher: Deck(cards, self.chance) for higher, cards in LATER_BY.items()}

    def birth_date(self, stage: Stage, entry: int) -> date:
        """A day that makes the person the right age on 1 September of the year of entry, or a little older."""
        age = ENTRY_AGES[stage] + self.later_by[stage in HIGHER].draw()
        first, last = date(entry - age - 1, 9, 1), date(entry - age, 8, 31)
        return first + timedelta(days=self.chance.randrange((last - first).days + 1))

    def person(self, stage: Stage, entry: int, edge: Edge) -> tuple[str, CertificateType, str, Sex, date, str | None]:
        """Name, certificate, number, sex, birth date and ethnic group."""
        sex = edge.sex or (Sex.MALE if self.chance.random() < MALE_SHARE else Sex.FEMALE)
        birth = self.birth_date(stage, entry)
        if edge.leap_day:
            birth = _leap_day_before(birth)
        if edge.twin_of_last:
            birth = self.numbers.last_birth
        kind = edge.certificate or self.certificates.draw() or self.hkmt.draw()
        number = self.numbers.take(kind, birth, sex, edge)
        name = edge.name or (foreign_name if kind is CertificateType.PASSPORT else full_name)(self.chance, sex)
        group = self.ethnic_groups.draw()
        return name, kind, number, sex, birth, None if kind is CertificateType.PASSPORT else edge.ethnicity or group

    def phone(self) -> str:
        """A mobile number with 0000 in the middle, which nobody is given."""
        return f"1{self.chance.randrange(30, 100)}0000{self.chance.randrange(10_000):04}"


def _leap_day_before(day: date) -> date:
    year = next(y for y in range(day.year, 0, -1) if y % 4 == 0 and (y % 100 or y % 400 == 0) and date(y, 2, 29) <= day)
    return date(year, 2, 29)


def make(tree: DemoTree, seed: int) -> Iterator[DemoStudent]:
    """Make the students of a tree, class by class."""
    maker = _Maker(seed)
    edges = iter(EDGES)
    to_show = {tree.junior_school, tree.university}
    for group in tree.classes:
        wanted = edges if group.school_code == tree.junior_school else iter(())
        students = _class_of(maker, tree, group, wanted, is_shown=group.school_code in to_show)
        to_show.discard(group.school_code)
        yield from students


def _class_of(
    maker: _Maker, tree: DemoTree, group: DemoClass, edges: Iterator[Edge], *, is_shown: bool
) -> Iterator[DemoStudent]:
    """A class; the last one of a class that is shown to families still has an application to make."""
    stage, entry = group.node.stage, group.node.entry_year
    if stage is None or entry is None:
        raise ValueError(f"class {group.node.code} of students without stage or year of entry")
    states = iter(THIRD_CLASS_STATES if group.node.code == tree.third_class else ())
    for seat in range(1, group.size + 1):
        is_for_family = is_shown and seat == group.size
        edge = next(edges, WITH_ACCOUNT if is_for_family else Edge())
        name, kind, number, sex, birth, ethnicity = maker.person(stage, entry, edge)
        state = next(states, EnrolmentState.UNREGISTERED if is_for_family else None)
        choice = maker.choices.decide(stage, state)
        yield DemoStudent(
            class_code=group.node.code,
            school_code=group.school_code,
            student_number=f"{group.node.class_number}{seat:02}",
            name=name,
            certificate_type=kind,
            number=number,
            sex=sex,
            birth_date=birth,
            ethnicity=ethnicity,
            phone=maker.phone(),
            entry_date=date(entry, 9, 1),
            graduation_date=date(entry + YEARS[stage], 6, 30),
            state=choice.state,
            choice=choice.choice,
            waiver_reason=choice.waiver_reason,
            hardship=maker.choices.hardship(stage, always=state is EnrolmentState.WAIVED),
            was_transferred=edge.transferred,
        )
