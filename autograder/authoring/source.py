"""The source of a week: its lesson, a percent notebook, and what stands beside it.

The headers of the lesson's cells say what each cell is for.
"""

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from .faults import SourceError
from .items import Item, ItemFault, read_items
from .percent import header_lines, line_of, only, plain_python
from .programs import HiddenTests, read_hidden_tests
from .rubric import RubricFault, check_rubric
from .texts import ALTERNATIVES, HIDDEN_TESTS, LESSON, MISTAKES, WeekTexts, read_texts
from .variants import Mistake, Variant, read_alternatives, read_mistakes

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
#: nbgrader's markers; they stand in the source notebooks that the build makes, not in a lesson.
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
#: What each header may hold besides the key that names the role.
ALLOWED = {
    "exercise": {"difficulty", "minutes", "forbids"},
    "tests": {"points", "needs"},
    "experiment": set(),
    "selfassessment": set(),
    "question": {"points", "rubric"},
}
#: Roles that are a bare word in the header.
BARE = ("experiment", "selfassessment")
CODE_ROLES = ("given", "exercise", "tests", *BARE)


@dataclass(frozen=True)
class Cell:
    """One cell of a source: its role, its text, where it stands and its header's attributes."""

    role: str
    name: str
    text: str
    line: int
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def points(self) -> float:
        return float(self.attributes.get("points", 0))

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(str(self.attributes.get("needs", "")).split())

    @property
    def forbids(self) -> tuple[str, ...]:
        """What an exercise's solution may not use: dotted names."""
        return tuple(str(self.attributes.get("forbids", "")).split())

    @property
    def is_code(self) -> bool:
        return self.role in CODE_ROLES

    @property
    def asserts(self) -> str:
        """Of a tests cell, its hidden part: plain asserts, as nbgrader has them."""
        hidden = only(self.text, BEGIN_HIDDEN, END_HIDDEN) if self.role == "tests" else ""
        return hidden if hidden.strip() else ""


@dataclass(frozen=True)
class Source:
    """A week's source.

    Attributes
    ----------
    week : its id
    path : of the lesson, for messages
    cells : of the lesson, in order
    hidden : its hidden tests
    mistakes, alternatives : what the author wrote beside the reference
    """

    week: str
    path: Path
    cells: tuple[Cell, ...]
    hidden: HiddenTests
    mistakes: tuple[Mistake, ...] = ()
    alternatives: tuple[Variant, ...] = ()

    def of(self, *roles: str) -> Iterator[Cell]:
        """The cells of these roles, in order."""
        return (cell for cell in self.cells if cell.role in roles)

    @property
    def exercises(self) -> tuple[Cell, ...]:
        return tuple(self.of("exercise"))

    @property
    def items(self) -> tuple[Item, ...]:
        """What the week's self-assessment asks; nothing where it has none."""
        names = [cell.name for cell in self.exercises]
        cells = self.of("selfassessment")
        return tuple(
            item for cell in cells for item in read_items(plain_python(cell.text), self.week, names)
        )

    @property
    def references(self) -> dict[str, str]:
        """The reference solution of every exercise, as a student would write it."""
        return {cell.name: unmarked(cell.text) for cell in self.exercises}

    def tests_of(self, exercise: str) -> Cell:
        """The test cell of an exercise."""
        return next(cell for cell in self.of("tests") if cell.name == exercise)


def read(folder: Path, week: str | None = None) -> Source:
    """Read and check a week's folder.

    Raises
    ------
    SourceError
        For whatever the build refuses, with file and line.
    """
    return parse(read_texts(folder), folder, week or folder.name)


@lru_cache(maxsize=32)
def parse(texts: WeekTexts, folder: Path, week: str) -> Source:
    """Make a source of a week's texts; ``folder`` is only for messages.

    One run reads the same text again and again (to warm up, to load the week, to register it), and
    each reading costs half a second of jupytext's time.
    """
    path = folder / LESSON
    cells = _cells(texts.lesson, path)
    references = {cell.name: unmarked(cell.text) for cell in cells if cell.role == "exercise"}
    source = Source(
        week,
        path,
        cells,
        read_hidden_tests(texts.hidden_tests, folder / HIDDEN_TESTS),
        read_mistakes(texts.mistakes, folder / MISTAKES, references),
        read_alternatives(texts.alternatives, folder / ALTERNATIVES, references),
    )
    _check(source)
    return source


