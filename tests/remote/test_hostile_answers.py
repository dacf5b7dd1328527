"""A kernel that its student rewrote: whatever it answers, a program meets four exceptions."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.values import anything

from autograder.judge.programs import Outcome, Program, run
from autograder.remote import wire
from autograder.remote.proxy import Handle, Impl, LinkError, Misuse, Raised, Session
from autograder.remote.scope import MESSAGE_LIMIT
from autograder.remote.wire import Reference, WireError, encode

EXPECTED = (Raised, LinkError, WireError, Misuse)


class Forged:
    """A link whose other side says what it likes."""

    def __init__(self, answer: Callable[[Any], bytes]) -> None:
        self.answer = answer

    def ask(self, message: bytes, deadline: float) -> bytes:
        return self.answer(wire.decode(message))


def says(*answers: Any) -> Session:
    """A session whose other side gives these values in turn, the last one for ever."""
    rest = list(answers)
    return Session(Forged(lambda _: encode(rest.pop(0) if len(rest) > 1 else rest[0])), seconds=0.5)


def use(session: Session) -> None:
    """All that a program does with what it gets."""
    impl: Any = Impl(session)
    for step in (
        lambda: impl.thing,
        lambda: impl("1"),
        lambda: len(impl.thing) if isinstance(impl.thing, Handle) else 0,
        lambda: [x for x, _ in zip(Handle(session, Reference(1, "x")), "abc", strict=False)],
        lambda: len(Handle(session, Reference(1, "x"))),
        lambda: Handle(session, Reference(1, "x"))[0],
        lambda: Handle(session, Reference(1, "x"))(1),
        lambda: list(Handle(session, Reference(1, "x"))),
    ):
        with contextlib.suppress(*EXPECTED):
            step()


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=3))
def test_answers_of_any_bytes_end_in_a_result_or_a_wire_error(answers: list[bytes]) -> None:
    rest = [*answers]
    use(Session(Forged(lambda _: rest.pop(0) if len(rest) > 1 else rest[0]), 0.5))


@settings(max_examples=100)
@given(anything)
def test_an_answer_without_its_word_is_a_wire_error(value: Any) -> None:
    if not isinstance(value, tuple) or len(value) != 2:
        with pytest.raises(WireError):
            _ = Impl(says(value)).thing  # type: ignore[attr-defined]


@settings(max_examples=100)
@given(anything, anything)
def test_an_answer_of_any_two_values_ends_in_a_result_or_a_wire_error(
    left: Any, right: Any
) -> None:
    use(says((left, right)))


NAMES = [
    "ValueError",
    "StopIteration",
    "SystemExit",
    "OSError",
    "ExceptionGroup",
    "UnicodeDecodeError",
    "KeyboardInterrupt",
    "GeneratorExit",
    "print",
    "Exception",
]
words = st.sampled_from([*NAMES, "", "\ud800", "a" * 9999])


@settings(max_examples=100)
@given(st.lists(words | anything, max_size=3), words | anything, words | anything)
def test_an_exception_of_any_parts_ends_in_a_result_or_a_wire_error(
    names: Any, message: Any, where: Any
) -> None:
    use(says(("raised", names, message, where)))


HOSTILE = {
    "an array for a word": (np.zeros(2), 1),
    "a wrong word": ("evaluate", "1"),
    "no exception's name": ("raised", [], "", ""),
    "a name that is a number": ("raised", [1], "", ""),
    "a base that is a number": ("raised", ["ValueError", 2], "", ""),
    "names as a text": ("raised", "ValueError", "", ""),
    "an array for a message": ("raised", ["ValueError"], np.zeros(2), ""),
    "too many facts": ("value", 1, 2),
    "one fact": ("value",),
    "nothing": None,
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_a_malformed_answer_is_a_wire_error(answer: Any) -> None:
    with pytest.raises(WireError):
        _ = Impl(says(answer)).thing  # type: ignore[attr-defined]


@pytest.mark.parametrize("length", [-1, 1.0, True, None, "3", 1 << 40, 1 << 70], ids=repr)
def test_a_length_that_is_none_is_a_wire_error(length: Any) -> None:
    session = says(("value", length))
    with pytest.raises(WireError):
        len(Handle(session, Reference(1, "x")))


def test_an_iteration_without_end_stops_at_the_deadline() -> None:
    session = says(("value", Reference(1, "x")), ("value", (1,)))
    start = time.monotonic()
    with pytest.raises(LinkError, match="time limit"):
        for _ in Handle(session, Reference(1, "x")):
            pass
    assert time.monotonic() - start < 5


def test_values_without_end_stop_at_the_deadline() -> None:
    def loop(impl: Any) -> None:
        while impl.go_on:
            pass

    assert outcome_of(loop, ("value", True)).status == "lost"


def test_a_long_message_is_cut_here_as_well() -> None:
    with pytest.raises(ValueError) as caught:
        _ = Impl(says(("raised", ["ValueError"], "x" * 10**6, "y" * 10**6))).thing  # type: ignore[attr-defined]
    assert len(str(caught.value)) <= MESSAGE_LIMIT + 100
    assert len(caught.value.where) <= MESSAGE_LIMIT


@pytest.mark.parametrize(
    "answer",
    [
        ("raised", ["Value\ud800Error"], "half a pair: \ud800", "f: \udfff"),
        ("raised", ["ValueError"], "half a pair: \ud800", "f: \udfff"),
        ("value", Reference(1, "half a pair: \ud800" + "x" * 10**6)),
    ],
    ids=["name", "message", "kind"],
)
def test_whatever_is_said_can_be_written_to_a_file_and_is_short(answer: Any) -> None:
    def program(impl: Any) -> None:
        bool(impl.thing)

    found = outcome_of(program, ("value", None), answer)
    text = found.message + found.where + found.kind
    assert len(text.encode()) < 10_000


def test_a_program_that_meets_nonsense_has_an_outcome() -> None:
    def program(impl: Any) -> Any:
        return impl.a + impl.b

    for answer in (("value", None), ("value", {}), ("value", Reference(1, "x")), None):
        assert outcome_of(program, answer).status in ("unusable", "lost")


def outcome_of(function: Callable[[Any], Any], *answers: Any) -> Outcome:
    link = says(*answers).link
    return run(Program("exercise", "program", "a program", function, compares=True), link, 0.5)
