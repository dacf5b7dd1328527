"""What nbgrader's generator reads at a course's root: headers, footers, templates of tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from ...course.errors import CourseError
from ...course.paths import SOLUTIONS
from ..plain.metadata import faults
from ..plain.percent import open_notebook
from .places import FoundCourse

AUTOTESTS = "autotests.yml"
#: How a line of a comment begins in languages whose answers nbgrader cannot clear by itself.
COMMENTS = {"java": "//", "c++": "//", "c": "//", "javascript": "//", "sql": "--", "haskell": "--"}
Kept = dict[str, dict[str, Any]]


def copy_headers(found: FoundCourse, solutions: Path, root: Path) -> tuple[Kept, list[str]]:
    """Copy what the course's settings name; the settings that hold here, and what is to be said.

    Parameters
    ----------
    solutions, root : folders of the new course
    """
    kept, notes = found.settings.kept, []
    include = kept.get("IncludeHeaderFooter", {})
    for part in ("header", "footer"):
        name = include.pop(part, "")
        if not name:
            continue
        try:
            copied = _copy_notebook(found.root / str(name), solutions, part)
        except CourseError as error:
            notes.append(f"the {part} of all notebooks was left out: {error}")
            continue
        include[part] = f"{SOLUTIONS}/{copied}"
    templates = kept.get("InstantiateTests", {}).get("autotest_filename") or AUTOTESTS
    path = found.root / str(templates)
    if path.is_file() and path.resolve().is_relative_to(found.root):
        target = root / str(templates)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return {name: values for name, values in kept.items() if values}, notes


def _copy_notebook(path: Path, solutions: Path, part: str) -> str:
    notebook = open_notebook(path)
    wrong = [str(fault) for fault in faults(notebook)]
    if wrong:
        raise CourseError(f"{path}: {'; '.join(wrong)}")
    for cell in notebook.cells:  # they stand beside the cells of a notebook
        cell.id = f"{part}-{cell.id}"[:64]
    solutions.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, solutions / path.name)
    return path.name


def with_stubs(
    kept: Mapping[str, Mapping[str, Any]], notebooks: list[Any]
) -> tuple[Kept, list[str]]:
    """The settings with a stub for each language that nbgrader has none for."""
    from nbgrader.preprocessors import ClearSolutions

    found: Kept = {name: dict(values) for name, values in kept.items()}
    stubs = dict(found.get("ClearSolutions", {}).get("code_stub") or ClearSolutions().code_stub)
    languages = {
        str((node.metadata.get("kernelspec") or {}).get("language", "python")) for node in notebooks
    }
    lacking = sorted(languages - stubs.keys())
    if not lacking:
        return found, []
    for language in lacking:
        stubs[language] = f"{COMMENTS.get(language.lower(), '#')} YOUR CODE HERE"
    found.setdefault("ClearSolutions", {})["code_stub"] = stubs
    return found, [
        f"nbgrader has no stub for {', '.join(lacking)}; a comment stands in students' notebooks "
        "in place of a solution (course.yml, nbgrader.ClearSolutions.code_stub)"
    ]
