"""nbgrader courses in the styles of real ones, of this project's own writing, with submissions.

``make_course(folder, "intro")`` writes one as nbgrader has it; ``COURSES["intro"]`` knows what its
submissions hold and what stock nbgrader gives for them.
"""

from importlib.util import find_spec
from pathlib import Path

from .figures import FIGURES
from .form import Attempt, Cell, Model, Sheet, filled, notebook, write
from .frames import FRAMES
from .generated import GENERATED
from .handles import HANDLES
from .intro import INTRO
from .numerics import NUMERICS
from .objects import OBJECTS
from .old import OLD
from .shell import SHELL
from .state import STATE

COURSES: dict[str, Model] = {
    model.name: model
    for model in (
        *(INTRO, NUMERICS, FRAMES, FIGURES, GENERATED),
        *(OBJECTS, STATE, SHELL, OLD, HANDLES),
    )
}

#: Every submission of every course, as the course and who hands it in.
SUBMISSIONS = [(name, student) for name in COURSES for student in COURSES[name].everyone()]

__all__ = [
    "COURSES",
    "SUBMISSIONS",
    "Attempt",
    "Cell",
    "Model",
    "Sheet",
    "answers",
    "filled",
    "make_course",
    "missing",
    "notebook",
]


def missing(name: str) -> list[str]:
    """What a course needs and this machine lacks."""
    return [one for one in COURSES[name].needs if find_spec(one) is None]


def make_course(folder: Path, name: str) -> Path:
    """Write a course into a folder that may not be there yet; returns the folder."""
    return write(COURSES[name], folder)


def answers(name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """The right text of every answer cell, then the wrong ones, by notebook and cell."""
    model = COURSES[name]
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for sheet in model.sheets:
        tried = [model.texts(one.name, sheet) for one in model.attempts]
        found[sheet.name] = {
            cell.name: tuple(dict.fromkeys([cell.right, *(one[cell.name] for one in tried)]))
            for cell in sheet.of("answer")
        }
    return found
