"""Written answers, wherever they stand: what may be one is shown where the question is marked.

An answer cell that is as it was handed out earns nothing, and nobody is asked. So nothing that a
person should have read may stay elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat

from .names import found_by_line, readable
from .placing import Unit

WORDS = re.compile(r"[^\W\d_]{2,30}(?:[ ,.;:'’-]{1,3}[^\W\d_]{1,30}){2}")
QUOTED = re.compile(r"(?s)^\s*(?:print\s*\(\s*)?[rbfu]{0,2}(?:'''|\"\"\"|'|\")")


@dataclass(frozen=True)
class Question:
    """A question: its cell in the notebook, and where it stood in the submission."""

    node: Any
    at: float


def is_prose(unit: Unit) -> bool:
    """Whether a cell of the student's own may be a written answer."""
    text = unit.cell.text
    if unit.cell.kind != "code":
        return bool(text.strip())
    if not WORDS.search(text[:10_000]) or unit.names.binds:
        return False
    if readable(text) is None:
        return not list(found_by_line(text))
    code = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    return not code or bool(QUOTED.match("\n".join(code)))


def bring_home(questions: Sequence[Question], units: Sequence[Unit]) -> Iterator[Any]:
    """Copy what may be answers into the cells of questions that are as they were handed out.

    Those cells come back.
    """
    answers: dict[int, list[Unit]] = {}
    for unit in units:
        if questions and not unit.slot and not unit.answers and is_prose(unit):
            nearest = min(range(len(questions)), key=lambda n: abs(questions[n].at - unit.at))
            answers.setdefault(nearest, []).append(unit)
    for number, found in answers.items():
        node = questions[number].node
        node.source = "\n\n".join(_shown(unit) for unit in found)
        pictures = {name: data for unit in found for name, data in unit.cell.attachments.items()}
        if pictures:
            node.attachments = nbformat.from_dict(pictures)
        yield node


def added_lines(text: str, original: str) -> str:
    """The lines of a changed text of the course's that the student wrote."""
    theirs = {line.strip() for line in original.splitlines()}
    return "\n".join(line for line in text.splitlines() if line.strip() not in theirs).strip()


def with_pictures(text: str, attachments: dict[str, Any]) -> str:
    """``text`` without pictures that are not attached: showing them is an error of nbconvert."""

    def one(found: re.Match[str]) -> str:
        word, line = found[1], found[1] + found[2]
        there = word in attachments or line in attachments
        return f"{'attachment' if there else 'missing'}:{line}"

    return re.sub(r"attachment:([^)\s\"'>]{0,300})([^)\n\"'>]{0,300})", one, text)


def _shown(unit: Unit) -> str:
    text = unit.cell.text.strip()
    return text if unit.cell.kind != "code" else f"```python\n{text}\n```"
