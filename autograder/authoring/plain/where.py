"""Which test cells cannot be programs of the judge's, as far as their text tells.

A test cell runs in the judge's process, and what it does there the student's kernel does not
notice: figures that it looks at, magics, modules that it patches, files that it writes.
"""

import ast
import re
from collections.abc import Callable, Iterator

from ..percent import PYTHON_MAGICS, plain_python
from .figures import looks_at_figures

#: Magics that change nothing a test could notice.
HARMLESS = ("matplotlib", "config", "load_ext", "autoreload", "precision", "pdb")
#: What the shell itself defines for a cell.
SHELL_NAMES = re.compile(r"In|Out|_|__|___|_i+|_i?\d+|_[di]h|_oh|exit|quit")
#: Attributes of modules that the judge carries to the kernel, where a test replaces them.
CARRIED = {("builtins", "input"), ("sys", "stdout"), ("sys", "stderr"), ("sys", "stdin")}
WRITERS = {
    *("write_text", "write_bytes", "touch", "mkdir", "makedirs", "unlink", "rmtree", "rmdir"),
    *("savetxt", "savez", "savez_compressed", "tofile", "to_csv", "to_excel", "to_json"),
    *("to_pickle", "to_parquet", "savefig", "imsave", "imwrite", "urlretrieve", "copyfile"),
    "chdir",
}
#: Of the module ``os``, or imported from it: these names mean something else elsewhere.
OS_WRITERS = {"remove", "rename", "replace", "system", "popen", "putenv", "link", "symlink"}
#: What tells how long something takes, in the modules ``time`` and ``timeit``.
CLOCKS = {
    *("time", "time_ns", "perf_counter", "perf_counter_ns", "process_time", "monotonic"),
    *("monotonic_ns", "process_time_ns", "timeit", "repeat", "default_timer"),
}
READERS = {
    *("open", "read_csv", "read_excel", "read_json", "read_text", "read_bytes", "loadtxt"),
    *("genfromtxt", "isfile", "exists", "is_file", "listdir", "getsize", "imread", "load"),
}


def reason_for_kernel(
    text: str, students: frozenset[str], files: frozenset[str] | None = None
) -> str:
    """Why a test cell has to run in the student's kernel; empty where the judge can run it.

    Parameters
    ----------
    text : of the cell, with its hidden tests
    students : names that the student's own cells define, and those of variables of given cells
    files : what stands beside the notebook, as paths from there; None where that is not known
    """
    found = _reason_by_lines(text)
    if found:
        return found
    try:
        tree = ast.parse(plain_python(text))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        return f"cannot be read as Python{line}"
    bound = _bound(tree)
    looks: tuple[Callable[[], str], ...] = (
        lambda: looks_at_figures(tree),
        lambda: _shell(tree, bound),
        lambda: _patches(tree, bound, students),
        lambda: _subclass(tree, students - bound),
        lambda: _measures(tree),
        lambda: _writes(tree),
        lambda: "" if files is None else _reads(tree, files),
    )
    return next((words for words in (look() for look in looks) if words), "")


def _reason_by_lines(text: str) -> str:
    """Why a cell with magics or shell lines has to run in the kernel."""
    first = re.match(r"\s*%%(\w+)", text)
    if first and first[1] not in PYTHON_MAGICS:
        return f"a cell of another language: %%{first[1]}"
    for line in text.splitlines():
        word = re.match(r"\s*(?:\w+\s*=\s*)?([%!])(\w*)", line)
        if word is None or line.lstrip().startswith("%%"):
            continue
        if word[1] == "!":
            return f"runs a shell's command: {line.strip()[:60]}"
        if word[2] and word[2] not in (*HARMLESS, *PYTHON_MAGICS) and not _in_expression(line):
            return f"uses a magic: %{word[2]}"
    return ""


def _in_expression(line: str) -> bool:
    """Whether a line that begins with % goes on with an expression of the line before."""
    return bool(re.match(r"\s*%\s", line))


def _bound(tree: ast.AST) -> frozenset[str]:
    """The names that a cell binds somewhere itself, by whatever statement but an import."""
    return frozenset(_binds(tree))


def _binds(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str() as name):
                yield name
            case ast.arg(arg=name):
                yield name


