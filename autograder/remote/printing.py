"""The standard streams of a kernel, which stop a flood where it springs.

As one message a flood would be too large to be sent, and the grader would never hear of it.
"""

import sys

from ipykernel.iostream import OutStream


class Flood(BaseException):
    """A cell prints more than it may; no ``except Exception`` goes on with it."""


class Allowance:
    """How many letters the cell that runs may still print.

    While ``muted`` nothing is shown or counted: a hidden test calls what prints, and nobody reads.
    """

    def __init__(self) -> None:
        self.left = sys.maxsize
        self.exceeded = self.muted = False

    def renew(self, letters: int) -> None:
        """Begin a cell that may print so many letters."""
        self.left, self.exceeded = letters, False

    def spend(self, letters: int) -> None:
        """Count letters; ``Flood``, once a cell, where there are too many."""
        self.left -= letters
        if self.left < 0 and not self.exceeded:
            self.exceeded = True
            raise Flood("this cell prints too much")


class BoundedStream(OutStream):
    """A standard stream of ipykernel's that keeps to an allowance, once it has one.

    The kernel's application makes it (``outstream_class``), so that whoever keeps the stream's
    ``write`` keeps this one.
    """

    allowance: Allowance | None = None

    def write(self, string: str) -> int:
        """Show ``string``, or raise ``Flood``."""
        if self.allowance is not None:
            if self.allowance.muted:
                return len(string)
            self.allowance.spend(len(string))
        return super().write(string) or 0
