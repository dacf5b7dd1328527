"""Which modules, functions and classes of libraries the judge takes for its own.

The student's side names them. So that nothing is run here which a student chose, a module has to
be one that computes, and a function one that neither reads files nor evaluates texts.
"""

import builtins
import importlib
import re
import sys
import types
from collections.abc import Iterable
from typing import Any

from ...remote.mirror.homes import home_of

#: Modules that compute, with all that is in them: what a student's name may stand for.
COMPUTING = frozenset(
    (
        *("math", "cmath", "statistics", "random", "itertools", "functools", "operator", "string"),
        *("collections", "collections.abc", "fractions", "decimal", "numbers", "datetime", "time"),
        *("calendar", "re", "copy", "heapq", "bisect", "typing", "types", "enum", "dataclasses"),
        *("textwrap", "unicodedata", "hashlib", "base64", "json", "csv", "io", "abc", "array"),
        *("numpy", "scipy", "pandas", "torch", "sklearn", "statsmodels", "networkx", "sympy"),
        *("numexpr", "xarray", "skimage", "PIL", "nltk", "patsy", "mpmath", "matplotlib"),
        *("warnings", "sys", "os", "pathlib", "urllib", "unittest", "pytest", "nose", "inspect"),
        *("seaborn", "plotly", "altair", "requests", "bs4", "tqdm", "geopandas", "shapely"),
        *("sqlite3", "pickle", "zipfile", "glob", "platform", "contextlib", "pprint", "struct"),
    )
)
#: Those of them that may stand for a name even where the reference has not been seen to need them.
HARMLESS = frozenset(
    (
        *("math", "cmath", "statistics", "random", "itertools", "functools", "operator", "string"),
        *("collections", "fractions", "decimal", "numbers", "datetime", "time", "heapq", "bisect"),
        *("numpy", "torch", "scipy", "pandas", "networkx", "copy", "re"),
    )
)
#: What draws stays where the student draws.
DRAWING = ("matplotlib.pyplot", "pylab", "matplotlib.pylab")
#: Functions of these modules check: the judge's own are used, whatever the student has by the name.
CHECKERS = ("numpy.testing", "pandas.testing", "pandas._testing", "unittest", "nose", "pytest")
#: Libraries whose functions compute only with what they are given, and parts of names of those
#: that do not: they read files, evaluate texts or draw numbers.
FUNCTIONS = frozenset(
    (
        *("math", "cmath", "numpy", "scipy", "statistics", "sklearn", "statsmodels", "networkx"),
        *("pandas", "itertools", "functools", "operator", "collections", "torch", "sympy"),
    )
)
NOT_FUNCTIONS = re.compile(r"load|read|file|save|eval|exec|parse|sympify|lambdify|S$|random|fetch")
#: Modules whose classes mean the same here.
CLASSES = (
    *("builtins", "numpy", "collections", "datetime", "decimal", "fractions", "pathlib"),
    *("pandas", "numpy.ma", "types"),
)
#: Files and code are no data.
NOT_CLASSES = frozenset({"numpy.memmap", "types.CodeType", "builtins.type"})
#: Python's own classes that no module has by their names.
_SPECIAL: tuple[type, ...] = (
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.GeneratorType),
    *(types.ModuleType, types.CoroutineType, types.NoneType, types.EllipsisType),
    *(type({}.keys()), type({}.values()), type({}.items())),
)
SPECIAL: dict[str, type] = {str(kind.__name__): kind for kind in _SPECIAL}
#: Libraries whose classes an object may be said to be of.
KNOWN = COMPUTING | {"builtins", "_io"}


def own_module(name: str) -> Any:
    """The judge's own module of this name, where it is one that computes; else None."""
    if name in DRAWING or name.partition(".")[0] not in COMPUTING:
        return None
    try:
        return importlib.import_module(name)
    except Exception:
        return None


def own_function(module: str, name: str) -> Any:
    """The judge's own function, where it is one that computes or checks; else None."""
    wanted = module.partition(".")[0] in FUNCTIONS or module.startswith(CHECKERS)
    if not wanted or name.startswith("_") or NOT_FUNCTIONS.search(f"{module}.{name}"):
        return None
    found = _attribute(module, name)
    return found if callable(found) and home_of(found) == (module, name) else None


def own_class(module: str, name: str) -> Any:
    """The judge's own class, where it is one of data; else None."""
    within = module in CLASSES or module.startswith("pandas.core.")
    if not within or f"{module}.{name}" in NOT_CLASSES:
        return None
    if module == "builtins" and name in SPECIAL:
        return SPECIAL[name]
    found = _attribute(module, name)
    return found if isinstance(found, type) and home_of(found) == (module, name) else None


def known_class(path: str) -> Any:
    """The class of a library by its whole name, where it is loaded; else None."""
    module, _, name = path.rpartition(".")
    if module.partition(".")[0] not in KNOWN or "<" in name:
        return None
    found = getattr(sys.modules.get(module), name, None)
    found = SPECIAL.get(name) if module == "builtins" and found is None else found
    return found if isinstance(found, type) and found is not object else None


def known_error(path: str) -> Any:
    """The class of an exception of Python's or a library's by its whole name; else None."""
    module, _, name = path.rpartition(".")
    top = module.partition(".")[0]
    if top in ("unittest", "pytest", "_pytest", "nose") or top not in KNOWN:
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def imported(allowed: Iterable[str], name: str) -> Any:
    """The judge's own function where the reference has a library's by its own name; else None.

    Whoever was to write a function of that name has not imported it in the reference.
    """
    for one in allowed:
        if one.startswith(f"function {name} "):
            module, _, function = one.split(" ", 2)[2].partition(":")
            if function == name or module.startswith(CHECKERS):
                return own_function(module, function)
    return None


def _attribute(module: str, name: str) -> Any:
    try:
        found: Any = importlib.import_module(module) if module != "builtins" else builtins
        for part in name.split("."):
            found = getattr(found, part)
    except Exception:
        return None
    return found
