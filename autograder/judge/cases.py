"""The cases of one program: sizes, element types, another device, gradients.

An author writes one program and asks for cases in a word; the judge runs it once for each.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..remote.packing import is_tensor

#: Sizes that are all different, in either order: what is mistaken for what shows.
ASCENDING = (2, 3, 4, 5, 6, 7, 8, 9)
TYPES = ("float64", "float32")


@dataclass(frozen=True)
class Sweep:
    """What a program asks for.

    Attributes
    ----------
    sizes : names of the sizes that it takes as keywords
    dtypes : whether floating-point arguments come in 64 and in 32 bits
    device : whether tensors and models are on a device that is not the CPU
    gradients : whether the gradients of its calls are compared
    """

    sizes: tuple[str, ...] = ()
    dtypes: bool = False
    device: bool = False
    gradients: bool = False


@dataclass(frozen=True)
class Case:
    """One run of a program: with these sizes, this type, there.

    ``words`` say it to the student; empty where there is nothing to say.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    dtype: str = ""
    elsewhere: bool = False
    gradients: bool = False

    @property
    def words(self) -> str:
        parts = [f"{name} = {size}" for name, size in self.sizes.items()]
        if self.dtype:
            parts.append(f"{self.dtype} arguments")
        if self.elsewhere:
            parts.append("its arguments on a device that is not the CPU")
        return f"with {', '.join(parts)}: " if parts else ""

    def cast(self, value: Any) -> Any:
        """A value that goes to the implementation, its floating-point numbers in this type."""
        if not self.dtype:
            return value
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return value.astype(self.dtype)
        if is_tensor(value) and value.is_floating_point():
            import torch

            return value.to(getattr(torch, self.dtype))
        if type(value) in (list, tuple):
            return type(value)(map(self.cast, value))
        if type(value) is dict:
            return {key: self.cast(item) for key, item in value.items()}
        return value


def cases(sweep: Sweep) -> tuple[Case, ...]:
    """The cases that a program asks for, the smallest first; one plain case for no sweep."""
    every_size = size_cases(sweep.sizes)
    usual = dict(zip(sweep.sizes, ASCENDING, strict=False))
    found = [Case(sizes) for sizes in every_size] if sweep.sizes else []
    if sweep.dtypes:
        found += [Case(usual, dtype) for dtype in TYPES]
    if sweep.gradients:
        found.append(Case(usual, gradients=True))
    if sweep.device and not found:
        found.append(Case())  # what is wrong everywhere is not the device's fault
    if sweep.device:
        found.append(Case(usual, elsewhere=True))
    return tuple(found) if found else (Case(),)


def size_cases(names: tuple[str, ...]) -> list[dict[str, int]]:
    """Sizes that tell one axis from another, and those at which mistakes hide.

    All 1, each alone 1, all alike, all different in either order; the smallest first.
    """
    if not names:
        return []
    usual = dict(zip(names, ASCENDING, strict=False))
    found = [
        dict.fromkeys(names, 1),
        dict.fromkeys(names, 3),
        usual,
        dict(zip(names, reversed(tuple(usual.values())), strict=True)),
        *({**usual, name: 1} for name in names),
    ]
    unique = {tuple(sizes.items()): sizes for sizes in found}
    return sorted(unique.values(), key=lambda sizes: sum(sizes.values()))
