"""Given cells in the judge: what they make is the course's, what needs the student's is not."""

# ruff: noqa: E501 (a case is a line)

from support.asserts import judged, names_of, words

from autograder.judge.plain import Examiner, Verdict
from autograder.remote.proxy import LocalLink


def cells(test: str, *told: tuple[str, str]) -> Verdict:
    """The verdict of a test behind cells that are told as given or as the student's."""
    examiner = Examiner()
    for whose, text in told:
        (examiner.given if whose == "given" else examiner.theirs)(text)
    return examiner.test(test, LocalLink(names_of(*(text for _, text in told))), 10.0, None)


def passed(test: str, *told: tuple[str, str]) -> Verdict:
    verdict = cells(test, *told)
    assert verdict.passed, words(verdict)
    return verdict


def test_a_given_function_and_its_imports_are_the_judges() -> None:
    verdict = passed(
        "assert half(4) == 2 and math.pi > 3",
        ("given", "import math\ndef half(x):\n    return x / 2"),
    )
    assert verdict.asked <= 2


def test_a_given_function_reads_the_students_names_when_it_is_called() -> None:
    told = (
        ("given", "def twice(n):\n    return [f(n), f(n)]"),
        ("theirs", "def f(n):\n    return n"),
    )
    passed("assert twice(3) == [3, 3]", *told)


def test_what_needs_the_students_is_the_kernels() -> None:
    told = (
        ("theirs", "def f(n):\n    return n + 1"),
        ("given", "y = f(1)\nz = y * 2\nimport math\nk = 9"),
    )
    verdict = passed("assert (y, z, k) == (2, 4, 9)", *told)
    assert verdict.asked >= 3


def test_the_later_binding_of_a_name_counts() -> None:
    passed("assert x == 2", ("given", "x = 1"), ("theirs", "x = 2"))
    passed("assert x == 1", ("theirs", "x = 2"), ("given", "x = 1"))


def test_a_given_object_that_the_student_changes_is_the_kernels() -> None:
    told = ("given", "rows = {'a': 1}\nxs = [3, 1]"), ("theirs", "rows['b'] = 2\nxs.sort()")
    passed("assert rows == {'a': 1, 'b': 2} and xs == [1, 3]", *told)


def test_an_object_of_a_given_class_that_the_student_uses_is_the_kernels() -> None:
    given = (
        "class P:\n    age = 1\n    def grow(self, by):\n        self.age += by\np = P()\np.grow(1)"
    )
    passed("assert p.age == 5 and isinstance(p, P)", ("given", given), ("theirs", "p.grow(3)"))


def test_a_frame_that_the_students_function_changes_is_the_kernels() -> None:
    given = "import pandas as pd\ndf = pd.DataFrame({'a': [1]})"
    theirs = "def add(df):\n    df['b'] = 2\nadd(df)"
    passed("assert df['b'][0] == 2", ("given", given), ("theirs", theirs))


def test_a_given_class_is_one_class_on_both_sides() -> None:
    given = (
        "class Node:\n    def __init__(self, v, n=None):\n        self.v, self.n = v, n\n"
        "    def total(self):\n        return self.v + (self.n.total() if self.n else 0)\n"
    )
    theirs = (
        "def grow(node):\n    node.n = Node(10)\n    return isinstance(node, Node)\n"
        "def make():\n    return Node(5, Node(6))\n"
    )
    test = (
        "n = Node(1)\nassert grow(n)\nassert n.n.v == 10 and n.total() == 11\n"
        "m = make()\nassert isinstance(m, Node) and m.total() == 11\n"
        "assert isinstance(m.n, Node)\nn.n = n\nassert grow(n)"
    )
    passed(test, ("given", given), ("theirs", theirs))


def test_a_given_function_is_handed_over_by_its_name() -> None:
    told = (
        ("given", "def g(x):\n    return x * x"),
        ("theirs", "def f(h, xs):\n    return [h(x) for x in xs]"),
    )
    verdict = passed("assert f(g, range(50))[7] == 49", *told)
    assert verdict.asked <= 6


def test_a_cell_of_tests_leaves_its_names_to_the_next() -> None:
    examiner = Examiner()
    examiner.theirs("def f(n):\n    return n")
    link = LocalLink(names_of("def f(n):\n    return n"))
    assert examiner.test(
        "seen = f(3)\ndef helper(x):\n    return f(x) + seen", link, 10, None
    ).passed
    assert examiner.test("assert helper(1) == 4", link, 10, None).passed


