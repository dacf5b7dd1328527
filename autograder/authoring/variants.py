"""Known mistakes and other right solutions: how authors write them, and how they are read.

``mistakes.py`` and ``alternatives.py`` are ordinary Python for the linter and the type checker, but
they are never run: what they hold is read from their text.
"""

import ast
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .edits import Edit, EditError
from .faults import SourceError

Function = TypeVar("Function", bound=Callable[..., Any])
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


def edit(exercise: str, name: str, hint: str, *changes: tuple[str, str]) -> None:
    """A known mistake as an edit of the reference.

    Parameters
    ----------
    exercise : the exercise whose reference is edited
    name : what the mistake does, in words joined by hyphens: ``joins-x-first``
    hint : one or two sentences for the student who made it
    *changes : old text, which stands exactly once in the reference, and new text
    """


def mistake(exercise: str, hint: str, *, name: str = "") -> Callable[[Function], Function]:
    """A known mistake that no edit can say: the body of the function is the whole answer.

    Parameters
    ----------
    exercise : the exercise that it answers
    hint : one or two sentences for the student who made it
    name : what the mistake does; the function's own name with hyphens, unless given
    """
    return lambda function: function


def alternative(exercise: str) -> Callable[[Function], Function]:
    """A right solution written differently: the body of the function is the whole answer."""
    return lambda function: function


@dataclass(frozen=True)
class Variant:
    """An answer that the author wrote beside the reference.

    Attributes
    ----------
    exercise : the exercise that it answers
    name : what it does, in words joined by hyphens
    text : the whole answer, what a student would have written
    path, line : where the author wrote it
    """

    exercise: str
    name: str
    text: str
    path: Path
    line: int

    @property
    def words(self) -> str:
        """The name as one reads it."""
        return self.name.replace("-", " ")


@dataclass(frozen=True)
class Mistake(Variant):
    """A known mistake, with what the student is told who makes it."""

    hint: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells a mistake from every other one of its week."""
        return self.exercise, self.name


def read_mistakes(text: str, path: Path, references: dict[str, str]) -> tuple[Mistake, ...]:
    """The mistakes of a week.

    Parameters
    ----------
    text : of ``mistakes.py``
    path : of the file, for messages
    references : the reference of each exercise, without its markers

    Raises
    ------
    SourceError
        For an unknown exercise, a name that is no name or stands there twice, an empty hint, an
        edit whose old text is not there exactly once, and for anything else than mistakes.
    """
    found: dict[tuple[str, str], Mistake] = {}
    for node in _statements(text, path, "mistake"):
        one = (
            _whole_mistake(node, text, path)
            if isinstance(node, ast.FunctionDef)
            else _edited(node, path, references)
        )
        _check(one, references)
        if not one.hint.strip():
            raise SourceError(path, one.line, f"{one.name!r} needs a hint, one sentence")
        if not NAME.fullmatch(one.name):
            what = f"{one.name!r} is no name of a mistake: two words or more, joined by hyphens"
            raise SourceError(path, one.line, what)
        if one.key in found:
            first = found[one.key].line
            message = f"{one.exercise}: the mistake {one.name!r} stands in line {first} already"
            raise SourceError(path, one.line, message)
        found[one.key] = one
    return tuple(found.values())


def read_alternatives(text: str, path: Path, references: dict[str, str]) -> tuple[Variant, ...]:
    """The other right solutions of a week; parameters and errors as `read_mistakes`."""
    found: dict[tuple[str, str], Variant] = {}
    for node in _statements(text, path, "alternative"):
        call = _decorator(node, path, "alternative")
        (exercise,) = _words(call, path, 1)
        one = Variant(exercise, _hyphened(node.name), _body(node, text), path, node.lineno)
        _check(one, references)
        if (one.exercise, one.name) in found:
            message = f"{one.exercise}: the alternative {one.name!r} stands there already"
            raise SourceError(path, one.line, message)
        found[one.exercise, one.name] = one
    return tuple(found.values())


def _statements(text: str, path: Path, kind: str) -> Iterator[Any]:
    """The statements that say something: no docstring, no import."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise SourceError(path, error.lineno or 1, str(error.msg)) from None
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        decorated = isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if not decorated and not (called and kind == "mistake"):
            allowed = f"a function with the decorator @{kind}(…)"
            allowed += " or a call of edit(…)" if kind == "mistake" else ""
            raise SourceError(path, node.lineno, f"neither an import nor {allowed}")
        yield node


