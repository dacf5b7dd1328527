"""A message's header back to values; nothing in it is believed before it is checked."""

from typing import Any

import numpy as np

from .packing import (
    BIT_CARRIERS,
    DEPTH_LIMIT,
    ELEMENTS,
    RANGE_LIMIT,
    Malformed,
    Reference,
    TooLarge,
    is_short,
)

#: How many keys whose hashes the sender may have made equal one set or dictionary can have.
KEY_LIMIT = 500


class Unpacker:
    """Reads a header's tree, taking the arrays' bytes from ``buffers`` in order."""

    def __init__(self, buffers: memoryview) -> None:
        self.buffers = buffers
        self.position = 0

    def value(self, tree: Any, depth: int) -> Any:
        if tree is None or isinstance(tree, bool | int | float | str):
            return tree
        if not isinstance(tree, list) or not tree or depth > 2 * DEPTH_LIMIT:
            raise Malformed("not a value, or nested too deeply")
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
            raise Malformed("an array without a valid shape")
        carrier = BIT_CARRIERS.get(str(name)) if tag == "T" else None
        if not isinstance(name, str) or (carrier or name) not in ELEMENTS:
            raise Malformed("an array of an unknown type")
        dtype = np.dtype(carrier or name)
        count = 1
        for size in shape:
            count *= size
        if 0 in shape:
            np.empty(shape, dtype)  # raises where NumPy has no such shape
        end = self.position + count * dtype.itemsize
        if end > len(self.buffers):
            raise Malformed("an array is longer than its bytes")
        raw = bytearray(self.buffers[self.position : end])
        self.position = end
        if dtype.kind == "b":
            array = (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
        else:
            array = np.frombuffer(raw, dtype).reshape(shape)
        if tag == "n":
            if shape:
                raise Malformed("a number with a shape")
            return array[()]
        return _tensor(array, name if carrier else None) if tag == "T" else array


def _tensor(array: Any, bits_of: str | None) -> Any:
    try:
        import torch
    except ImportError:
        raise Malformed("a tensor, and torch is not installed here") from None
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
        raise TooLarge(f"a set or dictionary of more than {KEY_LIMIT} keys of this kind")


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
                raise Malformed(f"a range of more than {RANGE_LIMIT:,} numbers")
            return range(*items)
        case "k" if len(items) == 3:
            return slice(*items)
        case "." if not items:
            return ...
    raise Malformed("an unknown tag")
