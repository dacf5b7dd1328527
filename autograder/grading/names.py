"""What the text of a cell says of names: which it binds, and which it looks up, and when.

A text is parsed once, and only where it is short enough; names in any other are found by the
lines that begin with them. So code that this Python cannot read has names as well.
"""

import ast
import re
import symtable
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ..authoring.percent import PYTHON_MAGICS

#: Longer texts, in characters, are not parsed: some take a second for each 100 KB.
PARSE_LIMIT = 100_000
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)

BINDING = re.compile(
    r"(?m)^(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]{0,200})?=(?!=))"
)
#: What IPython reads and Python does not, if it is not at the beginning of a cell.
LINE_MAGIC = re.compile(r"(?m)^([ \t]*)(?:[%!].*|\?{1,2}[\w.*]+|[\w.*\[\]'\"]+\?{1,2}[ \t]*)$")
ASSIGNED_MAGIC = re.compile(r"(?m)^([ \t]*[\w, .]{1,80}?=[ \t]*)[!%][A-Za-z(\[./~$].*$")
CELL_MAGIC = re.compile(r"(?:[ \t]*(?:#.*)?\n)*(%%(\w+).*)")
#: Type parameters and aliases, which Python knows from 3.12 on.
PARAMETERS = re.compile(
    r"(?m)^([ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w+)\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]"
)
ALIAS = re.compile(r"(?m)^([ \t]*)type[ \t]+(\w+)(?:\[[^\]\n]*\])?[ \t]*=")
#: A magic whose cell binds nothing in the notebook, though its text is Python.
UNBINDING = "timeit"


@dataclass(frozen=True)
class Names:
    """The names of a cell.

    Attributes
    ----------
    binds : what it gives a value at the top of the notebook
    needs : what it looks up while it runs
    uses : what it looks up then, or when one of its functions is called
    stubs : which of ``binds`` it gives nothing but the course's unchanged stub
    undone : which it gives the stub besides something of the student's own
    """

    binds: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    stubs: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()

    @property
    def writes(self) -> frozenset[str]:
        """What it binds to something of the student's own."""
        return self.binds - self.stubs


@dataclass(frozen=True)
class Stubs:
    """The course's stubs: for each name its definition, without documentation."""

    definitions: dict[str, str] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Take the definitions of a stub that raise NotImplementedError."""
        for node in _definitions(text):
            if "NotImplementedError" in (shape := _shape(node)):
                self.definitions[node.name] = shape

    def lines(self, text: str) -> dict[str, set[int]]:
        """The names that a text gives an unchanged stub, and the lines in which it does."""
        if len(text) > PARSE_LIMIT or "NotImplementedError" not in text:
            return {}
        found: dict[str, set[int]] = {}
        for node in _definitions(text):
            if self.definitions.get(node.name) == _shape(node):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                rows = range(first - 1, node.end_lineno or first)
                found.setdefault(node.name, set()).update(rows)
        return found


def names_of(text: str, stubs: Stubs, parsed: bool = True) -> Names:
    """The names of a code cell's text, found by line where it must not be parsed."""
    plain = readable(text) if parsed else None
    if plain is None:
        return Names(binds=frozenset(found_by_line(text)))
    binds, needs, uses = set[str](), set[str](), set[str]()
    waiting = [(symtable.symtable(plain, "<cell>", "exec"), False)]
    while waiting:
        table, late = waiting.pop()
        top = table.get_type() == "module"
        late |= table.get_type() == "function" and table.get_name() not in COMPREHENSIONS
        waiting += [(child, late) for child in table.get_children()]
        for symbol in table.get_symbols():
            if not (top or symbol.is_global()):
                continue
            if (top or symbol.is_declared_global()) and (
                symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            ):
                binds.add(symbol.get_name())
            if symbol.is_referenced():
                uses.add(symbol.get_name())
                if not late:
                    needs.add(symbol.get_name())
    stubbed = stubs.lines(plain)
    if not stubbed:
        return Names(frozenset(binds), frozenset(needs), frozenset(uses))
    rows = {row for lines in stubbed.values() for row in lines}
    beside = names_of(commented_out(plain, rows), Stubs())
    unchanged = frozenset(stubbed) & binds
    return Names(
        beside.binds | unchanged,
        beside.needs,
        beside.uses,
        unchanged - beside.binds,
        unchanged & beside.binds,
    )


