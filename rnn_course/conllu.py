"""Tagged sentences from a treebank in CoNLL-U, the format of Universal Dependencies.

The format: https://universaldependencies.org/format.html
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

COLUMNS = 10
#: The universal parts of speech, https://universaldependencies.org/u/pos/
UPOS = (
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM"),
    *("PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"),
)
#: A range of words written as one (``2-3  didn't``), and a word that is not written (``8.1``).
LEFT_OUT = re.compile(r"[1-9][0-9]*-[1-9][0-9]*|[0-9]+\.[1-9][0-9]*")


@dataclass(frozen=True)
class Sentence:
    """The words of one sentence and the part of speech of each."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words)

    def __str__(self) -> str:
        return " ".join(f"{word}/{tag}" for word, tag in zip(self.words, self.tags, strict=True))


def read_conllu(source: str | os.PathLike[str] | Iterable[str]) -> list[Sentence]:
    """Read a treebank.

    Words written as one (``didn't``) are split into their parts (``did``, ``n't``), each with a tag
    of its own; nodes for words that were left out, and comments, are skipped.

    Parameters
    ----------
    source : the path of a file, or lines

    Returns
    -------
    list of Sentence
        In the order of the file.

    Raises
    ------
    ValueError
        If it is not CoNLL-U: file and line, what was found and what was expected.
    OSError
        If the file cannot be read.
    """
    if not isinstance(source, str | os.PathLike):
        return list(_sentences(source, getattr(source, "name", "the lines")))
    path = Path(source)
    try:
        with path.open(encoding="utf-8-sig") as file:
            return list(_sentences(file, path.name))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: is not UTF-8: {error.reason}") from None


def sample() -> list[Sentence]:
    """Twenty English sentences, written and tagged for this course."""
    text = files("rnn_course").joinpath("data/sample.conllu").read_text(encoding="utf-8")
    return list(_sentences(text.split("\n"), "sample.conllu"))


def _sentences(lines: Iterable[str], name: str) -> Iterator[Sentence]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\n")
        if not line.strip():
            if words:
                yield Sentence(tuple(words), tuple(tags))
                words, tags = [], []
        elif not line.startswith("#"):
            try:
                found = _word(line, len(words) + 1)
            except ValueError as error:
                raise ValueError(f"{name}, line {number}: {error}") from None
            if found:
                words.append(found[0])
                tags.append(found[1])
    if words:
        yield Sentence(tuple(words), tuple(tags))


def _word(line: str, expected: int) -> tuple[str, str] | None:
    """A line's word and tag; None if the line has no word of its own."""
    columns = line.split("\t")
    if len(columns) != COLUMNS:
        raise ValueError(
            f"expected {COLUMNS} columns with tabs between, found {len(columns)}: {line[:60]!r}"
        )
    place, form, _, tag = columns[:4]
    if place != str(expected):
        if LEFT_OUT.fullmatch(place):
            return None
        raise ValueError(
            f"the word's number is {place!r}, expected {expected}; "
            "is a line missing, or the blank line between two sentences?"
        )
    if not form:
        raise ValueError("the word (column 2) is empty")
    if tag not in UPOS:
        raise ValueError(f"the part of speech (column 4) is {tag!r}, expected {', '.join(UPOS)}")
    return form, tag
