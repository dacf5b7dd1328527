"""The reference goes first, the whole way: what it does not earn here, no submission could."""

from collections.abc import Iterator
from typing import Any

import nbformat

from ..course.cells import marking
from ..grading.plain.assignment import PlainAssignment
from ..grading.results import Graded
from .assignments import AnyAssignment

DO = (
    "Mend that first: no mark would be right. `autograder doctor` looks at this environment, "
    "`autograder check` at the week."
)
#: Where the author's own solution of an imported notebook may be at fault.
ALLOW = (
    "A test cell that the author's own solution cannot pass is named in course.yml: "
    "cells: {{{cell!r}: {{reference: fails}}}}."
)


def unfit(assignment: AnyAssignment, graded: Graded) -> str:
    """Why nothing may be graded where the reference was graded like this; empty for full marks.

    Of a plain notebook's test cells those do not count of which the course says so.
    """
    lost = [test for test in graded.tests if test.earned < test.points]
    more = ""
    if isinstance(assignment, PlainAssignment):
        lost = [test for test in lost if test.cell not in excused(assignment)]
        more = " " + ALLOW.format(cell=lost[0].cell) if lost else ""
    if not lost and not graded.cause:
        return ""
    earned = f"the reference solution itself earns {graded.earned:g} of {graded.points:g} here"
    names = [test.exercise for test in lost]
    why = next(_reasons(graded, names), "for a reason that no cell shows")
    name = (
        assignment.week
        if assignment.name == assignment.week
        else (f"{assignment.week}, {assignment.name}")
    )
    return f"{name}: nothing is graded, because {earned}: {why}. {DO}{more}"


def excused(assignment: PlainAssignment) -> set[str]:
    """The test cells that the author's own solution need not pass, as the course says."""
    return {assignment.key(id) for id, one in assignment.policies if one.reference == "fails"}


def _reasons(graded: Graded, lost: list[str]) -> Iterator[str]:
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
            if not program.passed and test.exercise in lost:
                yield f"{test.exercise}: {program.name}: {program.rationale}".rstrip(".")


def _line(cell: Any) -> str:
    """A cell's first line that is no comment, to know it by."""
    lines = [line.strip() for line in cell.source.splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")[:80]
