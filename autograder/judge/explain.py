"""What is wrong with an implementation that raised, for the student."""

from ..remote.causes import Cause, words
from .difference import Difference
from .programs import Outcome


def _is_own(outcome: Outcome) -> bool:
    """Whether the student's code raised it by a statement of its own.

    Then the type and the line say all, and the message is left out: whoever finds in a frame what
    the judge asks could have it printed that way.
    """
    line = outcome.where.partition(": ")[2]
    return line.startswith(("raise ", "raise(", "assert ", "assert("))


def explain(outcome: Outcome) -> Difference:
    """An exception of the implementation, as a rationale and a help."""
    if outcome.cause is Cause.NOT_WRITTEN:
        return Difference(words(outcome.cause), "Replace the line that raises NotImplementedError.")
    text = f"raised {outcome.kind if _is_own(outcome) else outcome.message}"
    if outcome.where:
        text += f" (in {outcome.where})"
    match outcome.kind:
        case "NameError" if outcome.help:
            help = outcome.help
        case "NameError" if outcome.where:
            help = "The function uses a name that it does not know: make it from its arguments."
        case "NameError":
            help = "Is the name spelled as in the exercise, and did its cell run without an error?"
        case "TypeError" if "not callable" in outcome.message:
            help = "A name that should be a function or a class is something else here."
        case "TypeError" if "argument" in outcome.message:
            help = "Compare the parameters with the signature in the exercise."
        case "ValueError" | "RuntimeError" if (
            "shape" in outcome.message or "dim" in outcome.message
        ):
            help = "Write each operand's shape beside the line, then look for the axis that is off."
        case "RecursionError":
            help = "It calls itself without end: which call should be the last, and does each come "
            help += "nearer to it?"
        case _:
            help = "Call it with small arrays in a cell of your own and read the traceback."
    return Difference(text, help)
