"""The output of a graded test cell: the judge's lines, and the points for nbgrader."""

from html import escape
from typing import Any

from nbformat.notebooknode import NotebookNode

from ..judge.result import Result
from ..kernels.outputs import node
from ..remote.causes import Cause
from .results import TestResult

STYLE = "margin:.3em 0;padding-left:.6em;border-left:4px solid "
PASSED, FAILED = "#0072B2", "#D55E00"


def outputs(test: TestResult) -> list[Any]:
    """A report to read, and a result that nbgrader takes as the points of the cell."""
    lines = NotebookNode({"text/plain": as_text(test), "text/html": as_html(test)})
    points = NotebookNode({"text/plain": f"{test.earned:.6g}"})
    return [
        node("display_data", data=lines, metadata=NotebookNode()),
        node("execute_result", data=points, metadata=NotebookNode(), execution_count=None),
    ]


def heading(test: TestResult) -> str:
    """One line: how many programs pass and what it earns."""
    points = f"{test.exercise}: {test.earned:.4g} of {test.points:g} points"
    if not test.programs:
        return points
    passed = sum(program.passed for program in test.programs)
    return f"{points} ({passed} of {len(test.programs)} tests pass)"


def unwritten(test: TestResult) -> bool:
    """Whether the exercise still is the stub."""
    return bool(test.programs) and all(
        program.cause is Cause.NOT_WRITTEN for program in test.programs
    )


def remarks(test: TestResult) -> list[str]:
    """What to read before the programs' lines."""
    if unwritten(test):
        return ["Not written yet: replace the line that raises NotImplementedError."]
    found = []
    if test.waits_for:
        names = " and ".join(test.waits_for)
        found.append(f"This stands on {names}, not all of whose tests pass yet: mend that first.")
    if test.visible:
        found.append(f"The visible checks stop at: {test.visible}")
    return found


def recognised(program: Result) -> str:
    """What a student reads of a known mistake before its hint."""
    return f"recognised: {program.mistake_words} (in {program.mistake_of})"


def as_text(test: TestResult) -> str:
    """The lines of a test cell as plain text."""
    lines = [heading(test), *(f"  ! {remark}" for remark in remarks(test))]
    for program in () if unwritten(test) else test.programs:
        lines.append(f"  {'passed' if program.passed else 'FAILED'}  {program.title}")
        if program.rationale:
            lines.append(f"          {program.rationale}")
        if program.mistake:
            lines.append(f"          {recognised(program)}")
        if program.help:
            lines.append(f"          -> {program.help}")
    return "\n".join(lines)


def as_html(test: TestResult) -> str:
    """The lines of a test cell as HTML; everything in it is escaped."""
    rows = [f"<p><strong>{escape(heading(test))}</strong></p>"]
    rows += [f'<p style="{STYLE}{FAILED}">{escape(remark)}</p>' for remark in remarks(test)]
    for program in () if unwritten(test) else test.programs:
        sign, colour = ("✓", PASSED) if program.passed else ("✗", FAILED)
        row = f'<span style="color:{colour};font-weight:bold">{sign}</span> {escape(program.title)}'
        if program.rationale:
            row += f"<br>{escape(program.rationale)}"
        if program.mistake:
            row += f"<br>{escape(recognised(program))}"
        if program.help:
            row += f"<br><em>{escape(program.help)}</em>"
        rows.append(f'<p style="{STYLE}{colour}">{row}</p>')
    return f'<div class="autograder-tests">{"".join(rows)}</div>'
