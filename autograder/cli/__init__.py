"""The command ``autograder``: each command reads its words and calls one room."""

from .main import app, main

__all__ = ["app", "main"]
