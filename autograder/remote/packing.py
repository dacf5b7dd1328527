"""Values as the header's tree of a message: plain values as they are, the rest tagged."""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

DEPTH_LIMIT = 40
ARRAY_KINDS = "biufc"
#: The element types that travel, as their little-endian names.
ELEMENTS = {np.dtype(code).newbyteorder("<").str for code in "?bhilqBHILQefdFD"}
#: A longer range stays where it is: whoever takes it for a list would fill the memory.
RANGE_LIMIT = 1 << 20
#: Tensor types that NumPy has no type for, with the NumPy type that carries their bits.
BIT_CARRIERS = {"bfloat16": "<i2"}


class WireError(Exception):
    """Bytes or a value that the wire format does not carry; the message says which."""


class Malformed(WireError):
    """Bytes that no honest sender writes."""


class TooLarge(WireError):
    """Bytes that hold more than one message may."""


@dataclass(frozen=True)
class Reference:
    """An object that stays where it lives: its number there and the name of its type."""

    number: int
    kind: str


def pack(value: Any, buffers: list[bytes], keep: Any, depth: int) -> Any:
    """The header's tree: plain values as they are, the rest as ``[tag, …]`` arrays."""
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is float:
        return value
    if kind is int:
        if -(1 << 63) <= value < 1 << 64:
            return value
        return ["i", value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)]
    if kind is str:
        try:
            value.encode()
        except UnicodeEncodeError:
            return ["s", value.encode("utf-8", "surrogatepass")]
        return value
    if depth > DEPTH_LIMIT:
        raise WireError(f"nested more than {DEPTH_LIMIT} levels deep")

    def inner(items: Any) -> list[Any]:
        return [pack(item, buffers, keep, depth + 1) for item in items]

    if kind in (bytes, bytearray):
        return ["b", bytes(value)]
    if kind is complex:
        return ["c", value.real, value.imag]
    if isinstance(value, Reference):
        return ["r", value.number, value.kind]
    if kind is list:
        return ["l", *inner(value)]
    if kind is tuple or (isinstance(value, tuple) and _is_plain_tuple(value)):
        return ["t", *inner(value)]
    if kind in (set, frozenset):
        return ["e", *inner(value)]
    if isinstance(value, dict):
        return ["d", *inner(value.keys()), *inner(value.values())]
    if kind is range and is_short(value):
        return ["g", *inner((value.start, value.stop, value.step))]
    if kind is slice:
        return ["k", *inner((value.start, value.stop, value.step))]
    if value is Ellipsis:
        return ["."]
    if isinstance(value, np.generic | np.ndarray):
        return _pack_array(value, buffers, keep, depth)
    if is_tensor(value):
        return _pack_tensor(value, buffers)
    for plain in (int, float, str):
        if isinstance(value, plain):
            return pack(plain(value), buffers, keep, depth + 1)
    if keep is not None:
        return pack(keep(value), buffers, None, depth)
    raise WireError(f"a {kind.__name__} cannot be sent, only data can")


def is_short(numbers: range) -> bool:
    """Whether a range may be taken for a list of its numbers."""
    return not numbers or (numbers[-1] - numbers[0]) // numbers.step < RANGE_LIMIT


def _is_plain_tuple(value: tuple[Any, ...]) -> bool:
    """Named tuples travel as tuples; a class that means more (PackedSequence) stays."""
    return not type(value).__module__.startswith("torch.nn")


def _pack_array(value: Any, buffers: list[bytes], keep: Any, depth: int) -> Any:
    array = np.asarray(value)
    if array.dtype.kind not in ARRAY_KINDS:
        if isinstance(value, np.generic):
            return pack(value.item(), buffers, keep, depth + 1)
        return pack(array.tolist(), buffers, keep, depth + 1)
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    if array.dtype.itemsize > 16 or array.dtype.str[1:] in ("f16", "c32"):
        little = little.astype("<c16" if array.dtype.kind == "c" else "<f8")
    buffers.append(little.tobytes())
    tag = "n" if isinstance(value, np.generic) else "a"
    return [tag, little.dtype.str, list(array.shape)]


def is_tensor(value: Any) -> bool:
    """Whether ``value`` is a tensor, without importing torch for the question."""
    torch = sys.modules.get("torch")
    tensor = getattr(torch, "Tensor", None)
    return isinstance(tensor, type) and isinstance(value, tensor)


def _pack_tensor(value: Any, buffers: list[bytes]) -> Any:
    import torch

    tensor = value.detach()
    if tensor.layout != torch.strided or tensor.is_quantized:
        tensor = tensor.dequantize() if tensor.is_quantized else tensor.to_dense()
    name = str(tensor.dtype).removeprefix("torch.")
    carrier = BIT_CARRIERS.get(name)
    try:
        tensor = tensor.cpu().resolve_conj().resolve_neg().contiguous()
        array = tensor.view(torch.int16).numpy() if carrier else tensor.numpy()
    except (TypeError, RuntimeError):  # NumPy lacks the type, or the tensor holds no numbers
        raise WireError(f"a tensor of type {tensor.dtype} cannot be sent") from None
    buffers.append(array.tobytes())
    return ["T", name if carrier else array.dtype.str, list(tensor.shape)]
