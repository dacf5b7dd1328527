"""Attacks on the class as a whole: by file names, links, archives and what a terminal shows."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
import target
from attack import own_cell
from ground import Ground
from support.commands import nbgrader
from support.grading import Grade

from autograder.authoring.fill import fill
from autograder.batch.classroom import find_submissions
from autograder.batch.submission import Submission, read_submission
from autograder.cli.show import show_class
from autograder.course.manifest import load_course
from autograder.gradebook.registration import write_week
from autograder.gradebook.writer import writing
from autograder.grading.grade import broken
from autograder.report.feedback import write_feedback

WEEK = target.WEEK


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = target.make_course(tmp_path / "course")
    honest = folder / "submitted" / "alice" / WEEK
    honest.mkdir(parents=True)
    (honest / f"{WEEK}.ipynb").write_text("alice's work, canary")
    return folder


def found(course: Path, student: str) -> Submission:
    loaded = load_course(course)
    return find_submissions(loaded, loaded.weeks[0], [student])[0]


def handed_in(course: Path, student: str) -> Path:
    folder = course / "submitted" / student / WEEK
    folder.mkdir(parents=True)
    return folder


def bytes_of(submission: Submission) -> bytes | str:
    return read_submission(submission, 1 << 20)


def test_a_link_to_another_students_work_is_no_submission(course: Path) -> None:
    other = course / "submitted" / "alice" / WEEK / f"{WEEK}.ipynb"
    (handed_in(course, "eve") / f"{WEEK}.ipynb").symlink_to(other)
    assert isinstance(bytes_of(found(course, "eve")), str)


def test_a_link_under_another_name_is_none_either(course: Path) -> None:
    (handed_in(course, "eve") / "mine.ipynb").symlink_to(course / "submitted" / "alice" / WEEK)
    (course / "submitted" / "eve" / WEEK / "sub").symlink_to(course / "submitted" / "alice")
    assert found(course, "eve").path is None


def test_a_pipe_does_not_keep_the_grader_waiting(course: Path) -> None:
    os.mkfifo(handed_in(course, "eve") / f"{WEEK}.ipynb")
    assert isinstance(bytes_of(found(course, "eve")), str)


def test_a_device_without_end_is_not_read(course: Path) -> None:
    (handed_in(course, "eve") / "mine.ipynb").symlink_to("/dev/zero")
    assert isinstance(bytes_of(found(course, "eve")), str)


def test_a_file_of_a_terabyte_is_not_read(course: Path) -> None:
    path = handed_in(course, "eve") / f"{WEEK}.ipynb"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert "MiB" in str(bytes_of(found(course, "eve")))


@pytest.mark.parametrize("name", ["[b].ipynb", "\x1b[2Jmine.ipynb", "a\nb.ipynb", "..ipynb"])
def test_names_of_files_are_shown_as_they_are(
    course: Path, name: str, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = handed_in(course, "[b]eve")
    (folder / name).write_text("{}")
    (folder / f"x{name}").write_text("{}")
    submission = found(course, "[b]eve")
    assert submission.path is None
    graded = broken(ground.assignment(), submission.reason)
    loaded = load_course(course)
    write_week(loaded, loaded.weeks[0])
    with writing(loaded) as writer:
        writer.register(loaded.weeks[0])
        writer.record("[b]eve", graded)
    capsys.readouterr()
    show_class(loaded, loaded.weeks[0])
    assert "\x1b" not in capsys.readouterr().out
    write_feedback(loaded, loaded.weeks[0], [])


def test_a_cell_id_cannot_break_the_table(
    course: Path, ground: Ground, grade: Grade, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    tree = json.loads(fill(ground.assignment().notebook, target.RIGHT))
    tree["cells"].append(own_cell("x = 1"))
    tree["cells"][-1]["metadata"] = {"nbgrader": {"grade_id": "[/bold][link=http://x]"}}
    graded = grade(ground.assignment(), json.dumps(tree).encode())
    loaded = load_course(course)
    write_week(loaded, loaded.weeks[0])
    with writing(loaded) as writer:
        writer.register(loaded.weeks[0])
        writer.record("eve", graded)
    show_class(loaded, loaded.weeks[0])
    assert "[/bold]" in capsys.readouterr().out
    assert graded.earned == target.FULL


def test_a_name_in_bytes_that_are_no_text_does_not_end_the_run(
    course: Path, ground: Ground
) -> None:
    folder = os.fsencode(handed_in(course, "eve"))
    for name in (b"\xff\xfe.ipynb", b"\xff.ipynb"):
        with open(folder + b"/" + name, "wb") as file:
            file.write(b"{}")
    broken(ground.assignment(), found(course, "eve").reason).notebook.encode()


SCRIPTS = (
    "Because.\n\n<script>alert(1)</script><img src=x onerror='alert(1)'>",
    "[x](javascript:alert(1)) <a href='jAvAsCrIpT:alert(1)'>x</a> <svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data='x'></object>",
    "<style>@import 'http://example.org/x.css'</style><math><mtext><style><img onerror=a src>",
    '![x](attachment:"onerror="alert(1)) <details open ontoggle=alert(1)>',
)


@pytest.mark.parametrize("text", SCRIPTS)
def test_an_answer_shows_no_script_in_the_formgrader(
    course: Path, ground: Ground, grade: Grade, text: str
) -> None:
    from bs4 import BeautifulSoup
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers
    from traitlets.config import Config

    code = f"display({{'text/html': {text!r}}}, raw=True)"
    texts = {**target.RIGHT, "rnn_step": code, "why": text}
    graded = grade(ground.assignment(), fill(ground.assignment().notebook, texts).encode())
    config = Config()
    config.HTMLExporter.sanitize_html = True  # as ``configure`` sets it for the formgrader
    config.HTMLExporter.template_name = "basic"
    html, _ = HTMLExporter(config=config).from_notebook_node(_parsed(graded.notebook))
    assert handlers.template_path
    page = BeautifulSoup(html, "html.parser")
    for tag in page.find_all(True):
        assert tag.name not in ("script", "iframe", "object", "svg", "embed") or not tag.get("src")
        for name, value in tag.attrs.items():
            assert not name.lower().startswith("on"), tag
            assert "javascript:" not in str(value).lower(), tag
    assert "alert(1)</script" not in html


def _parsed(text: str) -> object:
    import nbformat

    return nbformat.reads(text, as_version=4)


def zipped(names: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in names.items():
            archive.writestr(name, text)
    return data.getvalue()


def tarred(names: dict[str, str], link: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, text in names.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
        entry = tarfile.TarInfo("link.ipynb")
        entry.type, entry.linkname = tarfile.SYMTYPE, link
        archive.addfile(entry)
    return data.getvalue()


EVIL = {
    "../../../../../evil.txt": "x",
    "../../../solutions/evil.py": "x",
    "/absolute-evil.txt": "x",
    "..\\..\\evil.txt": "x",
    "week/../../../../submitted/alice/evil.txt": "x",
}


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_writes_nothing_outside_its_folder(course: Path, kind: str) -> None:
    secret = course / "secret.txt"
    secret.write_text("canary")
    loaded = load_course(course)
    write_week(loaded, loaded.weeks[0])
    archive = course / "downloaded" / WEEK / "archive"
    archive.mkdir(parents=True)
    name = f"x_eve_attempt_2027-01-12-10-00-00_{WEEK}"
    names = {**EVIL, f"{name}.ipynb": "{}"}
    data = zipped(names) if kind == "zip" else tarred(names, str(secret))
    (archive / f"{name}.{kind}").write_bytes(data)
    before = {path for path in course.rglob("*") if "downloaded" not in path.parts}
    nbgrader(course, "zip_collect", WEEK, "--force")
    after = {path for path in course.rglob("*") if "downloaded" not in path.parts}
    assert {path for path in after - before if "evil" in path.name} == set()
    assert not Path("/absolute-evil.txt").exists()
    assert not list(course.parent.glob("evil*"))
    assert "canary" not in "".join(
        path.read_text() for path in (course / "submitted").rglob("*.ipynb") if "eve" in str(path)
    )


@pytest.mark.parametrize("student", ["..", "../alice", "alice/../alice", ".", "%2e%2e"])
def test_an_archive_cannot_pose_as_another_folder(course: Path, student: str) -> None:
    archive = course / "downloaded" / WEEK / "archive"
    archive.mkdir(parents=True)
    stands = (course / "submitted" / "alice" / WEEK / f"{WEEK}.ipynb").read_text()
    name = f"x_{student.replace('/', '_')}_attempt_2027-01-12-10-00-00_{WEEK}.ipynb"
    (archive / "a.zip").write_bytes(zipped({f"x_{student}_attempt_2027_{name}": "forged"}))
    nbgrader(course, "zip_collect", WEEK, "--force")
    assert (course / "submitted" / "alice" / WEEK / f"{WEEK}.ipynb").read_text() == stands
