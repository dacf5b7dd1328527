"""A student's feedback as plain text, for the comment field of a learning management system."""

from collections.abc import Mapping

from ..course.manifest import Week
from ..gradebook.classbook import Sheet
from ..gradebook.notebooks import solved
from ..grading.render import recognised, remarks, unwritten
from ..grading.results import TestResult
from .calibration import in_a_sentence
from .dates import dates_in_words
from .lessons import Lesson, teaser
from .page import in_points as points


def comment(sheet: Sheet, week: Week, taught: Mapping[str, Lesson] | None = None) -> str:
    """The mark, what works, and for each incomplete exercise why and what to read again."""
    lines = [f"{week.title}: {in_points(sheet)}"]
    lines += [*(dates_in_words(sheet.marks) if sheet.marks else ()), ""]
    if sheet.cause:
        lines += [f"This submission could not be graded: {sheet.reason}", ""]
    lines += [f"Note: {note.text}" for note in sheet.notes]
    done = [test.exercise for test in sheet.tests if test.complete]
    if done:
        lines += [f"Every test passes: {', '.join(done)}.", ""]
    if sheet.before:
        lines += [_before(sheet), ""]
    for test in () if sheet.cause else sheet.tests:
        if not solved(test):
            lines += [*_loss(test, (taught or {}).get(test.exercise)), ""]
    claim = in_a_sentence(sheet)
    if claim:
        lines += [claim, ""]
    for name, text in (sheet.marks.comments if sheet.marks else {}).items():
        if not sheet.parts or said(text):
            lines += [f"{name}: {text}", ""]
    return "\n".join(lines).rstrip() + "\n"


def said(text: str) -> bool:
    """Whether a person wrote a comment; nbgrader itself writes one beside an empty answer."""
    return bool(text.strip()) and text.strip() != "No response."


def in_points(sheet: Sheet) -> str:
    """The mark in words: points of how many, answers still to be marked, the late penalty."""
    marks = sheet.marks
    if marks is None or not marks.cells:
        return f"{points(sheet.earned)} of {points(sheet.points)} points"
    words = f"{points(marks.mark)} of {points(marks.most)} points"
    if marks.unmarked:
        words += f", {' and '.join(marks.unmarked)} not marked yet"
    if marks.penalty:
        words += f", {points(marks.penalty)} taken off for lateness"
    return words


def _before(sheet: Sheet) -> str:
    """That nbgrader gave the points of some or all notebooks, and where it gave all."""
    names = " and ".join(sheet.before) if len(sheet.parts) > 1 else "this notebook"
    full = [test.exercise for test in sheet.tests if not test.programs and solved(test)]
    all_points = f" All points: {', '.join(full)}." if full else ""
    return f"nbgrader marked {names}.{all_points}"


def _loss(test: TestResult, lesson: Lesson | None) -> list[str]:
    lines = [f"{test.exercise}: {points(test.earned)} of {points(test.points)} points"]
    lines += [f"  {remark}" for remark in remarks(test)]
    told: set[str] = set()
    for program in () if unwritten(test) else test.programs:
        if program.passed:
            continue
        lines.append(f"  - {program.title}: {program.rationale}")
        if program.help and program.help not in told:
            told.add(program.help)
            if program.mistake:
                lines.append(f"    {recognised(program)}")
            lines.append(f"    {program.help}")
    if lesson:
        lines.append(f"  Read again in the notebook: {teaser(lesson.sections)}.")
    return lines
