"""Whether a student's code uses what an exercise forbids, told from its text by the grader.

What a kernel says of itself can be forged; the submitted text cannot. Only what the exercise
stands on counts, so that one may compare with a library's function in a cell of one's own.
"""

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...remote.causes import Cause
from ..programs import Program
from ..result import Result
from .look import SOMEWHERE, Finding, Look
from .paths import Names, canonical
from .reach import CodeCell, Statement, parse, reached, statements

#: Longer code, in characters, is not read.
MOST = 1 << 20
HELP = "Write it yourself, from what the exercise allows; that is what it is about."


@dataclass(frozen=True)
class Inspection:
    """What an exercise's code reaches: what is forbidden, and what only a person can judge."""

    refused: tuple[Finding, ...] = ()
    doubtful: tuple[Finding, ...] = ()

    def results(self, programs: Sequence[Program]) -> tuple[Result, ...]:
        """The exercise's programs, all failed by what is forbidden."""
        first = self.refused[0]
        words = f"uses {first.what}, which the exercise forbids ({first.where})"
        return tuple(
            Result(
                program.name,
                program.title,
                program.points,
                passed=False,
                rationale=words,
                help=HELP,
                cause=Cause.FORBIDDEN,
                compares=program.compares,
            )
            for program in programs
        )


@dataclass(frozen=True)
class Code:
    """A submission's code, parsed once for all its exercises.

    Attributes
    ----------
    given : the nodes of the course's own cells, of which only what they import is used
    own : the statements of the student's cells, in order
    is_read : whether it was short enough to be read at all
    """

    given: tuple[ast.AST, ...]
    own: tuple[Statement, ...]
    is_read: bool = True


def read_code(cells: Sequence[CodeCell]) -> Code:
    """Parse all code of a submission that runs."""
    if sum(len(cell.text) for cell in cells) > MOST:
        return Code((), (), is_read=False)
    given = [one for cell in cells if cell.given for one in parse(cell.text)]
    nodes = tuple(node for one in given for node in ast.walk(one))
    names = Names()
    names.learn(nodes)
    modules = {name for name, paths in names.paths.items() if paths & names.modules}
    own = (one for cell in cells if not cell.given for one in statements(cell, modules))
    return Code(nodes, tuple(own))


def inspect(code: Code, defines: Collection[str], forbidden: Sequence[str]) -> Inspection:
    """Look at what an exercise stands on for what it forbids.

    Parameters
    ----------
    defines : the names that answer the exercise
    forbidden : dotted names, as the lesson would write them
    """
    if not code.is_read:
        return Inspection(doubtful=(Finding("too much code to be read", SOMEWHERE),))
    names = Names()
    names.learn(code.given)
    wanted = {canonical(path, names.paths): path for path in forbidden}
    names.learn(one.node for one in code.own if isinstance(one.node, ast.ImportFrom))
    looked = Look(names, wanted)
    try:
        looked.at(reached(code.own, defines))
    except RecursionError:
        looked.doubtful.append(Finding("code that is nested too deeply", SOMEWHERE))
    return Inspection(tuple(dict.fromkeys(looked.refused)), tuple(dict.fromkeys(looked.doubtful)))
