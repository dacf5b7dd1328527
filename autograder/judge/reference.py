"""The grader's side of a week, run: the reference's names, a mistake's names, the programs."""

import traceback
import types
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from ..authoring.faults import SourceError
from ..authoring.percent import plain_python
from ..authoring.source import Source
from ..authoring.variants import Mistake
from .plain.program import run_asserts
from .programs import Program, collecting


def namespace(source: Source, replaced: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The names that the given and exercise cells define, some exercises' texts replaced."""
    names: dict[str, Any] = {"__name__": "__reference__"}
    for cell in source.of("given", "exercise"):
        text = replaced.get(cell.name, cell.text) if cell.role == "exercise" else cell.text
        padded = "\n" * cell.line + plain_python(text)
        try:
            exec(compile(padded, str(source.path), "exec"), names)
        except Exception as error:
            message = f"this {cell.role} cell raises {type(error).__name__}: {error}"
            raise SourceError(source.path, cell.line, message) from error
    return names


def namespace_of_mistake(source: Source, mistake: Mistake) -> dict[str, Any]:
    """The names of the reference with a known mistake in it."""
    try:
        return namespace(source, {mistake.exercise: mistake.text})
    except SourceError as error:
        cause = error.__cause__
        message = f"{mistake.name!r} raises {type(cause).__name__}: {cause}"
        raise SourceError(mistake.path, mistake.line, message) from cause


def hidden_programs(source: Source) -> list[Program]:
    """Run the module of hidden tests, which makes its programs."""
    hidden = source.hidden
    module = types.ModuleType(f"hidden_tests_of_{source.week}")
    module.__file__ = str(hidden.path)
    try:
        with collecting() as programs:
            exec(compile(hidden.text, str(hidden.path), "exec"), vars(module))
    except Exception as error:
        line = _line_in(error, str(hidden.path))
        message = f"the hidden tests raise {type(error).__name__}: {error}"
        raise SourceError(hidden.path, line, message) from error
    lines = {program.name: program.line for program in hidden.programs}
    found = [replace(program, line=lines.get(program.name, 1)) for program in programs]
    return [*found, *_asserts(source)]


def _asserts(source: Source) -> Iterator[Program]:
    """The hidden asserts of tests cells, a program for each cell."""
    for cell in source.of("tests"):
        if cell.asserts:
            name, title = f"asserts_of_{cell.name}", "The hidden checks of its cell hold."
            yield Program(
                cell.name,
                name,
                title,
                len,
                True,
                line=cell.line,
                whole=partial(run_asserts, plain_python(cell.asserts)),
            )


def _line_in(error: BaseException, path: str) -> int:
    """The line of the file ``path`` that an error passed through last."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 1 for f in reversed(frames) if f.filename == path), 1)
