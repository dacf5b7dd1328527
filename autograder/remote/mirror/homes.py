"""Where a function or a class of a library is at home, so that the other side finds its own."""

import sys
import types
from typing import Any

import numpy as np

#: What a student or a test writes lives here.
CELLS = ("__main__", "")
FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    np.ufunc,
)


def home_of(value: Any) -> tuple[str, str] | None:
    """The module and the name by which a library gives this very object; None for any other."""
    dispatched = type(value).__module__ == "numpy" and hasattr(value, "__name__")
    if not isinstance(value, (*FUNCTIONS, type)) and not dispatched:
        return None
    module = "numpy" if isinstance(value, np.ufunc) else getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module in CELLS:
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None
