"""The global random generators of a process: Python's, NumPy's and torch's."""

import random
import sys
from hashlib import blake2b
from typing import Any

import numpy as np


def seed_generators(seed: int) -> None:
    """Seed every global generator."""
    random.seed(seed)
    np.random.seed(seed)
    torch = _torch()
    if torch is not None:
        # torch.manual_seed would write down the whole stack for every kind of device
        torch.default_generator.manual_seed(seed)
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed_all(seed)


def states() -> tuple[Any, ...]:
    """The state of each, to be set again."""
    torch = _torch()
    own = (random.getstate(), np.random.get_state())
    return own if torch is None else (*own, torch.default_generator.get_state())


def set_states(saved: tuple[Any, ...]) -> None:
    """Set the states that `states` gave."""
    random.setstate(saved[0])
    np.random.set_state(saved[1])
    torch = _torch()
    if torch is not None and len(saved) > 2:
        torch.default_generator.set_state(saved[2])


def digests() -> list[str]:
    """A digest of the state of each."""
    python, numpy, *torch = states()
    keys = numpy[1].tobytes()  # printed, the middle of an array is left out
    parts = [f"{hash(python[1])} {python[2]}".encode(), keys + repr(numpy[2:]).encode()]
    parts += [state.numpy().tobytes() for state in torch]
    return [blake2b(part, digest_size=8).hexdigest() for part in parts]


def _torch() -> Any:
    """torch, where it has been imported to its end."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and hasattr(torch, "default_generator") else None
