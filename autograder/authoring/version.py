"""The version of what decides a week's marks; a mark given under another may be out of date.

Given code, references, what they may not use, hidden tests and points count. Prose, hints,
experiments, visible checks, comments and formatting do not.
"""

import ast
import hashlib
from functools import lru_cache

from .percent import plain_python
from .source import Source, unmarked


@lru_cache(maxsize=32)
def marks_version(source: Source) -> str:
    """The first 12 digits of a digest of what decides the marks of a week."""
    parts = [f"given {_code(cell.text)}" for cell in source.of("given")]
    parts += [f"{cell.name} {_code(unmarked(cell.text))}" for cell in source.exercises]
    parts += [f"{cell.name} {' '.join(cell.forbids)}" for cell in source.exercises if cell.forbids]
    parts += [f"{cell.name} {cell.points!r}" for cell in source.of("tests", "question")]
    parts += [f"{cell.name} {_code(cell.asserts)}" for cell in source.of("tests") if cell.asserts]
    parts.append(_code(source.hidden.text))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _code(text: str) -> str:
    """What Python makes of a text: no comment, no docstring, no layout."""
    tree = ast.parse(plain_python(text))
    for node in ast.walk(tree):
        documented = ast.Module | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree)
