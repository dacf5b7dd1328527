"""The hidden tests of a week as text: which programs test which exercise.

``hidden_tests.py`` is one Python module. Here it is only read; the judge runs it.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from .faults import SourceError

DECORATORS = ("compare", "verify")


@dataclass(frozen=True)
class ProgramText:
    """One hidden program: its exercise, its name, what it is called in reports, its lines."""

    exercise: str
    name: str
    title: str
    line: int
    rows: tuple[int, int]


@dataclass(frozen=True)
class HiddenTests:
    """The hidden tests of a week."""

    path: Path
    text: str
    programs: tuple[ProgramText, ...]

    def of(self, exercise: str) -> tuple[ProgramText, ...]:
        """The programs of one exercise, in order."""
        return tuple(program for program in self.programs if program.exercise == exercise)

    def section(self, exercise: str) -> str:
        """What one exercise's programs need: everything but the programs of the others."""
        rows = self.text.splitlines()
        for program in self.programs:
            if program.exercise != exercise:
                start, end = program.rows
                rows[start - 1 : end] = [""] * (end - start + 1)
        tree = ast.parse(self.text)
        if tree.body and ast.get_docstring(tree) is not None:
            first = tree.body[0]
            rows[: first.end_lineno] = [""] * (first.end_lineno or 0)
        kept: list[str] = []
        for row in rows:
            if row.strip() or kept[-2:] != ["", ""]:
                kept.append(row)
        return "\n".join(kept).strip("\n")


def read_hidden_tests(text: str, path: Path) -> HiddenTests:
    """Read the hidden tests of a week.

    Raises
    ------
    SourceError
        For what is no Python, a program without its exercise or without the one parameter, and
        two programs of one name.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise SourceError(path, error.lineno or 1, str(error.msg)) from None
    found: dict[str, ProgramText] = {}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        program = _program(node, path)
        if program is None:
            continue
        if program.name in found:
            first = found[program.name].line
            message = f"the program {program.name!r} stands in line {first} already"
            raise SourceError(path, program.line, message)
        found[program.name] = program
    return HiddenTests(path, text, tuple(found.values()))


def _program(node: ast.FunctionDef, path: Path) -> ProgramText | None:
    """The program that a function is; None for a helper."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        named = call.func if call else decorator
        name = getattr(named, "id", getattr(named, "attr", ""))
        if name not in DECORATORS:
            continue
        first = call.args[0] if call and call.args else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            what = f'{node.name}: name its exercise: @{name}("EXERCISE")'
            raise SourceError(path, node.lineno, what)
        given = node.args
        if len(given.posonlyargs + given.args) != 1 or given.vararg or given.kwarg:
            what = f"{node.name}: a program has one parameter, the implementation under test"
            what += "; sizes come behind a star: def run(impl, *, B, T)"
            raise SourceError(path, node.lineno, what)
        title = " ".join((ast.get_docstring(node) or node.name.replace("_", " ")).split())
        rows = (node.decorator_list[0].lineno, node.end_lineno or node.lineno)
        return ProgramText(first.value, node.name, title, node.lineno, rows)
    return None
