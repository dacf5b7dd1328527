"""A week's report as data, computed from the class."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..gradebook.classbook import ClassWeek, Sheet
from ..gradebook.notebooks import solved as is_solved
from ..grading.render import unwritten
from ..judge.result import Result
from .calibration import ClassCalibration, ItemCalibration, calibrate
from .groups import Group, Groups
from .incidents import MEANINGS, Kind, incidents
from .statistics import Estimate, quartiles, rest_correlation, share

BINS = 10


@dataclass(frozen=True)
class ProgramRow:
    """A hidden test, and who fails it."""

    title: str
    group: Group


@dataclass(frozen=True)
class ExerciseRow:
    """An exercise over the class: how many solve it, and whether the strong students do."""

    name: str
    points: float
    mean: float
    solved: Group
    failed: Group
    unwritten: Group
    rate: Estimate
    discrimination: Estimate
    programs: tuple[ProgramRow, ...]


@dataclass(frozen=True)
class MistakeRow:
    """A recognised mistake: its name, its exercise, the hint, and who makes it."""

    name: str
    exercise: str
    hint: str
    group: Group


@dataclass(frozen=True)
class IncidentRow:
    """A kind of incident: what it means, who had one, and in which exercises most often."""

    kind: Kind
    meaning: str
    group: Group
    where: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ClaimRow:
    """An item of the self-assessment, and who over- and underestimates themselves in it."""

    item: ItemCalibration
    over: Group
    under: Group


@dataclass(frozen=True)
class UnmarkedRow:
    """A question, and whose answers to it wait for a person."""

    name: str
    group: Group


@dataclass(frozen=True)
class OpenRow:
    """A test cell that runs in the students' own kernels: its points, their share, and why."""

    name: str
    points: float
    share: float
    why: str


@dataclass(frozen=True)
class WeekReport:
    """Everything that a week's page shows."""

    cls: ClassWeek
    groups: Groups
    edges: tuple[float, ...]
    bins: tuple[Group, ...]
    quartiles: tuple[float, float, float]
    most: float
    complete: bool
    exercises: tuple[ExerciseRow, ...]
    mistakes: tuple[MistakeRow, ...]
    incidents: tuple[IncidentRow, ...]
    calibration: ClassCalibration
    claims: tuple[ClaimRow, ...]
    unmarked: tuple[UnmarkedRow, ...]
    seconds: tuple[float, ...]
    without_assessment: Group
    unread: Group
    before: Group
    open_tests: tuple[OpenRow, ...] = ()

    @property
    def open_points(self) -> float:
        """The points that nothing protects."""
        return sum(row.points for row in self.open_tests)

    @property
    def whole(self) -> float:
        """All of the week's points, those of written answers among them."""
        return most_of(self.cls)

    @property
    def with_assessment(self) -> int:
        """How many submissions came with a readable self-assessment."""
        return sum(sheet.assessment is not None for sheet in self.cls.graded)


def report_week(cls: ClassWeek) -> WeekReport:
    """Count, rate and group a week of a class."""
    groups = Groups()
    complete = all(sheet.marks is None or not sheet.marks.unmarked for sheet in cls.sheets)
    most = max((total(sheet, complete)[1] for sheet in cls.sheets), default=0.0)
    values = {sheet.student: total(sheet, complete)[0] for sheet in cls.sheets}
    edges = tuple(most * index / BINS for index in range(BINS + 1))
    calibration = calibrate(cls.sheets)
    return WeekReport(
        cls,
        groups,
        edges,
        _bins(groups, values, edges),
        quartiles(list(values.values())),
        most,
        complete,
        tuple(
            _exercise(groups, cls, number, name, points)
            for number, (name, points) in enumerate(cls.exercises.items())
        ),
        _mistakes(groups, cls),
        _incidents(groups, cls),
        calibration,
        _claims(groups, calibration),
        _unmarked(groups, cls),
        tuple(sheet.seconds for sheet in cls.graded if sheet.seconds or not sheet.before),
        groups.add(
            "none",
            "no self-assessment",
            [s.student for s in cls.graded if s.assessment is None and not s.unread],
        ),
        groups.add(
            "unread",
            "a self-assessment that cannot be read",
            [s.student for s in cls.sheets if s.unread],
        ),
        _before(groups, cls),
        tuple(_open_tests(cls)),
    )


def _before(groups: Groups, cls: ClassWeek) -> Group:
    """Students with a notebook of a plain week that nbgrader marked before."""
    label, students = "marked by nbgrader", [s.student for s in cls.sheets if s.before]
    return groups.add("before", label, students) if students else Group("before", label, 0)


def _open_tests(cls: ClassWeek) -> Iterator[OpenRow]:
    """The tests that nothing protects, and their share of all of the week's points."""
    whole = most_of(cls)
    for name, test in cls.open_tests.items():
        yield OpenRow(name, test.points, test.points / whole if whole else 0.0, test.why_open)


def most_of(cls: ClassWeek) -> float:
    """All of a week's points."""
    return max((total(sheet, True)[1] for sheet in cls.sheets), default=0.0)


