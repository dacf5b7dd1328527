"""Why a program failed, as data: the same for every way in which an implementation can fail it."""

from collections.abc import Callable
from typing import Any

import pytest

from autograder.judge.programs import Outcome, OutcomeStatus, Program, run
from autograder.remote import wire
from autograder.remote.causes import Cause
from autograder.remote.proxy import LocalLink


def outcome(function: Callable[[Any], Any], code: str = "") -> Outcome:
    names: dict[str, Any] = {}
    exec(compile(code, "<cell 1>", "exec"), names)
    return run(Program("f", "program", "a program", function, True), LocalLink(names), 5)


def call(impl: Any) -> Any:
    return impl.f()


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("return 1", None),
        ("raise NotImplementedError", Cause.NOT_WRITTEN),
        ("raise KeyError('the kernel died')", Cause.RAISED),
        ("raise MemoryError", Cause.OUT_OF_MEMORY),
        ("import numpy; return numpy.ones(1 << 45)", Cause.OUT_OF_MEMORY),
    ],
)
def test_what_is_raised_has_a_cause(body: str, cause: Cause | None) -> None:
    assert outcome(call, f"def f(): {body}").cause is cause


def test_an_assertion_and_an_answer_of_no_use_are_wrong_answers() -> None:
    def asserts(impl: Any) -> None:
        assert impl.f() == 1

    def adds(impl: Any) -> Any:
        return impl.f() + 1

    def sends(impl: Any) -> Any:
        return impl("x", x=object())

    code = "def f(): return 'text'"
    assert outcome(asserts, code).status is OutcomeStatus.FAILED
    assert outcome(adds, code).status is OutcomeStatus.UNUSABLE
    assert outcome(sends, code).status is OutcomeStatus.UNUSABLE
    assert {outcome(function, code).cause for function in (asserts, adds, sends)} == {Cause.WRONG}


class Answers:
    """A link that always gives the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def ask(self, message: bytes, deadline: float) -> bytes:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"no header", Cause.FORGED_ANSWER),
        (wire.encode(("value", 1))[:-1], Cause.FORGED_ANSWER),
        (wire.encode("no tuple"), Cause.FORGED_ANSWER),
        (wire.PREFIX.pack(1 << 30, 0), Cause.RETURNED_TOO_MUCH),
        (wire.encode(("value", {(i,) for i in range(501)})), Cause.RETURNED_TOO_MUCH),
    ],
    ids=["too short", "cut off", "no answer", "too large", "too many keys"],
)
def test_an_answer_that_is_none_loses_the_program_and_has_a_cause(
    answer: bytes, cause: Cause
) -> None:
    found = run(Program("f", "program", "a program", call, True), Answers(answer), 5)
    assert (found.status, found.cause) == (OutcomeStatus.LOST, cause)
