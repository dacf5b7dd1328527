"""One imported notebook, graded twice: where its test cells can run, and what they say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from ...authoring.importing.report import JUDGE, KERNEL
from ...course.manifest import CellPolicy
from ...grading.plain.assignment import PlainAssignment
from ...grading.plain.grade import PlainExam
from ...grading.results import TestResult
from ...judge.plain import Verdict
from ..plain_stock import StockScore, stock_scores, with_solutions
from ..worker import Worker

#: More questions to the kernel than this cost more than a second: the cell is run there instead.
MOST_ASKED = 3000
#: The longest that one notebook's cells may take together, in seconds.
SECONDS = 300.0
REFERENCE, STUB = "reference", "empty"


@dataclass(frozen=True)
class Tried:
    """What was found of one test cell.

    Attributes
    ----------
    where, why : in the judge or in the kernel, and the reason
    scores : its points, of the author's solution and of the empty notebook
    passes : whether they pass
    fault : why the author's solution fails
    """

    where: str
    why: str
    scores: Mapping[str, float]
    passes: Mapping[str, bool]
    fault: str = ""


@dataclass(frozen=True)
class Trial:
    """What was found of one notebook, by its cells' ids; ``stock`` only where it was asked for."""

    cells: Mapping[str, Tried]
    stock: Mapping[tuple[str, str], StockScore]


def try_notebook(
    worker: Worker, assignment: PlainAssignment, known: Mapping[str, str], files: Path | None
) -> Trial:
    """Grade a notebook's own solution and its empty form.

    Parameters
    ----------
    known : the cells that have to run in the kernel, and why
    files : what stands beside the notebook, where nbgrader's own verdict is asked for as well
    """
    assignment = replace(
        assignment,
        submission_seconds=min(SECONDS, assignment.submission_seconds),
        policies=tuple(
            (id, CellPolicy(run="kernel", why=why)) for id, why in sorted(known.items())
        ),
    )
    judged = _graded(worker, assignment, (REFERENCE, STUB))
    again = {
        id
        for id in judged[REFERENCE]
        if id not in known and (not _passes(judged[REFERENCE][id]) or _passes(judged[STUB][id]))
    }
    exam = worker.exams.get(assignment)
    verdicts = exam.verdicts if isinstance(exam, PlainExam) else {}
    slow = {id: one.asked for id, one in verdicts.items() if one.asked > MOST_ASKED}
    moved = _moved(assignment, {*again, *slow})
    if isinstance(exam, PlainExam):  # the rest is known: nothing is to be learned again
        worker.exams[moved] = replace(exam, assignment=moved)
    there = _graded(worker, moved, (REFERENCE, STUB)) if {*again, *slow} else judged
    cells = {}
    for id in judged[REFERENCE]:
        here = {form: results[id] for form, results in judged.items()}
        other = {form: results[id] for form, results in there.items()}
        reason = _reason(verdicts.get(id), here[REFERENCE])
        cells[id] = _decided(here, other, known.get(id, ""), slow.get(id, 0), reason, id in again)
    return Trial(cells, _stock(assignment, files) if files is not None else {})


def _graded(
    worker: Worker, assignment: PlainAssignment, forms: Iterable[str]
) -> dict[str, dict[str, TestResult]]:
    """The results of each form of a notebook, by the ids of its test cells."""
    texts = {REFERENCE: assignment.perfect(), STUB: assignment.notebook.encode()}
    ids = {assignment.key(cell.id): cell.id for cell in assignment.source.of("tests")}
    return {
        form: {
            ids[test.cell]: test
            for test in worker.grade(assignment, texts[form], another=form == REFERENCE).tests
        }
        for form in forms
    }


def _moved(assignment: PlainAssignment, cells: set[str]) -> PlainAssignment:
    """The same, with these cells run in the kernel."""
    policies = {**dict(assignment.policies), **{id: CellPolicy(run="kernel") for id in cells}}
    return replace(assignment, policies=tuple(sorted(policies.items())))


def _decided(
    here: Mapping[str, TestResult],
    there: Mapping[str, TestResult],
    known: str,
    asked: int,
    reason: str,
    again: bool,
) -> Tried:
    """Where a cell is to run, from its results with the judge and in the kernel."""
    where, why, used, fault = JUDGE, "", here, ""
    reference = here[REFERENCE]
    if known:
        where, why = KERNEL, known
    elif again and not _passes(reference) and _passes(there[REFERENCE]):
        where, why, used = KERNEL, f"not in the judge: {reason}", there
    elif again and _passes(here[STUB]) and not _passes(there[STUB]):
        where, why, used = KERNEL, "an empty answer would pass in the judge", there
    elif asked and _passes(there[REFERENCE]):
        where, why, used = KERNEL, f"asks the student's code {asked:,} times", there
    if not _passes(used[REFERENCE]):
        fault = reason if where == JUDGE else _first(used[REFERENCE])
    return Tried(
        where,
        why[:200],
        {form: test.earned for form, test in used.items()},
        {form: _passes(test) for form, test in used.items()},
        fault[:200],
    )


def _reason(verdict: Verdict | None, reference: TestResult) -> str:
    """Why the author's solution fails in the judge, in one line."""
    failed = [step for step in verdict.steps if step.status == "failed"] if verdict else []
    if not failed:
        return _first(reference)
    step = failed[0]
    words = ": ".join(filter(None, (step.kind, step.message)))
    return " ".join(f"`{step.text}`: {words or 'it does not hold'}".split())


def _passes(test: TestResult) -> bool:
    return test.earned >= test.points and all(line.passed for line in test.programs)


def _first(test: TestResult) -> str:
    """Why a test fails, in one line."""
    failed = (line for line in test.programs if not line.passed)
    words = next((line.rationale or line.title for line in failed), "it earns less than its points")
    return " ".join(words.split())


def _stock(assignment: PlainAssignment, files: Path) -> dict[tuple[str, str], StockScore]:
    """nbgrader's own verdicts, by form and cell."""
    graded = nbformat.reads(assignment.graded, as_version=4)
    lesson = nbformat.reads(assignment.lesson, as_version=4)
    seconds = assignment.limits.cell_seconds
    forms = {REFERENCE: with_solutions(graded, lesson), STUB: graded}
    return {
        (form, id): score
        for form, notebook in forms.items()
        for id, score in stock_scores(notebook, files, seconds).items()
    }
