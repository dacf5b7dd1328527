"""What ends a statement of a test cell, and is nobody's exception."""

from ...remote.causes import Cause

#: What a student reads who gives an object where the reference gives a value.
OWN_CLASS = "the result is an object of its own class, where a plain value was expected"


class Refused(BaseException):
    """An object of the student's would decide what the reference leaves to the test."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{OWN_CLASS} ({word})")


class Lost(BaseException):
    """No answer came from the kernel, or none that could be read; no ``except`` goes on with it."""

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class Timeout(BaseException):
    """The time of a cell is used up."""
