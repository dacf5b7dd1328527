"""Programs of this engine's kind for the test cells of a plain notebook.

`hidden_tests.py` beside the lessons may hold `compare` and `verify` programs, and `mistakes.py` the
mistakes that they recognise; their exercise is the id of a test cell. For them the notebook is a
week like any other.
"""

from pathlib import Path

from ..faults import SourceError
from ..programs import read_hidden_tests
from ..source import Cell, Source
from ..texts import HIDDEN_TESTS, MISTAKES
from ..variants import read_mistakes
from .source import PlainSource


def with_programs(plain: PlainSource, folder: Path, programs: str, mistakes: str) -> Source | None:
    """A plain notebook as a source with programs; None where none is about its test cells.

    Parameters
    ----------
    folder : of the week, for messages
    programs, mistakes : the texts of the two files

    Raises
    ------
    SourceError
        For whatever the build refuses in those files.
    """
    hidden = read_hidden_tests(programs, folder / HIDDEN_TESTS)
    tests = {cell.id: cell for cell in plain.of("tests")}
    wanted = {program.exercise for program in hidden.programs} & tests.keys()
    if not wanted:
        return None
    cells = tuple(_cells(plain, wanted))
    references = {cell.name: cell.text for cell in cells if cell.role == "exercise"}
    ours = tuple(program for program in hidden.programs if program.exercise in wanted)
    found = read_mistakes(mistakes, folder / MISTAKES, references) if mistakes else ()
    kept = tuple(mistake for mistake in found if mistake.exercise in wanted)
    own = type(hidden)(hidden.path, _only(hidden.text, wanted), ours)
    return Source(plain.week, folder / plain.notebook, cells, own, kept)


def refuse_strangers(folder: Path, programs: str, sources: list[PlainSource]) -> None:
    """Refuse a program whose exercise is no test cell of any of the week's notebooks."""
    known = {cell.id for source in sources for cell in source.of("tests")}
    path = folder / HIDDEN_TESTS
    for program in read_hidden_tests(programs, path).programs:
        if program.exercise not in known:
            message = f"{program.name}: there is no test cell {program.exercise!r}"
            raise SourceError(path, program.line, message)


def _cells(plain: PlainSource, wanted: set[str]) -> list[Cell]:
    """The given cells, and for each wanted test cell the solutions that it is about.

    They stand together where the first of them does: given cells behind it may use them.
    """
    answered: dict[str, str] = {}
    for cell in plain.of("tests"):
        if cell.id in wanted:
            for id in plain.answers(cell):
                answered.setdefault(id, cell.id)
    texts = {cell.id: cell.reference for cell in plain.of("solution")}
    tests = {cell.id: cell for cell in plain.of("tests")}
    cells: list[Cell] = []
    placed: set[str] = set()
    for cell in plain.cells:
        name = cell.id if cell.role == "tests" else answered.get(cell.id, "")
        if cell.role == "given" or (cell.role == "solution" and not name):
            cells.append(Cell("given", "", cell.reference, 1))
        elif cell.role in ("solution", "tests") and name in wanted and name not in placed:
            placed.add(name)
            text = "\n\n".join(texts[id] for id in plain.answers(tests[name]))
            cells.append(Cell("exercise", name, text, 1))
            points = {"points": tests[name].points}
            cells.append(Cell("tests", name, tests[name].shown, 1, points))
    return cells


def _only(text: str, wanted: set[str]) -> str:
    """The text without the programs of other notebooks, its lines with their numbers."""
    rows = text.splitlines()
    for program in read_hidden_tests(text, Path(HIDDEN_TESTS)).programs:
        if program.exercise not in wanted:
            start, end = program.rows
            rows[start - 1 : end] = [""] * (end - start + 1)
    return "\n".join(rows)
