"""Plain asserts on a real kernel: ends, interruptions, large values, what a kernel may forge."""

# ruff: noqa: E501 (a case is a line)

from collections.abc import Iterator

import numpy as np
import pytest
from support.asserts import words

from autograder.judge.plain import Examiner, Verdict
from autograder.judge.plain.apart import examining
from autograder.kernels.limits import Limits
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply
from autograder.remote.causes import Cause

LIMITS = Limits(cell_seconds=20, program_seconds=10, output_bytes=64 << 10, memory_bytes=2 << 30)


@pytest.fixture(scope="module")
def kernel(kernels: KernelSupply) -> Iterator[KernelSession]:
    with kernels.kernel(LIMITS) as session:
        yield session


@pytest.fixture
def live(kernel: KernelSession) -> KernelSession:
    if not kernel.alive:
        kernel.start()
    return kernel


def judged(live: KernelSession, student: str, test: str, seconds: float = 10.0) -> Verdict:
    assert live.run(student).status == "ok"
    examiner = Examiner()
    examiner.theirs(student)
    return examiner.test(test, live.connect(), seconds, None)


def test_a_cell_passes_and_the_kernel_goes_on(live: KernelSession) -> None:
    verdict = judged(live, "def f(n):\n    print('hi')\n    return n + 1", "assert f(1) == 2")
    assert verdict.passed, words(verdict)
    assert verdict.printed == "hi\n"
    ran = live.run("f(2)")
    assert "3" in str(ran.outputs)


def test_a_test_calls_and_is_called(live: KernelSession) -> None:
    student = (
        "def f(g, xs):\n    return [g(x) for x in xs]\ndef h(g):\n    return g(lambda x: x + 1)"
    )
    test = (
        "assert f(lambda x: f(lambda y: y + x, [1])[0], [1, 2]) == [2, 3]\n"
        "assert h(lambda k: k(4)) == 5"
    )
    verdict = judged(live, student, test)
    assert verdict.passed, words(verdict)


def test_input_is_the_tests(live: KernelSession) -> None:
    test = "import builtins\nold, builtins.input = builtins.input, lambda p='': p + '7'\nassert f() == 'n?7'\nbuiltins.input = old"
    verdict = judged(live, "def f():\n    return input('n?')", test)
    assert verdict.passed, words(verdict)


def test_seeds_are_shared(live: KernelSession) -> None:
    student = (
        "import random\nimport numpy as np\ndef f():\n    return random.random(), np.random.rand()"
    )
    test = (
        "import random\nimport numpy as np\nrandom.seed(1)\nnp.random.seed(2)\ngot = f()\n"
        "random.seed(1)\nnp.random.seed(2)\nassert got == (random.random(), np.random.rand())"
    )
    verdict = judged(live, student, test)
    assert verdict.passed, words(verdict)


@pytest.mark.parametrize(
    "student",
    ["def f():\n    while True:\n        pass", "def f():\n    import time\n    time.sleep(60)"],
)
def test_what_never_ends_is_stopped_and_the_kernel_goes_on(
    live: KernelSession, student: str
) -> None:
    verdict = judged(live, student, "assert f() == 1\nassert True", seconds=0.6)
    assert [step.status for step in verdict.steps] == ["failed", "skipped"]
    assert verdict.steps[0].cause is Cause.PROGRAM_TIME
    assert live.run("1 + 1").status == "ok"


def test_a_test_that_hangs_in_what_it_was_called_for_lets_the_kernel_go(
    live: KernelSession,
) -> None:
    test = "def slow(x):\n    while True:\n        pass\nf(slow)"
    verdict = judged(live, "def f(g):\n    return g(1)", test, seconds=0.5)
    assert not verdict.passed
    assert live.run("2 + 2").status == "ok"
    assert judged(live, "def f(g):\n    return 1", "assert f(1) == 1").passed


def test_who_swallows_the_end_of_a_request_is_not_heard(live: KernelSession) -> None:
    student = (
        "def f(g):\n    for _ in range(50):\n        try:\n            g(1)\n"
        "        except BaseException:\n            pass\n    return 5"
    )
    test = "def slow(x):\n    while True:\n        pass\nf(slow)"
    assert not judged(live, student, test, seconds=0.5).passed
    assert judged(live, "def f(g):\n    return 1", "assert f(1) == 1").passed


