"""Whether two runs of one program gave the same: a student's and the reference's or a mistake's."""

from dataclasses import replace

from .difference import Difference, difference
from .gradients import gradient_difference
from .programs import Outcome, OutcomeStatus, Program


def disagreement(program: Program, found: Outcome, right: Outcome) -> Difference | None:
    """The first difference between what two runs returned, in the smallest case that has one."""
    if len(program.cases) == 1:
        pairs = [(program.cases[0], found.value, right.value)]
    else:
        pairs = list(zip(program.cases, found.value, right.value, strict=True))
    for case, one, other in pairs:
        ask = replace(program.ask, dtype=True) if case.dtype else program.ask
        fault = (
            gradient_difference(one, other, ask) if case.gradients else difference(one, other, ask)
        )
        if fault is not None:
            return replace(fault, what=f"{case.words}{fault.what}")
    return None


def agree(program: Program, student: Outcome, mistake: Outcome) -> bool:
    """Whether two runs gave the same: the returned values, or all that came back on the way."""
    if student.status != mistake.status:
        return False
    if student.status is OutcomeStatus.OFFENDS and student.kind != mistake.kind:
        return False
    if student.status in (OutcomeStatus.VALUE, OutcomeStatus.OFFENDS):
        return disagreement(program, student, mistake) is None
    if student.kind != mistake.kind or len(student.record) != len(mistake.record):
        return False
    if student.status is OutcomeStatus.RAISED and student.whole != mistake.whole:
        return False
    return difference(list(student.record), list(mistake.record), program.ask) is None
