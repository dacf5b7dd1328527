"""What a student wrote into a cell of the course's besides what stood there: it is theirs."""

import ast

from .names import PARSE_LIMIT, UNREADABLE, Stubs, names_of, readable

KINDS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def additions(text: str, original: str, stubs: Stubs) -> str:
    """The imports, functions and classes that a changed cell has and its original lacks.

    Whatever binds a name of the original's is left out: what the course gives is the course's.
    """
    if len(text) > PARSE_LIMIT or (plain := readable(text)) is None:
        return ""
    theirs = names_of(original, stubs).binds
    try:
        body = ast.parse(plain).body
    except UNREADABLE:
        return ""
    lines, kept = plain.splitlines(), []
    for node in body:
        if isinstance(node, KINDS):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(one.lineno for one in decorators)])
            part = "\n".join(lines[first - 1 : node.end_lineno])
            if readable(part) is not None and not names_of(part, stubs).binds & theirs:
                kept.append(part)
    return "\n\n\n".join(kept)