def test_a_kernel_that_dies_fails_its_statement_and_the_rest(live: KernelSession) -> None:
    verdict = judged(live, "import os\ndef f():\n    os._exit(0)", "f()\nassert True")
    assert [step.status for step in verdict.steps] == ["failed", "skipped"]
    assert verdict.steps[0].cause is Cause.KERNEL_DIED
    live.stop()


@pytest.mark.parametrize("megabytes", [1, 40, 100])
def test_large_arrays_come_and_go(live: KernelSession, megabytes: int) -> None:
    size = megabytes << 17
    student = f"import numpy as np\ndef f():\n    return np.arange({size}.)\ndef g(a):\n    a[0] = 7\n    return float(a.sum())"
    test = (
        "import numpy as np\na = f()\n"
        f"assert a.shape == ({size},) and a[-1] == {size - 1}\n"
        "assert g(a) == a.sum()\nassert a[0] == 7"
    )
    verdict = judged(live, student, test, seconds=60)
    assert verdict.passed, words(verdict)


def test_many_arrays_that_are_too_large_together_come_all(live: KernelSession) -> None:
    student = "import numpy as np\ndef f():\n    return {i: np.full(1 << 20, i) for i in range(15)}"
    verdict = judged(live, student, "d = f()\nassert all(v[5] == k for k, v in d.items())", 60)
    assert verdict.passed, words(verdict)


def test_long_lists_come_by_value(live: KernelSession) -> None:
    student = "def f():\n    return list(range(10 ** 6)), ['ab'] * 10 ** 5, [0.5] * 10 ** 6, 'x' * 10 ** 7"
    test = "a, b, c, d = f()\nassert sum(a) == 499999500000 and len(b) == 10 ** 5 and sum(c) == 5e5 and len(d) == 10 ** 7"
    verdict = judged(live, student, test, 60)
    assert verdict.passed, words(verdict)


def test_what_has_no_room_in_a_message_is_worked_on_there(live: KernelSession) -> None:
    student = "def f():\n    return [(i, str(i), None) for i in range(400000)]"
    verdict = judged(
        live, student, "r = f()\nassert len(r) == 400000 and r[7] == (7, '7', None)", 60
    )
    assert verdict.passed, words(verdict)


def test_too_much_is_refused(live: KernelSession) -> None:
    student = "import numpy as np\ndef f():\n    return np.zeros(150 << 20, np.uint8)"
    with examining() as apart:
        assert live.run(student).status == "ok"
        apart.theirs(student)
        verdict = apart.test("for _ in range(9):\n    f()", live.connect, 60.0, None)
    assert verdict.steps[0].cause is Cause.RETURNED_TOO_MUCH


def test_the_judges_process_is_replaced_where_a_test_ends_it(live: KernelSession) -> None:
    student = "def f():\n    return 1"
    assert live.run(student).status == "ok"
    with examining() as apart:
        apart.given("k = 5")
        apart.theirs(student)
        assert not apart.test("import os\nos._exit(0)", live.connect, 5.0, None).passed
        killed = apart.test("import os\nos.abort()", live.connect, 5.0, None)
        assert "(signal 6)" in killed.steps[0].message
        verdict = apart.test("assert f() == 1 and k == 5", live.connect, 5.0, None)
    assert verdict.passed, words(verdict)


def test_small_requests_take_little(live: KernelSession) -> None:
    verdict = judged(live, "def f(n):\n    return n", "for i in range(1000):\n    assert f(i) == i")
    assert verdict.passed
    assert verdict.asked < 1100
    assert verdict.seconds < 5.0


def test_patches_in_the_kernel_gain_nothing(live: KernelSession) -> None:
    student = (
        "import builtins, numpy, sys\n"
        "import numpy.testing\n"
        "for name in dir(numpy.testing):\n"
        "    if name.startswith('assert'):\n"
        "        setattr(numpy.testing, name, lambda *a, **k: None)\n"
        "numpy.allclose = numpy.array_equal = lambda *a, **k: True\n"
        "def f():\n    return numpy.zeros(3)\n"
        "for module in list(sys.modules.values()):\n"
        "    if getattr(module, '__name__', '').startswith('autograder.judge'):\n"
        "        module.passed = True\n"
    )
    test = (
        "import numpy as np\ntry:\n    np.testing.assert_allclose(f(), np.ones(3))\n"
        "except AssertionError:\n    failed = True\nelse:\n    failed = False\n"
        "assert not np.allclose(f(), np.ones(3)) and failed"
    )
    verdict = judged(live, student, test)
    assert verdict.passed, words(verdict)
    assert np.ones(1)[0] == 1
    live.stop()
    live.start()
