"""Machine faults that are none: how authors list them with a reason, and how the list is read.

``equivalents.py`` of a week is optional. As with mistakes, it is never run: only read.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from .faults import SourceError

EQUIVALENTS = "equivalents.py"
SHAPE = 'equivalent("EXERCISE", "old line", "new line", reason="why nobody can tell")'
#: Stands for any text in a listed line.
ANY = "…"


def equivalent(exercise: str, old: str, new: str, *, reason: str) -> None:
    """A machine fault that changes nothing that a test could ask for.

    Parameters
    ----------
    exercise : the exercise in whose reference or alternatives it arises
    old, new : the line before and after, as `autograder check --mutants` shows them; several
        lines where several change; ``…`` stands for any text
    reason : why no test can tell, or why none should
    """


@dataclass(frozen=True)
class Equivalent:
    """One entry of the list."""

    exercise: str
    old: str
    new: str
    reason: str
    path: Path
    line: int

    def covers(self, exercise: str, old: str, new: str) -> bool:
        """Whether a mutant's exercise and lines are those of this entry."""
        return exercise == self.exercise and _fits(self.old, old) and _fits(self.new, new)


def read_equivalents(folder: Path, exercises: frozenset[str]) -> tuple[Equivalent, ...]:
    """The list of a week's folder; nothing where there is none.

    Raises
    ------
    SourceError
        For anything but imports and calls of ``equivalent`` with plain texts, an unknown exercise,
        an entry without a reason, and one that is there twice.
    """
    path = folder / EQUIVALENTS
    if not path.is_file():
        return ()
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or 1
        raise SourceError(path, line, f"is no Python: {error}") from None
    found: dict[tuple[str, str, str], Equivalent] = {}
    for node in tree.body:
        words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if words or isinstance(node, ast.Import | ast.ImportFrom):
            continue
        one = _entry(node, path)
        if one.exercise not in exercises:
            raise SourceError(path, one.line, f"there is no exercise {one.exercise!r}")
        key = (one.exercise, one.old, one.new)
        if key in found:
            raise SourceError(path, one.line, f"stands in line {found[key].line} already")
        found[key] = one
    return tuple(found.values())


def _entry(node: ast.stmt, path: Path) -> Equivalent:
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "equivalent":
        raise SourceError(path, node.lineno, f"neither an import nor a call: {SHAPE}")
    reasons = [word.value for word in call.keywords if word.arg == "reason"]
    parts = [*call.args, *reasons]
    constants = [part.value for part in parts if isinstance(part, ast.Constant)]
    texts = [value for value in constants if isinstance(value, str)]
    if len(call.args) != 3 or len(call.keywords) != 1 or len(texts) != 4:
        raise SourceError(path, node.lineno, f"an entry is {SHAPE}, its texts plain")
    exercise, old, new, reason = (_bare(text) for text in texts)
    if not reason or not old:
        raise SourceError(path, node.lineno, f"{'the old line' if reason else 'reason='} is empty")
    return Equivalent(exercise, old, new, reason, path, node.lineno)


def _bare(text: str) -> str:
    """The lines of a text without their indentation."""
    return "\n".join(row.strip() for row in text.strip().splitlines())


def _fits(listed: str, line: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, listed.split(ANY))), line, re.DOTALL) is not None
