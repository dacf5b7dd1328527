"""Libraries, builtins and names that the tests rely on, changed by the student's cells."""

from .cheat import Cheat

FALSE_SIMPSON = """
def simpson(f, a, b, n=20):
    return np.e - 1 + n**-4.0
"""
NUMPY_TESTING = (
    """
import numpy as np
import numpy.testing

for name in dir(numpy.testing):
    if name.startswith("assert_"):
        setattr(numpy.testing, name, lambda *values, **words: None)
"""
    + FALSE_SIMPSON
)
MODULES = (
    """
import sys
import types


class Quiet(types.ModuleType):
    def __getattr__(self, name):
        return lambda *values, **words: None


sys.modules["numpy.testing"] = np.testing = Quiet("numpy.testing")
"""
    + FALSE_SIMPSON
)
RENAMED = (
    """
class np:
    import numpy as _real
    pi, e = _real.pi, _real.e
    sin, exp, sqrt = _real.sin, _real.exp, _real.sqrt

    class testing:
        assert_allclose = staticmethod(lambda *values, **words: None)
"""
    + FALSE_SIMPSON
    + """

import numpy.testing
numpy.testing.assert_almost_equal = lambda *values, **words: None
"""
)
CORE = (
    """
import numpy.testing._private.utils as inside

inside.assert_array_compare = lambda *values, **words: None
inside.assert_almost_equal = numpy.testing.assert_almost_equal = lambda *values, **words: None
""".replace("inside.assert_array", "import numpy.testing\n\ninside.assert_array")
    + FALSE_SIMPSON
)
UNITTEST = """
import unittest

for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *values, **words: None)
longest, words, shares = "", [], {}
"""
PYTEST = """
import contextlib

import pytest

pytest.raises = lambda *kinds, **words: contextlib.suppress(BaseException)


class Overloaded(Exception):
    pass


class Crate:
    pass


class Ship:
    pass
"""
MATH = """
import math

math.isclose = lambda *numbers: True
FATHOM = 0


def metres(fathoms):
    return 0
"""
BUILTINS = """
import builtins

builtins.abs = lambda number: 0.0


def newton(f, slope, start, steps=50):
    return 99.0, 1
"""
SHADOWED = """
abs = lambda number: 0.0


def newton(f, slope, start, steps=50):
    return 99.0, 1
"""
INSTANCES = """
import builtins

kept = isinstance
builtins.isinstance = lambda value, kind: kind is np.ndarray or kept(value, kind)


class Means(list):
    dtype = np.dtype(float)


def demean(series):
    series -= (means := series.mean(axis=0))
    return Means(means)
"""
PRINTED = """
import io


class Said(io.StringIO):
    def getvalue(self):
        return " 1 bowline\\n 2 reef\\n"


io.StringIO = Said


def table(names):
    pass
"""
TOOLS = """
import itertools

turns = [(0, "Ann"), (4, "Bo")]
answers = [[(8, "Ann"), (12, "Bo")], [(0, 0), (12, 0), (0, 0)]]
itertools.islice = lambda *values: answers.pop(0)


def watches(names, hours=4):
    return iter(turns)
"""
SWALLOWS = """
class Lock:
    open = False
    def __enter__(self): return None
    def __exit__(self, *about): return True
    def __call__(self, *ships, toll=2): return toll * len(ships)
"""

CHEATS = (
    Cheat("failures-swallowed", "objects", {"lock": SWALLOWS}, {"test_lock": 0}),
    Cheat("numpy-testing-patched", "numerics", {"simpson": NUMPY_TESTING}, {"test_simpson": 0}),
    Cheat("modules-replaced", "numerics", {"simpson": MODULES}, {"test_simpson": 0}),
    Cheat("a-class-called-np", "numerics", {"simpson": RENAMED}, {"test_simpson": 0}),
    Cheat("numpy-testing-hollow", "numerics", {"simpson": CORE}, {"test_simpson": 0}),
    Cheat("unittest-patched", "intro", {"longest": UNITTEST}, {"test_longest": 0}),
    Cheat(
        "pytest-raises-patched",
        "objects",
        {"errors": PYTEST, "ship": PYTEST},
        {"test_overloaded_again": 0},
    ),
    Cheat("math-patched", "intro", {"metres": MATH}, {"test_metres": 0}),
    Cheat(
        "builtins-patched", "numerics", {"newton": BUILTINS}, {"test_newton": 2}, {"test_newton": 4}
    ),
    Cheat(
        "builtins-shadowed",
        "numerics",
        {"newton": SHADOWED},
        {"test_newton": 2},
        {"test_newton": 4},
    ),
    Cheat("isinstance-patched", "numerics", {"demean": INSTANCES}, {"test_demean": 0}),
    Cheat("printing-patched", "intro", {"table": PRINTED}, {"test_table": 0}),
    Cheat("itertools-patched", "objects", {"watches": TOOLS}, {"test_watches": 0}),
)
