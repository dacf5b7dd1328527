"""Machine faults of a solution: every operator, what is left alone, and what counts once."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from support import tiny
from support.sources import WEEK, source

from autograder.authoring.equivalents import read_equivalents
from autograder.authoring.faults import SourceError
from autograder.authoring.mutants import candidates, mutants

#: An operator, a body of ``def f(self, x, y, n)``, and lines that it must make of it.
FAULTS: dict[str, tuple[str, list[str]]] = {
    "arithmetic operator replaced": ("return x @ y", ["return x * y"]),
    "augmented assignment replaced": ("x += y", ["x -= y", "x = y"]),
    "operands swapped": ("return x - y", ["return y - x"]),
    "operand dropped": ("return x + y * n", ["return x", "return y * n", "return x + y"]),
    "comparison weakened or negated": ("return x < y", ["return x <= y", "return x >= y"]),
    "logical operator replaced or dropped": ("return x and y", ["return x or y", "return y"]),
    "condition negated": ("if x:\n    y = 1", ["if not x:"]),
    "sign or negation dropped": ("return -x, not y", ["return x, not y", "return -x, y"]),
    "conditional decided": ("return x if n else y", ["return x", "return y"]),
    "number moved": (
        "return x[0], x[-1], 0.5 * y",
        [
            "return x[1], x[-1], 0.5 * y",
            "return x[0], x[0], 0.5 * y",
            "return x[0], x[-1], 0.0 * y",
        ],
    ),
    "truth value flipped": ("return f(x, keep=True)", ["return f(x, keep=False)"]),
    "infinity made finite": ("return x.fill(-np.inf)", ["return x.fill(-1e9)"]),
    "word replaced": ("return loss(x, 'mean')", ["return loss(x, 'sum')"]),
    "arguments swapped": ("return f(x, y, n)", ["return f(y, x, n)", "return f(x, n, y)"]),
    "argument dropped": ("return g(x, y, dim=n)", ["return g(x, y)", "return g(x, dim=n)"]),
    "call dropped": ("return list(x.copy())", ["return x.copy()", "return list(x)"]),
    "attribute dropped": ("return x.T", ["return x"]),
    "function replaced": ("return x.sum(n)", ["return x.mean(n)"]),
    "bound of a slice dropped": ("return x[y:n]", ["return x[:n]", "return x[y:]"]),
    "index shifted": ("return x[n]", ["return x[n - 1]", "return x[n + 1]"]),
    "range shortened": ("return range(n)", ["return range(0, n - 1)", "return range(0 + 1, n)"]),
    "filter dropped": ("return [e for e in x if e]", ["return [e for e in x]"]),
    "results swapped": ("return x, y", ["return y, x"]),
    "statement deleted": ("x.append(y)\nreturn x", ["pass"]),
    "block deleted": ("for e in x:\n    y += e\nreturn y", ["pass"]),
    "block unwrapped": ("with off():\n    y = x(n)\nreturn y", ["y = x(n)"]),
    "branch dropped": ("if x:\n    y = 1\nelse:\n    y = n", [""]),
    "break and continue swapped": ("for e in x:\n    break", ["continue"]),
    "decorator dropped": ("@cached\ndef g():\n    return 3\nreturn g", [""]),
    "exception replaced": ("raise ValueError('no')", ["raise TypeError('no')"]),
    "detach inserted": ("h = x * y\nreturn h, n", ["h = (x * y).detach()", "return h.detach(), n"]),
    "cast inserted": ("return x", ["return x.float()", "return x.double()"]),
    "done in place": (
        "x = x + y\nreturn x.exp()",
        ["x = x.add_(y)", "x += y", "return x.exp_()"],
    ),
    "value kept between calls": (
        "h = x(n)\nreturn h",
        ['h = globals().setdefault("_kept_h", x(n))', 'h = vars(self).setdefault("_kept_h", x(n))'],
    ),
    "attribute put on the class": ("self.h = x", ["type(self).h = x"]),
}


def method(body: str) -> str:
    rows = "\n".join(f"        {row}" for row in body.splitlines())
    return f"class C:\n    def f(self, x, y, n):\n{rows}\n"


@pytest.mark.parametrize("operator", FAULTS)
def test_every_operator_makes_its_faults(operator: str) -> None:
    body, lines = FAULTS[operator]
    made = {m.new for m in mutants(method(body), tensors=True) if m.operator == operator}
    assert set(lines) <= made


def test_every_operator_has_a_test() -> None:
    every = (m for body, _ in FAULTS.values() for m in mutants(method(body), tensors=True))
    assert {m.operator for m in every} == set(FAULTS)


def test_arrays_are_cast_and_changed_in_place_as_arrays() -> None:
    made = {m.new for m in mutants("def f(x, y):\n    return x * y\n")}
    assert {"return np.multiply(x, y, out=x)", 'return (x * y).astype("float32")'} <= made
    assert not any("detach" in line or "mul_" in line for line in made)


@pytest.mark.parametrize(
    "text",
    [
        'def f(x):\n    """Gives 1 + 1."""\n    return x\n',
        "def f(x: int = 1 + 1, *, y=True) -> int:\n    return x\n",
        "def f(x):\n    print(x - 1)\n    return x\n",
        "def f(x):\n    # 1 + 1\n    import math\n    return x\n",
    ],
)
def test_what_decides_nothing_is_left_alone(text: str) -> None:
    unusual = [m.new for m in mutants(text) if m.new != 'return x.astype("float32")']
    assert unusual == []


def test_what_an_error_says_is_left_alone() -> None:
    made = [m.new for m in mutants('def f(x):\n    raise ValueError(f"{x + 1} is 0" + "!")\n')]
    assert made == ["pass", 'raise TypeError(f"{x + 1} is 0" + "!")']


def test_brackets_keep_the_rest_as_it_was() -> None:
    made = {m.new for m in mutants("def f(x, y, z):\n    return x * y * z\n")}
    assert "return x / y * z" in made
    made = {m.new for m in mutants("def f(x, y, z):\n    return x @ (y - z)\n")}
    assert "return x @ (z - y)" in made


def test_mutants_are_new_programs_each_once_and_always_the_same() -> None:
    text = source(tiny.TEXTS).references["double"]
    first, second = (list(mutants(text)) for _ in range(2))
    assert first == second
    trees = [ast.dump(ast.parse(m.text)) for m in first]
    assert len(set(trees)) == len(trees) > 5
    assert ast.dump(ast.parse(text)) not in trees


def test_a_mutant_tells_where_it_differs() -> None:
    one = next(m for m in mutants("def f(x):\n    y = x\n    return y < 1\n") if "<=" in m.new)
    assert (one.line, one.old, one.new) == (3, "return y < 1", "return y <= 1")
    assert one.diff.splitlines()[1:] == ["     y = x", "-    return y < 1", "+    return y <= 1"]


def test_a_week_s_mutants_are_of_what_students_write() -> None:
    week = source(tiny.TEXTS)
    every = candidates(week, "double")
    assert {one.solution.name for one in every} == {"reference", "adds-to-itself"}
    assert not any("BEGIN SOLUTION" in one.mutant.text for one in every)
    given = tiny.LESSON.replace('"""Twice ``x``, an array (N,)."""', "x = x + 1")
    again = candidates(source(replace(tiny.TEXTS, lesson=given)), "double")
    assert not any(one.mutant.old == "x = x + 1" for one in again)


def test_what_is_right_elsewhere_is_no_mutant() -> None:
    other = "\n\n@alternative('f')\ndef subtracts():\n    def f(x):\n        return x - -1\n"
    head = "from autograder.authoring import alternative"
    more = "\n\n@alternative('f')\ndef adds():\n    def f(x):\n        return x + -1 + 2\n"
    week = source(replace(WEEK, alternatives=head + other + more))
    every = candidates(week, "f")
    assert len({ast.dump(ast.parse(one.mutant.text)) for one in every}) == len(every)


def test_too_many_mutants_are_thinned_out_evenly() -> None:
    week = source(tiny.TEXTS)
    every, some = candidates(week, "double"), candidates(week, "double", 4)
    assert some == tuple(every[place * len(every) // 4] for place in range(4))


HEAD = "from autograder.authoring import equivalent\n\n"
GOOD = 'equivalent("f", "return x + 1", "return 1 + x", reason="Numbers commute.")\n'
REFUSED: dict[str, tuple[str, int, str]] = {
    "no reason": (GOOD.replace(', reason="Numbers commute."', ""), 3, "an entry is equivalent"),
    "an empty reason": (GOOD.replace("Numbers commute.", " "), 3, "reason= is empty"),
    "a computed line": (GOOD.replace('"return 1 + x"', "LINE"), 3, "its texts plain"),
    "a number": (GOOD.replace('"return 1 + x"', "2"), 3, "its texts plain"),
    "an unknown exercise": (GOOD.replace('"f"', '"g"'), 3, "there is no exercise 'g'"),
    "an entry twice": (GOOD + GOOD, 4, "stands in line 3 already"),
    "another call": ("print(1)\n", 3, "neither an import nor a call"),
    "no Python": ("equivalent(\n", 3, "is no Python"),
}


@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_equivalents_are_refused_with_their_line(
    text: str, line: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "equivalents.py").write_text(HEAD + text)
    with pytest.raises(SourceError, match=rf"equivalents\.py:{line}: .*{words}"):
        read_equivalents(tmp_path, frozenset({"f"}))


def test_equivalents_are_read_and_need_not_be_there(tmp_path: Path) -> None:
    assert read_equivalents(tmp_path, frozenset({"f"})) == ()
    (tmp_path / "equivalents.py").write_text(
        f'"""Why."""\n{HEAD}{GOOD}equivalent("f", "x[…]", "…", reason="No axis.")\n'
    )
    one, other = read_equivalents(tmp_path, frozenset({"f"}))
    assert one.covers("f", "return x + 1", "return 1 + x")
    assert not one.covers("g", "return x + 1", "return 1 + x")
    assert not one.covers("f", "return x + 1", "return 1 + x + x")
    assert other.covers("f", "x[0]", "anything")
    assert not other.covers("f", "y[0]", "anything")
