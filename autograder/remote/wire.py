"""The wire format between the judge and a kernel: data only, bounded, never unpickled.

A message is a small MessagePack header and, behind it, the raw bytes of its arrays::

    4 bytes  length of the header        (at most ``HEADER_LIMIT``)
    8 bytes  length of the buffers       (at most ``BUFFER_LIMIT``)
    header   one value, written as described in ``packing``
    buffers  the arrays' bytes, one behind the other

Whoever sends the bytes is not trusted. ``decode`` either returns plain Python values,
NumPy arrays, tensors and ``Reference`` objects, or raises ``WireError``.
"""

import struct
from collections.abc import Callable
from typing import Any

import msgspec

from .packing import ELEMENTS, Malformed, Reference, TooLarge, WireError, is_tensor, pack
from .unpacking import Unpacker

__all__ = [
    "ELEMENTS",
    "Malformed",
    "Reference",
    "TooLarge",
    "WireError",
    "decode",
    "encode",
    "is_tensor",
    "sizes",
    "weight",
]

HEADER_LIMIT = 2 << 20
BUFFER_LIMIT = 64 << 20
#: An empty list takes three bytes on the wire and some seventy in memory.
BYTES_PER_HEADER_BYTE = 24
PREFIX = struct.Struct(">IQ")


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
    tree = pack(value, buffers, keep, 0)
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
        raise Malformed(f"a message of {len(view)} bytes has no header")
    header_size, buffer_size = sizes(bytes(view[: PREFIX.size]))
    if len(view) != PREFIX.size + header_size + buffer_size:
        expected = PREFIX.size + header_size + buffer_size
        raise Malformed(f"a message of {len(view)} bytes, expected {expected}")
    header = view[PREFIX.size : PREFIX.size + header_size]
    try:
        tree = msgspec.msgpack.decode(header)
        unpacker = Unpacker(view[PREFIX.size + header_size :])
        value = unpacker.value(tree, 0)
    except WireError:
        raise
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError, OverflowError) as error:
        raise Malformed(f"a {type(error).__name__} while it was read") from None
    if unpacker.position != buffer_size:
        raise Malformed("bytes left over behind the last array")
    return value


def sizes(prefix: bytes) -> tuple[int, int]:
    """The two lengths in a message's first 12 bytes, checked against the limits."""
    header_size, buffer_size = PREFIX.unpack(prefix)
    if header_size > HEADER_LIMIT or buffer_size > BUFFER_LIMIT:
        raise TooLarge(f"a message of {header_size + buffer_size:,} bytes")
    return header_size, buffer_size


def weight(message: bytes) -> int:
    """About how many bytes of memory a message's value takes, at most."""
    if len(message) < PREFIX.size:
        return len(message)
    header, buffers = PREFIX.unpack(message[: PREFIX.size])
    return BYTES_PER_HEADER_BYTE * int(header) + int(buffers)