def _cells(text: str, path: Path) -> tuple[Cell, ...]:
    """The cells of a lesson."""
    import jupytext

    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except Exception as error:
        raise SourceError(path, 1, f"is not a percent notebook: {error}") from None
    cells = []
    lines = header_lines(text)
    exercise = ""
    for node in notebook.cells:
        if node.cell_type == "raw":
            continue
        line = line_of(node.source, lines)
        cell = _cell(node, line, path, exercise)
        exercise = cell.name if cell.role == "exercise" else exercise
        cells.append(cell)
    return tuple(cells)


def unmarked(text: str) -> str:
    """``text`` without the lines that mark a solution."""
    rows = (row for row in text.splitlines() if row.strip() not in (BEGIN_SOLUTION, END_SOLUTION))
    return "\n".join(rows)


def _cell(node: Any, line: int, path: Path, exercise: str) -> Cell:
    attributes = {k: v for k, v in node.metadata.items() if not k.startswith("lines_to_")}
    title = str(attributes.pop("title", "")).strip()
    if title in BARE:
        attributes[title] = True
    elif title:
        raise SourceError(path, line, f"unknown word {title!r} in a cell's header")
    if "nbgrader" in attributes:
        attributes = _from_nbgrader(attributes, exercise, path, line)
    roles = [role for role in ALLOWED if role in attributes]
    if len(roles) > 1:
        raise SourceError(path, line, f"a cell cannot be {' and '.join(roles)} at once")
    if not roles:
        if attributes:
            raise SourceError(path, line, f"unknown key {min(attributes)!r} in a cell's header")
        return Cell("given" if node.cell_type == "code" else "prose", "", node.source, line)
    role = roles[0]
    word = str(attributes.pop(role))
    name = word if role not in BARE else ""
    unknown = sorted(set(attributes) - ALLOWED[role])
    if unknown:
        allowed = ", ".join(sorted(ALLOWED[role])) or "nothing"
        message = f"unknown key {unknown[0]!r} beside {role!r}; allowed: {allowed}"
        raise SourceError(path, line, message)
    if role not in BARE and not re.fullmatch(r"[A-Za-z0-9_\-]{1,60}", name):
        raise SourceError(path, line, f"{role}={name!r} is not a name (letters, digits, _ and -)")
    if (role == "question") != (node.cell_type == "markdown"):
        kind = "[markdown]" if role == "question" else "code"
        raise SourceError(path, line, f"{role!r} belongs in the header of a {kind} cell")
    # nbgrader's own answer cells hold a model answer, ours hold what students start from
    text = "" if role == "question" and "nbgrader" in node.metadata else node.source
    return Cell(role, name, text, line, attributes)


def _from_nbgrader(
    attributes: dict[str, Any], exercise: str, path: Path, line: int
) -> dict[str, Any]:
    """nbgrader's own metadata, as the header that means the same."""
    own = attributes["nbgrader"]
    rest = {key: value for key, value in attributes.items() if key != "nbgrader"}
    try:
        grade, solution = bool(own["grade"]), bool(own["solution"])
        name = str(own["grade_id"])
    except (TypeError, KeyError) as error:
        raise SourceError(path, line, f"nbgrader's metadata lacks {error}") from None
    if grade and solution:
        return {"question": name, "points": own.get("points"), **rest}
    if grade:
        return {"tests": rest.pop("tests", exercise), "points": own.get("points"), **rest}
    if solution:
        return {"exercise": name, **rest}
    return rest