def _shell(tree: ast.AST, bound: frozenset[str]) -> str:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="get_ipython", ctx=ast.Load()):
                if not _harmless_call(tree):
                    return "asks the shell: get_ipython()"
            case ast.Name(id=name, ctx=ast.Load()) if SHELL_NAMES.fullmatch(name):
                if name not in bound:
                    return f"reads what the shell remembers: {name}"
    return ""


def _harmless_call(tree: ast.AST) -> bool:
    """Whether all that is asked of the shell changes nothing that a test could notice."""
    asked = [node for node in ast.walk(tree) if _is_name(node, "get_ipython")]
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("magic", "run_line_magic")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).split()[:1] != []
        and str(node.args[0].value).split()[0].lstrip("%") in HARMLESS
    ]
    return len(calls) == len(asked)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _patches(tree: ast.AST, bound: frozenset[str], students: frozenset[str]) -> str:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="unittest.mock" | "mock", names=names):
                if any(one.name == "patch" for one in names):
                    return "patches what the student's code uses: mock.patch"
            case ast.Attribute(
                value=ast.Name(id="mock") | ast.Attribute(attr="mock"), attr="patch"
            ):
                return "patches what the student's code uses: mock.patch"
            case ast.Name(id="monkeypatch") if "monkeypatch" not in bound:
                return "patches what the student's code uses: monkeypatch"
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store() | ast.Del()):
                if _is_elsewhere(name, attr, bound, students):
                    return f"changes {name}.{attr}, which the student's code may use"
            case ast.Call(
                func=ast.Name(id="setattr" | "delattr"),
                args=[ast.Name(id=name), ast.Constant(value=str() as attr), *_],
            ):
                if _is_elsewhere(name, attr, bound, students):
                    return f"changes {name}.{attr}, which the student's code may use"
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id="os"), attr="environ"), ctx=ast.Store()
            ):
                return "changes os.environ, which the student's code may use"
    return ""


def _is_elsewhere(name: str, attr: str, bound: frozenset[str], students: frozenset[str]) -> bool:
    """Whether ``name`` is a module, or an object of a given cell's: neither the test's own nor
    the student's."""
    return name not in bound and name not in students and (name, attr) not in CARRIED


def _subclass(tree: ast.AST, students: frozenset[str]) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in students:
                    return f"makes a subclass of the student's {base.id}"
    return ""


def _calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """The name of what is called, what it is an attribute of, and the call."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield name, "", node
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id=owner))):
                yield name, owner, node
            case ast.Call(func=ast.Attribute(attr=name)):
                yield name, "?", node


def _measures(tree: ast.AST) -> str:
    """Whether a test measures time, of which the way to the kernel would be a part."""
    clocks = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "timeit")
        for alias in node.names
        if alias.name in CLOCKS
    }
    for name, owner, _ in _calls(tree):
        if (owner in ("time", "timeit") and name in CLOCKS) or (not owner and name in clocks):
            return f"measures how long something takes: {name}"
    return ""


def _writes(tree: ast.AST) -> str:
    from_os = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "shutil")
        for alias in node.names
    }
    for name, owner, call in _calls(tree):
        if name == "open" and owner in ("", "io") and set(_mode(call)) & set("wax+"):
            return "writes a file"
        is_of_os = owner in ("os", "shutil") or (not owner and name in from_os)
        if name in WRITERS or (name in OS_WRITERS and is_of_os):
            return f"writes files or moves between folders: {name}"
    return ""


def _mode(call: ast.Call) -> str:
    given = call.args[1:2] or [word.value for word in call.keywords if word.arg == "mode"]
    return str(given[0].value) if given and isinstance(given[0], ast.Constant) else ""


def _reads(tree: ast.AST, files: frozenset[str]) -> str:
    for name, _, call in _calls(tree):
        if name not in READERS or not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        path = call.args[0].value
        if not isinstance(path, str) or "://" in path or not path.strip():
            continue
        plain = path.removeprefix("./").rstrip("/")
        if plain not in files and not any(one.startswith(f"{plain}/") for one in files):
            return f"reads {path[:60]!r}, which does not stand beside the notebook"
    return ""
