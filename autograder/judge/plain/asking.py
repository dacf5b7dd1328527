"""What handles, classes and readers need of the conversation that they belong to."""

from collections.abc import Callable
from typing import Any, Protocol

from ...remote.causes import Cause
from .faults import Lost


class Asking(Protocol):
    """A conversation with one kernel, see ``talk.Talk``.

    ``kinds``, ``lender`` and ``receiver`` are its parts, each of which belongs to one conversation.
    """

    kinds: Any
    lender: Any
    receiver: Any
    allowed: frozenset[str] | None
    decided: set[str]
    most: int
    received: int
    typing: Callable[..., str]

    def ask(self, verb: str, *values: Any) -> Any:
        """The kernel's answer."""
        ...

    def call(self, thing: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a call of the student's code gives."""
        ...

    def decide(self, word: str) -> None:
        """The kernel is to decide something; ``Refused`` where that is not its to decide."""
        ...

    def allows(self, fact: str) -> bool:
        """Whether something of the kernel's may be used, as the reference's use says."""
        ...

    def lose(self, cause: Cause, message: str) -> Lost:
        """The end of the conversation."""
        ...