def test_an_object_of_the_students_lives_on_to_the_next_cell() -> None:
    code = "class A:\n    v = 3"
    examiner = Examiner()
    examiner.theirs(code)
    link = LocalLink(names_of(code))
    assert examiner.test("a = A()\na.v = 4", link, 10, None).passed
    assert examiner.test("assert a.v == 4 and isinstance(a, A)", link, 10, None).passed


def test_a_given_cell_that_never_ends_or_prints_or_fails_does_not_hurt() -> None:
    given = "print('x' * 10)\nvalue = 7\nmissing\nother = 8\nimport sys\nsys.exit()"
    told = ("given", "value = 7"), ("theirs", "def f():\n    return 1")
    passed("assert value == 7 and f() == 1", *told)
    examiner = Examiner()
    examiner.given(given)
    verdict = examiner.test("assert value == 7 and other == 8", LocalLink({}), 10, None)
    assert verdict.passed, words(verdict)
    assert verdict.printed == ""


def test_a_file_beside_the_notebook_is_read_here(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "data.txt").write_text("a b")
    monkeypatch.chdir(tmp_path)
    passed("assert words == ['a', 'b']", ("given", "words = open('data.txt').read().split()"))


def test_figures_are_the_kernels() -> None:
    given = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])"
    passed(
        "assert len(ax.lines) == 1 and ax.lines[0].get_ydata().tolist() == [1, 2]\n"
        "import matplotlib.pyplot as plt\nassert plt.gcf() is fig",
        ("given", given),
        ("theirs", "x = 1"),
    )


def test_magics_of_given_cells_mean_nothing() -> None:
    examiner = Examiner()
    examiner.given("%matplotlib inline\nimport math\n%pylab\nx = 3")
    verdict = examiner.test("assert x == 3 and math", LocalLink({}), 10, None)
    assert verdict.passed, words(verdict)


def test_another_kernel_knows_no_object_of_the_last_one() -> None:
    code = "class A:\n    v = 3\ndef f():\n    return A()"
    examiner = Examiner()
    examiner.theirs(code)
    assert examiner.test("a = f()", LocalLink(names_of(code)), 10, None).passed
    verdict = examiner.test(
        "assert f().v == 3\nassert a.v == 3", LocalLink(names_of(code)), 10, None
    )
    assert [step.status for step in verdict.steps] == ["passed", "failed"]


def test_names_of_builtins_are_given_only_where_they_are_bound() -> None:
    assert judged("def sorted(x):\n    return 'mine'", "assert sorted([2, 1]) == 'mine'").passed


def test_a_given_function_may_be_taken_away_and_put_back() -> None:
    told = ("given", "def g(x):\n    return x"), ("theirs", "def f(x):\n    return g(x)")
    test = (
        "kept = g\ndel g\ntry:\n    f(1)\nexcept NameError:\n    pass\nelse:\n"
        "    raise AssertionError\nfinally:\n    g = kept\nassert f(2) == 2 and g(3) == 3"
    )
    passed(test, *told)


def test_an_object_that_a_test_keeps_does_not_hurt_the_cells_behind_it() -> None:
    code = "class A:\n    v = 3"
    examiner = Examiner()
    examiner.theirs(code)
    link = LocalLink(names_of(code))
    assert examiner.test("a = A()", link, 10, None).passed
    examiner.theirs("a.v = 5\nprint(a)")
    examiner.given("b = a.v")
    verdict = examiner.test("assert a.v == 3", link, 10, None)
    assert verdict.passed, words(verdict)


def test_the_order_of_an_arrays_memory_is_kept() -> None:
    told = ("theirs", "import numpy as np\nm = np.asfortranarray(np.arange(6.).reshape(2, 3))")
    passed("assert m.flags.f_contiguous and m[1, 2] == 5 and m.tolist()[0] == [0, 1, 2]", told)


def test_a_module_beside_the_notebook_is_imported_here(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "helper_of_the_week.py").write_text("def check(f):\n    assert f(2) == 4\n")
    monkeypatch.chdir(tmp_path)
    theirs = ("theirs", "def f(n):\n    return n * n")
    passed("from helper_of_the_week import check\ncheck(f)", theirs)
    assert not cells("import helper_of_the_week as h\nh.check(lambda n: 1)", theirs).passed


def test_the_source_of_a_students_method_is_the_kernels(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "source_of_the_week.py"
    path.write_text("class A:\n    def __init__(self):\n        print('hi')\n")
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom source_of_the_week import A\na = A()"
    test = "import inspect\nassert 'print' in ''.join(inspect.getsourcelines(a.__init__)[0])\nassert 'hi' in inspect.getsource(A)"
    passed(test, ("theirs", code))
