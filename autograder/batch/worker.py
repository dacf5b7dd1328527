"""What grades in one process: its kernels, and the exams that it has opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..course.errors import CourseError
from ..grading.grade import grade
from ..grading.notes import Note
from ..grading.plain.assignment import PlainAssignment
from ..grading.plain.grade import PlainExam, grade_plain, open_plain
from ..grading.results import Graded
from ..judge.exam import Exam, open_exam
from ..kernels.supply import KernelSupply, open_kernels
from ..remote.proxy import LinkError
from ..sandbox.levels import best_level
from .assignments import AnyAssignment
from .canary import unfit
from .submission import Failure

#: How many assignments' exams are kept open.
EXAMS = 4


class Worker:
    """Grades one submission after the other, as long as its kernels are there.

    One at a time: the judge seeds the process's generators.
    """

    def __init__(self, kernels: KernelSupply) -> None:
        self.kernels = kernels
        self.exams: dict[AnyAssignment, Exam | PlainExam] = {}
        self.proven: set[AnyAssignment] = set()

    def prove(self, assignment: AnyAssignment) -> None:
        """Grade the reference, once for each assignment.

        Raises
        ------
        CourseError
            If it does not get full marks here: the environment or the course is at fault.
        """
        if assignment not in self.proven:
            try:
                graded = self.grade(assignment, assignment.perfect())
            except LinkError as error:
                raise CourseError(f"{assignment.week}: nothing is graded: {error}") from error
            why = unfit(assignment, graded)
            if why:
                raise CourseError(why)
            self.proven.add(assignment)

    def grade(
        self,
        assignment: AnyAssignment,
        submission: bytes,
        notes: tuple[Note, ...] = (),
        another: bool = False,
    ) -> Graded:
        """Grade one submission, see ``grading.grade``."""
        exam = self._exam(assignment)
        if isinstance(assignment, PlainAssignment):
            assert isinstance(exam, PlainExam)
            return grade_plain(exam, submission, self.kernels, notes, another)
        assert isinstance(exam, Exam)
        return grade(assignment, submission, self.kernels, exam, notes, another)

    def attempt(
        self,
        assignment: AnyAssignment,
        submission: bytes,
        notes: tuple[Note, ...] = (),
        another: bool = False,
    ) -> Graded | Failure:
        """The same; a fault of the engine is a value, too."""
        try:
            return self.grade(assignment, submission, notes, another)
        except Exception as error:
            return Failure(f"{type(error).__name__}: {error}")

    def _exam(self, assignment: AnyAssignment) -> Exam | PlainExam:
        if assignment not in self.exams:
            while len(self.exams) >= EXAMS:
                del self.exams[next(iter(self.exams))]
            self.exams[assignment] = (
                open_plain(assignment)
                if isinstance(assignment, PlainAssignment)
                else open_exam(assignment.source)
            )
        return self.exams[assignment]


@contextmanager
def open_worker(
    unsafe: bool = False, preload: tuple[str, ...] = (), level: str = ""
) -> Iterator[Worker]:
    """A worker in this process, with kernels from a launcher of its own.

    Parameters
    ----------
    unsafe : whether to go on where this machine gives no isolation
    preload : modules that kernels have imported
    level : of isolation; the best of this machine unless given
    """
    with open_kernels(level or best_level(unsafe), preload) as kernels:
        yield Worker(kernels)