COMPREHENSIONS = ("listcomp", "dictcomp", "setcomp", "genexpr")


def readable(text: str) -> str | None:
    """The text as this Python reads it, line by line; None where it does not, or it is long."""
    if len(text) > PARSE_LIMIT:
        return None
    for plain in dict.fromkeys((text, without_magics(text))):
        if _is_python(plain):
            return plain
    return None


def without_magics(text: str) -> str:
    """``text`` without IPython's magics; its lines keep their numbers.

    Of a cell in another language nothing is left.
    """
    first = CELL_MAGIC.match(text)
    if first and first[2] not in PYTHON_MAGICS:
        return re.sub(r"(?m)^.+$", "", text)
    text = LINE_MAGIC.sub(r"\1pass", text)
    return ASSIGNED_MAGIC.sub(r"\1None", text)


def runnable(text: str) -> str:
    """``text`` with a magic of the whole cell where IPython looks for it, at the very beginning.

    ``%%timeit`` binds no name, so where the cell defines something it is left out.
    """
    first = CELL_MAGIC.match(text)
    if not first or first[2] not in PYTHON_MAGICS:
        return text
    if first[2] == UNBINDING and found_by_line(text):
        return f"{text[: first.start(1)]}pass{text[first.end(1) :]}"
    if first.start(1) == 0:
        return text
    above = text[: first.start(1)].removesuffix("\n")
    return f"{first[1]}\n{above}{text[first.end(1) :]}"


def magics(text: str) -> int:
    """How many of IPython's magics there are in a text, at most."""
    return len(LINE_MAGIC.findall(text)) + len(ASSIGNED_MAGIC.findall(text))


def versions(text: str) -> tuple[str, str]:
    """What of a cell's text is run, and what is run where a magic in it failed."""
    if len(text) > PARSE_LIMIT:
        return text, text
    first = runnable(text)
    return first, in_older_syntax(without_magics(first))


def in_older_syntax(text: str) -> str:
    """``text`` with type parameters as variables, for a Python that has no other."""
    found = {
        one.strip().lstrip("*").partition(":")[0].partition("=")[0].strip()
        for _, inside in PARAMETERS.findall(text)
        for one in re.sub(r"\[[^\]]*\]|\([^)]*\)", "", inside).split(",")
    }
    text = ALIAS.sub(r"\1\2 =", PARAMETERS.sub(r"\1", text))
    names = sorted(name for name in found if name.isidentifier())
    return "".join(f"{name} = __import__('typing').TypeVar('{name}'); " for name in names) + (
        f"pass\n{text}" if names else text
    )


def found_by_line(text: str) -> Iterator[str] | list[str]:
    """The names that lines of the text begin to define, where it is Python at all."""
    first = CELL_MAGIC.match(text)
    if first and first[2] not in PYTHON_MAGICS:
        return []
    return list(dict.fromkeys(name for found in BINDING.findall(text) for name in found if name))


def commented_out(text: str, rows: Collection[int]) -> str:
    """``text`` with these of its lines made comments."""
    lines = text.split("\n")
    return "\n".join(f"# {line}" if row in rows else line for row, line in enumerate(lines))


@lru_cache(maxsize=64)
def _is_python(text: str) -> bool:
    try:
        symtable.symtable(text, "<cell>", "exec")
    except UNREADABLE:
        return False
    return True


def extended(text: str) -> frozenset[str]:
    """The classes of a text that are their own base: what was there before is needed."""
    return frozenset(
        node.name
        for node in _definitions(readable(text) or "")
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if any(isinstance(one, ast.Name) and one.id == node.name for one in ast.walk(base))
    )


def _definitions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The functions and classes at the top of a text."""
    try:
        body = ast.parse(text).body
    except UNREADABLE:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in body if isinstance(node, kinds)]


def _shape(node: ast.AST) -> str:
    """A definition's code, whatever its documentation, comments and layout."""
    waiting: list[ast.AST] = [node]
    while waiting:
        match waiting.pop():
            case (ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef()) as one:
                if ast.get_docstring(one, clean=False) is not None:
                    one.body = [*one.body[1:]]
                waiting += one.body
            case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError") as kind)) as one:
                one.exc = kind
            case _:
                pass
    try:
        return ast.dump(node)
    except RecursionError:
        return ""
