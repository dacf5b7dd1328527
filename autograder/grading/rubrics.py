"""Rubrics beside the answers of a graded notebook; pages for students leave them out."""

from typing import Any

import nbformat.v4

from ..authoring.rubric import for_graders, split_rubric
from ..authoring.source import Source
from ..course.cells import marking
from .sanitise import OWN

#: What the metadata of such a cell holds under ``OWN``.
MARK = "rubric"


def put_rubrics(notebook: Any, source: Source) -> None:
    """Put each question's rubric below its answer, where the formgrader shows it."""
    rubrics = {cell.name: split_rubric(cell.text)[1] for cell in source.of("question")}
    cells: list[Any] = []
    for cell in notebook.cells:
        cells.append(cell)
        name = marking(cell).grade_id
        if cell.cell_type == "markdown" and rubrics.get(name):
            node = nbformat.v4.new_markdown_cell(for_graders(rubrics[name]))
            node.id = f"rubric-{name}".replace("_", "-")[:64]
            node.metadata = nbformat.from_dict(
                {OWN: {MARK: name}, "editable": False, "deletable": False}
            )
            cells.append(node)
    notebook.cells = cells
