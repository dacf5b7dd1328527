"""Cells of plain asserts run by the judge on what a student wrote, in this process."""

from typing import Any

from autograder.judge.plain import Examiner, Verdict
from autograder.remote.proxy import LocalLink


def names_of(*cells: str) -> dict[str, Any]:
    """The names that cells leave behind in a kernel."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, text in enumerate(cells):
        exec(compile(text, f"<cell {number}>", "exec"), names)
    return names


def judged(
    student: str,
    test: str,
    given: str = "",
    allowed: frozenset[str] | None = None,
    seconds: float = 10.0,
) -> Verdict:
    """The verdict of one test cell behind a given cell and a student's."""
    examiner = Examiner()
    examiner.given(given)
    examiner.theirs(student)
    return examiner.test(test, LocalLink(names_of(given, student)), seconds, allowed)


def marked(reference: str, student: str, test: str, given: str = "") -> Verdict:
    """The verdict of a student's cell where only what the reference leaves to it is its own."""
    learned = judged(reference, test, given)
    assert learned.passed, words(learned)
    return judged(student, test, given, learned.decided)


def words(verdict: Verdict) -> str:
    """What a verdict says, for messages."""
    return "\n".join(
        f"{step.line}: {step.status}: {step.text}: {step.kind}: {step.message}"
        for step in verdict.steps
    )


def failed(verdict: Verdict) -> list[int]:
    """The lines of the statements that failed."""
    return [step.line for step in verdict.steps if step.status == "failed"]
