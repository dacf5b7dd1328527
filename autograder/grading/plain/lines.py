"""What the judge found in a test cell, as lines of a report and as points."""

import re
from dataclasses import replace

from ...authoring.plain.source import PlainCell
from ...judge.plain import Step, Verdict
from ...judge.result import Result
from ...remote.causes import Cause, cause_of
from ...remote.messages import told, told_kind

#: How much of an assertion's own words students read.
WORDS_LIMIT = 300
LOOK = "Try this line in a cell of your own, and compare what your code gives."


def lines(cell: PlainCell, verdict: Verdict, secret: bool) -> tuple[Result, ...]:
    """One line for each check of a test cell, and one for any other statement that failed.

    Parameters
    ----------
    secret : a hidden check has run before: of what the student's code says only known forms are
        told, as it may repeat what it was given
    """
    checks = [step for step in verdict.steps if step.checks]
    found: list[Result] = []
    because: Cause | None = None
    for number, step in enumerate(verdict.steps, 1):
        hidden = _is_hidden(cell, step)
        secret |= hidden
        if step.checks:
            place = f"{checks.index(step) + 1} of {len(checks)}"
            title = f"hidden check {place}" if hidden else f"{_word(step)} {place}: {_said(step)}"
        elif step.status == "passed":
            continue
        else:
            title = "a hidden line before the checks" if hidden else f"the line {_said(step)}"
        line = _line(f"line-{number}", title, step, hidden, secret)
        if step.status == "skipped":
            line = replace(line, cause=because)
        because = line.cause or because
        found.append(line)
    if not found:
        found.append(Result("cell", "the cell runs", 1.0, verdict.passed))
    return tuple(found)


def earned(
    cell: PlainCell, verdict: Verdict, proportion: bool, programs: tuple[Result, ...] = ()
) -> float:
    """The points of a test cell.

    As in nbgrader all or nothing, or the number that its last expression gives; or, in
    proportion, the share of its checks that pass.

    Parameters
    ----------
    programs : the programs that stand beside its checks; each is one more of them
    """
    passed = verdict.passed and all(program.passed for program in programs)
    if passed:
        if verdict.value is None or verdict.value < 0:
            return cell.points
        return float(min(cell.points, verdict.value))
    checks = [step.status == "passed" for step in verdict.steps if step.checks]
    checks += [program.passed for program in programs]
    if not proportion or not checks:
        return 0.0
    return float(round(cell.points * sum(checks) / len(checks), 6))


def _line(name: str, title: str, step: Step, hidden: bool, secret: bool) -> Result:
    if step.status == "passed":
        return Result(name, title, 1.0, True)
    if step.status == "skipped":
        rationale = "not reached: a line before it failed"
        return Result(name, title, 1.0, False, rationale, cause=Cause.WRONG)
    raised = step.theirs or step.kind == "NameError"
    cause = step.cause or Cause.WRONG
    if raised and cause is Cause.WRONG:
        cause = cause_of([step.kind])
    help = "" if hidden or cause is not Cause.WRONG else LOOK
    return Result(name, title, 1.0, False, _why(step, hidden, secret), help, cause=cause)


def _why(step: Step, hidden: bool, secret: bool) -> str:
    """What a student is told of a failed line."""
    message = " ".join(step.message.split())[:WORDS_LIMIT]
    if step.cause not in (None, Cause.WRONG, Cause.RAISED, Cause.NOT_WRITTEN):
        return message
    if step.theirs:
        kind = step.kind if not secret else told_kind([step.kind])
        words = message if not secret else told(message)
        return f"your code raised {kind}: {words}" if words else f"your code raised {kind}"
    if hidden or secret:
        words = told(message)
        return f"{told_kind([step.kind])}: {words}" if words else "this does not hold"
    if step.kind == "AssertionError":
        return message or "this does not hold"
    return f"{step.kind}: {message}" if message else step.kind


def _is_hidden(cell: PlainCell, step: Step) -> bool:
    return any(line in cell.hidden for line in range(step.line, step.last_line + 1))


def _word(step: Step) -> str:
    return "assert" if step.text.lstrip().startswith("assert") else "check"


def _said(step: Step) -> str:
    """A line's own words, without the word assert and a message behind it."""
    return re.sub(r"^assert\s*", "", step.text.strip())
