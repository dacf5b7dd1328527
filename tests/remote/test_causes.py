"""The causes: each is data, and has words wherever it is raised."""

import string

import pytest

from autograder.remote.causes import WORDS, Cause, cause_of, words
from autograder.remote.proxy import LinkError

DETAILS = {"seconds": 60.0, "kib": 1024, "times": 12, "detail": "a number with a shape"}


@pytest.mark.parametrize("cause", WORDS)
def test_words_are_made_of_a_cause_and_what_the_moment_knows(cause: Cause) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(WORDS[cause]) if name}
    said = words(cause, **{name: DETAILS[name] for name in names})
    assert "{" not in said
    assert all(f"{DETAILS[name]:g}" in said for name in names & {"seconds", "kib", "times"})


def test_a_link_that_gives_no_answer_has_a_cause_and_its_words() -> None:
    error = LinkError(Cause.KERNEL_DIED_OFTEN, times=12)
    assert error.cause is Cause.KERNEL_DIED_OFTEN
    assert str(error) == "not run: the kernel died 12 times before"


@pytest.mark.parametrize(
    ("names", "cause"),
    [
        (["NotImplementedError", "RuntimeError", "Exception"], Cause.NOT_WRITTEN),
        (["MyOwn", "NotImplementedError", "RuntimeError"], Cause.RAISED),
        (["MemoryError", "Exception"], Cause.OUT_OF_MEMORY),
        (["_ArrayMemoryError", "MemoryError", "Exception"], Cause.OUT_OF_MEMORY),
        (["ValueError", "Exception"], Cause.RAISED),
        ([], Cause.RAISED),
    ],
)
def test_the_cause_of_an_exception_is_read_from_its_classes(names: list[str], cause: Cause) -> None:
    assert cause_of(names) is cause


def test_a_cause_is_stored_as_a_word_that_comes_back_as_itself() -> None:
    assert all(Cause(str(cause)) is cause for cause in Cause)
    assert all(cause.replace("-", "").isalpha() for cause in Cause)
