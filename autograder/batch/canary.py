"""The reference goes first, the whole way: what it does not earn here, no submission could."""

from collections.abc import Iterator
from typing import Any

import nbformat

from ..authoring.fill import fill
from ..course.cells import marking
from ..grading.grade import Assignment
from ..grading.results import Graded

DO = (
    "Mend that first: no mark would be right. `autograder doctor` looks at this environment, "
    "`autograder check` at the week."
)


def reference_submission(assignment: Assignment) -> bytes:
    """What a student would hand in who wrote the reference solution."""
    return fill(assignment.notebook, assignment.source.references).encode()


def unfit(assignment: Assignment, graded: Graded) -> str:
    """Why nothing may be graded where the reference was graded like this; empty for full marks."""
    if graded.earned >= graded.points:
        return ""
    earned = f"the reference solution itself earns {graded.earned:g} of {graded.points:g} here"
    why = next(_reasons(graded), "for a reason that no cell shows")
    return f"{assignment.week}: nothing is graded, because {earned}: {why}. {DO}"


def _reasons(graded: Graded) -> Iterator[str]:
    """What went wrong, the first first."""
    for cell in nbformat.reads(graded.notebook, as_version=4).cells:
        if cell.cell_type != "code" or marking(cell).grade:
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                raised = f"{output.ename}: {output.evalue}"[:300]
                yield f"the cell {marking(cell).grade_id!r} (`{_line(cell)}`) raises {raised}"
    for note in graded.notes:
        yield note.text.rstrip(".")
    for test in graded.tests:
        for program in test.programs:
            if not program.passed:
                yield f"{test.exercise}: {program.name}: {program.rationale}".rstrip(".")


def _line(cell: Any) -> str:
    """A cell's first line that is no comment, to know it by."""
    lines = [line.strip() for line in cell.source.splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")[:80]
