"""Fixtures for all tests: a tiny course, and the command line on it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import nbformat
import pytest
from support import tiny
from support.notebooks import Tree, as_bytes, clean, submission
from support.proxies import CODE

from autograder.authoring.build import student_notebook
from autograder.authoring.source import Source, parse
from autograder.course.manifest import Course, load_course
from autograder.grading.sanitise import Sanitised
from autograder.remote.proxy import Impl, LocalLink, Session

hypothesis.settings.register_profile("course", deadline=None, print_blob=True)
hypothesis.settings.load_profile("course")

# Whoever is started in the background ignores this signal, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

Clean = Callable[..., Sanitised]
Command = Callable[..., subprocess.CompletedProcess[str]]


#: The files that take longest; tests in several processes begin with them.
LONG = (
    "test_weeks.py",
    "test_attacks.py",
    "test_exchange.py",
    "test_faults_engine.py",
    "test_demo.py",
    "test_docs.py",
    "test_regrading.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that no process works alone at the end."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    """The folder of a tiny course, not built yet."""
    return tiny.make_course(tmp_path / "course")


@pytest.fixture
def course(course_folder: Path) -> Course:
    """The tiny course."""
    return load_course(course_folder)


@pytest.fixture(scope="session")
def tiny_source() -> Source:
    """The source of the tiny course's one week."""
    return parse(tiny.SOURCE, Path(f"{tiny.WEEK}.py"), tiny.WEEK)


@pytest.fixture(scope="session")
def tiny_notebook(tiny_source: Source) -> str:
    """The student notebook of the tiny week, as the text of its file."""
    return student_notebook(tiny_source)


@pytest.fixture
def autograder(course_folder: Path) -> Command:
    """Run the command ``autograder`` in the tiny course, as a person would."""

    def command(*words: str, cwd: Path = course_folder) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).parent / "autograder"
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
        return subprocess.run(
            [program, *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
        )

    return command


@pytest.fixture
def session() -> Session:
    names: dict[str, Any] = {}
    exec(compile(CODE, "<cell 1>", "exec"), names)
    return Session(LocalLink(names), seconds=20)


@pytest.fixture
def impl(session: Session) -> Impl:
    return Impl(session)


@pytest.fixture(scope="session")
def right(tiny_notebook: str) -> Tree:
    return submission(tiny_notebook)


@pytest.fixture(scope="session")
def sanitised(tiny_notebook: str, tiny_source: Source) -> Clean:
    def run(submitted: Tree | bytes, **more: Any) -> Sanitised:
        data = submitted if isinstance(submitted, bytes) else as_bytes(submitted)
        result = clean(data, tiny_notebook, tiny_source, **more)
        nbformat.validate(result.notebook)
        nbformat.writes(result.notebook).encode()
        return result

    return run
