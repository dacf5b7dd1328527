"""A class of any size with results made from abilities: nothing is executed, all else is real.

Results pass through the real writer into a real gradebook, so that reports, exports and
feedback can be measured and looked at. Every student has an ability, every hidden program a
difficulty (the Rasch model); mistakes, time-outs, crashes, changed cells, lateness and
self-assessments are drawn with the same seed.
"""

import argparse
import json
import random
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import nbformat.v4

from autograder.authoring.fill import fill
from autograder.authoring.source import read
from autograder.authoring.variants import Mistake
from autograder.batch.assignments import load_assignment
from autograder.course.manifest import Course, Week
from autograder.gradebook.writer import writing
from autograder.grading.grade import Assignment, broken
from autograder.grading.notes import Note, put_right
from autograder.grading.render import outputs
from autograder.grading.results import Graded, SubmissionStatus, TestResult, earn
from autograder.grading.sanitise import OWN
from autograder.judge.exam import Exam, open_exam
from autograder.judge.programs import Program
from autograder.judge.result import Result
from autograder.remote.causes import Cause, words

FIRST = (
    *("Abena", "Aditi", "Alejandro", "Amara", "Bao", "Chiara", "Dmitri", "Elif", "Emeka"),
    *("Fatima", "Hana", "Ingrid", "João", "Kofi", "Leila", "Mateo", "Nadia", "Olu", "Priya"),
    *("Quinn", "Rosa", "Sven", "Tariq", "Yuki", "Zoë"),
)
FAMILY = (
    *("Adeyemi", "Bergström", "Castillo", "Dubois", "Eze", "Fernández", "Gupta", "Haddad"),
    *("Ivanova", "Jansen", "Kowalski", "Lê", "Moreau", "Nguyen", "O'Brien", "Petrov"),
    *("Rossi", "Sato", "Tanaka", "Weiß"),
)


