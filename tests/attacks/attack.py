"""An attack as data: what is submitted, and the most that it may gain."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """One hostile submission of the target week.

    Attributes
    ----------
    name : what it tries, in a few words
    code : stands in the cell of the attacked exercise, ``rnn_step``; the other is honest.
        ``@SECRET@``, ``@HOME@``, ``@OTHER@``, ``@GRADEBOOK@``, ``@SOURCE@``, ``@PORT@``,
        ``@ABSTRACT@``, ``@GRADER@`` and ``@LAUNCHER@`` (process ids) become what they are then
    tamper : changes the tree of the notebook instead, or as well
    allowed : the most points that the attacked exercise may earn
    spares : whether the honest exercise beside it must keep its points
    full : whether only the level "full" of the sandbox holds it off
    absent : texts that must not stand in any output of the graded notebook
    stock : whether the measurement of stock nbgrader runs it
    limits : limits of this attack's kernel other than the usual ones
    """

    name: str
    code: str = ""
    tamper: Callable[[Tree], None] | None = None
    allowed: float = 0.0
    spares: bool = True
    full: bool = False
    absent: tuple[str, ...] = ()
    stock: bool = False
    limits: dict[str, Any] = field(default_factory=dict)
    family: str = ""


def own_cell(text: str, kind: str = "code") -> Tree:
    """A cell as a student adds one."""
    cell: Tree = {"cell_type": kind, "id": "mine", "metadata": {}, "source": text}
    return cell | {"outputs": [], "execution_count": None} if kind == "code" else cell
