"""What students must not see: solutions, hidden tests, mistakes, alternatives, rubrics."""

import ast
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from .faults import SourceError
from .percent import only, plain_python
from .rubric import BEGIN_RUBRIC, END_RUBRIC, split_rubric
from .source import BEGIN_HIDDEN, BEGIN_SOLUTION, END_HIDDEN, END_SOLUTION, Source

#: A line of a solution shorter than this may be in a student file by chance.
LEAST = 24
#: Lines that an exercise's stub or its checks may share with what is hidden.
SHARED = re.compile(r"\s*(def|class|import|from|@|#|\)|rng\b|[A-Z, ]+ =)")
#: What only an author's files hold.
MARKERS = (
    *(BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN),
    *(BEGIN_RUBRIC, END_RUBRIC, "autograder.judge"),
)


@dataclass(frozen=True)
class Secret:
    """A text that students must not see, without white space, and where the author wrote it."""

    kind: str
    text: str
    path: Path
    line: int

    @property
    def fault(self) -> SourceError:
        """The start of an error about it, with the place where it belongs."""
        return SourceError(self.path, self.line, f"this text of the {self.kind}")


def refuse_leaks(source: Source, text: str) -> None:
    """Refuse a student notebook in which a secret text of the week is left.

    Raises
    ------
    SourceError
        At the line of the author's that is left in it.
    """
    shown = squeeze("\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"]))
    for marker in MARKERS:
        if squeeze(marker) in shown:
            raise SourceError(source.path, 1, f"{marker!r} is left in the student's notebook")
    for secret in secrets(source):
        if secret.text in shown:
            what = f"this text of the {secret.kind} is left in the student's notebook"
            raise SourceError(secret.path, secret.line, what)


def secrets(source: Source) -> Iterator[Secret]:
    """The texts of a week that students must not see.

    Two lines in a row give a solution away; a single line may also be in the theory, unless it is
    the whole solution. A hidden test is given away by its programs' names and titles, or by four
    lines in a row: its set-up may look like that of a visible check. Of a mistake only the hint is
    secret: its code may be what a "break it" section breaks.
    """
    for cell in source.exercises:
        rows = only(cell.text, BEGIN_SOLUTION, END_SOLUTION).splitlines()
        for line, text in _windows(rows, 2):
            yield Secret("solution", text, source.path, cell.line + line)
    hidden = source.hidden
    for program in hidden.programs:
        yield Secret("hidden test", f"def{program.name}(", hidden.path, program.line)
        yield Secret("hidden test", squeeze(program.title), hidden.path, program.line)
    for line, text in _windows(hidden.text.splitlines(), 4):
        yield Secret("hidden test", text, hidden.path, line)
    for cell in source.of("tests"):
        for line, text in _windows(cell.asserts.splitlines(), 4):
            yield Secret("hidden test", text, source.path, cell.line + line)
    for one in source.mistakes:
        yield Secret("mistake", squeeze(one.hint), one.path, one.line)
    for other in source.alternatives:
        rows = other.text.splitlines()
        for line, text in _windows(rows, 2, _docstring_lines(other.text)):
            yield Secret("alternative", text, other.path, other.line + line)
    for cell in source.of("question"):  # what it says and what it is called may be shown
        for criterion in split_rubric(cell.text)[1]:
            yield Secret("question", squeeze(criterion.look_for), source.path, cell.line)


def _windows(
    rows: list[str], most: int, left_out: Collection[int] = ()
) -> Iterator[tuple[int, str]]:
    """Every ``most`` revealing lines in a row, squeezed, with the number of the first."""
    revealing = [
        (number, squeeze(row))
        for number, row in _statements(rows)
        if squeeze(row) and number not in left_out and not SHARED.match(row)
    ]
    width = min(len(revealing), most)
    for start in range(len(revealing) - width + 1 if width else 0):
        text = "".join(row for _, row in revealing[start : start + width])
        if len(text) >= LEAST:
            yield revealing[start][0], text


def _statements(rows: list[str]) -> Iterator[tuple[int, str]]:
    """The rows, joined where a bracket is still open, with the number of the first."""
    start, text = 1, ""
    for number, row in enumerate(rows, 1):
        start = start if text else number
        text += row
        bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", text)
        if sum(map(bare.count, "([{")) <= sum(map(bare.count, ")]}")):
            yield start, text
            text = ""
    if text:
        yield start, text


def _docstring_lines(text: str) -> set[int]:
    """The lines of a text's docstrings: an alternative may repeat the exercise's."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(plain_python(text))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def squeeze(text: str) -> str:
    """A text without its white space."""
    return re.sub(r"\s+", "", text)
