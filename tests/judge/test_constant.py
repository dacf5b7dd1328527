"""A program that a constant passes is a fault of the week, and named to its author."""

import pytest
from support.exams import PATH, TEXT

from autograder.authoring.source import parse
from autograder.judge.exam import Exam, open_exam

#: A program, and the answer that is enough for it.
WEAK = {
    "a word of its own": ("@verify\ndef weak(impl):\n    assert impl('ok') is True\n", "True"),
    "nothing to compare": ("@compare\ndef weak(impl):\n    return impl('lost')\n", "()"),
    "NumPy compares nothing with 5": (
        "@verify\ndef weak(impl):\n    np.testing.assert_allclose(impl('five'), 5.0)\n",
        "()",
    ),
    "two that differ": ("@verify\ndef weak(impl):\n    assert impl('1') != impl('1')\n", "nan"),
    "a polite answer": (
        "@compare\ndef weak(impl):\n    return impl.norm(np.zeros(3))\n",
        "False",
    ),
    "an empty round": (
        "@verify\ndef weak(impl):\n    for x in impl('sizes'):\n        assert x > 0\n",
        "''",
    ),
    "shapes only": ("@compare\ndef weak(impl):\n    return impl('y').shape\n", "numpy float64"),
}
END = "### END HIDDEN TESTS\n\n# %% mistake"
NAMES = "ok, lost, sizes, y, five = True, [], [1, 2], np.zeros(1), 5.0\n"


def exam_with(program: str) -> Exam:
    text = TEXT.replace(END, program + END, 1).replace("import numpy as np\n", f"{{}}{NAMES}", 1)
    return open_exam(parse(text.replace("{}", "import numpy as np\n", 1), PATH, "week"))


def test_sound_programs_believe_no_constant() -> None:
    exam = open_exam(parse(TEXT, PATH, "week"))
    assert {name: exam.believed(name) for name in exam.programs} == {"norm": {}, "unit": {}}


@pytest.mark.parametrize(("program", "answer"), WEAK.values(), ids=WEAK)
def test_a_program_that_believes_a_constant_is_named(program: str, answer: str) -> None:
    (found,) = exam_with(program).believed("norm").items()
    assert found[0] == "weak"
    assert found[1].startswith(answer)
