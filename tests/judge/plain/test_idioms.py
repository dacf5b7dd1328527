"""Ways in which courses write asserts: each passes the right answer, and a wrong one fails it."""

# ruff: noqa: E501 (a case is a line)

import pytest
from support.asserts import judged, marked, words

SQUARES = (
    "def f(n):\n    return [i * i for i in range(n)]",
    "def f(n):\n    return [i for i in range(n)]",
)
DOG = (
    "class Dog:\n    kind = 'dog'\n    def __init__(self, name, age=1):\n"
    "        self.name, self.age = name, age\n"
    "    def older(self, years=1):\n        self.age += years\n        return self\n"
    "    def __eq__(self, other):\n        return self.name == other.name\n"
    "    def __lt__(self, other):\n        return self.age < other.age\n"
    "    def __hash__(self):\n        return hash(self.name)\n"
    "    def __add__(self, other):\n        return Dog(self.name + other.name)\n"
    "    def __radd__(self, other):\n        return Dog(other + self.name)\n"
    "    def __len__(self):\n        return self.age\n"
    "    def __iter__(self):\n        return iter(self.name)\n"
    "    def __contains__(self, letter):\n        return letter in self.name\n"
    "    def __getitem__(self, place):\n        return self.name[place]\n"
    "    def __repr__(self):\n        return f'Dog({self.name!r})'\n"
    "    def __call__(self, word):\n        return word.upper()\n"
    "    def __float__(self):\n        return float(self.age)\n"
    "    def __enter__(self):\n        return self\n    def __exit__(self, *error):\n        self.age = 0\n"
    "    @property\n    def shout(self):\n        return self.name.upper()\n"
    "    @staticmethod\n    def legs():\n        return 4\n"
    "    @classmethod\n    def pup(cls):\n        return cls('pup', 0)\n"
    "class Puppy(Dog):\n    pass\n",
    "class Dog:\n    kind = 'cat'\n    def __init__(self, name, age=1):\n        self.name, self.age = 'x', 7\n"
    "    def older(self, years=1):\n        return None\nclass Puppy:\n    def __init__(self, *a): pass",
)
RAISES = (
    "class Odd(ValueError):\n    pass\n"
    "def f(n):\n    if n < 0:\n        raise ValueError('negative: %d' % n)\n"
    "    if n % 2:\n        raise Odd('odd', n)\n    return n // 0 if n == 100 else n",
    "class Odd(Exception):\n    pass\ndef f(n):\n    return n",
)
FRAME = (
    "import pandas as pd\ndef f():\n    return pd.DataFrame({'a': [1, 2, 3], 'b': ['x', 'y', None],\n"
    "        'c': pd.Categorical(['u', 'v', 'u']), 'd': [0.5, 1.5, 2.5]}, index=[10, 20, 30])",
    "import pandas as pd\ndef f():\n    return pd.DataFrame({'a': [1]})",
)
ARRAY = (
    "import numpy as np\ndef f(n):\n    return np.arange(n) ** 2.0",
    "import numpy as np\ndef f(n):\n    return np.zeros(n + 1)",
)

