"""In which order a submission's code and the course's cells run.

The student's cells keep their order, and so do the course's. A student's cell stands below the
course's cell below which it stood; an exercise's tests come once all that answers it is there;
what a cell needs at once is brought before it.
"""

import builtins
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .names import Names
from .reading import SubmittedCell

#: How long a chain of cells is brought forward for one that needs the first.
CHAIN_LIMIT = 40
BUILTINS = frozenset(dir(builtins))
DEFINING = re.compile(r"(?m)^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")


@dataclass(eq=False)
class Unit:
    """A cell of the student's.

    Attributes
    ----------
    at : its place in the submission
    answers : the exercise whose id it has
    slot : the exercise whose place in the notebook it takes
    below : the index of the course's cell below which it stands
    """

    cell: SubmittedCell
    at: float
    names: Names = field(default_factory=Names)
    answers: str = ""
    slot: str = ""
    below: int = -1
    node: Any = None
    aside: bool = False


@dataclass
class Exercise:
    """Where an exercise is answered.

    Attributes
    ----------
    index, tests : of its cell and its test cell in the course's notebook
    tested : where its test cell stands in the submission
    writers : the cells that define its names, and were defined when its tests came
    waits : the cells without which its tests must not run
    """

    name: str
    defines: frozenset[str]
    index: int
    tests: int
    tested: float = 0.0
    writers: list[Unit] = field(default_factory=list)
    waits: set[Unit] = field(default_factory=set)


def in_order(places: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """The longest part of what was submitted in which the course's order holds.

    Parameters
    ----------
    places : of the course's cells: where in the submission, and the index in the course
    """
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, index) in enumerate(places):
        length = bisect_left(ends, index)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [index]
        at[length : length + 1] = [number]
    found, number = [], at[-1] if at else -1
    while number >= 0:
        found.append(places[number])
        number = before[number]
    return found[::-1]


def reached(names: Iterable[str], uses: Mapping[str, Collection[str]]) -> set[str]:
    """These names and all that what they stand for looks up, now or later."""
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += uses.get(name, ())
    return found


class Order:
    """Puts cells one after the other; ``cells`` is what comes of it.

    Parameters
    ----------
    course : the course's cells, in order; None where a student's cell takes the place
    course_names : the names of those that run
    units : the student's cells, in order
    """

    def __init__(
        self,
        course: Sequence[Any],
        course_names: Mapping[int, Names],
        units: Sequence[Unit],
        exercises: Sequence[Exercise],
    ) -> None:
        self.course, self.course_names, self.units = course, course_names, units
        self.exercises = exercises
        self.tests = {exercise.tests: exercise for exercise in exercises}
        self.cells: list[Any] = []
        self.next = 0
        self.begun: set[Unit] = set()
        self.done: set[Unit | int] = set()
        self.bound = set(BUILTINS)
        self.held: list[Exercise] = []
        self.givers: dict[str, list[Unit]] = {}
        for unit in reversed(units):
            self.givers.update({name: [unit] for name in unit.names.writes})
        for exercise in exercises:
            for name in exercise.defines:
                if writers := [one for one in exercise.writers if name in one.names.writes]:
                    self.givers[name] = writers
        self.given: dict[str, int] = {}
        for index, names in course_names.items():
            for name in names.binds:
                self.given.setdefault(name, index)
        self.rebinders: dict[Unit, list[Exercise]] = {}
        for exercise in exercises:
            for unit in units:
                if exercise.writers and unit.names.writes & exercise.defines:
                    self.rebinders.setdefault(unit, []).append(exercise)

    def put_all(self) -> list[Any]:
        """Put every cell."""
        for unit in self.units:
            self._course_up_to(unit.below)
            self._put_unit(unit, 0)
        self._course_up_to(len(self.course) - 1)
        for exercise in self.held:
            self._put_tests(exercise)
        return self.cells

    def _course_up_to(self, index: int, chain: int = 0) -> None:
        while self.next <= index:
            self.next += 1
            self._put_course(self.next - 1, chain)

    def _put_course(self, index: int, chain: int) -> None:
        if index in self.done or self.course[index] is None:
            return
        exercise = self.tests.get(index)
        if exercise is not None:
            if exercise.waits - self.done:
                self.held.append(exercise)
            else:
                self._put_tests(exercise)
            return
        self.done.add(index)
        if index in self.course_names:
            names = self.course_names[index]
            self._bring(names.needs - names.binds, chain)
            self.bound |= names.binds
        self.cells.append(self.course[index])

    def _put_tests(self, exercise: Exercise) -> None:
        if exercise.tests not in self.done:
            self.done.add(exercise.tests)
            self.cells.append(self.course[exercise.tests])

    def _put_unit(self, unit: Unit, chain: int) -> None:
        if unit in self.begun:
            return
        self.begun.add(unit)
        for exercise in self.rebinders.get(unit, ()):
            if unit not in exercise.waits and not exercise.waits - self.done:
                self._put_tests(exercise)  # a later definition must not count
        self._bring(unit.names.needs - unit.names.binds, chain)
        self.bound |= unit.names.binds
        if unit.node is not None:
            self.cells.append(unit.node)
        self.done.add(unit)
        ready = [one for one in self.held if not one.waits - self.done]
        self.held = [one for one in self.held if one.waits - self.done]
        for exercise in ready:
            self._put_tests(exercise)

    def _bring(self, names: frozenset[str], chain: int) -> None:
        """Put what gives a meaning to names that a cell is about to look up."""
        if chain > CHAIN_LIMIT:
            return
        for name in sorted(names - self.bound):
            for unit in self.givers.get(name, ()):
                self._put_unit(unit, chain + 1)
            index = self.given.get(name, -1)
            if name not in self.bound and self._may_come(index):
                self._course_up_to(index, chain + 1)

    def _may_come(self, index: int) -> bool:
        """Whether the course's cells up to here need nothing that the student has yet to define."""
        for one in range(self.next, index + 1):
            needs = self.course_names[one].needs if one in self.course_names else frozenset()
            if any(name in self.givers for name in needs - self.bound):
                return False
        return True


