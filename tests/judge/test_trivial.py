"""A program that a constant passes is a fault of the week, and named to its author."""

from dataclasses import replace

import pytest
from support import exams
from support.courses import changed
from support.exams import TEXTS

from autograder.authoring.source import parse
from autograder.authoring.texts import WeekTexts
from autograder.judge.exam import Exam, open_exam
from autograder.judge.result import share

#: A program, and the answer that is enough for it.
WEAK = {
    "a word of its own": (
        '@verify("norm")\ndef weak(impl):\n    assert impl("ok") is True\n',
        "True",
    ),
    "nothing to compare": ('@compare("norm")\ndef weak(impl):\n    return impl("lost")\n', "()"),
    "NumPy compares nothing with 5": (
        '@verify("norm")\ndef weak(impl):\n    np.testing.assert_allclose(impl("five"), 5.0)\n',
        "()",
    ),
    "two that differ": (
        '@verify("norm")\ndef weak(impl):\n    assert impl("1") != impl("1")\n',
        "nan",
    ),
    "a polite answer": (
        '@compare("norm")\ndef weak(impl):\n    return impl.norm(np.zeros(3))\n',
        "False",
    ),
    "an empty round": (
        '@verify("norm")\ndef weak(impl):\n    for x in impl("sizes"):\n        assert x > 0\n',
        "''",
    ),
    "shapes only": (
        '@compare("norm")\ndef weak(impl):\n    return impl("y").shape\n',
        "numpy float64",
    ),
}
GIVEN = "# %%\nimport numpy as np\n"
NAMES = "ok, lost, sizes, y, five = True, [], [1, 2], np.zeros(1), 5.0\n"


def exam_of(texts: WeekTexts) -> Exam:
    return open_exam(parse(texts, exams.FOLDER, "week"))


def exam_with(program: str) -> Exam:
    """The exam with one program more, and names for it to ask for."""
    texts = changed(TEXTS, GIVEN, GIVEN + NAMES)
    return exam_of(replace(texts, hidden_tests=f"{texts.hidden_tests}\n\n{program}"))


def test_sound_programs_believe_no_constant() -> None:
    exam = exam_of(TEXTS)
    assert {name: exam.believed(name) for name in exam.programs} == {"norm": {}, "unit": {}}


@pytest.mark.parametrize(("program", "answer"), WEAK.values(), ids=WEAK)
def test_a_program_that_believes_a_constant_is_named(program: str, answer: str) -> None:
    believed = exam_with(program).believed("norm")
    found = [what for what, programs in believed.items() if "weak" in {p.name for p in programs}]
    assert any(what.startswith(f"always answers {answer}") for what in found)


SPOILED = {
    "zeros of the right shape": (
        '@compare("norm")\ndef weak(impl):\n    return impl.norm(x=z) * 0\n'
    ),
    "ones of the right shape": (
        '@compare("norm")\ndef weak(impl):\n    return impl.norm(x=np.array([1.0]))\n'
    ),
    "its first argument back": (
        '@compare("norm")\ndef weak(impl):\n    return impl("norm(x)", x=np.ones(1))[0]\n'
    ),
    "raises ValueError whenever": (
        '@compare("norm")\ndef weak(impl):\n    try:\n        impl.norm("text")\n'
        "    except Exception:\n        return 'refused'\n"
    ),
}


@pytest.mark.parametrize("words", SPOILED)
def test_a_program_that_believes_spoiled_results_is_named(words: str) -> None:
    program = SPOILED[words].replace("x=z", "x=np.zeros(3)").replace(")[0]", ") * np.ones(1)")
    believed = exam_with(program).believed("norm")
    found = [what for what, programs in believed.items() if "weak" in {p.name for p in programs}]
    assert any(words in what for what in found), found


def test_a_property_earns_only_beside_a_value() -> None:
    programs = exam_of(TEXTS).programs["norm"]
    properties = {program.name for program in programs if not program.compares}
    assert properties
    assert share(programs, properties) == 0.0
    value = next(program for program in programs if program.compares)
    total = sum(program.points for program in programs)
    earned = value.points + sum(p.points for p in programs if not p.compares)
    assert share(programs, {value.name, *properties}) == pytest.approx(earned / total)
    assert share(programs, {program.name for program in programs}) == 1.0
