"""What the student's code changed in a test's own objects, done to them here."""

from collections import deque
from typing import Any

import numpy as np


def restore(mine: Any, theirs: Any) -> Any:
    """Make an object what it has become in the kernel; the object, or what stands in its place.

    Parts that are of one kind keep who they are.
    """
    if mine is theirs or type(mine) is not type(theirs):
        return theirs
    if isinstance(mine, list):
        if len(mine) == len(theirs):
            theirs = [restore(*pair) for pair in zip(mine, theirs, strict=True)]
        mine[:] = theirs
    elif isinstance(mine, dict):
        new = {k: restore(mine[k], v) if k in mine else v for k, v in theirs.items()}
        mine.clear()
        mine.update(new)
    elif isinstance(mine, set | deque):
        mine.clear()
        (mine.update if isinstance(mine, set) else mine.extend)(theirs)
    elif isinstance(mine, bytearray):
        mine[:] = theirs
    elif isinstance(mine, np.ndarray):
        if mine.shape != theirs.shape or mine.dtype != theirs.dtype:
            return theirs
        if mine.flags.writeable:
            mine[...] = theirs
    elif type(mine).__name__ == "DataFrame":
        _restore_frame(mine, theirs)
    elif type(mine).__name__ in ("Series", "Index") and type(mine).__module__[:6] == "pandas":
        if type(mine).__name__ == "Series" and mine.index.equals(theirs.index):
            mine[:] = theirs
    else:
        return theirs
    return mine


def _restore_frame(mine: Any, theirs: Any) -> None:
    """Columns and rows in place; pandas keeps all of a frame behind one attribute."""
    mine._mgr = theirs._mgr
