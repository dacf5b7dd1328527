"""One program's requests on the implementation's side: its objects, and how it is served."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from . import wire
from .effects import Effect
from .packing import is_tensor


@dataclass(frozen=True)
class Wishes:
    """How a program wants its calls to be made.

    Attributes
    ----------
    elsewhere : tensors and models are on a device that is not the CPU
    gradients : after every call, the gradient of its results with respect to its arguments is kept
    """

    elsewhere: bool = False
    gradients: bool = False


@dataclass
class Conversation:
    """What one program's requests have made here.

    Attributes
    ----------
    objects : what the judge knows by number
    effects : what was left behind, in order, each once
    states : of the global generators, while another conversation goes on
    gradients : of each call, by argument
    """

    wishes: Wishes = field(default_factory=Wishes)
    objects: dict[int, Any] = field(default_factory=dict)
    effects: dict[tuple[str, str], None] = field(default_factory=dict)
    gradients: list[dict[str, Any]] = field(default_factory=list)
    states: Any = None

    def restart(self, wishes: Wishes) -> None:
        """Begin anew, with other wishes."""
        self.wishes = wishes
        for made in (self.objects, self.effects, self.gradients):
            made.clear()

    def keep(self, value: Any) -> wire.Reference:
        """Remember an object, and give it the next number."""
        number = len(self.objects) + 1
        self.objects[number] = value
        return wire.Reference(number, type(value).__name__[:80])

    def resolve(self, value: Any) -> Any:
        """A value of the wire as this conversation wants it."""
        if isinstance(value, wire.Reference):
            return self.objects[value.number]
        if isinstance(value, list | tuple):
            return type(value)(map(self.resolve, value))
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if self.wishes.elsewhere and is_tensor(value):
            from .device import put

            return put(value)
        return value

    @contextmanager
    def place(self) -> Iterator[None]:
        """Where requests are served: on the other device, if that is wished."""
        if self.wishes.elsewhere:
            from .device import a_device

            with a_device():
                yield
        else:
            with nullcontext():
                yield

    def settle(self, value: Any) -> Any:
        """What a request gave, as this conversation wants it; a result on the CPU is noted."""
        if not self.wishes.elsewhere:
            return value
        from .device import Elsewhere, move

        if callable(getattr(value, "modules", None)) and callable(getattr(value, "to", None)):
            return move(value)
        for number, tensor in enumerate(_tensors(value), 1):
            if not isinstance(tensor, Elsewhere) and tensor.dim():
                self.effects[Effect.DEVICE, f"result {number}"] = None
        return value

    def call(self, target: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Make a call, and keep its gradients if that is wished."""
        if not self.wishes.gradients:
            return target(*args, **kwargs)
        from .gradients import call_with_gradients

        value, gradients = call_with_gradients(target, args, kwargs)
        self.gradients.append(gradients)
        return value


def _tensors(value: Any) -> Iterator[Any]:
    if is_tensor(value):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
