"""The two files by which nbgrader's exchange knows a submission again.

*When* it was handed in decides on lateness, and the *secret* names its feedback in the exchange.
A page belongs to the submission that was graded, not to a later one that has been collected since:
so both go with the graded notebook, and from there with the page.
"""

import os
from pathlib import Path

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
TOKENS = (TIMESTAMP, SECRET)


def carry(source: Path, target: Path) -> None:
    """Give the folder ``target`` the tokens of ``source``, and none that ``source`` has not."""
    for name in TOKENS:
        data = read_token(source, name)
        if data is None:
            (target / name).unlink(missing_ok=True)
            continue
        draft = target / f".{name}.{os.getpid()}.tmp"
        draft.write_bytes(data)
        draft.replace(target / name)


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same submission, as far as tokens tell."""
    return all(read_token(one, name) == read_token(other, name) for name in TOKENS)


def read_token(folder: Path, name: str) -> bytes | None:
    """A token of a folder; None where it has none of its own."""
    path = folder / name
    try:
        return path.read_bytes()[:4096] if path.is_file() and not path.is_symlink() else None
    except OSError:
        return None
