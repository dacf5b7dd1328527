"""A student's JupyterLab and an instructor's, each on its own folder, with an exchange between."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.course.manifest import Course, load_course
from autograder.gradebook.registration import write_week
from support import tiny
from support.lab_server import jupyterlab
from support.people import Person, student_folder


@dataclass(frozen=True)
class Classroom:
    """The course, both people, and the addresses of their JupyterLabs."""

    course: Course
    teacher: Person
    student: Person
    teachers: str
    students: str


@contextmanager
def classroom(root: Path) -> Iterator[Classroom]:
    """The tiny course, released, and Ada, who has not fetched it yet."""
    course = load_course(tiny.make_course(root / "course"))
    write_week(course, course.weeks[0])
    teacher = Person(course.root, root / "teacher")
    student = Person(student_folder(root / "ada", course, "ada"), root / "student")
    teacher.nbgrader("release_assignment", tiny.WEEK)
    own = f"--ServerApp.root_dir={student.folder}"
    with (
        jupyterlab(teacher, "autograder", "lab") as teachers,
        jupyterlab(student, "jupyter", "lab", own) as students,
    ):
        yield Classroom(course, teacher, student, teachers, students)
