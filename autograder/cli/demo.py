"""A sample class, made from a week's own solutions and mistakes, graded end to end."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import yaml

from ..authoring.fill import fill
from ..authoring.samples import broken_files, cheats
from ..authoring.source import Source
from ..batch.assignments import load_assignment
from ..batch.grader import Grader
from ..batch.run import Selection, grade_week
from ..course.errors import CourseError
from ..course.manifest import MANIFEST, Course, Week, load_course
from ..course.paths import SOLUTIONS
from ..gradebook.assessment import NAME, Assessment, ItemAnswer
from ..gradebook.registration import write_week
from ..grading.grade import Assignment
from ..judge.exam import Exam, open_exam
from ..report.feedback import write_feedback
from ..report.pages import write_reports
from .show import show_class

Say = Callable[[str], None]
#: The longest a cell of the sample class may take.
CELL_SECONDS = 15.0
#: Names of many places, in the order in which they are given out.
NAMES = (
    *("abena", "aditi", "alejandro", "amara", "bao", "chiara", "dmitri", "elif"),
    *("emeka", "fatima", "hana", "ingrid", "joao", "kofi", "leila", "mateo"),
    *("nadia", "olu", "priya", "quinn", "rosa", "sven", "tariq", "yuki"),
)


def run_demo(course: Course, folder: Path, weeks: list[str] | None, jobs: int, say: Say) -> int:
    """Grade the sample class of these weeks, or of all, in ``folder``.

    Returns
    -------
    int
        How many submissions could not be graded.
    """
    start = time.monotonic()
    sample = _hurried(copy_course(course, folder))
    failures = 0
    picked = sample.pick(weeks)
    with Grader(jobs, sample.preload(*picked)) as grader:
        grader.start()
        for week in picked:
            write_week(sample, week)
            say(f"{week.id}: {sample.notebook_path(week)}")
            assignment = load_assignment(sample, week)
            count = write_class(sample, week, assignment)
            say(f"{week.id}: {count} sample submissions in {sample.root / 'submitted'}")
            failures += grade_week(sample, week, Selection(), grader, say)
            write_feedback(sample, week, [])
            show_class(sample, week)
    write_reports(sample, picked, say)
    root = sample.root
    say(f"\nDone in {time.monotonic() - start:.0f} s. Where to look next:")
    say(f"  the report        {root / 'reports' / 'index.html'}")
    say(f"  feedback pages    {root / 'feedback'}/STUDENT/{picked[0].id}/")
    say(f"  graded notebooks  {root / 'autograded'}/STUDENT/{picked[0].id}/")
    say(f"  the formgrader    cd {root} && jupyter lab   (then Nbgrader, Formgrader)")
    return failures


def copy_course(course: Course, folder: Path) -> Course:
    """A copy of the course in ``folder``, without submissions.

    Raises
    ------
    CourseError
        If the folder holds anything but an earlier copy.
    """
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / ".sample-class").is_file():
        raise CourseError(f"{folder}: holds something other than a sample class; name a new folder")
    if folder == course.root or folder in course.root.parents:
        raise CourseError(f"{folder}: the sample class needs a folder of its own")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / ".sample-class").touch()
    for name in (MANIFEST, "nbgrader_config.py"):
        shutil.copyfile(course.root / name, folder / name)
    shutil.copytree(course.root / SOLUTIONS, folder / SOLUTIONS)
    return load_course(folder)


def _hurried(course: Course) -> Course:
    """The course with a short time limit for cells: one of the class loops for ever."""
    path = course.root / MANIFEST
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    limits = tree.setdefault("grading", {}).setdefault("limits", {})
    limits["cell_seconds"] = min(CELL_SECONDS, course.manifest.grading.limits.cell_seconds)
    path.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return load_course(course.root)


def write_class(course: Course, week: Week, assignment: Assignment) -> int:
    """Write a sample class into ``submitted/``; returns how many students it has."""
    submissions = list(sample_class(assignment))
    source = assignment.source
    for student, name, data in submissions:
        folder = course.submitted(student, week.id)
        folder.mkdir(parents=True)
        if name:
            (folder / name).write_bytes(data)
        assessment = _assessment(student.split("-", 1)[1], source)
        if assessment:
            (folder / NAME).write_text(assessment, encoding="utf-8")
    return len(submissions)


def _assessment(kind: str, source: Source) -> str:
    """What a student of the sample class ticks: mostly too much, as people do."""
    items = source.items
    half = {cell.name for cell in source.exercises[: len(source.exercises) // 2]}
    ticked = {
        "reference": items[:-2],
        "other-style": items[1:],
        "two-mistakes": items[:-1],
        "half-finished": tuple(item for item in items if item.exercise in half),
        **dict.fromkeys(("untouched", "nothing", "cut-off", "not-a-notebook"), ()),
    }.get(kind, items)
    if not ticked:
        return ""
    rows = tuple(ItemAnswer(i.id, i.text, i in ticked, i.exercise or None) for i in items)
    return msgspec.json.encode(Assessment(1, source.week, rows)).decode()


def sample_class(assignment: Assignment) -> Iterator[tuple[str, str, bytes]]:
    """Student, file name and bytes of each submission of a class of 24."""
    exam = open_exam(assignment.source)
    right = f"{assignment.week}.ipynb"
    loops, *dishonest = cheats(assignment.notebook, exam.source.references)
    kinds = [
        loops,  # first: it takes a cell's whole time limit, and the others need not wait for it
        *_honest(assignment, exam),
        *broken_files(assignment.notebook),
        *dishonest,
    ]
    for student, (kind, data) in zip(NAMES, kinds, strict=False):
        name = {"renamed": "my homework FINAL.ipynb", "nothing": ""}.get(kind, right)
        yield f"{student}-{kind}", name, data


def _honest(assignment: Assignment, exam: Exam) -> Iterator[tuple[str, bytes]]:
    """Right, differently right, wrong in one place, in two places, and half finished."""
    reference = exam.source.references

    def notebook(texts: dict[str, str]) -> bytes:
        return fill(assignment.notebook, texts).encode()

    yield "reference", notebook(reference)
    alternatives = {one.exercise: one.text for one in exam.source.alternatives}
    yield "alternatives", notebook({**reference, **alternatives})
    first = {one.exercise: one.text for one in reversed(exam.source.alternatives)}
    yield "other-style", notebook({**reference, **first})
    names = list(reference)
    mistakes = [next(m for m in exam.mistakes if m.exercise == name) for name in names]
    for number, mistake in enumerate(mistakes, 1):
        text = {**reference, mistake.exercise: mistake.text}
        yield f"mistake-{number}", notebook(text)
    both = {mistake.exercise: mistake.text for mistake in (mistakes[1], mistakes[-1])}
    yield "two-mistakes", notebook({**reference, **both})
    half = {name: reference[name] for name in names[: len(names) // 2]}
    yield "half-finished", notebook(half)
    yield "untouched", assignment.notebook.encode()
    tree = json.loads(fill(assignment.notebook, reference))
    for cell in tree["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    yield "without-metadata", json.dumps(tree | {"nbformat_minor": 4}).encode()
    yield "renamed", notebook(reference)
