"""The gradients of a call: of its results, weighted, with respect to its arguments."""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from .packing import is_tensor


def call_with_gradients(
    target: Callable[..., Any], args: Any, kwargs: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Make a call on leaves of the graph, and differentiate what it gives.

    The results are weighted by the cosines of their places, so that no two entries count alike.

    Returns
    -------
    value : what the call gave
    gradients : by the place of an argument ("0", "1.0" for a part of it, "name" of a keyword), and
        "parameter NAME" of a model; None where no gradient arrives
    """
    leaves: dict[str, torch.Tensor] = {}
    args = tuple(_leaf(value, str(place), leaves) for place, value in enumerate(args))
    kwargs = {name: _leaf(value, name, leaves) for name, value in kwargs.items()}
    model = target if isinstance(target, torch.nn.Module) else getattr(target, "__self__", None)
    if isinstance(model, torch.nn.Module):
        own = {f"parameter {name}": p for name, p in model.named_parameters() if p.requires_grad}
        leaves |= own
    with torch.enable_grad():
        value = target(*args, **kwargs)
    results = [one for one in _floats(value) if one.requires_grad]
    if not results or not leaves:
        return value, dict.fromkeys(leaves)
    total = sum(((one * _weights(one)).sum() for one in results), torch.zeros(()))
    found = torch.autograd.grad(total, list(leaves.values()), retain_graph=True, allow_unused=True)
    return value, dict(zip(leaves, found, strict=True))


def _leaf(value: Any, name: str, leaves: dict[str, torch.Tensor]) -> Any:
    """A value whose floating-point tensors are leaves that want a gradient."""
    if is_tensor(value) and value.is_floating_point():
        leaves[name] = value.detach().clone().requires_grad_()
        return leaves[name]
    if type(value) in (list, tuple):
        return type(value)(_leaf(one, f"{name}.{i}", leaves) for i, one in enumerate(value))
    return value


def _floats(value: Any) -> Iterator[torch.Tensor]:
    if is_tensor(value):
        if value.is_floating_point():
            yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _floats(one)
    elif isinstance(value, dict):
        yield from _floats(list(value.values()))


def _weights(tensor: torch.Tensor) -> torch.Tensor:
    places = torch.arange(tensor.numel(), dtype=torch.float64, device=tensor.device)
    return torch.cos(places + 1).to(tensor.dtype).reshape(tensor.shape)
