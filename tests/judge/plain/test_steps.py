"""What the judge says of a cell: its statements, the number that it gives, its limits."""

import time

import pytest
from support.asserts import failed, judged, words

from autograder.remote.causes import Cause

STUDENT = "def f(n):\n    return n + 1\ndef bad():\n    raise KeyError('k')\n"


def test_each_statement_is_a_step_with_its_lines() -> None:
    verdict = judged(
        STUDENT, "x = 1\n\nassert f(x) == 2\nfor i in range(3):\n    assert f(i) == i + 1\n"
    )
    assert [(s.line, s.last_line, s.checks, s.status) for s in verdict.steps] == [
        (1, 1, False, "passed"),
        (3, 3, True, "passed"),
        (4, 5, True, "passed"),
    ]
    assert verdict.passed


def test_behind_a_failed_assert_the_next_statements_run() -> None:
    verdict = judged(
        STUDENT, "assert f(1) == 3\nassert f(1) == 2\nf(0) == 0\nassert f(2) == 0, 'two'"
    )
    assert failed(verdict) == [1, 4]
    assert verdict.steps[3].message == "two"
    assert verdict.steps[3].kind == "AssertionError"


def test_behind_a_failed_call_the_next_statements_run() -> None:
    verdict = judged(STUDENT, "bad()\nassert f(1) == 2")
    assert [s.status for s in verdict.steps] == ["failed", "passed"]
    assert verdict.steps[0].theirs
    assert (verdict.steps[0].kind, verdict.steps[0].cause) == ("KeyError", Cause.RAISED)


def test_behind_any_other_failure_the_rest_is_skipped() -> None:
    verdict = judged(STUDENT, "x = bad()\nassert x == 1\nassert f(1) == 2")
    assert [s.status for s in verdict.steps] == ["failed", "skipped", "skipped"]


def test_what_is_not_written_is_said() -> None:
    verdict = judged("def f(n):\n    raise NotImplementedError", "assert f(1) == 2")
    assert verdict.steps[0].cause is Cause.NOT_WRITTEN


def test_a_name_that_is_missing_is_a_name_error_of_the_tests() -> None:
    verdict = judged("", "assert nothing == 2")
    assert verdict.steps[0].kind == "NameError"
    assert verdict.steps[0].message == "name 'nothing' is not defined"
    assert not verdict.steps[0].theirs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("f(1)", 2.0),
        ("f(1);", None),
        ("True", None),
        ("'3'", None),
        ("None", None),
        ("x = 3", None),
        ("float('nan')", None),
        ("assert True\n0", 0.0),
        ("def s():\n    return 0.25\ns()", 0.25),
    ],
)
def test_the_number_of_the_last_expression_is_the_value(text: str, value: float | None) -> None:
    assert judged(STUDENT, text).value == value


@pytest.mark.parametrize(
    ("text", "checks"),
    [
        ("assert f(0) == 1", True),
        ("check = 3", False),
        ("import pytest", False),
        ("def check():\n    assert False", False),
        ("if f(0) != 1:\n    raise ValueError", True),
        ("with open('x') as file:\n    assert file", True),
        ("x = f(2)", False),
        ("print(f(0))", False),
        ("tc.assertEqual(f(0), 1)", True),
        ("check_it(f)", True),
        ("while False:\n    assert 1", True),
        ("try:\n    f(1)\nexcept ValueError:\n    raise AssertionError", True),
    ],
)
def test_a_check_is_what_asserts_raises_or_is_called_so(text: str, checks: bool) -> None:
    assert judged(STUDENT, text).steps[0].checks is checks


def test_what_a_test_prints_is_kept_and_costs_nothing() -> None:
    verdict = judged(
        "import sys\ndef f():\n    print('theirs')\n    sys.stderr.write('no')",
        "import sys, warnings\nprint('mine')\nf()\nwarnings.warn('old')\nsys.stderr.write('x')\n",
    )
    assert verdict.passed
    assert verdict.printed == "mine\ntheirs\n"


def test_much_that_is_printed_is_cut() -> None:
    assert len(judged("", "for i in range(100000):\n    print(i)").printed) == 2000


@pytest.mark.parametrize("text", ["raise SystemExit", "exit()", "raise KeyboardInterrupt"])
def test_a_test_that_ends_its_process_fails(text: str) -> None:
    verdict = judged("", text + "\nassert True")
    assert not verdict.passed


def test_a_loop_of_the_tests_own_is_stopped() -> None:
    start = time.monotonic()
    verdict = judged(
        "",
        "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass\nassert 1",
        seconds=0.5,
    )
    assert time.monotonic() - start < 8
    assert [s.status for s in verdict.steps] == ["failed", "skipped"]
    assert verdict.steps[0].cause is Cause.PROGRAM_TIME


def test_a_cell_that_is_no_python_fails_and_says_so() -> None:
    verdict = judged("", "assert (")
    assert not verdict.passed
    assert verdict.steps[0].kind == "SyntaxError"


@pytest.mark.parametrize(
    "text",
    [
        "%matplotlib inline\nassert f(1) == 2",
        "%%time\nassert f(1) == 2",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nassert f(1) == 2",
        "display(f(1))\nassert f(1) == 2",
        "# nothing but a comment",
        "",
    ],
)
def test_magics_mean_nothing(text: str) -> None:
    verdict = judged(STUDENT, text)
    assert verdict.passed, words(verdict)


def test_the_lines_of_a_cell_with_a_magic_are_its_own() -> None:
    assert failed(judged(STUDENT, "%%time\nassert f(1) == 2\nassert f(1) == 3")) == [3]


def test_a_subclass_of_a_students_class_says_where_it_belongs() -> None:
    verdict = judged("class A:\n    pass", "class B(A):\n    pass")
    assert "belongs into the kernel" in verdict.steps[0].message


def test_a_functions_statement_begins_with_its_decorator() -> None:
    verdict = judged("", "def d(f):\n    return f\n@d\ndef g():\n    pass\n")
    assert (verdict.steps[1].line, verdict.steps[1].last_line) == (3, 5)


def test_requests_are_counted() -> None:
    assert judged(STUDENT, "for i in range(10):\n    f(i)").asked >= 10


def test_a_trace_that_a_test_shows_is_a_failure() -> None:
    test = "import traceback\ntry:\n    f('x')\nexcept Exception:\n    traceback.print_exc()\n2"
    assert judged(STUDENT.replace("n + 1", "str(n)"), test).passed
    verdict = judged(STUDENT, test)
    assert failed(verdict) == [2]
    assert "can only concatenate" in verdict.steps[1].message
