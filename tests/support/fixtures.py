"""The fixtures that tests of several rooms share: the tiny course, its notebook, submissions."""

from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import nbformat
import pytest

from autograder.authoring.build import student_notebook
from autograder.authoring.source import Source, parse
from autograder.course.manifest import Course, load_course
from autograder.grading.sanitise import Sanitised
from autograder.remote.proxy import Impl, LocalLink, Session
from support import commands, tiny
from support.notebooks import Clean, Tree, as_bytes, clean, submission
from support.proxies import CODE


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
    return parse(tiny.TEXTS, Path(tiny.WEEK), tiny.WEEK)


@pytest.fixture(scope="session")
def tiny_notebook(tiny_source: Source) -> str:
    """The student notebook of the tiny week, as the text of its file."""
    return student_notebook(tiny_source)


@pytest.fixture
def autograder(course_folder: Path) -> commands.Command:
    """Run the command ``autograder`` in the tiny course, as a person would."""

    def run(*words: str, cwd: Path = course_folder) -> CompletedProcess[str]:
        return commands.autograder(cwd, *words)

    return run


@pytest.fixture
def session() -> Session:
    """A session with what a student wrote, in this process."""
    names: dict[str, Any] = {}
    exec(compile(CODE, "<cell 1>", "exec"), names)
    return Session(LocalLink(names), seconds=20)


@pytest.fixture
def impl(session: Session) -> Impl:
    """The implementation behind that session, as programs see it."""
    return Impl(session)


@pytest.fixture(scope="session")
def right(tiny_notebook: str) -> Tree:
    """The tree of a submission in which all is right."""
    return submission(tiny_notebook)


@pytest.fixture(scope="session")
def sanitised(tiny_notebook: str, tiny_source: Source) -> Clean:
    """What grading makes of a submission of the tiny week; always a valid notebook."""

    def run(submitted: Tree | bytes, **more: Any) -> Sanitised:
        data = submitted if isinstance(submitted, bytes) else as_bytes(submitted)
        result = clean(data, tiny_notebook, tiny_source, **more)
        nbformat.validate(result.notebook)
        nbformat.writes(result.notebook).encode()
        return result

    return run
