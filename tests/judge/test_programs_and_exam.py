"""From programs to results: what passes, what fails alone, and what the student reads."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.exams import FOLDER, RIGHT, TEXTS, UNIT, judge, student

from autograder.authoring.source import parse
from autograder.grading.results import earn
from autograder.judge import compare, verify
from autograder.judge.exam import Exam, open_exam
from autograder.judge.programs import collecting, run
from autograder.remote.causes import Cause
from autograder.remote.proxy import Link, LinkError


@pytest.fixture(scope="module")
def exam() -> Exam:
    return open_exam(parse(TEXTS, FOLDER, "week"))


def test_another_right_solution_passes_every_program(exam: Exam) -> None:
    results = judge(exam, RIGHT)
    assert all(result.passed for result in results.values())
    assert [r.rationale + r.help + r.mistake for r in results.values()] == [""] * 4
    assert list(results) == ["random_vector", "roughly", "never_negative", "against_numpy"]
    assert results["random_vector"].title == "a random vector"


def test_points_are_shares(exam: Exam) -> None:
    results = tuple(
        judge(exam, "def norm(x): return float(((x ** 2).sum()) ** 0.5) * 1.1").values()
    )
    assert [(r.points, r.passed) for r in results] == [(1, False), (2, True), (1, True), (1, False)]
    assert earn(4, results) == pytest.approx(4 * 3 / 5)
    assert earn(4, ()) == 0


@pytest.mark.parametrize("points", [0, -1, float("nan")], ids=str)
def test_a_program_is_worth_something(points: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        compare("norm", points=points)
    with pytest.raises(ValueError, match="above 0"):
        verify("norm", points=points)


def test_a_known_mistake_is_told_its_hint_where_programs_compare_and_verify(exam: Exam) -> None:
    results = judge(exam, "def norm(x): return float(np.dot(x, x))\nimport numpy as np")
    failed = [result for result in results.values() if not result.passed]
    assert {r.name for r in failed} >= {"random_vector", "roughly", "against_numpy"}
    assert {(r.help, r.mistake) for r in failed} == {("Take the root.", "forgets-root")}


def test_a_mistake_that_raises_is_recognised_by_its_exception(exam: Exam) -> None:
    results = judge(exam, "def norm(x): return x[1_000_000]")
    assert results["random_vector"].help == "Do not index past the end."
    assert results["random_vector"].mistake == "indexes-past-end"
    assert "IndexError" in results["random_vector"].rationale


def test_an_unknown_mistake_is_told_no_hint(exam: Exam) -> None:
    results = judge(exam, "def norm(x): return 17.25")
    assert {r.mistake for r in results.values()} == {""}
    assert results["random_vector"].rationale == "the result has the wrong value"


def test_a_mistake_is_recognised_through_the_exercise_that_needs_it(exam: Exam) -> None:
    code = "def norm(x): return float((x * x).sum())\n" + UNIT
    (result,) = judge(exam, code, "unit").values()
    assert not result.passed
    assert (result.help, result.mistake) == ("Take the root.", "forgets-root")
    assert (result.mistake_of, result.recognised) == ("norm", "norm: forgets root")


def test_what_is_not_written_yet_is_said_and_told_no_hint(exam: Exam) -> None:
    for result in judge(exam, "def norm(x): raise NotImplementedError").values():
        assert not result.passed
        assert (result.cause, result.rationale) == (Cause.NOT_WRITTEN, "not written yet")
        assert "NotImplementedError" in result.help
        assert result.mistake == ""


def test_a_missing_name_is_said(exam: Exam) -> None:
    result = judge(exam, "")["random_vector"]
    assert result.rationale == "raised NameError: name 'norm' is not defined"
    assert "spelled" in result.help


def test_an_exception_fails_its_program_alone(exam: Exam) -> None:
    results = judge(
        exam, RIGHT + "good = norm\ndef norm(x):\n  if len(x) == 5: 1 / 0\n  return good(x)"
    )
    assert [r.passed for r in results.values()] == [False, True, True, True]
    assert "ZeroDivisionError: division by zero (in norm" in results["random_vector"].rationale


def test_the_authors_own_message_is_told(exam: Exam) -> None:
    results = judge(exam, "def norm(x): return -1.5")
    assert results["never_negative"].rationale == "the norm must be at least the largest entry"


def test_the_text_of_a_librarys_assertion_is_not_told(exam: Exam) -> None:
    result = judge(exam, "def norm(x): return 1.5")["against_numpy"]
    assert result.rationale == "this does not hold: agrees with NumPy"
    assert "5.0" not in result.rationale + result.help


def test_a_result_that_a_program_cannot_use_is_said(exam: Exam) -> None:
    result = judge(exam, "def norm(x): return 'text'")["never_negative"]
    assert not result.passed
    assert "could not be used" in result.rationale


class Silent:
    """A link that no answer ever comes over."""

    def __init__(self, cause: Cause = Cause.PROGRAM_TIME) -> None:
        self.cause = cause
        self.asked = 0

    def ask(self, message: bytes, deadline: float) -> bytes:
        self.asked += 1
        raise LinkError(self.cause)


def test_a_program_that_gets_no_answer_fails(exam: Exam) -> None:
    results = exam.judge("norm", Silent, seconds=1)
    assert {r.passed for r in results} == {False}
    assert {r.cause for r in results} == {Cause.PROGRAM_TIME}
    assert {r.rationale for r in results} == {"stopped: it took longer than the time limit"}
    assert {r.mistake for r in results} == {""}


def test_a_dead_link_fails_its_program_alone(exam: Exam) -> None:
    good = student(RIGHT)
    links: list[Link] = [Silent(Cause.KERNEL_DIED), good, good, good]
    results = exam.judge("norm", lambda: links.pop(0) if links else good, seconds=1)
    assert [r.passed for r in results] == [False, True, True, True]
    assert [r.cause for r in results] == [Cause.KERNEL_DIED, None, None, None]
    assert results[0].rationale.startswith("the kernel died")


def test_no_link_at_all_fails_its_program_alone(exam: Exam) -> None:
    good = student(RIGHT)
    tries = iter(range(9))

    def connect() -> Link:
        if next(tries) == 1:
            raise LinkError(Cause.KERNEL_DID_NOT_START)
        return good

    results = exam.judge("norm", connect, seconds=1)
    assert [r.passed for r in results] == [True, False, True, True]
    assert results[1].cause is Cause.KERNEL_DID_NOT_START


def test_a_program_is_measured(exam: Exam) -> None:
    slow = judge(
        exam, RIGHT + "import time\nfast = norm\ndef norm(x):\n time.sleep(.05)\n return fast(x)"
    )
    assert all(0.05 <= result.seconds < 2 for result in slow.values())


def test_both_sides_draw_the_same_random_numbers() -> None:
    with collecting() as programs:

        @compare("f")
        def draws(impl: Any) -> Any:
            return impl.f(np.random.rand(3)), np.random.rand()

    link = student("import numpy as np\ndef f(x): return x + np.random.rand(3)")
    one, two = (run(programs[0], link, 5) for _ in range(2))
    assert np.array_equal(one.value[0], two.value[0])
    assert one.value[1] == two.value[1]


def test_a_program_without_words_is_called_by_its_name() -> None:
    with collecting() as programs:

        @verify("f")
        def it_is_not_negative(impl: Any) -> None:
            pass

    assert programs[0].title == "it is not negative"


@pytest.mark.parametrize("decorate", [compare, verify])
def test_a_program_without_its_exercise_is_no_program(decorate: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="name the exercise"):

        @decorate
        def program(impl: Any) -> None:
            pass


@pytest.mark.parametrize("code", ["def f(x): return x", "def f(x): return -x"])
def test_in_an_authors_notebook_a_program_runs_at_once(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    import types

    main = types.ModuleType("__main__")
    exec(code, vars(main))
    monkeypatch.setitem(sys.modules, "__main__", main)

    def at_once(decorate: Callable[..., Any]) -> None:
        @decorate("f")
        def program(impl: Any) -> None:
            assert impl.f(1) == 1, "f gives back what it gets"

    at_once(verify)
    printed = capsys.readouterr().out
    good = "-x" not in code
    assert printed.startswith("program: ran in" if good else "program: failed: f gives back")
