"""An implementation of a student's, for programs to run on."""

CODE = '''
import numpy as np
import torch
from collections import namedtuple

LIMIT, names = 7, ["a", "b"]
Pair = namedtuple("Pair", "left right")
calls = []

class Cell:
    """A class of the student's own."""
    def __init__(self, size, bias=0.0):
        self.size, self.bias = size, bias
        self.weight = np.full(size, 2.0)
    def __call__(self, x, *, gain=1):
        return self.weight * x * gain + self.bias
    def __len__(self):
        return self.size
    def __getitem__(self, key):
        return self.weight[key]
    def __setitem__(self, key, value):
        self.weight[key] = value
    def children(self):
        return [Cell(1), Cell(2)], {"first": Cell(3), "count": 2}

def same(x): return x
def size_of(cell): return cell.size
def sizes(cells): return [cell.size for cell in cells]
def in_place(x):
    x += 1
    return None
def count_to(n):
    for i in range(n):
        yield i
def forever():
    while True:
        yield 1
def fail(kind, *args): raise kind(*args)
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
class Own(ValueError): pass
def fail_own(): raise Own("of my own")
def fail_unreadable():
    class Bad(Exception):
        def __str__(self): raise RuntimeError
    raise Bad
def leave(): raise SystemExit(3)
def note(x): calls.append(x); return len(calls)
def big(n): return np.zeros(n, np.uint8)
'''
