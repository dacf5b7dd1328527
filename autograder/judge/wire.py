"""The wire format between the judge and a kernel: data only, bounded, never unpickled.

A message is a small MessagePack header and, behind it, the raw bytes of its arrays::

    4 bytes  length of the header        (at most ``HEADER_LIMIT``)
    8 bytes  length of the buffers       (at most ``limit``)
    header   one value, written as described at ``_pack``
    buffers  the arrays' bytes, one behind the other

Whoever sends the bytes is not trusted. ``decode`` either returns plain Python values,
NumPy arrays, tensors and ``Reference`` objects, or raises ``WireError``.
"""

import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

HEADER_LIMIT = 4 << 20
BUFFER_LIMIT = 64 << 20
DEPTH_LIMIT = 40
#: An empty list takes three bytes on the wire and some seventy in memory.
BYTES_PER_HEADER_BYTE = 24
#: How many keys whose hashes the sender may have made equal one set or dictionary can have.
KEY_LIMIT = 500
PREFIX = struct.Struct(">IQ")

ARRAY_KINDS = "biufc"
#: The element types that travel, as their little-endian names.
ELEMENTS = {np.dtype(code).newbyteorder("<").str for code in "?bhilqBHILQefdFD"}
#: A longer range stays where it is: whoever takes it for a list would fill the memory.
RANGE_LIMIT = 1 << 20
#: Tensor types that NumPy has no type for, with the NumPy type that carries their bits.
BIT_CARRIERS = {"bfloat16": "<i2"}


class WireError(ValueError):
    """Bytes or a value that the wire format does not carry; the message says which."""


@dataclass(frozen=True)
class Reference:
    """An object that stays where it lives: its number there and the name of its type."""

    number: int
    kind: str


def encode(value: Any, keep: Callable[[Any], Reference] | None = None) -> bytes:
    """Write ``value`` as one message.

    Parameters
    ----------
    value : plain values, containers of them, arrays, tensors, ``Reference``
    keep : what to do with anything else: return a ``Reference`` to it

    Raises
    ------
    WireError
        If a value has no written form and ``keep`` is not given, or if it is too large
        or nested too deeply.
    """
    buffers: list[bytes] = []
    tree = _pack(value, buffers, keep, 0)
    try:
        header = msgspec.msgpack.encode(tree)
    except (OverflowError, ValueError, TypeError, RecursionError) as error:
        raise WireError(f"cannot be written: {error}") from None
    size = sum(map(len, buffers))
    if len(header) > HEADER_LIMIT or size > BUFFER_LIMIT:
        raise WireError(
            f"too large to send: {len(header) + size:,} bytes, at most "
            f"{HEADER_LIMIT:,} of plain values and {BUFFER_LIMIT:,} of arrays"
        )
    return b"".join([PREFIX.pack(len(header), size), header, *buffers])


def decode(message: bytes | bytearray | memoryview) -> Any:
    """Read one whole message; ``WireError`` for anything that is not one."""
    view = memoryview(message)
    if len(view) < PREFIX.size:
        raise WireError(f"a message of {len(view)} bytes has no header")
    header_size, buffer_size = sizes(bytes(view[: PREFIX.size]))
    if len(view) != PREFIX.size + header_size + buffer_size:
        raise WireError(
            f"{len(view)} bytes where {PREFIX.size + header_size + buffer_size} are due"
        )
    header = view[PREFIX.size : PREFIX.size + header_size]
    try:
        tree = msgspec.msgpack.decode(header)
        unpacker = _Unpacker(view[PREFIX.size + header_size :])
        value = unpacker.value(tree, 0)
    except WireError:
        raise
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError, OverflowError) as error:
        raise WireError(f"malformed: {type(error).__name__}: {error}") from None
    if unpacker.position != buffer_size:
        raise WireError("bytes left over behind the last array")
    return value


def sizes(prefix: bytes) -> tuple[int, int]:
    """The two lengths in a message's first 12 bytes, checked against the limits."""
    header_size, buffer_size = PREFIX.unpack(prefix)
    if header_size > HEADER_LIMIT or buffer_size > BUFFER_LIMIT:
        raise WireError(f"a message of {header_size + buffer_size:,} bytes is too large")
    return header_size, buffer_size


def weight(message: bytes) -> int:
    """About how many bytes of memory a message's value takes, at most."""
    if len(message) < PREFIX.size:
        return len(message)
    header, buffers = PREFIX.unpack(message[: PREFIX.size])
    return BYTES_PER_HEADER_BYTE * int(header) + int(buffers)