def _check(source: Source) -> None:
    """Refuse what cannot be built: names, pairs, markers, syntax."""
    path = source.path
    names: dict[tuple[str, str], int] = {}
    exercises = {cell.name for cell in source.of("exercise")}
    for cell in source.cells:
        if cell.role in ("exercise", "tests", "question"):
            space = "tests" if cell.role == "tests" else "work"
            if (space, cell.name) in names:
                first = names[space, cell.name]
                message = (
                    f"{cell.role}={cell.name!r} is repeated; it stands in line {first} already"
                )
                raise SourceError(path, cell.line, message)
            names[space, cell.name] = cell.line
        if cell.role == "tests" and cell.name not in exercises:
            raise SourceError(path, cell.line, f"{cell.role}={cell.name!r}: no such exercise")
        if cell.role in ("tests", "question") and not _is_points(cell.attributes.get("points")):
            message = f"{cell.role}={cell.name!r} needs points=, a number above 0"
            raise SourceError(path, cell.line, message)
        for banned in cell.forbids:
            if not all(part.isidentifier() for part in banned.split(".")):
                message = f"forbids={banned!r} is not a dotted name such as torch.lstm_cell"
                raise SourceError(source.path, cell.line, message)
        for need in cell.needs:
            if need not in exercises or need == cell.name:
                raise SourceError(path, cell.line, f"needs={need!r}: no such other exercise")
        _check_markers(cell, path)
        _check_syntax(cell, path)
        if cell.role == "question":
            _check_rubric(cell, path)
    _check_items(source)
    tested = {cell.name: cell for cell in source.of("tests")}
    for cell in source.of("exercise"):
        if cell.name not in tested:
            raise SourceError(path, cell.line, f"exercise {cell.name!r} has no tests")
        if tested[cell.name].line < cell.line:
            raise SourceError(path, cell.line, f"the tests of {cell.name!r} stand before it")
    _check_programs(source, set(tested))


def _check_programs(source: Source, tested: set[str]) -> None:
    """Every program tests an exercise, and every exercise that has tests has programs."""
    for program in source.hidden.programs:
        if program.exercise not in tested:
            message = f"{program.name}: there is no exercise {program.exercise!r} with tests"
            raise SourceError(source.hidden.path, program.line, message)
    for cell in source.of("tests"):
        if not source.hidden.of(cell.name) and not cell.asserts:
            message = f"tests={cell.name!r}: {HIDDEN_TESTS} has no program for it"
            raise SourceError(source.path, cell.line, message)


def _check_items(source: Source) -> None:
    """At most one self-assessment, of items that can be ticked and exercises that exist."""
    cells = list(source.of("selfassessment"))
    if len(cells) > 1:
        message = f"a second self-assessment; the first stands in line {cells[0].line}"
        raise SourceError(source.path, cells[1].line, message)
    try:
        _ = source.items
    except ItemFault as fault:
        raise SourceError(source.path, cells[0].line + fault.line, str(fault)) from None


def _check_rubric(cell: Cell, path: Path) -> None:
    """A question's rubric adds up, and is for graders or ``shown``."""
    try:
        check_rubric(cell.text, cell.attributes)
    except RubricFault as fault:
        raise SourceError(path, cell.line + fault.line, str(fault)) from None


def _is_points(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 < value < math.inf


def _check_markers(cell: Cell, path: Path) -> None:
    """Every marker closed, unnested, and only where it belongs."""
    pairs = {"exercise": (BEGIN_SOLUTION, END_SOLUTION), "tests": (BEGIN_HIDDEN, END_HIDDEN)}
    wanted = pairs.get(cell.role)
    opened, regions = 0, 0
    for offset, row in enumerate(cell.text.splitlines(), 1):
        word = row.strip()
        line = cell.line + offset
        if word not in (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN):
            if re.match(r"#+\s*(BEGIN|END)\s+(SOLUTION|HIDDEN)", word, re.IGNORECASE):
                raise SourceError(path, line, f"{word!r} is not a marker; write {BEGIN_SOLUTION!r}")
            continue
        if word in (BEGIN_HIDDEN, END_HIDDEN) and cell.role != "tests":
            where = f"{HIDDEN_TESTS}, or in a cell of role 'tests'"
            raise SourceError(path, line, f"{word!r}: hidden tests stand in {where}")
        if wanted is None or word not in wanted:
            raise SourceError(
                path, line, f"{word!r} does not belong in a cell of role {cell.role!r}"
            )
        if word == wanted[0]:
            if opened:
                raise SourceError(path, line, f"{word!r} inside the one of line {opened}")
            opened, regions = line, regions + 1
        elif not opened:
            raise SourceError(path, line, f"{word!r} without {wanted[0]!r}")
        else:
            opened = 0
    if wanted and opened:
        raise SourceError(path, opened, f"{wanted[0]!r} is never closed")
    if wanted and not regions and cell.role == "exercise":
        raise SourceError(path, cell.line, f"{cell.role}={cell.name!r} has no solution")


def _check_syntax(cell: Cell, path: Path) -> None:
    if not cell.is_code:
        return
    try:
        ast.parse(plain_python(cell.text))
    except SyntaxError as error:
        line = cell.line + (error.lineno or 1)
        raise SourceError(path, line, f"{error.msg} in this {cell.role} cell") from None
