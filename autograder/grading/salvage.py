"""What a student wrote into a cell of the course's besides what stood there: it is theirs."""

import ast
from collections.abc import Collection

from .names import PARSE_LIMIT, UNREADABLE, Names, Stubs, names_of, readable

KINDS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def additions(text: str, original: str, stubs: Stubs, wanted: Collection[str] = ()) -> str:
    """The imports, functions and classes that a changed cell has and its original lacks.

    Assignments as well, where these look up what they bind, or where it is ``wanted``; other lines
    try something out. Whatever binds a name of the original's is left out: what the course gives
    is the course's.
    """
    if len(text) > PARSE_LIMIT or (plain := readable(text)) is None:
        return ""
    theirs = names_of(original, stubs).binds
    try:
        body = ast.parse(plain).body
    except UNREADABLE:
        return ""
    lines = plain.split("\n")
    parts: list[tuple[bool, str, Names]] = []
    for node in body:
        if isinstance(node, (*KINDS, ast.Assign, ast.AnnAssign)):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(one.lineno for one in decorators)])
            part = "\n".join(lines[first - 1 : node.end_lineno])
            if readable(part) is not None and not (names := names_of(part, stubs)).binds & theirs:
                parts.append((isinstance(node, KINDS), part, names))
    needed = set(wanted).union(*(names.uses for defines, _, names in parts if defines))
    kept: list[str] = []
    for defines, part, names in reversed(parts):
        if defines or names.binds & needed:
            kept.insert(0, part)
            needed |= names.uses
    return "\n\n\n".join(kept)
