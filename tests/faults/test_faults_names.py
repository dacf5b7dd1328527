"""Odd names and places in ``submitted/``: a line each, nobody vanishes, and nobody is two."""

import os
from pathlib import Path

import pytest
from support import tiny
from support.commands import Command
from support.gradebooks import hand_in, marks

from autograder.authoring.fill import fill
from autograder.batch.classroom import find_submission
from autograder.batch.strays import strays, unknown_times
from autograder.batch.submission import read_submission
from autograder.course.manifest import Course
from autograder.course.paths import alike, is_student, printable

pytestmark = pytest.mark.slow(seconds=20)

WEEK = tiny.WEEK


def lines(course: Course) -> list[str]:
    return [stray.line for stray in strays(course, course.weeks)]


def link(course: Course, name: str, goal: str) -> None:
    path = course.submissions_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(goal)


def test_one_odd_name_keeps_nobody_from_being_graded(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    work = fill(tiny_notebook, tiny.RIGHT)
    for student in ("ada", "zed", "e\x1b[31mve", "m\udcfcller"):
        hand_in(course, student, work)
    for name in (".git", "__MACOSX", ".ipynb_checkpoints"):
        hand_in(course, name, work)
    hand_in(course, "ben", work, week=WEEK.upper())
    link(course, "mal", "ada")
    link(course, f"eve/{WEEK}", f"../ada/{WEEK}")
    path = hand_in(course, "fin", work)
    os.mkfifo(path.parent / "timestamp.txt")
    path = hand_in(course, "dee", work)
    (path.parent / "timestamp.txt").symlink_to("/dev/zero")

    done = autograder("grade", "1", "--jobs", "1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "\x1b[31m" not in done.stdout + done.stderr
    said = done.stdout.splitlines()
    for words in (
        "submitted/m\ufffdller/: the name is not UTF-8",
        f"submitted/ben/{WEEK.upper()}/: is no week of the course",
        "submitted/mal/: is a link",
        f"submitted/eve/{WEEK}/: is a link",
        "submitted/.git/: is no student's",
        "submitted/__MACOSX/: is no student's",
        "fin: timestamp.txt is a pipe",
        "dee: timestamp.txt is a link",
    ):
        assert sum(line.startswith(words) for line in said) == 1, (words, said)
    assert set(marks(course)) == {"ada", "zed", "e\x1b[31mve", "fin", "dee"}
    for words in (("feedback", "1"), ("report", "1"), ("export",), ("trace", "e\x1b[31mve", "1")):
        done = autograder(*words)
        assert done.returncode == 0, done.stderr
        assert "\x1b[31m" not in done.stdout + done.stderr


def test_feedback_before_grading_says_why_there_is_none(
    course: Course, autograder: Command, tiny_notebook: str
) -> None:
    assert "0 pages" in (said := autograder("feedback", "1").stdout)
    assert "nothing is handed in" in said
    hand_in(course, "ada", tiny_notebook)
    said = autograder("feedback", "1").stdout
    assert "nothing is graded yet; run `autograder grade week01_tiny` first" in said


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (f"ada/{WEEK.title()}/x.ipynb", f"{WEEK} may be meant"),
        ("ada/week01/x.ipynb", f"{WEEK} may be meant"),
        ("ada/week1_tiny/x.ipynb", f"{WEEK} may be meant"),
        (f"ada/{WEEK}.ipynb", "is in no week's folder"),
        ("ada/homework/x.ipynb", f"must be named like the week, as in {WEEK}"),
        (f"{WEEK}.ipynb", "is nobody's there"),
        (f"ada/{WEEK} /x.ipynb", f"{WEEK} may be meant"),
    ],
)
def test_what_stands_elsewhere_is_named(course: Course, place: str, words: str) -> None:
    path = course.submissions_folder / place
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    (line,) = strays(course, course.weeks)
    assert words in line.line
    assert line.lost


def test_what_a_system_left_is_not_worth_a_line(course: Course) -> None:
    hand_in(course, "ada", "{}")
    for name in (".DS_Store", f"ada/{WEEK}/.ipynb_checkpoints/{WEEK}-checkpoint.ipynb", "ada/.x"):
        path = course.submissions_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert lines(course) == []


@pytest.mark.parametrize(
    ("one", "other"), [("Ada", "ada"), ("jos\u00e9", "jose\u0301"), ("ａda", "ada"), ("ß", "ss")]
)
def test_ids_that_are_easily_mixed_up_are_named(course: Course, one: str, other: str) -> None:
    assert alike(one) == alike(other)
    hand_in(course, one, "{}")
    (course.root / "roster.yml").write_text(f"students: {{{other}: {{}}, ben: {{}}}}\n")
    (line,) = lines(course)
    assert "differ in case or Unicode form only" in line
    assert f"{one!a} (submitted/ only)" in line
    assert f"{other!a} (roster)" in line


def found(folder: Path, *names: str) -> tuple[str, str]:
    """Which of these files is graded, and what is said; a name with ``=`` holds what follows."""
    for name in names:
        name, _, text = name.partition("=")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name)
    submission = find_submission(folder, WEEK)
    told = "; ".join(note.text for note in submission.notes) or submission.reason
    return (str(submission.path.relative_to(folder)) if submission.path else ""), told


