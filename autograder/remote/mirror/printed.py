"""In the kernel: what is printed while a request is served."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: How much of it is told, in letters.
PRINTED = 1 << 20


@contextmanager
def printing(printed: io.StringIO) -> Iterator[None]:
    """What is printed meanwhile is kept."""
    before = sys.stdout
    sys.stdout = printed
    try:
        yield
    finally:
        sys.stdout = before


def bounded(printed: io.StringIO) -> str:
    """What was printed, or its beginning."""
    return printed.getvalue()[:PRINTED]


def taken(stream: Any) -> str:
    """What was printed until now, so that it is shown before what the judge does next."""
    if not isinstance(stream, io.StringIO):
        return ""
    text = stream.getvalue()[:PRINTED]
    stream.seek(0)
    stream.truncate()
    return text
