"""What a row of a tree list says of its place beside the name: codes, class number, stage, year. Pure; extra."""

from __future__ import annotations

from app.core.errors import Invalid
from app.orgs.branches import STAGED, Branch, Step, cohort_of
from app.orgs.ground import Ground, Spot
from app.orgs.rules import CLASS_NUMBER, check_school_code
from app.sheets.rules import Remark


class Particulars:
    """Takes what rows say of places, and knows which codes and class numbers a list has given already."""

    def __init__(self, ground: Ground, codes: set[str]) -> None:
        """Take the ground and the codes of the open places below it."""
        self.ground, self._codes = ground, codes
        self._codes_taken: dict[str, Spot] = {}
        self._numbers_taken: dict[tuple[Spot, str], Spot] = {}

    def fill_in(self, row: Branch, spot: Spot) -> None:
        """Codes, class number, stage and year of a row, for the places they are of."""
        if row.code:
            self._take_code(row, spot, "code", row.code)
        school = spot.school
        if row.school_code and school is not None and school.kind == "school":
            self._take_code(row, school, "school_code", row.school_code)
        elif row.school_code:
            row.wrong("school_code", "tree_code_here")
        if row.class_number:
            self._take_number(row, spot)
        self._take_stage(row, spot)
        if row.entry_year and not any(each.kind == "grade" for each in spot.lineage):
            row.wrong("entry_year", "tree_year_here")

    def _take_code(self, row: Branch, spot: Spot, column: str, code: str) -> None:
        if not spot.is_new:
            if spot.code != code:
                row.odd(column, "tree_code_differs", code=spot.code)
            return
        if spot.code not in {None, code} or self._codes_taken.setdefault(code, spot) is not spot:
            row.wrong(column, "tree_code_twice", code=code)
        elif code in self._codes or code in self.ground.codes_elsewhere:
            row.wrong(column, "code_taken")
        elif not 2 <= len(code) <= 40 or not code.isprintable():  # noqa: PLR2004  as on the form
            row.wrong(column, "tree_code_length")
        else:
            self._check_official(row, spot, column, code)

    def _check_official(self, row: Branch, spot: Spot, column: str, code: str) -> None:
        try:
            check_school_code(spot.kind, code)
        except Invalid as refusal:
            row.wrong(column, refusal.fields["code"])
        spot.code = code

    def _take_number(self, row: Branch, spot: Spot) -> None:
        number, school = row.class_number or "", spot.school
        if spot.kind != "class" or school is None:
            row.wrong("class_number", "tree_number_here")
        elif not spot.is_new:
            if spot.class_number != number:
                row.odd("class_number", "tree_number_differs", number=spot.class_number)
        elif not CLASS_NUMBER.fullmatch(number):
            row.wrong("class_number", "tree_number_shape")
        elif number in self.ground.class_numbers.get(school.id or 0, frozenset()):
            row.wrong("class_number", "class_number_taken")
        elif self._numbers_taken.setdefault((school, number), spot) is not spot:
            row.wrong("class_number", "tree_number_twice", number=number)
        else:
            spot.class_number = number

    def _take_stage(self, row: Branch, spot: Spot) -> None:
        if row.stage is None:
            return
        staged = [each for each in spot.lineage if each.kind in STAGED]
        target = spot if spot.kind in STAGED else next((each for each in reversed(staged)), None)
        if target is None or spot.kind not in {*STAGED, "class"}:
            row.wrong("stage", "tree_stage_here")
        elif target.is_new and (target.stage is None or (target.kind != "grade" and target.own_stage is None)):
            target.own_stage = row.stage
        elif target.stage != row.stage:
            row.odd("stage", "tree_stage_differs")


def date_grade(row: Branch, spot: Spot, step: Step, this_year: int) -> None:
    """Give a new grade its year of entry and the stage its name tells, where the places above do not tell it."""
    stage = row.stage or (spot.parent.stage if spot.parent else None)
    cohort = cohort_of(step.text, stage, this_year)
    if cohort is None and row.entry_year is None:
        spot.wrong = Remark(step.column, "tree_year", {"text": step.text})
        return
    told, year = cohort or (stage, row.entry_year)
    if row.entry_year not in {None, year}:
        spot.wrong = Remark("entry_year", "tree_year", {"text": str(row.entry_year)})
    spot.entry_year = year
    if str(year) not in step.text:
        spot.name = f"{year}级"
    stage = row.stage or told
    spot.own_stage = stage if spot.parent and stage != spot.parent.stage else None
