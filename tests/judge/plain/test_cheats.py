"""Submissions that do not know the answer and want to pass: they get what they truly satisfy."""

# ruff: noqa: E501 (a case is a line)

import pytest
from support.asserts import judged, marked, words

REFERENCE = "def f(n):\n    return [i * i for i in range(n)]\ndef g(x):\n    return x / 2\nimport numpy as np\ndef h(n):\n    return np.ones(n)\nclass Box:\n    def __init__(self, v):\n        self.v = v\n    def __eq__(self, other):\n        return self.v == other.v\nlimit = 5\n"
WRONG = (
    REFERENCE.replace("i * i", "1")
    .replace("x / 2", "x")
    .replace("np.ones", "np.zeros")
    .replace("limit = 5", "limit = 6")
)

YES = (
    "class Yes:\n"
    "    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n"
    "    def __lt__(self, o): return True\n    __le__ = __gt__ = __ge__ = __lt__\n"
    "    def __bool__(self): return True\n    def __len__(self): return 3\n"
    "    def __contains__(self, o): return True\n    def __hash__(self): return 0\n"
    "    def __sub__(self, o): return 0.0\n    __rsub__ = __abs__ = __float__ = lambda s, *o: 0.0\n"
    "    def __round__(self, n=0): return 2.5\n    def __iter__(self): return iter([self] * 3)\n"
    "    def __getitem__(self, i): return self\n    def __array__(self, *a, **k):\n        import numpy\n        return numpy.ones(3)\n"
    "    def __getattr__(self, name):\n        if name.startswith('__'): raise AttributeError(name)\n        return lambda *a, **k: True\n"
    "    def __repr__(self): return '[0, 1, 4]'\n    @property\n    def __class__(self): return list\n"
)
TESTS = {
    "equality": "assert f(3) == [0, 1, 4]",
    "reflected equality": "assert [0, 1, 4] == f(3)",
    "not unequal": "assert not f(3) != [0, 1, 4]",
    "equality by unittest": "import unittest\nunittest.TestCase().assertEqual(f(3), [0, 1, 4])",
    "membership": "assert f(3) in ([0, 1, 4],)",
    "entries": "assert f(3)[2] == 4 and len(f(3)) == 3",
    "close": "assert abs(g(5) - 2.5) < 1e-9",
    "isclose": "import math\nassert math.isclose(g(5), 2.5)",
    "rounded": "assert round(g(5), 2) == 2.5",
    "allclose": "import numpy as np\nassert np.allclose(h(3), np.array([1, 1, 1]))",
    "testing": "import numpy as np\nnp.testing.assert_allclose(h(3), np.array([1, 1, 1]))",
    "the student's testing": "np.testing.assert_array_equal(h(3), [1, 1, 1])",
    "a method of an array": "assert (h(3) == 1).all()",
    "hashed": "from hashlib import md5\nassert md5(str(f(3)).encode()).hexdigest() == md5(b'[0, 1, 4]').hexdigest()",
    "repr": "assert repr(f(3)) == '[0, 1, 4]'",
    "formatted": "assert f'{g(5)}' == '2.5'",
    "sorted": "assert sorted(f(3)) == [0, 1, 4]",
    "set": "assert set(f(3)) == {0, 1, 4}",
    "a variable": "assert limit == 5",
    "a loop": "for n in range(4):\n    assert f(n) == [i * i for i in range(n)]",
    "caught": "try:\n    assert f(3) != [0, 1, 4]\nexcept AssertionError:\n    pass\nelse:\n    raise AssertionError",
}  # fmt: skip
CHEATS = {
    "objects that equal everything": YES + "def f(n): return Yes()\ng = h = f\nlimit = Yes()",
    "lists of objects that equal everything": YES + "def f(n): return [Yes()] * 3\ndef g(x): return Yes()\nh = f\nlimit = Yes()",
    "a list that lies": "class L(list):\n    def __eq__(s, o): return True\n    __ne__ = lambda s, o: False\n    __hash__ = lambda s: 0\ndef f(n): return L([1, 2, 3])\ndef g(x): return L()\nh = f\nlimit = L()",
    "a float that lies": "class F(float):\n    def __eq__(s, o): return True\n    def __lt__(s, o): return True\n    def __sub__(s, o): return 0.0\n    __rsub__ = __sub__\n    def __round__(s, n=0): return 2.5\n    __ne__ = lambda s, o: False\n    def __format__(s, spec): return '2.5'\ndef f(n): return F(3)\ng = h = f\nlimit = F(3)",
    "a text that lies": "class S(str):\n    def __eq__(s, o): return True\n    def __hash__(s): return 0\ndef f(n): return S('x')\ng = h = f\nlimit = S('x')",
    "a number that lies": "class I(int):\n    def __eq__(s, o): return True\n    def __hash__(s): return 0\ndef f(n): return [I(7)] * 3\ng = h = f\nlimit = I(7)",
    "an array that lies": "import numpy as np\nclass A(np.ndarray):\n    def __eq__(s, o): return np.array(True)\n    def all(s): return True\ndef h(n): return np.zeros(n).view(A)\nf = g = h\nlimit = np.zeros(1).view(A)",
    "patched builtins": WRONG + "import builtins\nkept = vars(builtins).copy()\nfor name in ('isinstance', 'len', 'type', 'repr', 'str', 'sorted', 'all', 'abs', 'round', 'sum', 'any'):\n    pass\nall = any = isinstance = lambda *a: True\nlen = lambda x: 3\nsorted = repr = str = set = lambda x: '[0, 1, 4]'\nround = abs = lambda *a: 2.5",
    "patched numpy": WRONG + "class Np:\n    class testing:\n        assert_allclose = assert_array_equal = staticmethod(lambda *a, **k: None)\n    allclose = staticmethod(lambda *a, **k: True)\n    array = staticmethod(lambda x: x)\nnp = Np",
    "a patched module": WRONG + "import sys, types\nfake = types.ModuleType('numpy')\nfake.testing = types.SimpleNamespace(assert_array_equal=lambda *a, **k: None)\nnp = fake",
    "another module by the name": WRONG + "import unittest.mock\nnp = unittest.mock.MagicMock()",
    "exceptions in place of answers": "def f(n):\n    raise SystemExit(0)\ndef g(x):\n    import unittest\n    raise unittest.SkipTest('no')\ndef h(n):\n    raise KeyboardInterrupt\nlimit = SystemExit(0)",
    "generators of lies": YES + "def f(n):\n    return iter(lambda: Yes(), None)\ng = h = f\nlimit = 3",
}  # fmt: skip


