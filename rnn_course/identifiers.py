"""Lines of the standard library's own source, every name tagged with its role."""

import ast
import io
import sysconfig
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .roles import name_roles

#: The roles, in the order of their numbers.
ROLES = (
    "function",
    "class",
    "parameter",
    "argument",
    "import",
    "attribute",
    "call",
    "target",
    "local",
    "global",
)
#: Longer lines are cut here.
LONGEST = 40

# No module is in two splits. A module that this version of Python does not have is left out.
QUICK = """
argparse bdb cmd codecs configparser copy csv difflib enum fileinput functools gettext heapq imaplib
mailbox pickle pprint shelve shlex smtplib statistics tempfile textwrap threading trace uuid
""".split()  # noqa: SIM905
REST = """
abc ast base64 bisect calendar code colorsys compileall contextlib contextvars dis doctest filecmp
fnmatch fractions ftplib genericpath getopt getpass graphlib hashlib hmac inspect keyword linecache
locale mimetypes modulefinder netrc ntpath numbers opcode operator optparse os pdb pickletools
pkgutil plistlib poplib posixpath profile pstats py_compile pyclbr pydoc queue quopri random reprlib
rlcompleter runpy sched secrets selectors shutil signal site socket socketserver ssl stat stringprep
symtable tabnanny tarfile timeit traceback turtle types typing warnings weakref webbrowser zipapp
zipimport
""".split()  # noqa: SIM905
VALID = ["copyreg", "dataclasses", "string", "tokenize"]
TEST = ["codeop", "gzip", "ipaddress", "platform", "subprocess"]


@dataclass(frozen=True)
class Line:
    """One logical line of source.

    Attributes
    ----------
    words : its names, keywords and operators; a string is ``<string>``, a number ``<number>``
    tags : as many; one of `ROLES` for a name, "" for all else
    module : the module that it is in
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    module: str = ""


@cache
def load(split: str, budget: str = "quick") -> tuple[Line, ...]:
    """The lines of a split with at least two names; the same for every call.

    Parameters
    ----------
    split : "train", "valid" or "test"; no module is in two of them
    budget : "quick" or "full", how many modules to train on

    Raises
    ------
    FileNotFoundError
        If this Python comes without the source of its standard library.
    ValueError
        If split or budget is unknown.
    """
    if budget not in ("quick", "full"):
        raise ValueError(f"budget must be 'quick' or 'full', found {budget!r}")
    if split not in ("train", "valid", "test"):
        raise ValueError(f"split must be 'train', 'valid' or 'test', found {split!r}")
    train = QUICK if budget == "quick" else QUICK + REST
    modules = {"train": train, "valid": VALID, "test": TEST}[split]
    lines = [line for module in modules for line in _read(module)]
    if not lines:
        folder = sysconfig.get_path("stdlib")
        raise FileNotFoundError(
            f"the standard library's source is not in {folder}: install the full Python"
        )
    return tuple(lines)


def tag_source(source: str, module: str = "") -> list[Line]:
    """The logical lines of a piece of Python source, with the role of every name.

    Parameters
    ----------
    source : text of a module
    module : what to call it

    Raises
    ------
    SyntaxError
        If it is not Python.
    """
    roles = name_roles(ast.parse(source), source)
    lines, words, tags = [], list[str](), list[str]()
    for kind, text, place in _tokens(source):
        if kind == tokenize.NEWLINE:
            if words:
                lines.append(Line(tuple(words[:LONGEST]), tuple(tags[:LONGEST]), module))
            words, tags = [], []
            continue
        words.append(text)
        tags.append(roles.get(place, "") if kind == tokenize.NAME else "")
    return lines


def _read(module: str) -> Iterator[Line]:
    """The lines of a module with two names or more; none if it is not there."""
    folder = Path(sysconfig.get_path("stdlib"))
    for path in (folder / f"{module}.py", folder / module / "__init__.py"):
        if path.is_file():
            with tokenize.open(path) as file:
                lines = tag_source(file.read(), module)
            yield from (line for line in lines if sum(map(bool, line.tags)) > 1)


def _tokens(source: str) -> Iterator[tuple[int, str, tuple[int, int]]]:
    """Kind, text and place (row, column) of what counts: no comments, no layout."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
    skipped |= {tokenize.ENDMARKER, tokenize.ENCODING}
    starts = {getattr(tokenize, f"{letter}STRING_START", -1) for letter in "FT"} - {-1}
    ends = {getattr(tokenize, f"{letter}STRING_END", -1) for letter in "FT"} - {-1}
    depth = 0  # within f-strings, which Python 3.12 and later cut into pieces
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in starts:
            depth += 1
        elif token.type in ends:
            depth -= 1
            if not depth:
                yield tokenize.STRING, "<string>", token.start
        elif not depth and token.type not in skipped:
            text = {tokenize.STRING: "<string>", tokenize.NUMBER: "<number>"}.get(token.type)
            yield token.type, text or token.string, token.start
