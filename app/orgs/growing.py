"""The branches of a tree list laid over the tree as it is: which places are there, which would grow, what is wrong.

Pure; an extra file beside `branches.py`, which says what a row means by itself. Nothing is guessed: a word that fits
several places is said to be ambiguous, and a place is never moved by a list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.orgs.branches import Branch, Step, class_in, cohort_in_class, plain, way_of
from app.orgs.children import Children
from app.orgs.ground import Ground, Spot, classes_below, forms_of, is_called, wrong_name, wrong_place
from app.orgs.particulars import Particulars, date_grade
from app.orgs.rules import GEOGRAPHY
from app.orgs.spelling import canonical
from app.sheets.rules import Remark

MIDDLE = frozenset({"campus", "college", "education_level", "faculty", "major", "grade"})
LISTED = 10


class Growth:
    """Lays the rows of a list over the ground: then each has its place in `spot_of`, or says what is wrong."""

    def __init__(self, ground: Ground, rows: Sequence[Branch]) -> None:
        """Take the ground and the rows; nothing is laid yet."""
        self.ground, self.rows = ground, rows
        self.spot_of: dict[int, Spot] = {}
        self._working: set[int] = set()
        self._by_code = {spot.code: spot for spot in ground.spots.values() if spot.code}
        self._rows_by_code: dict[str, list[int]] = defaultdict(list)
        self._rows_by_name: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[Spot]] = defaultdict(list)
        self._spelled: dict[Spot, dict[str, set[Spot]]] = {}
        self._known_children = Children(ground.this_year)
        self._particulars = Particulars(ground, set(self._by_code))

    def lay(self) -> None:
        """Lay every row, then judge what only all of them tell: doubles, and places below bad ones."""
        for index, row in enumerate(self.rows):
            for code in filter(None, (row.code, row.school_code)):
                self._rows_by_code[code].append(index)
            if row.steps and row.steps[-1].kind != "class":
                self._rows_by_name[plain(row.text)].append(index)
        for spot in self.ground.spots.values():
            if spot.kind != "class":
                for name in spot.names(self.ground.this_year):
                    self._by_name[name].append(spot)
        for index in range(len(self.rows)):
            self._lay(index)
        self._mark_doubles()
        self._mark_below_bad()

    def news_of(self, spot: Spot, written: set[Spot]) -> Iterator[Spot]:
        """The new places a good row brings, from above to below: its own, and those on its way no row is about."""
        for each in spot.lineage:
            if each.is_new and each not in written and (each is spot or not each.rows):
                written.add(each)
                yield each

    # ------------------------------------------------------------------------------------------------ laying one row

    def _lay(self, index: int) -> Spot | None:
        row = self.rows[index]
        if index in self.spot_of or (row.problems and not row.steps):
            return self.spot_of.get(index)
        if index in self._working:
            return None
        self._working.add(index)
        try:
            spot = self._placed(row)
        finally:
            self._working.discard(index)
        if spot is not None:
            self.spot_of[index] = spot
            spot.rows.append(row)
        return spot

    def _placed(self, row: Branch) -> Spot | None:
        start = self._start(row)
        if start is None or not row.steps:
            return None
        known = self._by_code.get(row.code or "")
        if known is not None and known.kind == row.steps[-1].kind:
            return self._by_its_code(row, known, start)
        spot: Spot | None = self._below_known(row, start)
        if spot is not None:
            self._particulars.fill_in(row, spot)
        return spot

    def _start(self, row: Branch) -> Spot | None:
        if not row.parent:
            return self.ground.place
        found = self._meant(row, row.parent)
        if not found:
            row.wrong("parent", "tree_parent_unknown", text=row.parent)
        elif len(found) > 1:
            row.wrong("parent", "tree_parent_ambiguous", text=row.parent)
        return found[0] if len(found) == 1 else None

    def _meant(self, row: Branch, word: str) -> list[Spot]:
        """The places a word in the column of the place above may mean."""
        code = self.ground.explained.get(word, word)
        if code in self._by_code:
            return [self._by_code[code]]
        if word in {self.ground.place.code, self.ground.place.name}:
            return [self.ground.place]
        rows = self._rows_by_code.get(word, [])
        if rows:
            return self._unique(row, rows)
        way = [plain(part) for part in way_of(word)] or [plain(word)]
        found = [*self._unique(row, self._rows_by_name.get(way[-1], [])), *self._by_name.get(way[-1], [])]
        if not found and plain(word) != way[-1]:
            return []
        return [spot for spot in dict.fromkeys(found) if self._ends_with(spot, way)]

    def _unique(self, row: Branch, indices: Sequence[int]) -> list[Spot]:
        spots = [self._lay(index) for index in indices if self.rows[index] is not row]
        return list(dict.fromkeys(spot for spot in spots if spot is not None))

    def _ends_with(self, spot: Spot, way: Sequence[str]) -> bool:
        """Whether a place is called by the last of these names and the places above it by those before, in order."""
        if not spot.names(self.ground.this_year) & {way[-1]}:
            return False
        above = spot.lineage[:-1]
        for name in reversed(way[:-1]):
            while above and name not in above[-1].names(self.ground.this_year):
                above.pop()
            if not above:
                return False
            above.pop()
        return True

    def _by_its_code(self, row: Branch, known: Spot, start: Spot) -> Spot | None:
        """A place named by its code: it may be called otherwise in the list, but stands where it stands."""
        told = len(row.steps) > 1 or row.parent
        if told:
            above = self._below_known(row, start, row.steps[:-1])
            if above is None:
                return None
            if above is not known.parent:
                row.wrong("code", "tree_elsewhere", name=known.parent.name if known.parent else known.name)
                return None
        step = row.steps[-1]
        if is_called(known, step.text, self.ground.this_year):
            step.text = known.name
        elif known.id in self.ground.fixed:
            row.wrong(step.column, "tree_own_place")
        else:
            if known.kind == "class" and known.parent and known.parent.kind == "grade":
                step.text = class_in(known.parent.named, step.text, known.parent.stage, self.ground.this_year)
            wrong = wrong_name(step)
            if wrong:
                row.problems += (wrong,)
        self._particulars.fill_in(row, known)
        return known

    # --------------------------------------------------------------------------------------------------- the way down

    def _below_known(self, row: Branch, start: Spot, steps: Sequence[Step] | None = None) -> Spot | None:
        """Go down a row's way, past what lies above the place already; places that are not there are made."""
        spot = start
        rest = [step for step in (row.steps if steps is None else steps) if not self._is_beyond(step)]
        above = {each.kind: each for each in start.lineage}
        while rest and self._is_above(row, rest[0], above):
            step = rest.pop(0)
            if not is_called(above[step.kind], step.text, self.ground.this_year):
                row.wrong(step.column, "tree_outside", text=step.text, name=above[step.kind].name)
                return None
            spot = start if rest else above[step.kind]
        while rest:
            found = self._step(row, spot, self._next(row, spot, rest))
            if found is None:
                return None
            spot = found
        return spot

    def _is_beyond(self, step: Step) -> bool:
        """Whether a step names an authority above the top of the whole tree; a list may do so all the same."""
        top = self.ground.place.lineage[0].kind
        return step.kind in GEOGRAPHY and top in GEOGRAPHY and GEOGRAPHY.index(step.kind) < GEOGRAPHY.index(top)

    def _is_above(self, row: Branch, step: Step, above: Mapping[str, Spot]) -> bool:
        """Whether a step only repeats what the place is or lies in; what stands below a named place never does."""
        return step.kind in above and not (row.parent and step.column == "name")

    def _next(self, row: Branch, spot: Spot, rest: list[Step]) -> Step:
        """The next step; of college, major and grade the one that is there already, whatever their order."""
        for index, step in enumerate(rest):
            if step.kind not in MIDDLE:
                break
            if self._children(row, spot, step):
                return rest.pop(index)
        return rest.pop(0)

    def _step(self, row: Branch, spot: Spot, step: Step) -> Spot | None:
        found = self._children(row, spot, step)
        if len(found) > 1:
            row.wrong(step.column, "tree_ambiguous", text=step.text)
            return None
        if found:
            if found[0].wrong and found[0].wrong not in row.problems:
                row.problems += (found[0].wrong,)
            return found[0]
        if step.kind == "class" and spot.kind != "grade" and spot.school and spot.school.kind == "school":
            return self._class_of_its_grade(row, spot, step)
        return self._new(row, spot, step)

    def _children(self, row: Branch, spot: Spot, step: Step) -> list[Spot]:
        """What stands right below a place under the name of a step; several where the name fits several."""
        found = self._known_children.called(spot, step.kind, step.text)
        if step.kind == "grade" and len(found) > 1:  # 2026级 of a school with several stages
            found = [each for each in found if each.stage == row.stage] or found
        if step.kind == "class" and len(found) > 1:
            found = [each for each in found if plain(each.name) == plain(step.text)] or found
        return found

    def _class_of_its_grade(self, row: Branch, spot: Spot, step: Step) -> Spot | None:
        """A class named right below a school, such as 七(1)班: the one meant, or a new one in the grade it names."""
        if spot not in self._spelled:
            index: dict[str, set[Spot]] = defaultdict(set)
            for each in classes_below(spot):
                for form in forms_of(each, spot, self.ground.this_year):
                    index[form].add(each)
            self._spelled[spot] = index
        meant = self._spelled[spot].get(canonical(step.text), set())
        if len(meant) > 1:
            row.wrong(step.column, "class_ambiguous", text=step.text)
            return None
        if meant:
            return next(iter(meant))
        cohort = cohort_in_class(step.text, row.stage or spot.stage, self.ground.this_year)
        if cohort is None:
            return self._new(row, spot, step)
        stage, year, own = cohort
        row.stage = row.stage or stage or None
        grade = self._step(row, spot, Step("grade", f"{year}级", step.column))
        return self._step(row, grade, Step("class", own, step.column)) if grade else None

    def _new(self, row: Branch, parent: Spot, step: Step) -> Spot:
        """A place that is not there: it would grow here, if it may stand here."""
        spot = Spot(step.kind, " ".join(step.text.split()), parent)
        if step.kind == "grade":
            date_grade(row, spot, step, self.ground.this_year)
        elif step.kind == "class" and parent.kind == "grade":
            spot.name = class_in(parent.named, spot.name, parent.stage, self.ground.this_year)
        spot.wrong = (
            spot.wrong
            or parent.wrong
            or self._wrong_ground(parent, step)
            or wrong_place(parent, step)
            or wrong_name(step)
        )
        if spot.wrong and spot.wrong not in row.problems:
            row.problems += (spot.wrong,)
        parent.below.append(spot)
        return spot

    def _wrong_ground(self, parent: Spot, step: Step) -> Remark | None:
        """Nothing grows above or beside the place the list is for."""
        if parent.is_new or parent.id in self.ground.spots:
            return None
        return Remark(step.column, "tree_outside", {"text": step.text, "name": self.ground.place.name})

    # ------------------------------------------------------------------------------------------------- all rows at once

    def _mark_doubles(self) -> None:
        for spot in dict.fromkeys(self.spot_of.values()):
            if len(spot.rows) > 1:
                for row in spot.rows:
                    others = [str(other.number) for other in spot.rows if other is not row]
                    row.wrong(row.steps[-1].column, "duplicate_in_file", rows=", ".join(others[:LISTED]))

    def _mark_below_bad(self) -> None:
        """A new place below one whose own row is bad cannot grow; from above to below, so that it goes all the way."""
        order = sorted(self.spot_of.items(), key=lambda item: len(item[1].lineage))
        for index, spot in order:
            row = self.rows[index]
            bad = next((each for each in spot.lineage[:-1] if each.is_new and any(r.problems for r in each.rows)), None)
            if bad is not None and not row.problems:
                row.wrong("parent" if row.parent else row.steps[-1].column, "tree_parent_bad", row=bad.rows[0].number)