@pytest.mark.parametrize(
    ("names", "graded"),
    [
        ([f"{WEEK}.ipynb", f"{WEEK} (1).ipynb", "other.ipynb"], f"{WEEK}.ipynb"),
        (["x.ipynb", "__MACOSX/._x.ipynb", "._x.ipynb", ".git/x.ipynb"], "x.ipynb"),
        ([f"sub/{WEEK}.ipynb", "Untitled.ipynb"], f"sub/{WEEK}.ipynb"),
        ([f"{WEEK}.IPYNB"], f"{WEEK}.IPYNB"),
        ([f"{WEEK.upper()}.Ipynb", "Untitled.ipynb"], f"{WEEK.upper()}.Ipynb"),
        ([f"{WEEK}.ipynb.txt", "notes.txt"], f"{WEEK}.ipynb.txt"),
        ([f"{WEEK}.ipynb.json"], f"{WEEK}.ipynb.json"),
        ([f"{WEEK} (1).ipynb", f"{WEEK} (2).ipynb", "Untitled.ipynb"], f"{WEEK} (2).ipynb"),
        ([f"{WEEK}-Copy1.ipynb", "scratch.ipynb"], f"{WEEK}-Copy1.ipynb"),
        ([f"a/{WEEK}.ipynb=x", f"b/{WEEK}.ipynb=x"], f"a/{WEEK}.ipynb"),
        ([f"a/{WEEK}.ipynb=x", f"b/{WEEK}.ipynb=y"], ""),
        (["a.ipynb", "b.ipynb"], ""),
        (["task-1.ipynb", "task-2.ipynb"], ""),
        (["essay.pdf", f"{WEEK}.py"], ""),
        ([".ipynb_checkpoints/x.ipynb"], ""),
    ],
    ids=str,
)
def test_the_right_notebook_is_found(tmp_path: Path, names: list[str], graded: str) -> None:
    folder = tmp_path / "ada" / WEEK
    path, told = found(folder, *names)
    assert path == graded
    assert bool(told) == (graded != f"{WEEK}.ipynb")
    if names == ["essay.pdf", f"{WEEK}.py"]:
        assert told == f"there is no notebook {WEEK}.ipynb; found 'essay.pdf', '{WEEK}.py'"


def test_a_submission_of_many_files_is_not_walked_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "ada" / WEEK
    path, _ = found(folder, *(f"{number}.txt" for number in range(2100)), "z.ipynb")
    assert path == ""
    assert found(folder, f"{WEEK}.ipynb")[0] == f"{WEEK}.ipynb"


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "ada" / WEEK
    found(folder, f"{WEEK}.ipynb")
    submission = find_submission(folder, WEEK)
    assert submission.path is not None
    for make, words in (
        (os.mkfifo, "is a pipe"),
        (lambda path: path.symlink_to("/etc/hostname"), "is a link"),
        (Path.mkdir, "is a folder"),
    ):
        submission.path.unlink()
        make(submission.path)
        data = read_submission(submission, 100)
        assert data == f"'{WEEK}.ipynb' cannot be read: {words}"
        if submission.path.is_dir():
            submission.path.rmdir()
            submission.path.write_text("x")


def test_a_time_that_cannot_be_read_is_told_by_name(course: Course) -> None:
    path = hand_in(course, "ada", "{}")
    (path.parent / "timestamp.txt").write_text("soon")
    (line,) = unknown_times(course, course.weeks[0], ["ada", "ben"])
    assert line.startswith("ada: timestamp.txt is no time: 'soon'")


def test_names_of_folders() -> None:
    assert not any(map(is_student, (".git", "__MACOSX", "m\udcfcller", "..")))
    assert all(map(is_student, ("ada", "Zoë O'Hara", "李雷", "2pac")))
    assert printable("a\x1b]0;x\x07b\u202e\udcfc") == "a\ufffd]0;x\ufffdb\ufffd\ufffd"