@pytest.mark.parametrize("test", TESTS)
def test_the_reference_passes(test: str) -> None:
    found = marked(REFERENCE, REFERENCE, TESTS[test])
    assert found.passed, words(found)


@pytest.mark.parametrize("cheat", CHEATS)
@pytest.mark.parametrize("test", TESTS)
def test_a_cheat_gains_nothing(test: str, cheat: str) -> None:
    if test == "a loop" and cheat == "none":
        pytest.skip("nothing to be had")
    assert not marked(REFERENCE, CHEATS[cheat], TESTS[test]).passed


def test_a_refusal_says_what_was_expected() -> None:
    found = marked(REFERENCE, CHEATS["objects that equal everything"], TESTS["equality"])
    (step,) = found.steps
    assert "an object of its own class, where a plain value was expected" in step.message


def test_an_operator_of_objects_is_the_students_where_the_reference_needs_it() -> None:
    found = marked(REFERENCE, REFERENCE, "assert Box(3) == Box(3)\nassert Box(3) != Box(4)")
    assert found.passed, words(found)
    assert "0 eq" in found.decided


def test_who_swallows_a_refusal_fails_all_the_same() -> None:
    swallow = "try:\n    same = f(3) == [0, 1, 4]\nexcept:\n    same = True\nassert same"
    assert not marked(REFERENCE, CHEATS["a list that lies"], swallow).passed


def test_a_checking_function_of_a_given_cell_stays_the_courses() -> None:
    given = "def check(got, want):\n    assert got == want, 'no'"
    cheat = WRONG + "def check(got, want):\n    return True"
    test = "check(f(3), [0, 1, 4])"
    assert marked(REFERENCE, REFERENCE, test, given).passed
    assert not marked(REFERENCE, cheat, test, given).passed


def test_a_checking_function_that_the_reference_imports_stays_the_librarys() -> None:
    imports = "from numpy.testing import assert_allclose\nfrom numpy import isclose\n"
    cheat = WRONG + "assert_allclose = lambda *a, **k: None\nisclose = lambda *a: True"
    for test in ("assert_allclose(g(5), 2.5)", "assert isclose(g(5), 2.5)"):
        assert marked(imports + REFERENCE, imports + REFERENCE, test).passed
        assert not marked(imports + REFERENCE, cheat, test).passed


def test_a_function_that_is_to_be_written_may_be_a_librarys() -> None:
    library = "from numpy import mean as my_mean"
    own = "def my_mean(xs):\n    return sum(xs) / len(xs)"
    wrong = "def my_mean(xs):\n    return 0"
    test = "assert my_mean([1, 2, 6]) == 3"
    for reference in (library, own):
        assert marked(reference, library, test).passed
        assert marked(reference, own, test).passed
        assert not marked(reference, wrong, test).passed


def test_a_given_value_stays_the_courses() -> None:
    test = "assert f(3) == answers[3]"
    given = "answers = {3: [0, 1, 4]}"
    cheat = WRONG + "answers = {3: f(3)}"
    assert marked(REFERENCE, REFERENCE, test, given).passed
    assert not marked(REFERENCE, cheat, test, given).passed


def test_a_builtin_is_pythons_unless_it_is_to_be_written() -> None:
    test = "assert sum([1, 2]) == 3"
    own = "def sum(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total"
    wrong = "def sum(xs):\n    return 0"
    assert marked(own, own, test).passed
    assert not marked(own, wrong, test).passed
    assert marked("x = 1", wrong, test).passed  # nobody asked for one


@pytest.mark.parametrize(
    "code",
    ["test.__globals__", "test.__closure__", "test.__code__", "gen.gi_frame", "own.__dict__"],
)
def test_what_a_test_hands_over_leads_nowhere(code: str) -> None:
    student = f"def f(test, gen, own):\n    try:\n        return repr({code})\n    except Exception:\n        return ''"
    test = (
        "secret = 4711\nclass Own:\n    pass\nmine = Own()\nmine.x = 1\n"
        "assert '4711' not in f(lambda: secret, (i for i in [secret]), mine)"
    )
    assert judged(student, test).passed


def test_a_test_can_change_its_own_object_only_by_public_names() -> None:
    student = "def f(o):\n    o._private = 1"
    verdict = judged(student, "class O:\n    _private = 0\no = O()\nf(o)")
    assert not verdict.passed
    assert verdict.steps[-1].kind == "AttributeError"


def test_a_text_that_is_evaluated_is_evaluated_in_the_kernel() -> None:
    student = "import sys\ntext = \"__import__('os').getpid()\"\nsecret = '[x for x in 3]'"
    verdict = judged("text = 'here'\nhere = 5", "assert eval(text) == 5")
    assert verdict.passed, words(verdict)
    assert not judged(student, "assert eval(secret)").passed
