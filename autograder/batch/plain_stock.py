"""What stock nbgrader gives a plain notebook: run as its autograde does, scored by its own rule.

The notebook's code runs with the rights of whoever calls this: only what the course's own authors
have written may, in a process of its own that can be ended.
"""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..course.cells import marking

#: What nbgrader does not copy to where a notebook runs, and notebooks, which nothing there reads.
LEFT_OUT = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__", "*.pyc")
#: The most of what a cell raised that is kept.
ERROR_LIMIT = 500


@dataclass(frozen=True)
class StockScore:
    """What stock nbgrader gives a graded cell.

    Attributes
    ----------
    score : its points; None where a person marks it, or where nbgrader could not grade at all
    points : the most that it could get
    error : what the cell raised or wrote to standard error, or why nothing could be graded
    """

    score: float | None
    points: float
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether it has every point."""
        return self.score is not None and self.score >= self.points and not self.error


def stock_scores(notebook: Any, folder: Path, seconds: float) -> dict[str, StockScore]:
    """Run a notebook as stock nbgrader would, and score its graded cells.

    Parameters
    ----------
    notebook : what nbgrader would run: for a stub the notebook as it is graded, for the
        reference what ``with_solutions`` gives; it is not changed
    folder : holds the files that stand beside the notebook; it runs in a copy
    seconds : how long one cell may take; it is interrupted then, as nbgrader does

    Returns
    -------
    dict
        By nbgrader's id of the cell, in the notebook's order.
    """
    with tempfile.TemporaryDirectory(prefix="stock-") as place:
        beside = Path(place) / "notebook"
        shutil.copytree(folder, beside, ignore=LEFT_OUT, symlinks=True)
        try:
            ran = _run(notebook, beside, seconds)
        except Exception as error:  # a kernel that is missing or dies: no cell has a grade
            why = _line(type(error).__name__, str(error))
            return {
                role.grade_id: StockScore(None, role.points, why)
                for role in map(marking, notebook.cells)
                if role.grade
            }
    return {
        role.grade_id: _score(cell)
        for role, cell in zip(map(marking, ran.cells), ran.cells, strict=True)
        if role.grade
    }


def with_solutions(graded: Any, lesson: Any) -> Any:
    """The reference as a submission: the notebook that is graded, with its author's answers.

    Parameters
    ----------
    graded : solutions cleared, hidden tests in and generated tests written out
    lesson : the notebook as its author wrote it
    """
    own = {
        role.grade_id: cell
        for role, cell in zip(map(marking, lesson.cells), lesson.cells, strict=True)
    }
    made = copy.deepcopy(graded)
    for cell in made.cells:
        role = marking(cell)
        if role.solution and role.grade_id in own:
            cell.source = own[role.grade_id].source
    return made


def _run(notebook: Any, folder: Path, seconds: float) -> Any:
    """The notebook with what its cells put out."""
    from nbgrader.preprocessors import Execute

    ran = copy.deepcopy(notebook)
    ran.metadata["kernelspec"] = {**ran.metadata.get("kernelspec", {}), "name": _kernel(ran)}
    execute = Execute(timeout=max(1, round(seconds)))
    execute.preprocess(ran, {"metadata": {"path": str(folder)}})
    return ran


def _kernel(notebook: Any) -> str:
    """The name of the kernel that runs a notebook: this machine's for Python of any other name."""
    from jupyter_client.kernelspec import KernelSpecManager

    spec = notebook.metadata.get("kernelspec", {})
    name = str(spec.get("name") or "python3")
    language = spec.get("language") or notebook.metadata.get("language_info", {}).get("name")
    known = name in KernelSpecManager().find_kernel_specs()
    return name if known or language not in (None, "", "python") else "python3"


def _score(cell: Any) -> StockScore:
    from nbgrader.utils import determine_grade

    error = next(_errors(cell), "")
    try:
        score, points = determine_grade(cell)
    except (KeyError, ValueError) as refused:  # a partial grade that nbgrader refuses
        return StockScore(None, marking(cell).points, _line(type(refused).__name__, str(refused)))
    return StockScore(score, points, error)


def _errors(cell: Any) -> Iterator[str]:
    """What costs a cell its points: what it raised, or wrote to standard error."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            yield _line(output.ename, output.evalue)
        elif output.output_type == "stream" and output.name == "stderr":
            yield _line("stderr", output.text)


def _line(kind: str, text: str) -> str:
    return f"{kind}: {' '.join(text.split())}".rstrip(": ")[:ERROR_LIMIT]
