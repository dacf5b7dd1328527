"""A course under way: stock nbgrader has marked three students, a person too; one was late."""

from collections.abc import Mapping
from pathlib import Path

from autograder.course.paths import GRADEBOOK

from .form import Attempt, Model, Sheet, nothing, write
from .stock import hand_in, nbgrader, release

DUE = "2031-03-03 12:00:00 UTC"
#: When each handed in.
TIMES = {
    "reference": "2031-03-02 09:30:00 UTC",
    "half": "2031-03-03 11:59:00 UTC",
    "late": "2031-03-05 18:00:00 UTC",
}
#: What a person gave for the essay, and said.
ESSAYS: Mapping[str, tuple[float, str]] = {
    "reference": (3.0, "You saw the point."),
    "half": (1.5, "And the second one?"),
}
EXTRA = 0.5

TRAINS = Sheet(
    "trains",
    r'''
# %% answer speed
def speed(km, minutes):
    """In km/h."""
    ### BEGIN SOLUTION
    return 60 * km / minutes
    ### END SOLUTION

# %% tests test_speed 2
assert speed(10, 10) == 60
### BEGIN HIDDEN TESTS
assert speed(0, 5) == 0
### END HIDDEN TESTS

# %% answer meet
def meet(apart, one, other):
    """After how many hours two trains meet."""
    ### BEGIN SOLUTION
    return apart / (one + other)
    ### END SOLUTION

# %% tests test_meet 4
assert meet(300, 100, 50) == 2

# %% [markdown] manual essay 3
Which of them is nearer to where it began, when they meet?
''',
)
MARKED = Model(
    name="marked",
    assignment="week 1",
    sheets=(TRAINS,),
    attempts=(
        Attempt("half", {"speed": "def speed(km, minutes):\n    return km"}, nothing("test_speed")),
        Attempt("late", {"meet": "def meet(*all):\n    return 2"}),
    ),
)


def make_marked(folder: Path) -> Path:
    """Write the course and have stock nbgrader mark it; takes some seconds."""
    write(MARKED, folder)
    commands = release(MARKED, folder)
    with _gradebook(folder) as book:
        book.add_assignment(MARKED.assignment, duedate=DUE)
    assert set(nbgrader(commands)) == {0}
    for student, when in TIMES.items():
        hand_in(MARKED, folder, student)
        stamp = folder / "submitted" / student / MARKED.assignment / "timestamp.txt"
        stamp.write_text(when, encoding="utf-8")
    assert set(nbgrader([(str(folder), "autograde", MARKED.assignment)])) == {0}
    with _gradebook(folder) as book:
        for student, (points, comment) in ESSAYS.items():
            where = (TRAINS.name, MARKED.assignment, student)
            book.find_grade("essay", *where).manual_score = points
            book.find_grade("essay", *where).needs_manual_grade = False
            book.find_comment("essay", *where).manual_comment = comment
        book.find_grade("test_meet", TRAINS.name, MARKED.assignment, "half").extra_credit = EXTRA
        book.db.commit()
    return folder


def totals(folder: Path) -> dict[str, float]:
    """What the gradebook of a course gives each student for the assignment."""
    with _gradebook(folder) as book:
        return {one.student.id: one.score for one in book.assignment_submissions(MARKED.assignment)}


def _gradebook(folder: Path):  # type: ignore[no-untyped-def]
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folder / GRADEBOOK}")
