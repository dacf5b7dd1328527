"""The house: imports run downwards, nobody uses another's private names, no room is a warehouse."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder

PACKAGE = Path(autograder.__file__).parent
#: From the top down: a room may import those named before it.
ROOMS = (
    *("course", "authoring", "remote", "judge", "sandbox", "kernels", "grading"),
    *("gradebook", "batch", "lms", "report", "notebook", "cli"),
)
FILES = sorted(PACKAGE.rglob("*.py"))
#: A room with more files than this holds more than one idea.
MOST_FILES = 20


def imports(path: Path) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Line, module (dotted, absolute) and names of every import of this package in a file."""
    here = ("autograder", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, module, tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ()


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "autograder" else ""


def test_the_package_consists_of_the_rooms() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(ROOMS)
    assert [path.name for path in PACKAGE.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downwards(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    if own not in ROOMS:
        return
    for line, module, names in imports(path):
        rooms = {room_of(module)} if room_of(module) else set()
        if module == "autograder":
            rooms = {name for name in names if name in ROOMS}
        above = [room for room in rooms if ROOMS.index(room) > ROOMS.index(own)]
        assert not above, f"{path.relative_to(PACKAGE)}:{line}: {own} imports {above[0]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_private_names_stay_at_home(path: Path) -> None:
    for line, module, names in imports(path):
        private = [name for name in names if name.startswith("_") and not name.startswith("__")]
        assert not private, f"{path.relative_to(PACKAGE)}:{line}: {private[0]} of {module}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for_and_fits_a_head(room: str) -> None:
    files = list((PACKAGE / room).glob("*.py"))
    assert len(files) <= MOST_FILES, f"{len(files)} files in one room"
    words = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text()))
    assert words, "no word on what the room is for"


def test_the_engine_imports_no_course() -> None:
    for path in FILES:
        for line, module, _ in imports(path):
            assert not module.startswith("rnn_course"), f"{path}:{line}"
