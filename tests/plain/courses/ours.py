"""The same courses, imported and graded by this engine, without a command line in between."""

from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.importing.make import import_course
from autograder.batch.assignments import load_assignments
from autograder.course.manifest import load_course
from autograder.grading.plain.assignment import PlainAssignment
from autograder.grading.plain.grade import PlainExam, grade_plain, open_plain
from autograder.grading.results import Graded
from autograder.kernels.supply import KernelSupply

from . import COURSES, make_course
from .form import Model, Sheet, filled


@dataclass(frozen=True)
class Imported:
    """An imported course and its notebooks' exams, by the notebooks' names."""

    model: Model
    folder: Path
    exams: dict[str, PlainExam]

    def released(self, sheet: Sheet) -> str:
        """The notebook as students get it."""
        return self.exams[sheet.name].assignment.notebook

    def grade(self, sheet: Sheet, submission: str, kernels: KernelSupply) -> Graded:
        """Grade one notebook's text."""
        return grade_plain(self.exams[sheet.name], submission.encode(), kernels)

    def grade_all(self, student: str, kernels: KernelSupply) -> dict[str, Graded]:
        """Grade all that one of the course's students hands in, by notebook."""
        return {
            sheet.name: self.grade(
                sheet, filled(self.released(sheet), self.model.texts(student, sheet)), kernels
            )
            for sheet in self.model.sheets
        }


def imported(name: str, folder: Path) -> Imported:
    """Write a course and import it, in two new folders below ``folder``."""
    source = make_course(folder / "nbgrader", name)
    import_course(source, folder / "course")
    course = load_course(folder / "course")
    (week,) = course.manifest.weeks
    exams = {
        one.name: open_plain(one)
        for one in load_assignments(course, week)
        if isinstance(one, PlainAssignment)
    }
    return Imported(COURSES[name], folder, exams)


def scores(model: Model, graded: dict[str, Graded]) -> dict[str, float]:
    """What each test got, by ``notebook/cell``."""
    alone = len(model.sheets) == 1
    return {
        f"{name}/{test.cell}" if alone else test.cell: test.earned
        for name, one in graded.items()
        for test in one.tests
    }
