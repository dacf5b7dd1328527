"""What a week's report says: plain data for the page, made of a class and nothing else."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ..grading.render import unwritten
from ..judge.exam import Result
from .calibration import ClassCalibration, calibrate
from .classbook import ClassWeek, Sheet
from .groups import Groups
from .incidents import MEANINGS, Kind, incidents
from .statistics import Estimate, quartiles, rest_correlation, share

BINS = 10


@dataclass(frozen=True)
class ExerciseRow:
    """An exercise over the class: how many solve it, and whether those who do are the strong."""

    name: str
    points: float
    mean: float
    solved: dict[str, object]
    failed: dict[str, object]
    unwritten: dict[str, object]
    rate: Estimate
    discrimination: Estimate
    programs: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class WeekReport:
    """All that a week's page shows."""

    cls: ClassWeek
    groups: Groups
    edges: tuple[float, ...]
    bins: tuple[dict[str, object], ...]
    quartiles: tuple[float, float, float]
    most: float
    complete: bool
    exercises: tuple[ExerciseRow, ...]
    mistakes: tuple[dict[str, Any], ...]
    incidents: tuple[dict[str, Any], ...]
    calibration: ClassCalibration
    claims: tuple[dict[str, Any], ...]
    unmarked: tuple[dict[str, object], ...]
    seconds: tuple[float, ...]
    without_assessment: dict[str, object]
    unread: dict[str, object]

    @property
    def with_assessment(self) -> int:
        """How many handed in a self-assessment, of whatever."""
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
        tuple(sheet.seconds for sheet in cls.graded),
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
    )


def total(sheet: Sheet, complete: bool) -> tuple[float, float]:
    """What a student has and could have: all that counts, or only what hidden tests give.

    While written answers wait for a person, a total would be too low for some and not for
    others; then the points of the hidden tests alone are compared.
    """
    if complete and sheet.marks is not None and sheet.marks.cells:
        return sheet.marks.mark, sheet.marks.most
    return sheet.earned, sheet.points


def _bins(
    groups: Groups, values: dict[str, float], edges: tuple[float, ...]
) -> tuple[dict[str, object], ...]:
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
    solved = [student for student, test in tests.items() if test.complete]
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
            {
                "title": title,
                "group": groups.add(f"p{number}-{i}", f"{name}: {title}", failures[program]),
            }
            for i, (program, title) in enumerate(titles.items())
        ),
    )


def _mistakes(groups: Groups, cls: ClassWeek) -> tuple[dict[str, Any], ...]:
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
        {
            "name": first[key].mistake_words,
            "exercise": first[key].mistake_of,
            "hint": first[key].help,
            "group": groups.add(f"m{i}", first[key].recognised, students),
            "share": share(len(students), len(cls.graded)),
        }
        for i, (key, students) in enumerate(rows)
    )


def _incidents(groups: Groups, cls: ClassWeek) -> tuple[dict[str, Any], ...]:
    who: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    where: dict[Kind, Counter[str]] = {kind: Counter() for kind in Kind}
    for sheet in cls.sheets:
        for incident in incidents(sheet):
            who[incident.kind].append(sheet.student)
            where[incident.kind][incident.exercise or "the notebook"] += 1
    return tuple(
        {
            "kind": kind,
            "meaning": MEANINGS[kind],
            "group": groups.add(f"i{number}", kind, who[kind]),
            "where": where[kind].most_common(3),
        }
        for number, kind in enumerate(Kind)
    )


def _claims(groups: Groups, calibration: ClassCalibration) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "item": item,
            "over": groups.add(
                f"o{i}", f"{item.exercise}: ticked, but a test fails", item.over_students
            ),
            "under": groups.add(
                f"n{i}", f"{item.exercise}: not ticked, but every test passes", item.under_students
            ),
        }
        for i, item in enumerate(calibration.items)
    )


def _unmarked(groups: Groups, cls: ClassWeek) -> tuple[dict[str, object], ...]:
    """The written answers that wait for a person."""
    who: dict[str, list[str]] = {}
    for sheet in cls.sheets:
        for cell in sheet.marks.unmarked if sheet.marks else ():
            who.setdefault(cell, []).append(sheet.student)
    return tuple(
        {"name": cell, "group": groups.add(f"w{i}", f"{cell}: not marked yet", students)}
        for i, (cell, students) in enumerate(who.items())
    )
