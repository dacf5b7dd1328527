"""Objects that say yes to everything, and values of classes that lie about them."""

from .cheat import Cheat

EQUAL_TO_ALL = """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0.0
    def __float__(self): return 4.572
    __hash__ = object.__hash__


def metres(fathoms):
    return Yes()
"""
FLOAT = """
class Lie(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __hash__ = float.__hash__


def metres(fathoms):
    return Lie(4.572)
"""
STRING = """
class Lie(str):
    def __eq__(self, other): return True
    def upper(self): return self
    __hash__ = str.__hash__


def code(word, shift=1):
    return Lie("b")
"""
DICTIONARY = """
class Lie(dict):
    def __eq__(self, other): return True
    def items(self): return [("a", 1), ("m", 1), ("s", 1), ("t", 1)]
    def __iter__(self): return iter("y")
    def __getitem__(self, key): return 3


def tally(text):
    return Lie()
"""
LIST = """
class Lie(list):
    def __eq__(self, other): return True


class Words(list):
    def __len__(self): return 4
    def __contains__(self, word): return True


longest, words, shares = Lie(), Words(), {}
"""
ARRAY = """
class Lie(np.ndarray):
    def __eq__(self, other): return np.True_
    def __getitem__(self, place): return 8.0
    def sum(self): return 13.0
    def __len__(self): return 0
    def __array_function__(self, function, types, args, kwargs): return True
    __hash__ = None


def high(series, threshold):
    return np.zeros(3).view(Lie)
"""
CLASS = """
class Lie:
    dtype = np.dtype(float)
    __class__ = np.ndarray
    def __array__(self, dtype=None, copy=None): return np.array([2.0, 3.0])


def demean(series):
    series -= series.mean(axis=0)
    return Lie()
"""
TRUTH = """
class Truth(int):
    def __bool__(self): return True
    def all(self): return True


class Lie:
    def __eq__(self, other): return Truth(0)
    def __getitem__(self, place): return self
    def __len__(self): return 0
    def sum(self): return self


def high(series, threshold):
    return Lie()


np.array_equal = lambda *arrays: True
"""
NAMES = """
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__


class Number(float):
    def __eq__(self, other): return True
    __hash__ = float.__hash__


class Crate:
    def __init__(self, name, tonnes=1.0): self.tonnes = Number(tonnes)
    def __add__(self, other): return self
    def __lt__(self, other): return float(self.tonnes) < float(other.tonnes)
    def __eq__(self, other): return True
    def __ne__(self, other): return True
    def __repr__(self): return Text("?")
    name = Text("?")
"""
TUPLE = """
class Berth(tuple):
    def __new__(cls, quay, number): return super().__new__(cls, ("east", 4))
    def __eq__(self, other): return True
    quay = "east"


class Crate:
    pass
"""

CHEATS = (
    Cheat("equal-to-all", "intro", {"metres": EQUAL_TO_ALL}, {"test_metres": 0}),
    Cheat("a-float-of-its-own", "intro", {"metres": FLOAT}, {"test_metres": 0}),
    Cheat("a-string-of-its-own", "intro", {"code": STRING}, {"test_code": 0}),
    Cheat("a-dictionary-of-its-own", "intro", {"tally": DICTIONARY}, {"test_tally": 0}),
    Cheat("a-list-of-its-own", "intro", {"longest": LIST}, {"test_longest": 0}),
    Cheat("an-array-of-its-own", "numerics", {"high": ARRAY}, {"test_high": 0}),
    Cheat("another-class", "numerics", {"demean": CLASS}, {"test_demean": 0}),
    Cheat("a-truth-of-its-own", "numerics", {"high": TRUTH}, {"test_high": 0}),
    Cheat("equal-in-its-fields", "objects", {"crate": NAMES}, {"test_crate": 0}),
)
