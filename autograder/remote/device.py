"""A device that is not the CPU, for machines that have none: real numbers, foreign place.

Tensors on it answer as tensors on a GPU do: they do not mix with tensors of the CPU, and NumPy
cannot read them. The numbers are computed on the CPU. So code that makes a tensor without asking
where its arguments are fails here as it would there. The device is called "meta", since PyTorch
refuses the name of a device whose library it was not built with.

After the wrapper subclasses of PyTorch's documentation on ``__torch_dispatch__``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
SET_DATA = torch.Tensor.data.__set__
INDEXING = (torch.Tensor.__getitem__, torch.Tensor.__setitem__)
MIXED = (
    "Expected all tensors to be on the same device, but found at least two devices: the one of the "
    "arguments, and cpu"
)
NO_NUMPY = (
    "can't convert a tensor of another device than the CPU to numpy. Use Tensor.cpu() to copy the "
    "tensor to host memory first."
)
LENGTHS = "'lengths' argument should be a 1D CPU int64 tensor, but it is on another device"
INDICES = "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
GENERATOR = "Expected a generator of the tensors' device but found one of the cpu"
#: Operations that may take a tensor of the CPU beside one of the device.
ACROSS = {
    *("copy_", "_to_copy"),
    *("_pack_padded_sequence", "_pack_padded_sequence_backward", "_pad_packed_sequence"),
}
#: Those whose indices may be on the CPU, where what they index is on the device.
INDEXED = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index"}
#: Those of several results of which only the first is on the device.
FIRST_ONLY = {"_pack_padded_sequence", "_pad_packed_sequence"}


class Elsewhere(torch.Tensor):  # type: ignore[misc]
    """A tensor that says it is on the device; ``held`` has its numbers, on the CPU."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> "Elsewhere":
        tensor: Elsewhere = torch.Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=DEVICE,
            requires_grad=held.requires_grad,
        )
        tensor.held = held.detach()
        return tensor

    def __repr__(self, *, tensor_contents: object = None) -> str:
        return f"{self.held!r} on {DEVICE}"

    def __format__(self, form: str) -> str:
        return format(self.held, form) if self.dim() == 0 else repr(self)

    def tolist(self) -> Any:
        return self.held.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError(NO_NUMPY)

    __array__ = numpy

    @classmethod
    def __torch_dispatch__(
        cls, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _run(operation, args, kwargs or {})


class _Made(TorchDispatchMode):  # type: ignore[misc]
    """Makes tensors elsewhere that are asked for elsewhere."""

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _run(operation, args, kwargs or {})


class _FromData(TorchFunctionMode):  # type: ignore[misc]
    """Takes what reaches no operation: lists and numbers, `tensor.data = …`, lazy parameters."""

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if function == SET_DATA and isinstance(args[0], Elsewhere):
            function(*args)
            args[0].held = fetch(args[1]).detach()
            return None
        if function in INDEXING and isinstance(args[0], Elsewhere):
            args = (args[0], _index(args[1]), *args[2:])
        if function is torch.Tensor.to and isinstance(args[0], UninitializedParameter):
            return args[0]  # `move` sees to it once it is initialised
        if function in (torch.tensor, torch.as_tensor, torch.asarray, torch.Tensor.new_tensor):
            own = args[0] if function is torch.Tensor.new_tensor else None
            device = kwargs.get("device") or getattr(own, "device", None)
            data = args[-1] if args else kwargs.get("data")
            foreign = device is not None and torch.device(device).type == DEVICE.type
            if foreign and not isinstance(data, torch.Tensor):
                dtype = kwargs.get("dtype") or getattr(own, "dtype", None)
                made = put(torch.tensor(tree_map(fetch, data), dtype=dtype))
                return made.requires_grad_(bool(kwargs.get("requires_grad")))
            if args and isinstance(data, list | tuple):
                args = (*args[:-1], tree_map(fetch, data))
        return function(*args, **kwargs)


def _index(index: Any) -> Any:
    """An index whose lists, ranges and arrays are tensors of the CPU.

    PyTorch would make them of the device, whose memory is nowhere.
    """
    if isinstance(index, tuple):
        return tuple(map(_index, index))
    if isinstance(index, np.generic):
        return index.item()
    made = isinstance(index, list | range | np.ndarray)
    if not made or any(isinstance(one, Elsewhere) for one in tree_leaves(index)):
        return index
    if not len(index):
        return torch.zeros(0, dtype=torch.long)
    return torch.as_tensor(index if isinstance(index, np.ndarray) else list(index))


@contextmanager
def a_device() -> Iterator[torch.device]:
    """A device for tensors to be on; ``tensor.to(device)`` puts them there."""
    with _Made(), _FromData():
        yield DEVICE


def put(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor with these numbers on the device."""
    return tensor if isinstance(tensor, Elsewhere) else Elsewhere(tensor.detach().clone())


def move(model: Any) -> Any:
    """A model, all of it on the device; layers of unknown size go there before their first call."""
    for layer in model.modules():
        if isinstance(layer, LazyModuleMixin) and layer.has_uninitialized_params():
            layer.register_forward_pre_hook(lambda one, given: one.to(DEVICE) and None)
    return model.to(DEVICE)


def fetch(value: Any) -> Any:
    """The numbers of a tensor on the device; anything else as it is."""
    return value.held if isinstance(value, Elsewhere) else value


def _run(operation: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Compute on the CPU what is asked for elsewhere, and refuse to mix."""
    name = operation.overloadpacket.__name__
    asked = kwargs.get("device")
    asked = torch.device(asked) if asked is not None else None
    tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor)]
    away = any(isinstance(one, Elsewhere) for one in tensors)
    in_place = name.endswith("_") and not name.endswith("__")
    if away:
        _refuse_to_mix(name, in_place, args, tensors)
    if name == "_pack_padded_sequence" and isinstance(args[1], Elsewhere):
        raise RuntimeError(LENGTHS)
    if asked is not None:
        away = asked.type == DEVICE.type
    if away and any(isinstance(one, torch.Generator) for one in (*args, *kwargs.values())):
        raise RuntimeError(GENERATOR)
    if asked is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    result = operation(*tree_map(fetch, args), **tree_map(fetch, kwargs))
    if in_place and args and isinstance(args[0], Elsewhere):
        if torch.Tag.inplace_view in operation.tags:
            with no_dispatch():  # the wrapper takes the new shape as well
                operation(*args, **kwargs)
        return args[0]
    if away and name in FIRST_ONLY:
        return (_wrapped(result[0]), *result[1:])
    return tree_map(_wrapped, result) if away else result


def _refuse_to_mix(name: str, in_place: bool, args: Any, tensors: list[Any]) -> None:
    """Raise where an operation on the device takes what is on the CPU, as a GPU's would."""
    if name in ACROSS:
        return
    if name in INDEXED:
        if not isinstance(args[0], Elsewhere):
            raise RuntimeError(INDICES)
        tensors = [one for one in args[2:3] if isinstance(one, torch.Tensor)]
    if any(_is_here(one) for one in tensors):
        raise RuntimeError(MIXED)
    if in_place and isinstance(args[0], torch.Tensor) and not isinstance(args[0], Elsewhere):
        raise RuntimeError(MIXED)  # a number of the CPU may be read, but not written


def _is_here(tensor: Any) -> bool:
    """Whether a tensor is on the CPU and counts: a number without axes may be anywhere."""
    return not isinstance(tensor, Elsewhere) and tensor.dim() > 0


def _wrapped(value: Any) -> Any:
    plain = isinstance(value, torch.Tensor) and not isinstance(value, Elsewhere)
    return Elsewhere(value) if plain else value
