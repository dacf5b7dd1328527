"""What is read of a class: a student's week, and everybody's."""

from dataclasses import dataclass, field

from ..course.manifest import Week
from ..grading.notes import Note
from ..grading.results import SubmissionStatus, TestResult
from ..remote.causes import Cause
from .assessment import Assessment
from .marks import Marks, Person
from .notebooks import Part


@dataclass(frozen=True)
class Sheet:
    """One student's week.

    Attributes
    ----------
    status : BROKEN, with a ``cause`` and a ``reason``, if there was nothing to run
    tests : the tests of each exercise, in the order of the notebook
    notes : what grading put right or left out
    marks : what the gradebook holds; None if it has no such submission
    assessment : what the student ticked; ``unread`` says why the file could not be read
    parts : of a plain week, its notebooks
    """

    person: Person
    status: SubmissionStatus
    cause: Cause | None
    reason: str
    tests: tuple[TestResult, ...]
    notes: tuple[Note, ...]
    seconds: float
    marks: Marks | None
    assessment: Assessment | None = None
    unread: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def student(self) -> str:
        return self.person.id

    @property
    def earned(self) -> float:
        """The points by hidden tests."""
        return sum(test.earned for test in self.tests)

    @property
    def points(self) -> float:
        """The most that hidden tests give."""
        return sum(test.points for test in self.tests)

    @property
    def before(self) -> tuple[str, ...]:
        """The notebooks that nbgrader marked before the course came here."""
        return tuple(part.name for part in self.parts if part.before)

    def test(self, exercise: str) -> TestResult | None:
        """The tests of one exercise."""
        return next((test for test in self.tests if test.exercise == exercise), None)


@dataclass(frozen=True)
class ClassWeek:
    """A week of the whole class.

    Attributes
    ----------
    sheets : of all active students with a result, by name
    missing : active students without one
    withdrawn : students with a result who have left the course
    outdated : students whose graded notebook another version wrote, which counts as not graded
    order : of a plain week, the places of its cells
    """

    week: Week
    number: int
    sheets: tuple[Sheet, ...]
    missing: tuple[Person, ...] = ()
    withdrawn: tuple[Person, ...] = ()
    outdated: tuple[Person, ...] = ()
    order: dict[str, int] = field(default_factory=dict)

    @property
    def graded(self) -> tuple[Sheet, ...]:
        """The sheets of submissions that could be run, which statistics are made of."""
        return tuple(sheet for sheet in self.sheets if sheet.status is SubmissionStatus.GRADED)

    @property
    def exercises(self) -> dict[str, float]:
        """The exercises and their points, in the order of the notebook."""
        found: dict[str, float] = {}
        for sheet in self.sheets:
            for test in sheet.tests:
                found.setdefault(test.exercise, test.points)
        if not self.order:
            return found
        last = len(self.order)
        return dict(sorted(found.items(), key=lambda one: self.order.get(one[0], last)))

    @property
    def open_tests(self) -> dict[str, TestResult]:
        """The tests that run in the students' own kernels, which nothing protects."""
        found: dict[str, TestResult] = {}
        for name in self.exercises:
            tests = (test for sheet in self.sheets if (test := sheet.test(name)))
            test = next((test for test in tests if not test.protected), None)
            if test is not None:
                found[name] = test
        return found