def synthetic_class(course: Course, week: Week, students: int = 300, seed: int = 0) -> list[str]:
    """Record a class's results of a week; returns the students' ids.

    The same seed gives the same students, and the same abilities in every week.
    """
    assignment = load_assignment(course, week)
    exam = open_exam(read(course.source_folder(week), week.id))
    people = names(students)
    with writing(course) as writer:
        writer.register(week)
        for number, (student, facts) in enumerate(people.items()):
            draw = random.Random(f"{seed}/{week.id}/{student}")
            ability = random.Random(f"{seed}/{student}").gauss(0, 1)
            folder = course.root / "submitted" / student / week.id
            folder.mkdir(parents=True, exist_ok=True)
            late = draw.expovariate(1 / 30) if draw.random() < 0.08 else -draw.uniform(1, 60)
            when = week.due + timedelta(hours=late)
            (folder / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC")
            graded = _graded(assignment, exam, ability, draw, is_first=number == 0)
            if graded.status is SubmissionStatus.GRADED and draw.random() < 0.85:
                text = json.dumps(_assessment(week.id, exam, ability, graded, draw))
                (folder / "self_assessment.json").write_text(text, encoding="utf-8")
            writer.gradebook.update_or_create_student(student, **facts)
            writer.record(student, graded)
    return list(people)


def names(count: int) -> dict[str, dict[str, str]]:
    """Ids, and names as the gradebook takes them."""
    draw, found = random.Random(1), {}
    for number in range(count):
        first, last = draw.choice(FIRST), draw.choice(FAMILY)
        address = f"s{number:03d}@example.org"
        found[f"s{number:03d}"] = {"first_name": first, "last_name": last, "email": address}
    return found


def _graded(
    assignment: Assignment, exam: Exam, ability: float, draw: random.Random, is_first: bool
) -> Graded:
    if draw.random() < 0.02:
        return broken(assignment, "the file is not valid JSON (Expecting value: line 1)")
    notes: list[Note] = []
    if draw.random() < 0.03:
        text = "read-only cells were changed (given-01); the originals are used"
        notes.append(Note(Cause.CHANGED_CELLS, text))
    texts = dict(exam.source.references)
    tests = []
    for number, cell in enumerate(exam.source.exercises):
        test, answer = _test(exam, cell.name, ability - 0.35 * number, draw)
        if answer is not None:
            texts[cell.name] = answer
        if any(program.cause is Cause.KERNEL_DIED for program in test.programs):
            text = f"{cell.name}: {words(Cause.KERNEL_DIED)}"
            notes.append(Note(Cause.KERNEL_DIED, text, cell.name))
        tests.append(test)
    done = {test.exercise: test.complete for test in tests}
    tests = [
        replace(test, waits_for=tuple(n for n in _needs(exam, test.exercise) if not done[n]))
        for test in tests
    ]
    if is_first:
        notes.append(put_right("<script>alert('a note is text')</script>"))
    seconds = round(draw.lognormvariate(1.4, 0.4), 3)
    return _with_notebook(assignment, tuple(tests), tuple(notes), texts, seconds, draw)


@dataclass(frozen=True)
class Loss:
    """Why a program failed, and the known mistake that was recognised."""

    cause: Cause
    rationale: str
    help: str = ""
    mistake: Mistake | None = None


def _result(program: Program, loss: Loss | None, seconds: float) -> Result:
    result = Result(program.name, program.title, program.points, loss is None, seconds=seconds)
    if loss is None:
        return result
    result = replace(result, cause=loss.cause, rationale=loss.rationale, help=loss.help)
    if loss.mistake is None:
        return result
    return replace(result, mistake=loss.mistake.name, mistake_of=loss.mistake.exercise)


def _test(
    exam: Exam, exercise: str, ability: float, draw: random.Random
) -> tuple[TestResult, str | None]:
    """An exercise's result, and the text in its cell where that is not the reference."""
    tests = exam.source.tests_of(exercise)
    programs = exam.programs[exercise]
    mistakes = [mistake for mistake in exam.mistakes if mistake.exercise == exercise]
    fate = draw.random()
    chance = 1 / (1 + 2.718281828 ** -(ability + 1.6))
    text: str | None = None
    losses: list[Loss | None] = [None] * len(programs)
    if fate < 0.12 * (1 - chance):
        help = "Replace the line that raises NotImplementedError."
        losses = [Loss(Cause.NOT_WRITTEN, words(Cause.NOT_WRITTEN), help)] * len(programs)
        text = 'raise NotImplementedError("not written yet")'
    elif fate < 0.12 * (1 - chance) + 0.01:
        losses = [Loss(Cause.KERNEL_DIED, words(Cause.KERNEL_DIED))] * len(programs)
        text = "import os\n\nos._exit(0)"
    elif fate < 0.12 * (1 - chance) + 0.02:
        losses = [Loss(Cause.PROGRAM_TIME, words(Cause.PROGRAM_TIME))] * len(programs)
        text = "while True:\n    pass"
    elif draw.random() > chance:
        why = "the result has the right shape, and its largest difference is at index (0, 1)"
        loss = Loss(Cause.WRONG, why, "Everything is off by one factor.")
        if mistakes:
            mistake = draw.choices(mistakes, [1 / (1 + i) for i in range(len(mistakes))])[0]
            text = mistake.text
            if draw.random() < 0.75:
                loss = Loss(Cause.WRONG, why, mistake.hint, mistake)
        for index in draw.sample(range(len(programs)), draw.randint(1, len(programs))):
            losses[index] = loss
    results = tuple(
        _result(program, loss, draw.uniform(0.002, 0.05))
        for program, loss in zip(programs, losses, strict=True)
    )
    earned = earn(tests.points, results)
    return TestResult(exercise, f"test_{exercise}", tests.points, earned, results), text


def _needs(exam: Exam, exercise: str) -> tuple[str, ...]:
    return exam.source.tests_of(exercise).needs


def _with_notebook(
    assignment: Assignment,
    tests: tuple[TestResult, ...],
    notes: tuple[str, ...],
    texts: dict[str, str],
    seconds: float,
    draw: random.Random,
) -> Graded:
    """The result as grading writes it: with the notebook that carries it."""
    notebook = nbformat.v4.reads_json(fill(assignment.notebook, texts))
    for cell in notebook.cells:
        own = cell.metadata.get("nbgrader", {})
        for test in tests:
            if own.get("grade_id") == test.cell:
                cell.outputs = outputs(test)
        if cell.cell_type == "markdown" and own.get("grade") and draw.random() < 0.9:
            cell.source = "I measured it three times; the longer the lag, the less arrives."
    bytes_ = f"{draw.random()}".encode()
    empty = broken(assignment, "", bytes_)
    graded = replace(
        empty,
        status=SubmissionStatus.GRADED,
        cause=None,
        notes=notes,
        tests=tests,
        notebook="",
        seconds=seconds,
    )
    notebook.metadata[OWN] = graded.facts()
    return replace(graded, notebook=nbformat.v4.writes_json(notebook))


def _assessment(
    week: str, exam: Exam, ability: float, graded: Graded, draw: random.Random
) -> dict[str, object]:
    """Ticks that follow the tests, with a leaning to tick, and more of it at the weak end."""
    passes = {test.exercise: test.complete for test in graded.tests}
    asked = [(item.id, item.text, item.exercise) for item in exam.source.items] or [
        (f"item-{name}", f"My {name} passes its checks, and I can say why it works.", name)
        for name in passes
    ]
    items = []
    for id, text, exercise in asked:
        chance = 0.93 if passes.get(exercise, True) else 0.55 - 0.1 * ability
        on = draw.random() < chance
        items.append({"id": id, "text": text, "exercise": exercise or None, "ticked": on})
    return {"version": 1, "week": week, "items": items, "learnings": "", "next_steps": ""}


def main() -> None:
    """Record a class in a copy of the course, and write its pages."""
    from autograder.cli.demo import copy_course
    from autograder.course.manifest import find_course
    from autograder.report.feedback import write_feedback
    from autograder.report.pages import write_reports

    words = argparse.ArgumentParser(description=main.__doc__)
    words.add_argument("folder", type=Path, help="where the copy goes")
    words.add_argument("students", type=int, nargs="?", default=300)
    words.add_argument("weeks", nargs="*", help="all of them without any")
    asked = words.parse_args()
    students = asked.students
    course = copy_course(find_course(), asked.folder)
    weeks = course.pick(asked.weeks)
    for week in weeks:
        start = time.perf_counter()
        synthetic_class(course, week, students)
        print(f"{week.id}: {students} recorded in {time.perf_counter() - start:.1f} s", flush=True)
    start = time.perf_counter()
    pages = sum(write_feedback(course, week, []) for week in weeks)
    print(f"{pages} feedback pages in {time.perf_counter() - start:.1f} s", flush=True)
    for week in weeks:
        start = time.perf_counter()
        path, index = write_reports(course, [week], print)
        spent, size = time.perf_counter() - start, path.stat().st_size >> 10
        print(f"{path.name}: {spent:.1f} s, {size} KiB; index: {index.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
