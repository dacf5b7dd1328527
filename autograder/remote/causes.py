"""Why something ended: a closed set of causes for programs, and their words for people.

Whoever counts, compares or decides reads the cause; the words may change with every version.
The set is here because a link that gives no answer, in this room, is the lowest thing that has
to say why; the judge, the kernels and grading say it in the same terms.
"""

from collections.abc import Iterable
from enum import StrEnum


class Cause(StrEnum):
    """Why a cell, a program or a submission did not end well."""

    # what the implementation under test did
    WRONG = "wrong"
    RAISED = "raised"
    NOT_WRITTEN = "not-written"
    SIDE_EFFECT = "side-effect"
    REMEMBERS = "remembers"
    FORBIDDEN = "forbidden"
    DOUBTFUL = "doubtful"
    # limits
    CELL_TIME = "cell-time-limit"
    PROGRAM_TIME = "program-time-limit"
    SUBMISSION_TIME = "submission-time-limit"
    OUT_OF_MEMORY = "out-of-memory"
    PRINTED_TOO_MUCH = "printed-too-much"
    RETURNED_TOO_MUCH = "returned-too-much"
    # the kernel
    KERNEL_DIED = "kernel-died"
    KERNEL_DIED_OFTEN = "kernel-died-often"
    KERNEL_DID_NOT_START = "kernel-did-not-start"
    NO_ANSWER = "no-answer"
    FORGED_ANSWER = "forged-answer"
    # the submitted file
    UNREADABLE = "unreadable"
    CHANGED_CELLS = "changed-cells"
    PUT_RIGHT = "put-right"
    OTHER_VERSION = "other-version"
    GIVEN_RAISED = "given-raised"


#: What a person reads, with a place for what only the moment knows. A cause without a template is
#: said where it is found: an exception, a wrong value and a file each have words of their own.
WORDS: dict[Cause, str] = {
    Cause.NOT_WRITTEN: "not written yet",
    Cause.CELL_TIME: "stopped after {seconds:g} s, the time limit of a cell",
    Cause.PROGRAM_TIME: "stopped: it took longer than the time limit",
    Cause.SUBMISSION_TIME: "not run: the time limit of a submission is used up",
    Cause.OUT_OF_MEMORY: "out of memory: it raised an exception that the kernel could not show",
    Cause.PRINTED_TOO_MUCH: "stopped: it printed more than {kib} KiB",
    Cause.RETURNED_TOO_MUCH: "too much came back in one test: {detail}",
    Cause.KERNEL_DIED: "the kernel died: the code ended its own process or ran out of memory",
    Cause.KERNEL_DIED_OFTEN: "not run: the kernel died {times} times before",
    Cause.KERNEL_DID_NOT_START: "the kernel did not start",
    Cause.NO_ANSWER: "the kernel does not answer: it is busy or broken",
    Cause.FORGED_ANSWER: "no unchanged kernel answers like this ({detail})",
}


def cause_of(exceptions: Iterable[str]) -> Cause:
    """The cause where the code raised, by the names of its exception's classes, nearest first."""
    names = list(exceptions)
    if names[:1] == ["NotImplementedError"]:
        return Cause.NOT_WRITTEN
    return Cause.OUT_OF_MEMORY if "MemoryError" in names else Cause.RAISED


def words(cause: Cause, **details: object) -> str:
    """The words of a cause, with what only the moment knows."""
    return WORDS[cause].format(**details)