def total(sheet: Sheet, complete: bool) -> tuple[float, float]:
    """A student's points and their maximum: of everything, or of the hidden tests alone.

    While written answers wait for a person, a total would be too low for some students and not
    for others. Then the points of the hidden tests are compared.
    """
    if complete and sheet.marks is not None and sheet.marks.cells:
        return sheet.marks.mark, sheet.marks.most
    return sheet.earned, sheet.points


def _bins(groups: Groups, values: dict[str, float], edges: tuple[float, ...]) -> tuple[Group, ...]:
    rows: list[list[str]] = [[] for _ in edges[1:]]
    for student, value in values.items():
        position = int(BINS * value / edges[-1] + 1e-9) if edges[-1] else 0
        rows[min(BINS - 1, position)].append(student)
    return tuple(
        groups.add(f"b{index}", f"{edges[index]:.3g} to {edges[index + 1]:.3g} points", students)
        for index, students in enumerate(rows)
    )


def _exercise(groups: Groups, cls: ClassWeek, number: int, name: str, points: float) -> ExerciseRow:
    tests = {sheet.student: test for sheet in cls.graded if (test := sheet.test(name))}
    solved = [student for student, test in tests.items() if is_solved(test)]
    stub = [student for student, test in tests.items() if unwritten(test)]
    earned = {sheet.student: sheet.earned for sheet in cls.graded}
    rest = [earned[student] - test.earned for student, test in tests.items()]
    titles: dict[str, str] = {}
    failures: dict[str, list[str]] = {}
    for student, test in tests.items():
        for program in test.programs:
            titles.setdefault(program.name, program.title)
            failures.setdefault(program.name, [])
            if not program.passed:
                failures[program.name].append(student)
    failed = [student for student in tests if student not in set(solved)]
    return ExerciseRow(
        name,
        points,
        sum(test.earned for test in tests.values()) / len(tests) if tests else 0.0,
        groups.add(f"s{number}", f"{name}: every test passes", solved),
        groups.add(f"f{number}", f"{name}: a test fails", failed),
        groups.add(f"u{number}", f"{name}: not written yet", stub),
        share(len(solved), len(tests)),
        rest_correlation([test.earned for test in tests.values()], rest),
        tuple(
            ProgramRow(title, groups.add(f"p{number}-{i}", f"{name}: {title}", failures[program]))
            for i, (program, title) in enumerate(titles.items())
        ),
    )


def _mistakes(groups: Groups, cls: ClassWeek) -> tuple[MistakeRow, ...]:
    """The recognised mistakes, the most frequent first, each student once.

    A mistake counts in the exercise where it was made, whichever exercise's tests noticed it.
    """
    who: dict[tuple[str, str], dict[str, None]] = {}
    first: dict[tuple[str, str], Result] = {}
    for sheet in cls.graded:
        for test in sheet.tests:
            for program in test.programs:
                if program.mistake:
                    key = (program.mistake_of, program.mistake)
                    who.setdefault(key, {})[sheet.student] = None
                    first.setdefault(key, program)
    rows = sorted(who.items(), key=lambda row: (-len(row[1]), row[0]))
    return tuple(
        MistakeRow(
            first[key].mistake_words,
            first[key].mistake_of,
            first[key].help,
            groups.add(f"m{i}", first[key].recognised, students),
        )
        for i, (key, students) in enumerate(rows)
    )


def _incidents(groups: Groups, cls: ClassWeek) -> tuple[IncidentRow, ...]:
    who: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    where: dict[Kind, Counter[str]] = {kind: Counter() for kind in Kind}
    for sheet in cls.sheets:
        for incident in incidents(sheet):
            who[incident.kind].append(sheet.student)
            where[incident.kind][incident.exercise or "the notebook"] += 1
    return tuple(
        IncidentRow(
            kind,
            MEANINGS[kind],
            groups.add(f"i{number}", kind, who[kind]),
            tuple(where[kind].most_common(3)),
        )
        for number, kind in enumerate(Kind)
    )


def _claims(groups: Groups, calibration: ClassCalibration) -> tuple[ClaimRow, ...]:
    return tuple(
        ClaimRow(
            item,
            groups.add(f"o{i}", f"{item.exercise}: ticked, but a test fails", item.over_students),
            groups.add(
                f"n{i}", f"{item.exercise}: not ticked, but every test passes", item.under_students
            ),
        )
        for i, item in enumerate(calibration.items)
    )


def _unmarked(groups: Groups, cls: ClassWeek) -> tuple[UnmarkedRow, ...]:
    """The written answers that wait for a person."""
    who: dict[str, list[str]] = {}
    for sheet in cls.sheets:
        for cell in sheet.marks.unmarked if sheet.marks else ():
            who.setdefault(cell, []).append(sheet.student)
    return tuple(
        UnmarkedRow(cell, groups.add(f"w{i}", f"{cell}: not marked yet", students))
        for i, (cell, students) in enumerate(who.items())
    )
