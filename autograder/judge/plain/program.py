"""Plain asserts among a week's hidden programs: a cell's text, run as one program."""

import time

from ...remote.causes import Cause, cause_of
from ...remote.messages import told, told_kind
from ...remote.proxy import Link
from ..programs import Outcome, OutcomeStatus
from . import Step
from .apart import examining


def run_asserts(text: str, link: Link, seconds: float) -> Outcome:
    """Run a cell of plain asserts on the implementation behind ``link``.

    Objects of the implementation's own decide nothing here: a program that wants them to uses
    `compare` or `verify`.
    """
    start = time.monotonic()
    with examining() as apart:
        verdict = apart.test(text, lambda: link, seconds, frozenset())
    took = time.monotonic() - start
    failed = next((step for step in verdict.steps if step.status == "failed"), None)
    if failed is None:
        return Outcome(OutcomeStatus.VALUE, seconds=took)
    checks = [step for step in verdict.steps if step.checks]
    place = f"check {checks.index(failed) + 1} of {len(checks)}" if failed in checks else "a line"
    return _outcome(failed, place, took)


def _outcome(step: Step, place: str, took: float) -> Outcome:
    whole = f"line {step.line}: {step.text}: {step.kind}: {step.message}"[:600]
    if step.cause not in (None, Cause.WRONG, Cause.RAISED, Cause.NOT_WRITTEN):
        status, message, kind = OutcomeStatus.LOST, step.message, ""
        cause: Cause | None = step.cause
    else:
        kind, words = told_kind([step.kind]), told(step.message)
        message = f"{kind}: {words}" if words else kind
        status, cause = OutcomeStatus.RAISED, cause_of([step.kind])
        if not step.theirs and step.kind != "NameError":
            more = f" ({message})" if kind != "AssertionError" else ""
            status, cause, message = (
                OutcomeStatus.FAILED,
                Cause.WRONG,
                f"{place} does not hold{more}",
            )
    return Outcome(status, cause=cause, message=message, kind=kind, whole=whole, seconds=took)
