"""What the judge may have done to an object that lives here, by name."""

import copy
import inspect
import operator
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

#: The operators of two operands, as the words in their methods' names.
BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
    *("lshift", "rshift"),
)
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
UNARY = ("neg", "pos", "abs", "invert")
#: Longer answers of ``repr`` and ``str`` are cut.
TEXT_LIMIT = 1 << 20
_NAMES = {"and": "and_", "or": "or_"}


def _array(value: Any) -> Any:
    """An object as an array of plain elements; ``TypeError`` where it is none."""
    if not hasattr(value, "__array__") and not isinstance(value, list | tuple):
        raise TypeError("not an array")
    return np.array(value)


def _next(iterator: Any) -> tuple[Any, ...]:
    for value in iterator:
        return (value,)
    return ()


def _pieces(iterator: Any) -> tuple[list[Any], Any]:
    """Some items of an iterator at once, where it is sure that nothing else notices."""
    found = []
    for value in iterator:
        found.append(value)
        if len(found) >= 200:
            break
    return found, len(found) < 200


def _seed(which: str, value: Any) -> None:
    if which == "random":
        random.seed(value)
    elif which == "numpy":
        np.random.seed(value)
    elif "torch" in sys.modules:
        sys.modules["torch"].manual_seed(value)


def _source(value: Any) -> str:
    return inspect.getsource(value)[:TEXT_LIMIT]


def _signature(value: Any) -> list[tuple[str, int, bool, Any]]:
    """A callable's parameters: name, kind, and its default, as far as it is plain."""
    found = []
    for one in inspect.signature(value).parameters.values():
        has = one.default is not one.empty
        plain = type(one.default) in (int, float, str, bool, type(None), tuple, list, dict)
        found.append((one.name, int(one.kind), has, one.default if has and plain else None))
    return found


def _call_pow(value: Any, other: Any, *modulus: Any) -> Any:
    return pow(value, other, *modulus)


def _exit(value: Any, *error: Any) -> Any:
    return value.__exit__(*error)


def _vars(value: Any) -> dict[str, Any]:
    return dict(vars(value))


OPERATORS: dict[str, Callable[..., Any]] = {
    **{word: getattr(operator, _NAMES.get(word, word)) for word in (*BINARY, *COMPARISONS)},
    **{f"i{word}": getattr(operator, f"i{word}") for word in BINARY},
    **{word: getattr(operator, word) for word in UNARY},
    "pow": _call_pow,
    "truth": bool,
    "contains": operator.contains,
    "len": len,
    "hash": hash,
    "index": operator.index,
    "int": int,
    "float": float,
    "complex": complex,
    "round": round,
    "divmod": divmod,
    "str": lambda value: str(value)[:TEXT_LIMIT],
    "repr": lambda value: repr(value)[:TEXT_LIMIT],
    "format": lambda value, spec: format(value, spec)[:TEXT_LIMIT],
    "bytes": bytes,
    "array": _array,
    "type": type,
    "isinstance": isinstance,
    "issubclass": issubclass,
    "callable": callable,
    "dir": dir,
    "vars": _vars,
    "id": id,
    "enter": lambda value: value.__enter__(),
    "exit": _exit,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "reversed": lambda value: reversed(value),
    "iterator": lambda value: iter(value),
    "next": _next,
    "pieces": _pieces,
    "item": operator.getitem,
    "set item": operator.setitem,
    "delete item": operator.delitem,
    "attribute": getattr,
    "set attribute": setattr,
    "delete attribute": delattr,
    "getsource": _source,
    "getsourcelines": inspect.getsourcelines,
    "getdoc": inspect.getdoc,
    "signature": _signature,
    "seed": _seed,
}
