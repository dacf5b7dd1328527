"""The Python manual as one text: the topics that ``help()`` shows, from the standard library."""

from collections.abc import Iterator


def load_manual() -> str:
    """Read the manual's topics, in alphabetical order, each paragraph once.

    Many topics repeat paragraphs of others. A paragraph in both the training and the validation
    text would test nothing, so only the first occurrence is kept. The text differs a little from
    one version of Python to the next.

    Returns
    -------
    str
        Some hundred thousand characters, of about a hundred kinds.

    Raises
    ------
    ModuleNotFoundError
        If this Python comes without the module ``pydoc_data``.
    """
    return "\n\n".join(dict.fromkeys(_paragraphs()))


def split_text(text: str, valid_share: float = 0.1) -> tuple[str, str]:
    """Cut a text in two: the front to train on, the end to validate on.

    Parameters
    ----------
    text : the whole text
    valid_share : share of the characters at the end, between 0 and 1

    Returns
    -------
    train, valid : two texts that give the whole when joined
    """
    if not 0 < valid_share < 1:
        raise ValueError(f"valid_share must be between 0 and 1, found {valid_share}")
    cut = round(len(text) * (1 - valid_share))
    return text[:cut], text[cut:]


def repeated_share() -> float:
    """The share of the manual's paragraphs that repeat an earlier one."""
    paragraphs = list(_paragraphs())
    return 1 - len(set(paragraphs)) / len(paragraphs)


def _paragraphs() -> Iterator[str]:
    """All paragraphs of all topics, in order, repeats included."""
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise ModuleNotFoundError(
            "the Python manual (pydoc_data.topics) is missing: install the full standard library"
        ) from None
    for name in sorted(topics):
        yield from topics[name].strip("\n").split("\n\n")
