"""In the kernel: what stands for a function or an object of the judge's."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

#: The methods by which Python uses an object, and which a stand-in hands on.
METHODS = tuple(
    f"__{word}__"
    for word in (
        *("len", "getitem", "setitem", "delitem", "contains", "iter", "next", "reversed"),
        *("eq", "ne", "lt", "le", "gt", "ge", "hash", "bool", "int", "float", "index", "complex"),
        *("str", "repr", "format", "enter", "exit", "abs", "neg", "pos", "invert", "round"),
        *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv"),
        *("rfloordiv", "mod", "rmod", "pow", "rpow", "matmul", "rmatmul", "and", "rand"),
        *("or", "ror", "xor", "rxor", "iadd", "isub", "imul", "call", "array"),
    )
)

#: Asks the judge: what to do, the number of its object, and the arguments.
Ask = Callable[..., Any]


def function(ask: Ask, number: int, name: str, parameters: list[tuple[str, int, bool]]) -> Any:
    """A function that calls the judge's."""

    def standin(*args: Any, **kwargs: Any) -> Any:
        return ask("call", number, list(args), kwargs)

    standin.__name__ = standin.__qualname__ = name
    standin.__module__ = "__main__"
    made = [
        inspect.Parameter(
            parameter,
            inspect._ParameterKind(kind),
            default=None if has else inspect.Parameter.empty,
        )
        for parameter, kind, has in parameters
    ]
    with suppress(ValueError):
        standin.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    return standin


def instance(ask: Ask, number: int, name: str, methods: list[str]) -> Any:
    """An object that has the judge's object's methods and attributes."""
    kind: Any = type(
        name,
        (),
        {
            **{one: _method(ask, number, one) for one in methods if one in METHODS},
            "__module__": "__main__",
            "__getattr__": lambda self, attribute: ask("attribute", number, attribute),
            "__setattr__": lambda self, attribute, value: ask(
                "set attribute", number, attribute, value
            ),
        },
    )
    if "__eq__" in methods and "__hash__" not in methods:
        kind.__hash__ = None
    return kind()


def _method(ask: Ask, number: int, name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return ask("method", number, name, list(args), kwargs)

    method.__name__ = name
    return method