def settle(
    exercises: Sequence[Exercise],
    units: Sequence[Unit],
    given: Collection[str],
    tell: Callable[[str], None],
) -> None:
    """Find who answers each exercise, which cell takes its place, and what its tests wait for.

    Parameters
    ----------
    given : names that the course's own cells bind
    tell : called with an exercise that is defined more than once
    """
    for exercise in exercises:
        names = exercise.defines
        found = [unit for unit in units if unit.names.writes & names]
        early = [unit for unit in found if unit.at < exercise.tested]
        known = {name for unit in early for name in unit.names.writes & names}
        late = [unit for unit in found if unit not in early and unit.names.writes & names - known]
        # a loop variable of that name is no answer where there is a definition
        late = [unit for unit in late if names & set(DEFINING.findall(unit.cell.text))] or late
        exercise.writers = early + late
        if not found:
            found = [unit for unit in units if unit.answers == exercise.name]
        said = [name for unit in found for name in unit.names.writes & names]
        if len(found) > 1 and (not said or len(said) > len(set(said))):
            tell(exercise.name)
    _take_slots(exercises, units)
    needed: set[str] = set()
    for exercise in exercises:
        early_units = {u for u in units if u.at < exercise.tested or u in exercise.writers}
        known = {n for u in early_units for n in u.names.binds} | {*BUILTINS, *given}
        uses: dict[str, set[str]] = {}
        for unit in units:  # what is bound below the tests says nothing of a name that was there
            for name in unit.names.binds:
                if unit in early_units or name not in known:
                    uses.setdefault(name, set()).update(unit.names.uses)
        behind = reached(exercise.defines, uses)
        needed |= behind
        exercise.waits = set(exercise.writers)
        for name in sorted(behind - known):
            first = next((unit for unit in units if name in unit.names.binds), None)
            if first is not None and exercise.writers:
                exercise.waits.add(first)
    for unit in units:
        unit.aside = not unit.slot and not unit.names.binds & needed


def _take_slots(exercises: Sequence[Exercise], units: Sequence[Unit]) -> None:
    for mine in (True, False):
        for exercise in exercises:
            last = exercise.writers[-1:]
            for unit in last:
                taken = unit.slot or any(one.slot == exercise.name for one in units)
                if not taken and (unit.answers == exercise.name or not mine):
                    unit.slot = exercise.name
    for exercise in exercises:
        if not exercise.writers:
            for unit in units:
                if unit.answers == exercise.name and not unit.slot:
                    unit.slot = exercise.name
                    break
