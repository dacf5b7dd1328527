"""What a cell's text says of names, whatever IPython or a newer Python makes of it."""

import pytest

from autograder.grading.names import (
    PARSE_LIMIT,
    Stubs,
    commented_out,
    names_of,
    readable,
    runnable,
    without_magics,
)
from autograder.grading.placing import in_order, reached

STUB = 'def f(x):\n    """What it does."""\n    # YOUR CODE HERE\n    raise NotImplementedError()\n'

BINDS = {
    "x, (y, z) = 1, (2, 3)": "x y z",
    "for i in range(3):\n    j = i": "i j",
    "if True:\n    def f(): inner = 1": "f",
    "import a.b, c as d\nfrom e import g": "a d g",
    "def f():\n    global h\n    h = 1": "f h",
    "[k for k in range(3)]": "",
    "np.x?\ndef f(x): return 1": "f",
    "files = !ls\nclass A: pass": "files A",
    "if True:\n    %matplotlib inline\ndef f(x): return 1": "f",
    "# mine\n%%time\ndef f(x): return 1": "f",
    "%%capture out\ndef f(x): return 1": "f",
    "%%bash\nf=1": "",
    "def f[T](x: T) -> T:\n    return x": "f",
    "def f(x:\nclass B:": "f B",
    "await g()\nx = 1": "x",
    "x = 1\n" + " " * PARSE_LIMIT + "\ndef f(): pass": "x f",
}


@pytest.mark.parametrize(("text", "names"), BINDS.items())
def test_what_a_text_binds(text: str, names: str) -> None:
    assert names_of(text, Stubs()).binds == frozenset(names.split())


def test_what_is_looked_up_at_once_and_what_later() -> None:
    text = (
        "@now\ndef f(x=soon):\n    return later(x)\n\nclass A(base):\n    y = [z for z in many]\n"
    )
    found = names_of(text, Stubs())
    assert found.needs == {"now", "soon", "base", "many"}
    assert found.uses == {*found.needs, "later"}


def test_an_unchanged_stub_is_known_by_its_code() -> None:
    stubs = Stubs()
    stubs.add(STUB)
    for text in (STUB, "def f(x):\n    'Mine.'\n    raise NotImplementedError\n"):
        assert names_of(text + "y = 1", stubs).stubs == {"f"}
        assert names_of(text + "y = 1", stubs).writes == {"y"}
    for text in ("def f(x):\n    return x", "def f(y):\n    raise NotImplementedError"):
        assert names_of(text, stubs).stubs == frozenset()


def test_lines_of_a_stub_become_comments() -> None:
    stubs = Stubs()
    stubs.add(STUB)
    text = f"x = 1\n{STUB}y = 2"
    found = commented_out(text, stubs.lines(text)["f"])
    assert names_of(found, stubs).binds == {"x", "y"}
    assert len(found.splitlines()) == len(text.splitlines())


RUN = {
    "# mine\n\n%%time\ndef f(): pass": "%%time\n# mine\n\ndef f(): pass",
    "%%timeit -n 3\ndef f(): pass": "pass\ndef f(): pass",
    "%%timeit\nf(3)": "%%timeit\nf(3)",
    "%%time\nx = 1": "%%time\nx = 1",
    "# mine\n%%bash\nls": "# mine\n%%bash\nls",
    "x = '%%time'": "x = '%%time'",
}


@pytest.mark.parametrize(("text", "run"), RUN.items())
def test_a_magic_of_the_whole_cell_is_run_as_it_was_meant(text: str, run: str) -> None:
    assert runnable(text) == run


def test_without_magics_every_line_keeps_its_number() -> None:
    text = "%matplotlib widget\nx = %pwd\n  # %%\nif x:\n    !ls\ny = '''\nwhy?\n'''"
    assert without_magics(text) == text.replace("%matplotlib widget", "pass").replace(
        "%pwd", "None"
    ).replace("!ls", "pass").replace("why?", "pass")
    assert readable(text) is not None


def test_the_longest_part_in_order_is_found() -> None:
    assert in_order([]) == []
    assert in_order([(0, 9), (1, 1), (2, 2), (3, 5), (4, 3), (5, 4)]) == [
        (1, 1),
        (2, 2),
        (4, 3),
        (5, 4),
    ]


def test_names_are_followed_to_their_end() -> None:
    uses = {"f": ["g", "f"], "g": ["h"], "x": ["y"]}
    assert reached(["f"], uses) == {"f", "g", "h"}
