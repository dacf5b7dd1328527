"""One student's submission as a file, and what came of an attempt to grade it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..course.regular import read_regular

if TYPE_CHECKING:
    from ..grading.notes import Note


@dataclass(frozen=True)
class Submission:
    """Where one student's submission is; ``reason`` where there is none to read.

    ``sheet`` : the notebook's name in a week of several; empty for the week's own
    """

    student: str
    path: Path | None
    reason: str = ""
    notes: "tuple[Note, ...]" = ()
    sheet: str = ""


@dataclass(frozen=True)
class Failure:
    """A submission that the engine could not grade: no mark, and the next run tries again.

    ``everywhere`` : none of its assignment can be graded there, for this reason
    """

    reason: str
    everywhere: bool = False


def read_submission(submission: Submission, limit: int) -> bytes | str:
    """The submission's bytes, ``limit`` at most, or why there are none."""
    if submission.path is None:
        return submission.reason
    try:
        data = read_regular(submission.path, limit + 1)
    except OSError as error:
        return f"{submission.path.name!r} cannot be read: {error.strerror or error}"
    if len(data) > limit:
        size = submission.path.stat(follow_symlinks=False).st_size
        return f"the file has {size >> 20} MiB, more than the {limit >> 20} allowed"
    return data