CASES = {
    "equality": (*SQUARES, "assert f(3) == [0, 1, 4]"),
    "a message": (*SQUARES, "assert f(3) == [0, 1, 4], f'not {f(3)}'"),
    "a comparison of lengths": (*SQUARES, "assert len(f(4)) == 4 and f(4)[-1] == 9"),
    "a loop": (*SQUARES, "for n in range(5):\n    assert sum(f(n)) == sum(i * i for i in range(n))"),
    "a helper in the test": (*SQUARES, "def check(n):\n    assert f(n)[-1] == (n - 1) ** 2\ncheck(9)"),
    "unittest": (
        *SQUARES,
        "import unittest\ntc = unittest.TestCase()\ntc.assertEqual(f(3), [0, 1, 4])\n"
        "tc.assertListEqual(f(2), [0, 1])\ntc.assertIn(4, f(3))\ntc.assertAlmostEqual(f(3)[2], 4.0)",
    ),
    "a class of unittest": (
        *SQUARES,
        "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n"
        "        self.assertEqual(f(3), [0, 1, 4])\n"
        "suite = unittest.defaultTestLoader.loadTestsFromTestCase(T)\n"
        "result = unittest.TextTestRunner().run(suite)\nassert result.wasSuccessful()",
    ),
    "unittest's main": (
        *SQUARES,
        "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n"
        "        self.assertEqual(f(3), [0, 1, 4])\n"
        "done = unittest.main(argv=[''], exit=False)\nassert done.result.testsRun == 1\n"
        "assert done.result.wasSuccessful()",
    ),
    "all": (*SQUARES, "assert all(a == b ** 2 for a, b in zip(f(4), range(4)))\nassert f(3)[2] == 4"),
    "sorted and set": (*SQUARES, "assert sorted(f(4), reverse=True) == [9, 4, 1, 0]\nassert set(f(3)) == {0, 1, 4}"),
    "a hash of the answer": (
        *SQUARES,
        "from hashlib import sha1\nassert sha1(str(f(3)).encode() + b'salt').hexdigest() == "
        "sha1(b'[0, 1, 4]salt').hexdigest()\n"
        "assert sha1(str(type(f(3))).encode('utf-8')).hexdigest() == sha1(b\"<class 'list'>\").hexdigest()",
    ),
    "isinstance of a value": (*SQUARES, "assert isinstance(f(3), list)\nassert type(f(3)) is list\nassert f(3)[2] == 4"),
    "a callable": (*SQUARES, "assert callable(f)\nassert f.__name__ == 'f'\nassert f(n=3) == [0, 1, 4]"),
    "the signature": (
        "def f(a, b=2, *, c='x'):\n    return a",
        "def f(a, c):\n    return a",
        "import inspect\ns = inspect.signature(f)\nassert list(s.parameters) == ['a', 'b', 'c']\n"
        "assert s.parameters['b'].default == 2",
    ),
    "the documentation": (
        "def f():\n    'Some words.'",
        "def f():\n    pass",
        "import inspect\nassert f.__doc__ == 'Some words.'\nassert inspect.getdoc(f) == 'Some words.'",
    ),
    "a variable": ("x = 5\ny = [1, 2]", "x = 6\ny = [1]", "assert x == 5\nassert y == [1, 2]"),
    "a name that must exist": ("x = 5", "z = 5", "assert 'x' in globals()\nassert 'x' in dir()\nassert x"),
    "a tuple": ("def f():\n    return 1, 'a', None", "def f():\n    return 1, 'b'", "a, b, c = f()\nassert (a, b, c) == (1, 'a', None)"),
    "a dictionary": (
        "def f():\n    return {'a': (1, 2), 3: [4]}",
        "def f():\n    return {'a': 1}",
        "d = f()\nassert d['a'] == (1, 2)\nassert list(d) == ['a', 3]\nassert d.get('z') is None and 3 in d\n"
        "assert list(d.items())[1] == (3, [4])",
    ),
    "views of a dictionary": (
        "d = {1: 2}\ndef f():\n    return d.keys(), d.values(), d.items()",
        "d = {1: 3}\ndef f():\n    return d.keys(), d.values(), d.items()",
        "k, v, i = f()\nassert list(k) == [1] and list(v) == [2] and list(i) == [(1, 2)]",
    ),
    "close numbers": ("def f():\n    return 0.1 + 0.2", "def f():\n    return 0.4", "import math\nassert math.isclose(f(), 0.3)\nassert abs(f() - 0.3) < 1e-9\nassert round(f(), 3) == 0.3"),
    "an array": (*ARRAY, "import numpy as np\nassert np.allclose(f(3), [0, 1, 4])\nassert f(3).shape == (3,)\nassert f(3).dtype == float"),
    "numpy.testing": (*ARRAY, "from numpy.testing import assert_allclose, assert_array_equal\nassert_allclose(f(3), [0, 1, 4])\nassert_array_equal(f(2), [0, 1])"),
    "the student's numpy": (*ARRAY, "assert np.allclose(f(3), np.array([0, 1, 4]))\nassert isinstance(f(3), np.ndarray)"),
    "a slice of an array": (*ARRAY, "assert f(5)[1:3].tolist() == [1.0, 4.0]\nassert (f(5) > 3).sum() == 3\nassert f(5)[[0, 4]].max() == 16"),
    "an array of texts": (
        "import numpy as np\na = np.array(['x', 'yy'])\nb = np.array([1, 'a'], dtype=object)",
        "import numpy as np\na = np.array(['x', 'yz'])\nb = np.array([1, 'b'], dtype=object)",
        "assert a.tolist() == ['x', 'yy'] and a.dtype.kind == 'U'\nassert b[1] == 'a' and b.dtype == object",
    ),
    "times in an array": (
        "import numpy as np\na = np.array(['2020-01-01', '2020-01-03'], dtype='datetime64[D]')",
        "import numpy as np\na = np.array(['2020-01-01', '2020-01-04'], dtype='datetime64[D]')",
        "import numpy as np\nassert (a[1] - a[0]) == np.timedelta64(2, 'D')",
    ),
    "a structured array": (
        "import numpy as np\na = np.array([(1, 'x')], dtype=[('n', int), ('w', 'U3')])",
        "import numpy as np\na = np.array([(2, 'x')], dtype=[('n', int), ('w', 'U3')])",
        "assert a['n'].tolist() == [1] and a[0]['w'] == 'x'",
    ),
    "a matrix": (
        "import numpy as np\nm = np.matrix([[1, 2]])",
        "import numpy as np\nm = np.matrix([[1, 3]])",
        "import numpy as np\nassert isinstance(m, np.matrix)\nassert (m * m.T)[0, 0] == 5",
    ),
    "a random generator that the test seeds": (
        "import numpy as np, random\ndef f():\n    return np.random.rand(3), random.random()",
        "import numpy as np, random\ndef f():\n    return np.random.randn(3), random.random()",
        "import numpy as np, random\nnp.random.seed(3)\nrandom.seed(4)\na, b = f()\n"
        "np.random.seed(3)\nrandom.seed(4)\nassert np.allclose(a, np.random.rand(3))\nassert b == random.random()",
    ),
    "a frame": (
        *FRAME,
        "import pandas as pd\ndf = f()\nassert list(df.columns) == ['a', 'b', 'c', 'd']\n"
        "assert df.shape == (3, 4)\nassert df['a'].sum() == 6\nassert df.loc[20, 'b'] == 'y'\n"
        "assert df['b'].isna().sum() == 1\nassert df.groupby('c', observed=True)['d'].mean()['u'] == 1.5\n"
        "assert isinstance(df, pd.DataFrame) and isinstance(df['a'], pd.Series)",
    ),
    "pandas.testing": (
        *FRAME,
        "import pandas as pd\nfrom pandas.testing import assert_frame_equal, assert_series_equal\n"
        "assert_frame_equal(f()[['a', 'd']], pd.DataFrame({'a': [1, 2, 3], 'd': [.5, 1.5, 2.5]}, index=[10, 20, 30]))\n"
        "assert f()['a'].equals(pd.Series([1, 2, 3], index=[10, 20, 30], name='a'))",
    ),
    "a series with dates": (
        "import pandas as pd\ns = pd.Series([1, 2], index=pd.to_datetime(['2020-01-01', '2020-02-01']))",
        "import pandas as pd\ns = pd.Series([1, 2], index=pd.to_datetime(['2020-01-01', '2020-03-01']))",
        "import pandas as pd\nassert s.index[1] == pd.Timestamp('2020-02-01')\nassert s.index.month.tolist() == [1, 2]",
    ),
    "rows of many levels": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 1], 'b': [2, 3], 'c': [4, 5]}).set_index(['a', 'b'])",
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 1], 'b': [2, 3], 'c': [4, 6]}).set_index(['a', 'b'])",
        "assert df.loc[(1, 3), 'c'] == 5\nassert df.index.names == ['a', 'b']",
    ),
    "a Counter": ("from collections import Counter\ndef f(w):\n    return Counter(w)", "def f(w):\n    return {'a': 1}", "from collections import Counter\nassert f('aab') == Counter('aab')\nassert f('aab').most_common(1) == [('a', 2)]"),
    "a defaultdict": ("from collections import defaultdict\ndef f():\n    d = defaultdict(list)\n    d['a'].append(1)\n    return d", "def f():\n    return {}", "d = f()\nassert d['a'] == [1] and d['z'] == []"),
    "a deque": ("from collections import deque\nq = deque([1, 2], maxlen=2)", "q = [1, 2]", "from collections import deque\nassert isinstance(q, deque) and q.maxlen == 2 and q.popleft() == 1"),
    "a named tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f():\n    return P(1, 2)",
        "def f():\n    return (1, 3)",
        "p = f()\nassert p == (1, 2)\nassert p[1] == 2 and p._fields == ('x', 'y')\nassert p.x == 1\nassert type(p).__name__ == 'P'",
    ),
    "a fraction": ("from fractions import Fraction\ndef f():\n    return Fraction(1, 3)", "def f():\n    return 0.3333", "from fractions import Fraction\nassert f() + Fraction(1, 6) == Fraction(1, 2)"),
    "a decimal": ("from decimal import Decimal\nd = Decimal('0.10')", "d = 0.1", "from decimal import Decimal\nassert str(d) == '0.10' and d * 3 == Decimal('0.3')"),
    "dates": ("from datetime import date, timedelta\ndef f():\n    return date(2020, 2, 28) + timedelta(2)", "def f():\n    return None", "from datetime import date\nassert f() == date(2020, 3, 1)"),
    "sets": ("def f():\n    return {(1, 2), 'a'}", "def f():\n    return {1}", "assert f() == {'a', (1, 2)}\nassert (1, 2) in f() and f() - {'a'} == {(1, 2)}"),
    "a complex number": ("z = 1 + 2j", "z = 1", "assert z.imag == 2 and abs(z) == 5 ** 0.5"),
    "bytes": ("b = b'ab'", "b = 'ab'", "assert b == b'ab' and b[0] == 97"),
    "a large number": ("n = 2 ** 200", "n = 2 ** 199", "assert n == 1 << 200"),
    "a path": ("from pathlib import Path\np = Path('a/b.txt')", "p = 'a/b.txt'", "assert p.suffix == '.txt' and p.parent.name == 'a'"),
    "a generator": (
        "def f():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "def f():\n    return iter([0, 1])",
        "from itertools import islice\ng = f()\nassert next(g) == 0\nassert list(islice(g, 3)) == [1, 2, 3]",
    ),
    "a generator that ends": ("def f():\n    yield from (1, 2)", "def f():\n    yield 1", "assert list(f()) == [1, 2]\nassert sum(f()) == 3\ng = f()\nnext(g), next(g)\ntry:\n    next(g)\nexcept StopIteration:\n    pass\nelse:\n    raise AssertionError"),
    "a map": ("def f(xs):\n    return map(str, xs)", "def f(xs):\n    return map(int, xs)", "assert list(f([1, 2])) == ['1', '2']"),
    "a range": ("r = range(3)", "r = [0, 1]", "assert list(r) == [0, 1, 2]"),
    "a closure": ("def f(n):\n    return lambda x: x + n", "def f(n):\n    return lambda x: n", "add = f(3)\nassert add(4) == 7\nassert [g(1) for g in map(f, range(3))] == [1, 2, 3]"),
    "keyword arguments": ("def f(a, *more, b=1, **rest):\n    return a, more, b, rest", "def f(*a, **k):\n    return 1", "assert f(1, 2, b=3, z=4) == (1, (2,), 3, {'z': 4})"),
    "a test's function as an argument": ("def f(g, xs):\n    return [g(x) for x in xs]", "def f(g, xs):\n    return xs", "assert f(lambda x: x * 10, [1, 2]) == [10, 20]\ndef three(x, y=2):\n    return x + y\nassert f(three, [1]) == [3]"),
    "a builtin as an argument": ("def f(g, xs):\n    return [g(x) for x in xs]", "def f(g, xs):\n    return xs", "import math, numpy as np\nassert f(str, [1]) == ['1']\nassert f(math.sqrt, [4]) == [2.0]\nassert f(np.square, [3]) == [9]"),
    "a test's function that raises": ("def f(g):\n    try:\n        g()\n    except ValueError as error:\n        return str(error)", "def f(g):\n    return 'no'", "def bad():\n    raise ValueError('boo')\nassert f(bad) == 'boo'"),
    "a test's exception that passes through": ("def f(g):\n    return g()", "def f(g):\n    return 1", "class Stop(Exception):\n    pass\ndef bad():\n    raise Stop('now')\ntry:\n    f(bad)\nexcept Stop as error:\n    assert error.args == ('now',)\nelse:\n    raise AssertionError"),
    "a test's object as an argument": ("def f(o):\n    o.count += 1\n    return o.name + o.say('x') + str(len(o)) + o[1]", "def f(o):\n    return ''", "class Thing:\n    name, count = 'n', 0\n    def say(self, w):\n        return w * 2\n    def __len__(self):\n        return 7\n    def __getitem__(self, i):\n        return str(i)\nt = Thing()\nassert f(t) == 'nxx71'\nassert t.count == 1"),
    "a test's generator as an argument": ("def f(g):\n    return [x for x in g]", "def f(g):\n    return 1", "assert f(i * i for i in range(3)) == [0, 1, 4]\nassert f(iter([1])) == [1]"),
    "a test's file as an argument": ("def f(file):\n    return file.read().split()", "def f(file):\n    return []", "import io\nassert f(io.StringIO('a b')) == ['a', 'b']"),
    "a mock": ("def f(m):\n    m.go(1, k=2)\n    return m.value", "def f(m):\n    return 3", "from unittest.mock import Mock\nm = Mock(value=3)\nassert f(m) == 3\nm.go.assert_called_once_with(1, k=2)"),
    "a changed list": ("def f(xs):\n    xs.append(3)\n    xs.sort()", "def f(xs):\n    return xs + [3]", "xs = [9, 1]\nf(xs)\nassert xs == [1, 3, 9]"),
    "a changed dictionary": ("def f(d):\n    d['b'] = 2\n    del d['a']", "def f(d):\n    pass", "d = {'a': 1}\nf(d)\nassert d == {'b': 2}"),
    "a changed nested list": ("def f(rows):\n    rows[0][1] = 5", "def f(rows):\n    pass", "row = [1, 2]\nrows = [row]\nf(rows)\nassert row == [1, 5] and rows[0] is row"),
    "a changed set": ("def f(s):\n    s.add(2)", "def f(s):\n    return {1, 2}", "s = {1}\nf(s)\nassert s == {1, 2}"),
    "a changed array": ("def f(a):\n    a[a > 2] = 0\n    return a", "def f(a):\n    return a * 0", "import numpy as np\na = np.arange(5)\nb = f(a)\nassert a.tolist() == [0, 1, 2, 0, 0]\nassert b is a"),
    "a changed frame": ("def f(df):\n    df['b'] = df['a'] * 2\n    df.drop(columns='c', inplace=True)", "def f(df):\n    return df", "import pandas as pd\ndf = pd.DataFrame({'a': [1], 'c': [2]})\nf(df)\nassert list(df) == ['a', 'b'] and df['b'][0] == 2"),
    "an unchanged argument": ("def f(xs):\n    return sorted(xs)", "def f(xs):\n    xs.sort()\n    return xs", "xs = [2, 1]\nf(xs)\nassert xs == [2, 1]"),
    "the argument itself": ("def f(xs):\n    return xs", "def f(xs):\n    return list(xs)", "xs = [1]\nassert f(xs) is xs"),
    "a changed named argument": ("def f(*, xs):\n    xs.append(1)", "def f(*, xs):\n    pass", "xs = []\nf(xs=xs)\nassert xs == [1]"),
    "attributes of an object": (*DOG, "d = Dog('rex', 3)\nassert d.name == 'rex' and d.age == 3 and Dog.kind == 'dog'"),
    "methods of an object": (*DOG, "d = Dog('rex', 3)\nassert d.older(2) is d\nassert d.age == 5\nd.age = 9\nassert d.older().age == 10"),
    "equality of objects": (*DOG, "assert Dog('a') == Dog('a')\nassert Dog('a') != Dog('b')\nassert {Dog('a'): 1}[Dog('a')] == 1"),
    "order of objects": (*DOG, "dogs = sorted([Dog('a', 3), Dog('b', 1)])\nassert [d.name for d in dogs] == ['b', 'a']\nassert min(dogs).name == 'b'"),
    "sums of objects": (*DOG, "assert (Dog('a') + Dog('b')).name == 'ab'\nassert ('x' + Dog('y')).name == 'xy'\nd = Dog('a')\nd += Dog('c')\nassert d.name == 'ac'"),
    "containers of the student's": (*DOG, "d = Dog('rex', 3)\nassert len(d) == 3 and list(d) == ['r', 'e', 'x'] and 'e' in d\nassert d[0] == 'r' and d[1:] == 'ex'"),
    "texts of objects": (*DOG, "d = Dog('rex')\nassert repr(d) == \"Dog('rex')\" and str(d) == repr(d) and f'{d}' == repr(d)\nassert '%s' % d == repr(d)"),
    "an object that is called": (*DOG, "assert Dog('a')('wuff') == 'WUFF'\nassert callable(Dog('a'))"),
    "numbers of objects": (*DOG, "import math\nassert float(Dog('a', 4)) == 4.0\nassert math.sqrt(Dog('a', 4)) == 2.0"),
    "a context manager of the student's": (*DOG, "d = Dog('a', 3)\nwith d as same:\n    assert same is d and d.age == 3\nassert d.age == 0"),
    "properties and methods of a class": (*DOG, "assert Dog('a').shout == 'A' and Dog.legs() == 4 and Dog.pup().name == 'pup'"),
    "isinstance of the student's class": (*DOG, "d = Dog('a')\nassert isinstance(d, Dog) and not isinstance(3, Dog) and type(d) is Dog\nassert issubclass(Puppy, Dog) and isinstance(Puppy('b'), Dog)\nassert d.__class__.__name__ == 'Dog' and Dog.__name__ == 'Dog'"),
    "hasattr": (*DOG, "d = Dog('a')\nassert hasattr(d, 'shout') and not hasattr(d, 'nothing')\nassert getattr(d, 'nothing', 5) == 5\nassert getattr(d, 'name') == 'a'\nassert vars(d) == {'name': 'a', 'age': 1}\nassert 'older' in dir(d)"),
    "setattr": (*DOG, "d = Dog('a')\nsetattr(d, 'age', 4)\nassert len(d) == 4\ndel d.name\nassert not hasattr(d, 'name')"),
    "copies of objects": (*DOG, "import copy\nd = Dog('a', 1)\ne = copy.copy(d)\ne.age = 2\nassert d.age == 1 and e.name == 'a' and copy.deepcopy(d) == d"),
    "objects in containers": (*DOG, "dogs = [Dog('a'), Dog('b')]\nassert [x.name for x in dogs] == ['a', 'b']\nassert Dog('b') in dogs and dogs.index(Dog('b')) == 1"),
    "a base class": ("class Base:\n    pass\nclass Sub(Base):\n    pass", "class Base:\n    pass\nclass Sub:\n    pass", "assert Base in Sub.__bases__ and issubclass(Sub, Base)\nassert Sub.__mro__[1] is Base"),
    "an abstract class": ("from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def go(self): ...", "class A:\n    def go(self): ...", "try:\n    A()\nexcept TypeError:\n    pass\nelse:\n    raise AssertionError('it can be made')"),
    "a dataclass": ("from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 2", "class P:\n    def __init__(self, x, y=2):\n        self.x, self.y = 0, y", "assert P(1) == P(1, 2)\nassert P(3).x == 3 and repr(P(1)) == 'P(x=1, y=2)'"),
    "an enum": ("from enum import Enum\nclass C(Enum):\n    RED = 1\n    BLUE = 2", "class C:\n    RED = 1\n    BLUE = 3", "assert C.RED.value == 1 and C.RED is C.RED and C.RED != C.BLUE\nassert [c.name for c in C] == ['RED', 'BLUE']"),
    "a linked list": ("class N:\n    def __init__(self, v, n=None):\n        self.v, self.n = v, n\ndef f(n):\n    p = None\n    while n:\n        p, n = N(n.v, p), n.n\n    return p", "class N:\n    def __init__(self, v, n=None):\n        self.v, self.n = v, n\ndef f(n):\n    return n", "r = f(N(1, N(2)))\nassert r.v == 2 and r.n.v == 1 and r.n.n is None"),
    "an exception": (*RAISES, "try:\n    f(-2)\nexcept ValueError as error:\n    assert str(error) == 'negative: -2'\nelse:\n    raise AssertionError('nothing raised')"),
    "pytest.raises": (*RAISES, "import pytest\nwith pytest.raises(ValueError, match='negative'):\n    f(-1)\nassert f(2) == 2"),
    "assertRaises": (*RAISES, "import unittest\ntc = unittest.TestCase()\nwith tc.assertRaises(ValueError):\n    f(-1)\ntc.assertRaises(ValueError, f, -3)"),
    "an exception of the student's": (*RAISES, "try:\n    f(3)\nexcept Odd as error:\n    assert error.args == ('odd', 3)\nelse:\n    assert False\nassert issubclass(Odd, ValueError)"),
    "an exception of another kind": (*RAISES, "import pytest\nwith pytest.raises(ZeroDivisionError):\n    f(100)"),
    "an exception with attributes": ("class E(Exception):\n    def __init__(self, code):\n        super().__init__('code')\n        self.code = code\ndef f():\n    raise E(7)", "def f():\n    raise ValueError", "try:\n    f()\n    assert False\nexcept Exception as error:\n    assert error.code == 7 and type(error).__name__ == 'E'"),
    "what is not written": ("def f():\n    return 1", "def f():\n    raise NotImplementedError", "try:\n    x = f()\nexcept NotImplementedError:\n    raise AssertionError('not written')\nassert x == 1"),
    "printed output": ("def f(n):\n    print('hi', n)", "def f(n):\n    print('ho', n)", "import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    f(3)\nassert out.getvalue() == 'hi 3\\n'"),
    "printed output by sys.stdout": ("def f():\n    print('a')\n    print('b', end='')", "def f():\n    return 'a'", "import io, sys\nold, sys.stdout = sys.stdout, io.StringIO()\nf()\ntext, sys.stdout = sys.stdout.getvalue(), old\nassert text == 'a\\nb'"),
    "a replaced input": ("def f():\n    return input('n? ') + input()", "def f():\n    return ''", "import builtins\nlines = iter(['a', 'b'])\nold, builtins.input = builtins.input, lambda prompt='': next(lines)\nassert f() == 'ab'\nbuiltins.input = old"),
    "an input of the notebook's": ("def f():\n    return int(input('n? ')) + 1", "def f():\n    return 0", "input = lambda prompt='': '4'\nassert f() == 5\ndel input"),
    "a replaced stdin": ("def f():\n    return input()", "def f():\n    return 1", "import io, sys\nold, sys.stdin = sys.stdin, io.StringIO('line\\n')\nassert f() == 'line'\nsys.stdin = old"),
    "a replaced function": ("def g(x):\n    return x\ndef f(x):\n    return g(x) + 1", "def g(x):\n    return x\ndef f(x):\n    return x + 1", "kept = g\ndef g(x):\n    return 100\nassert f(1) == 101\ng = kept\nassert f(1) == 2"),
    "a deleted function": ("def g(x):\n    return x\ndef f(x):\n    return g(x)", "def g(x):\n    return x\ndef f(x):\n    return x", "kept = g\ndel g\ntry:\n    f(1)\nexcept NameError:\n    pass\nelse:\n    raise AssertionError('f does not use g')\nfinally:\n    g = kept\nassert f(2) == 2"),
    "a global that the test sets": ("rate = 2\ndef f(x):\n    return x * rate", "rate = 2\ndef f(x):\n    return x * 2", "rate = 5\nassert f(3) == 15"),
    "a global that the student's code sets": ("count = 0\ndef f():\n    global count\n    count += 1", "count = 0\ndef f():\n    pass", "count = 5\nf()\nf()\nassert count == 7"),
    "a memory of the student's": ("memo = {}\ndef f(n):\n    memo[n] = n\n    return n", "memo = {}\ndef f(n):\n    return n", "f(3)\nassert memo == {3: 3}\nmemo = {}\nf(4)\nassert memo == {4: 4}"),
    "doctest": ("def f(x):\n    return x + 1", "def f(x):\n    return x", "import doctest\ndef examples():\n    '''\n    >>> f(1)\n    2\n    '''\nassert doctest.run_docstring_examples(examples, globals()) is None\nassert f(1) == 2"),
    "eval of the test's own text": (*SQUARES, "assert eval('f(3)') == [0, 1, 4]"),
    "a table of cases": (*SQUARES, "cases = [(1, [0]), (2, [0, 1])]\nfor n, want in cases:\n    got = f(n)\n    assert got == want, f'{n}: {got}'\nassert f(3)[2] == 4"),
    "warnings": ("import warnings\ndef f():\n    warnings.warn('old')\n    return 1", "def f():\n    return 2", "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    assert f() == 1"),
    "parametrised checks by dictionary": (*SQUARES, "expected = {1: 0, 3: 5}\nassert {n: sum(f(n)) for n in expected} == expected"),
    "a lambda of the student's": ("f = lambda x, y=2: x * y", "f = lambda x, y=2: x + y + 1", "assert f(3) == 6 and f(y=3, x=1) == 3\nassert f.__name__ == '<lambda>'"),
    "recursion": ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "def f(n):\n    return n", "assert f(20) == 2432902008176640000"),
    "a decorator of the student's": ("def f(g):\n    def inner(*a):\n        return g(*a) * 2\n    return inner", "def f(g):\n    return g", "@f\ndef three(x):\n    return 3 + x\nassert three(1) == 8"),
    "scipy's optimisers on a test's function": ("from scipy.optimize import brentq\ndef f(g):\n    return brentq(g, 0, 2)", "def f(g):\n    return 0", "assert abs(f(lambda x: x * x - 2) - 2 ** 0.5) < 1e-6"),
    "numpy on a test's function": ("import numpy as np\ndef f(g):\n    return np.vectorize(g)(np.arange(3))", "def f(g):\n    return 0", "assert f(lambda x: x + 1).tolist() == [1, 2, 3]"),
    "an expression of sympy": ("import sympy as sp\nx = sp.symbols('x')\ndef f():\n    return sp.diff(sp.sin(x) ** 2, x)", "import sympy as sp\nx = sp.symbols('x')\ndef f():\n    return x", "assert f() == 2 * sp.sin(x) * sp.cos(x)\nassert sp.simplify(f() - sp.sin(2 * x)) == 0"),
    "a graph of networkx": ("import networkx as nx\ndef f():\n    g = nx.path_graph(3)\n    g.add_edge('a', 0, weight=2)\n    return g", "import networkx as nx\ndef f():\n    return nx.path_graph(3)", "g = f()\nassert g.number_of_edges() == 3 and g['a'][0]['weight'] == 2\nassert sorted(g.neighbors(1)) == [0, 2]"),
    "a sparse matrix": ("import scipy.sparse as s\nm = s.csr_matrix([[0, 2]])", "import scipy.sparse as s\nm = s.csr_matrix([[0, 3]])", "assert m.nnz == 1 and m.toarray().tolist() == [[0, 2]]"),
    "a tensor": ("import torch\ndef f(n):\n    return torch.arange(n) * 2.0", "import torch\ndef f(n):\n    return torch.zeros(n)", "import torch\nassert torch.equal(f(3), torch.tensor([0., 2., 4.]))\nassert f(3).shape == (3,)"),
    "a module of torch": ("import torch\nnet = torch.nn.Linear(2, 1)", "import torch\nnet = torch.nn.Linear(3, 1)", "import torch\nassert isinstance(net, torch.nn.Linear)\nassert net(torch.ones(4, 2)).shape == (4, 1)\nassert net.weight.shape == (1, 2)"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_idiom_passes_what_is_right_and_fails_what_is_wrong(name: str) -> None:
    right, wrong, test = CASES[name]
    first = judged(right, test)
    assert first.passed, words(first)
    again = marked(right, right, test)
    assert again.passed, words(again)
    assert not judged(wrong, test).passed
    assert not judged(wrong, test, allowed=first.decided).passed