def _edited(node: Any, path: Path, references: dict[str, str]) -> Mistake:
    call = node.value
    if getattr(call.func, "id", "") != "edit":
        raise SourceError(path, node.lineno, "the call is not one of edit(…)")
    if len(call.args) < 4 or call.keywords:
        shape = 'edit("EXERCISE", "name-of-it", "hint", ("old text", "new text"), …)'
        raise SourceError(path, node.lineno, f"an edit is {shape}")
    exercise, name, hint = _literals(call.args[:3], path, str)
    text = references.get(exercise)
    if text is None:
        raise SourceError(path, node.lineno, f"{name!r}: there is no exercise {exercise!r}")
    for part in call.args[3:]:
        change = _literals([part], path, tuple)[0]
        if len(change) != 2 or not all(isinstance(side, str) for side in change):
            raise SourceError(path, part.lineno, "a change is (old text, new text)")
        try:
            text = Edit(*change).apply(text)
        except EditError as error:
            raise SourceError(path, part.lineno, f"{name!r}: {error}") from None
    return Mistake(exercise, name, text, path, node.lineno, hint)


def _whole_mistake(node: ast.FunctionDef, text: str, path: Path) -> Mistake:
    call = _decorator(node, path, "mistake")
    exercise, hint = _words(call, path, 2)
    named = {word.arg: word.value for word in call.keywords}
    if set(named) - {"name"}:
        raise SourceError(path, call.lineno, "the only further word of @mistake is name=")
    name = _literals([named["name"]], path, str)[0] if named else _hyphened(node.name)
    return Mistake(exercise, name, _body(node, text), path, node.lineno, hint)


def _decorator(node: ast.FunctionDef, path: Path, kind: str) -> ast.Call:
    call = node.decorator_list[0]
    if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != kind:
        shape = f'@{kind}("EXERCISE", "hint")' if kind == "mistake" else f'@{kind}("EXERCISE")'
        what = f"{node.name}: found @{ast.unparse(call)[:60]}, expected {shape}"
        raise SourceError(path, node.lineno, what)
    return call


def _words(call: ast.Call, path: Path, count: int) -> list[str]:
    if len(call.args) != count:
        texts = "one text" if count == 1 else f"{count} texts"
        what = f"@{ast.unparse(call.func)}(…) takes {texts}, found {len(call.args)}"
        raise SourceError(path, call.lineno, what)
    return [str(word) for word in _literals(call.args, path, str)]


def _literals(nodes: list[ast.expr], path: Path, kind: type) -> list[Any]:
    found = []
    for node in nodes:
        try:
            value = ast.literal_eval(node)
        except ValueError:
            value = None
        if not isinstance(value, kind):
            what = f"found {ast.unparse(node)[:60]}, expected a plain {kind.__name__}"
            raise SourceError(path, node.lineno, what)
        found.append(value)
    return found


def _body(node: ast.FunctionDef, text: str) -> str:
    """The text of a function's body, without a docstring of its own, moved to the margin."""
    first = node.body[0]
    has_words = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno or 0) if has_words else node.body[0].lineno - 1
    if not has_words and isinstance(first, ast.FunctionDef | ast.ClassDef) and first.decorator_list:
        start = first.decorator_list[0].lineno - 1
    rows = text.splitlines()[start : node.end_lineno]
    return textwrap.dedent("\n".join(rows)).strip("\n")


def _hyphened(name: str) -> str:
    return name.strip("_").replace("_", "-")


def _check(one: Variant, references: dict[str, str]) -> None:
    if one.exercise not in references:
        what = f"{one.name!r}: there is no exercise {one.exercise!r}"
        raise SourceError(one.path, one.line, what)
    try:
        ast.parse(one.text)
    except SyntaxError as error:
        what = f"{one.name!r} does not parse: {error.msg}"
        raise SourceError(one.path, one.line, what) from None
    if one.text.strip() == references[one.exercise].strip():
        raise SourceError(one.path, one.line, f"{one.name!r} is the reference itself")
