"""A student's self-assessment, read as what it is: a small file from a stranger."""

import os
import stat
from pathlib import Path
from typing import Annotated

import msgspec

NAME = "self_assessment.json"
#: A self-assessment is a page of text.
SIZE_LIMIT = 64 << 10

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[\w.\-]+$")]
Line = Annotated[str, msgspec.Meta(max_length=1000)]
Prose = Annotated[str, msgspec.Meta(max_length=20_000)]


class ItemAnswer(msgspec.Struct, frozen=True):
    """One item as a student left it: ticked or not; ``exercise`` if tests can check it."""

    id: Identifier
    text: Line
    ticked: bool
    exercise: Identifier | None = None


class Assessment(msgspec.Struct, frozen=True):
    """A self-assessment of one week."""

    version: int
    week: Identifier
    items: Annotated[tuple[ItemAnswer, ...], msgspec.Meta(max_length=200)]
    learnings: Prose | list[Line] = ""
    next_steps: Prose | list[Line] = ""


def read_assessment(folder: Path, week: str) -> tuple[Assessment | None, str]:
    """The self-assessment in a submission's folder, or None and the reason.

    The reason is empty if there is no such file, which is no fault. A link, a pipe, a file that
    is too large or that no notebook writes is not read, and the reason says so.
    """
    try:
        # neither follows a link, nor waits for a pipe's other end
        handle = os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None, ""
    except OSError:
        return None, "is a link or cannot be opened"
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None, "is not a file"
    with os.fdopen(handle, "rb") as file:
        data = file.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        return None, f"has more than {SIZE_LIMIT >> 10} KiB"
    try:
        found = msgspec.json.decode(data, type=Assessment)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, f"is not a self-assessment: {str(error)[:120]}"
    if found.week != week:
        return None, f"is one of {found.week}"
    if len({item.id for item in found.items}) < len(found.items):
        return None, "holds an item twice"
    return found, ""
