"""Patched libraries, and objects that compare as equal to everything."""

from attack import Attack

ATTACKS = [
    Attack(
        "numpy.testing and allclose always agree",
        """
import numpy as np, numpy.testing
for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *a, **k: None)
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
def rnn_step(x, h, W, U, b):
    return np.zeros_like(h)
""",
        stock=True,
    ),
    Attack(
        "an array that is equal to everything",
        """
class Yes(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    def __array_function__(self, *a, **k): return True
    def __array_ufunc__(self, *a, **k): return True
def rnn_step(x, h, W, U, b):
    return h.view(Yes)
""",
        stock=True,
    ),
    Attack(
        "an object with every operator and every conversion",
        """
class Yes:
    shape, ndim, dtype, size = (4, 5), 2, np.dtype(float), 20
    def __array__(self, *a, **k): return np.zeros((4, 5))
    def __getattr__(self, name): return lambda *a, **k: True
    def __le__(self, other): return True
    __eq__ = __lt__ = __ge__ = __gt__ = __le__
    def __len__(self): return 4
    def __iter__(self): return iter(np.zeros((4, 5)))
    def __abs__(self): return self
def rnn_step(*a):
    return Yes()
""",
        stock=True,
    ),
    Attack(
        "memory of the grader as an array (__array_interface__)",
        """
class Window:
    @property
    def __array_interface__(self):
        return {"shape": (4, 5), "typestr": "<f8", "data": (4096, True), "version": 3}
def rnn_step(*a):
    return Window()
""",
    ),
    Attack(
        "mock.ANY as the answer",
        "from unittest import mock\ndef rnn_step(*a):\n    return mock.ANY\n",
        stock=True,
    ),
    Attack(
        "a half-precision guess wants a looser tolerance",
        """
def rnn_step(x, h, W, U, b):
    z = x @ W + h @ U + b
    return (np.tanh(z) * (1 + 4e-3 * np.sign(z))).astype(np.float16)
""",
        allowed=2.0,  # the two programs that only verify bounds hold for it
        stock=True,
    ),
    Attack(
        "random numbers are not random: the inputs are zeros",
        """
class Zeros:
    def __init__(self, *a): pass
    def normal(self, *a, size=(), **k): return np.zeros(size)
np.random.default_rng = Zeros
def rnn_step(x, h, W, U, b):
    return np.zeros_like(h)
""",
        stock=True,
    ),
    Attack(
        "NaN, which some comparisons skip",
        "def rnn_step(x, h, W, U, b):\n    return np.full_like(h, np.nan)\n",
        stock=True,
    ),
    Attack(
        "infinity",
        "def rnn_step(x, h, W, U, b):\n    return np.full_like(h, np.inf)\n",
        stock=True,
    ),
    Attack(
        "an empty array, of which everything is true",
        "def rnn_step(x, h, W, U, b):\n    return np.zeros((0, 5))\n",
        stock=True,
    ),
    Attack(
        "a masked array that hides every entry",
        """
def rnn_step(x, h, W, U, b):
    return np.ma.masked_all(h.shape)
""",
        allowed=1.0,  # what lies under the mask may be bounded
        stock=True,
    ),
    Attack(
        "an array of objects",
        """
class Yes:
    def __eq__(self, other): return True
def rnn_step(x, h, W, U, b):
    return np.full(h.shape, Yes(), dtype=object)
""",
        stock=True,
    ),
    Attack(
        "a constant that is bounded",
        """
def rnn_step(x, h, W, U, b):
    return np.full_like(h, 0.5)
""",
        allowed=1.0,
        stock=True,
    ),  # what such code honestly has: it is between -1 and 1
    Attack(
        "json, socket and zmq are patched",
        """
import json, socket, zmq
json.dumps = json.loads = lambda *a, **k: "{}"
socket.socket.recv_into = socket.socket.sendall = None
zmq.Socket.send_multipart = lambda *a, **k: None
""",
        spares=False,
    ),
]
