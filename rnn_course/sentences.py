"""Sentences of the Python manual: text of uneven lengths that every machine has."""

import re
from collections.abc import Iterator

import torch

from .manual import load_manual

#: A sentence ends after one of these, where white space follows.
END = re.compile(r"(?<=[.:!?])\s+")
#: A word, or one sign that is neither part of a word nor white space.
TOKEN = re.compile(r"\w+|[^\w\s]")


def split_sentences(text: str) -> Iterator[list[str]]:
    """Cut a text into sentences and these into tokens; a sentence ends with its paragraph.

    Parameters
    ----------
    text : paragraphs, an empty line between two of them

    Yields
    ------
    list of str
        The tokens of one sentence, at least one: words, and signs one by one.
    """
    for paragraph in text.split("\n\n"):
        for sentence in END.split(paragraph):
            tokens = TOKEN.findall(sentence)
            if tokens:
                yield tokens


def manual_lengths(longest: int = 100) -> torch.Tensor:
    """The lengths of the manual's sentences, in tokens, in the order of the text.

    Parameters
    ----------
    longest : int, sentences of more tokens are left out (tables and grammars, mostly)

    Returns
    -------
    tensor (N,), int64, each at least 1

    Raises
    ------
    ModuleNotFoundError
        If this Python comes without the module ``pydoc_data``.
    """
    if longest < 1:
        raise ValueError(f"longest must be at least 1, found {longest}")
    lengths = (len(tokens) for tokens in split_sentences(load_manual()))
    return torch.tensor([length for length in lengths if length <= longest])
