"""The result of a submission that cannot be read, whichever kind its assignment is of."""

from .grade import Assignment, broken
from .plain.assignment import PlainAssignment
from .plain.grade import broken_plain
from .results import Graded


def unread(
    assignment: Assignment | PlainAssignment, reason: str, submission: bytes = b""
) -> Graded:
    """No points, and why; the notebook is the one that students got."""
    if isinstance(assignment, PlainAssignment):
        return broken_plain(assignment, reason, submission)
    return broken(assignment, reason, submission)
