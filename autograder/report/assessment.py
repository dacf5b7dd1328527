"""A student's self-assessment, read as what it is: a small file by a stranger."""

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


class Item(msgspec.Struct, frozen=True):
    """One statement, the exercise whose tests can check it, if any, and whether it is ticked."""

    id: Identifier
    text: Line
    ticked: bool
    exercise: Identifier | None = None


class Assessment(msgspec.Struct, frozen=True):
    """A self-assessment of one week."""

    version: int
    week: Identifier
    items: Annotated[tuple[Item, ...], msgspec.Meta(max_length=200)]
    learnings: Prose | list[Line] = ""
    next_steps: Prose | list[Line] = ""


def read_assessment(folder: Path, week: str) -> tuple[Assessment | None, str]:
    """The self-assessment in a submission's folder, or None and why.

    It is nobody's fault to have none: then the reason is empty. A link, a pipe, a file that
    is too large or is not what a notebook writes is left alone, and the reason says so.
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