def _pack(value: Any, buffers: list[bytes], keep: Any, depth: int) -> Any:
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
        return [_pack(item, buffers, keep, depth + 1) for item in items]

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
            return _pack(plain(value), buffers, keep, depth + 1)
    if keep is not None:
        return _pack(keep(value), buffers, None, depth)
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
            return _pack(value.item(), buffers, keep, depth + 1)
        return _pack(array.tolist(), buffers, keep, depth + 1)
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


class _Unpacker:
    """Reads a header's tree, taking the arrays' bytes from ``buffers`` in order."""

    def __init__(self, buffers: memoryview) -> None:
        self.buffers = buffers
        self.position = 0

    def value(self, tree: Any, depth: int) -> Any:
        if tree is None or isinstance(tree, bool | int | float | str):
            return tree
        if not isinstance(tree, list) or not tree or depth > 2 * DEPTH_LIMIT:
            raise WireError("malformed: not a value, or nested too deeply")
        tag, *rest = tree
        if tag in ("a", "n", "T"):
            return self._array(tag, rest)
        if tag == "b" and len(rest) == 1 and isinstance(rest[0], bytes):
            return rest[0]
        if tag == "s" and len(rest) == 1 and isinstance(rest[0], bytes):
            return rest[0].decode("utf-8", "surrogatepass")
        if tag == "i" and len(rest) == 1 and isinstance(rest[0], bytes):
            return int.from_bytes(rest[0], "big", signed=True)
        if tag == "r" and len(rest) == 2 and _is_count(rest[0]) and isinstance(rest[1], str):
            return Reference(rest[0], rest[1])
        items = [self.value(item, depth + 1) for item in rest]
        return _build(tag, items)

    def _array(self, tag: str, rest: list[Any]) -> Any:
        name, shape = rest
        if not isinstance(shape, list) or len(shape) > 32 or not all(map(_is_count, shape)):
            raise WireError("malformed: the shape of an array")
        carrier = BIT_CARRIERS.get(str(name)) if tag == "T" else None
        if not isinstance(name, str) or (carrier or name) not in ELEMENTS:
            raise WireError(f"malformed: an array of type {name!r}"[:200])
        dtype = np.dtype(carrier or name)
        count = 1
        for size in shape:
            count *= size
        if 0 in shape:
            np.empty(shape, dtype)  # raises where NumPy has no such shape
        end = self.position + count * dtype.itemsize
        if end > len(self.buffers):
            raise WireError("malformed: an array is longer than its bytes")
        raw = bytearray(self.buffers[self.position : end])
        self.position = end
        if dtype.kind == "b":
            array = (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
        else:
            array = np.frombuffer(raw, dtype).reshape(shape)
        if tag == "n":
            if shape:
                raise WireError("malformed: a number with a shape")
            return array[()]
        return _tensor(array, name if carrier else None) if tag == "T" else array


def _tensor(array: Any, bits_of: str | None) -> Any:
    import torch

    tensor = torch.from_numpy(array)
    return tensor.view(getattr(torch, bits_of)) if bits_of else tensor


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def _check_keys(keys: list[Any]) -> None:
    """Refuse a table of keys of one hash: it takes hours to build.

    Texts and bytes are hashed with a secret, and small whole numbers differ in theirs.
    """
    odd = sum(
        not (isinstance(key, str | bytes | float) or (type(key) is int and abs(key) < 1 << 60))
        for key in keys
    )
    if odd > KEY_LIMIT:
        raise WireError(f"a set or dictionary of more than {KEY_LIMIT} keys of this kind")


def _build(tag: Any, items: list[Any]) -> Any:
    match tag:
        case "l":
            return items
        case "t":
            return tuple(items)
        case "e":
            _check_keys(items)
            return frozenset(items)
        case "d" if len(items) % 2 == 0:
            half = len(items) // 2
            _check_keys(items[:half])
            return dict(zip(items[:half], items[half:], strict=True))
        case "c" if len(items) == 2 and all(type(part) is float for part in items):
            return complex(*items)
        case "g" if len(items) == 3:
            if not is_short(range(*items)):
                raise WireError(f"a range of more than {RANGE_LIMIT:,} numbers")
            return range(*items)
        case "k" if len(items) == 3:
            return slice(*items)
        case "." if not items:
            return ...
    raise WireError(f"malformed: an unknown tag {tag!r}"[:200])
