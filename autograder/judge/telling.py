"""What of an outcome's words is told: nothing that only the implementation's side can have said.

What a hidden test hands over is not to come back by a name, a line or a text that is made of it. So
a line must stand in the submitted notebook, a name there or in a library, and a text that came back
as a value is left out of an assertion's message where the author has not written it as well.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ..authoring.percent import plain_python
from ..authoring.source import Source
from ..remote.messages import is_known, names_only, told_kind
from ..remote.scope import LINE_LIMIT
from .programs import Outcome, OutcomeStatus

WORD = re.compile(r"[^\W\d]\w*")
LONG_NUMBER = re.compile(r"\d{8,}|\d+\.\d{5,}")
#: Shorter texts that came back are not looked for in a message.
SHORTEST = 3
MADE_ELSEWHERE = (
    "Only a check or an experiment makes {name}, and graded code does not see what those make. "
    "Make it inside, or pass it as an argument."
)


@dataclass(frozen=True)
class Submitted:
    """The text of a submission, by its lines and its words."""

    lines: frozenset[str]
    words: frozenset[str]


@lru_cache(8)
def submitted(text: str) -> Submitted:
    """The lines and the words of a submission's code."""
    lines = frozenset(line.strip() for line in text.splitlines())
    return Submitted(lines, frozenset(WORD.findall(text)))


def telling(outcome: Outcome, source: Source, text: str | None) -> Outcome:
    """The outcome with words that may be told.

    Parameters
    ----------
    text : all code of the submission; None where it is not known, as for an author's own
    """
    match outcome.status:
        case OutcomeStatus.RAISED:
            unknown = re.search(r"NameError: name '(\w+)'", outcome.message)
            if unknown and unknown[1] in _made_elsewhere(source):
                outcome = replace(outcome, help=MADE_ELSEWHERE.format(name=unknown[1]))
            if text is None:
                return outcome
            known = submitted(text)
            message = names_only(outcome.message, known.words)
            return replace(outcome, message=message, where=_place(outcome.where, known))
        case OutcomeStatus.FAILED:
            return replace(outcome, message=_without_values(outcome, source.hidden.text))
        case OutcomeStatus.OFFENDS if text is not None and " " in outcome.kind:
            name = outcome.kind.rpartition(" ")[2]
            known = submitted(text)
            if name and not (name.isdigit() or name in known.words or is_known(name)):
                message = re.sub(rf"\b{re.escape(name)}\b", "…", outcome.message)
                return replace(outcome, message=message)
    return outcome


def _place(where: str, known: Submitted) -> str:
    """A function and its line, as far as they stand in the submission."""
    name, _, line = where.partition(": ")
    whole = line in known.lines or (
        len(where) >= LINE_LIMIT and any(one.startswith(line) for one in known.lines)
    )
    line = line if line and whole else ""
    name = name if name in known.words or name in ("<module>", "<lambda>", "<genexpr>") else ""
    return ": ".join(part for part in (name, line) if part)


def _without_values(outcome: Outcome, hidden: str) -> str:
    """An assertion's message without the texts and the long numbers that came back."""
    message = outcome.message
    texts = sorted({*_texts(outcome.record)}, key=len, reverse=True)
    for text in texts:
        if len(text) < SHORTEST or text in hidden or is_known(text):
            continue
        kind = told_kind([text.partition(":")[0]]) if re.match(r"\w+: ", text) else "Exception"
        instead = kind if kind != "Exception" else "…"
        for shown in (text, repr(text)[1:-1]):
            message = message.replace(shown, instead)
    return LONG_NUMBER.sub("…", message)


def _texts(value: Any) -> Iterator[str]:
    """The texts in what came back."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(one)


@lru_cache(16)
def _made_elsewhere(source: Source) -> frozenset[str]:
    """The names that only checks and experiments define."""
    elsewhere, here = (
        {name for cell in source.of(*roles) for name in _defined(plain_python(cell.text))}
        for roles in (("tests", "experiment"), ("given", "exercise"))
    )
    return frozenset(elsewhere - here)


def _defined(text: str) -> Iterator[str]:
    """The names that a cell's statements bind."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name.partition(".")[0] for one in names)
            case _:
                stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
                yield from (n.id for n in stored if isinstance(n.ctx, ast.Store))
