"""What grading has to say of a submission beside its marks."""

from dataclasses import dataclass

from ..remote.causes import Cause


@dataclass(frozen=True)
class Note:
    """A sentence for the student and the instructor, and its cause for a program.

    Attributes
    ----------
    cause : what happened
    text : the whole sentence
    cell : the exercise or the cell that it is about; empty where it is none of ours, or several
    """

    cause: Cause
    text: str
    cell: str = ""


def put_right(text: str, cell: str = "") -> Note:
    """A note on something odd that was put right and that nobody needs to look into."""
    return Note(Cause.PUT_RIGHT, text, cell)
