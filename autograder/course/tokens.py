"""The two files by which nbgrader's exchange recognises a submission.

The *timestamp* decides on lateness, and the *secret* names the feedback in the exchange. A page
belongs to the submission that was graded, not to a later one that has been collected since. So both
files are copied with the graded notebook, and from there with the page.
"""

from pathlib import Path

from .files import write_whole

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
TOKENS = (TIMESTAMP, SECRET)


def copy_tokens(source: Path, target: Path) -> None:
    """Copy the tokens of a folder; what ``source`` does not have is removed from ``target``."""
    for name in TOKENS:
        data = read_token(source, name)
        if data is None:
            (target / name).unlink(missing_ok=True)
            continue
        write_whole(target / name, data)


def is_same_submission(one: Path, other: Path) -> bool:
    """Whether two folders hold the same submission, by their tokens."""
    return all(read_token(one, name) == read_token(other, name) for name in TOKENS)


def read_token(folder: Path, name: str) -> bytes | None:
    """A token of a folder; None if there is none, or a link in its place."""
    path = folder / name
    try:
        return path.read_bytes()[:4096] if path.is_file() and not path.is_symlink() else None
    except OSError:
        return None
