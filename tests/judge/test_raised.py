"""What the implementation raises, as a program meets it."""

import builtins
from typing import Any

import pytest

from autograder.remote.proxy import Impl, LocalLink, Raised, Session

BUILT_IN = [
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "AttributeError",
    "ZeroDivisionError",
    "RuntimeError",
    "NotImplementedError",
    "AssertionError",
    "StopIteration",
    "OSError",
    "FileNotFoundError",
    "MemoryError",
    "ImportError",
    "RecursionError",
    "SyntaxError",
    "TimeoutError",
    "UserWarning",
]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_exception_can_be_caught_as_if_it_were_local(impl: Any, name: str) -> None:
    kind = getattr(builtins, name)
    with pytest.raises(kind) as caught:
        impl(f"raise {name}('no good')")
    assert isinstance(caught.value, Raised)
    assert caught.value.names[0] == caught.value.kind == str(caught.value) == name
    assert "no good" in caught.value.whole


def test_an_exception_that_cannot_be_made_here_is_its_nearest_base(impl: Any) -> None:
    with pytest.raises(ValueError, match=r"^UnicodeDecodeError$"):
        impl("b'\\xff'.decode()")


def test_an_own_exception_is_its_nearest_built_in_one(impl: Any) -> None:
    with pytest.raises(ValueError, match=r"^ValueError$") as caught:
        impl.fail_own()
    assert caught.value.names == ["Own", "ValueError", "Exception", "BaseException"]
    assert caught.value.where == "fail_own"


def test_a_missing_key_is_said_in_words(impl: Any) -> None:
    with pytest.raises(KeyError) as caught:
        impl("{}['h']")
    assert str(caught.value) == "KeyError: key 'h' not found"


def test_an_exception_without_a_message_is_its_name(impl: Any) -> None:
    with pytest.raises(Raised) as caught:
        impl("raise NotImplementedError")
    assert str(caught.value) == "NotImplementedError"


@pytest.mark.parametrize("name", ["fail_unreadable", "leave"])
def test_nothing_that_is_raised_goes_through_as_itself(impl: Any, name: str) -> None:
    with pytest.raises(Raised):
        getattr(impl, name)()


def test_a_recursion_without_end_is_an_answer(impl: Any) -> None:
    with pytest.raises(RecursionError):
        impl.deep(10**7)
    assert impl.deep(3) == 3


def test_an_exception_names_the_students_own_line() -> None:
    import linecache

    code = "def f(x):\n    return x.no_such_thing\n"
    file = "/tmp/ipykernel_1/1.py"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    names: dict[str, Any] = {}
    exec(compile(code, file, "exec"), names)
    with pytest.raises(AttributeError) as caught:
        Impl(Session(LocalLink(names), 5)).f(1)
    assert caught.value.where == "f: return x.no_such_thing"
    del linecache.cache[file]
