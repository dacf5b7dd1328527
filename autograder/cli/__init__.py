"""The command ``autograder``, and nbgrader's own commands on this engine.

Thin: a command reads its arguments and calls one room.
"""

from .main import app, main

__all__ = ["app", "main"]
