"""A student's JupyterLab and an instructor's, each on its own folder, with an exchange between."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab_server import PLACES, wait_for
from support import tiny

from autograder.authoring.build import write_week
from autograder.course.manifest import Course, load_course

WEEK = tiny.WEEK
PROGRAMS = Path(sys.executable).parent
LAB = ["--no-browser", "--ServerApp.port_retries=0", "--allow-root", "--IdentityProvider.token="]
LAB += ["--LabApp.expose_app_in_browser=True"]


@dataclass(frozen=True)
class Desk:
    """Somebody's folder, and the environment that keeps their files apart from others'."""

    folder: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {name: str(self.home / name.lower()) for name in PLACES}
        Path(own["HOME"]).mkdir(parents=True, exist_ok=True)
        return {**os.environ, **own, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}

    def run(self, program: str, *words: str) -> str:
        """Run a command; what it printed."""
        done = subprocess.run(
            [PROGRAMS / program, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def lab(self, *words: str) -> Iterator[str]:
        """JupyterLab, started by these words; its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = self.home / "log"
        environment = self.environment
        process = subprocess.Popen(
            [PROGRAMS / words[0], *words[1:], *LAB, f"--port={port}"],
            cwd=self.folder,
            env=environment,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Classroom:
    """The course, both desks, and the addresses of their JupyterLabs."""

    course: Course
    teacher: Desk
    student: Desk
    teachers: str
    students: str


@contextmanager
def classroom(root: Path) -> Iterator[Classroom]:
    """The tiny course, released, and Ada, who has not fetched it yet."""
    course = load_course(tiny.make_course(root / "course"))
    write_week(course, course.weeks[0])
    teacher, student = Desk(course.root, root / "teacher"), Desk(root / "ada", root / "student")
    student.folder.mkdir()
    (student.folder / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.course_id = {course.manifest.course.id!r}\n"
        "c.CourseDirectory.student_id = 'ada'\n"
        f"c.Exchange.root = {str(course.root / course.manifest.exchange)!r}\n"
    )
    teacher.run("nbgrader", "release_assignment", WEEK)
    own = f"--ServerApp.root_dir={student.folder}"
    with teacher.lab("autograder", "lab") as one, student.lab("jupyter", "lab", own) as other:
        yield Classroom(course, teacher, student, one, other)
