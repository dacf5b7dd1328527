"""A test cell that ran in the student's own kernel, as nbgrader runs it, protected by nothing."""

from ...kernels.limits import CellRun


def number_of(ran: CellRun) -> float | None:
    """The number that a cell's last expression gave, by which nbgrader gives a part of its points.

    None where it gave none, or something else.
    """
    for output in ran.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data.get("text/plain", ""))
            except (TypeError, ValueError):
                return None
    return None
