"""Strategies for all that the wire carries, and equality to the bit."""

import struct
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import torch
from hypothesis import strategies as st

NUMBER_TYPES = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(endianness="?", sizes=(64, 128))
)
TENSOR_TYPES = (
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.complex128,
)
LAYOUTS = {
    "as it is": lambda array: array,
    "Fortran order": np.asfortranarray,
    "transposed": lambda array: array.T,
    "backwards": lambda array: array[::-1] if array.ndim else array,
    "every other": lambda array: array[..., ::2] if array.ndim else array,
    "read-only": lambda array: np.broadcast_to(array, (2, *array.shape)),
}

any_text = st.text(st.characters(exclude_categories=()), max_size=20)
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(1 << 200), 1 << 200)
    | st.floats()
    | st.complex_numbers()
    | any_text
    | st.binary(max_size=20)
    | st.just(...)
    | st.builds(slice, *[st.none() | st.integers()] * 3)
    | st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 3))
)
keys = st.none() | st.booleans() | st.integers() | any_text | st.binary(max_size=9)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """An array of any numeric type, byte order, shape and layout."""
    shape = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    array = draw(hnp.arrays(draw(NUMBER_TYPES), draw(shape)))
    return LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](array)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """A tensor of any type and shape, perhaps transposed, strided or with a gradient."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    dtype = draw(st.sampled_from(TENSOR_TYPES))
    tensor = torch.from_numpy(draw(hnp.arrays(np.float32, shape))).nan_to_num(0, 1, -1)
    tensor = tensor.clamp(-100, 100).to(dtype)
    if tensor.ndim and draw(st.booleans()):
        tensor = tensor.transpose(0, -1)
    if tensor.ndim and draw(st.booleans()):
        tensor = tensor[..., ::2]
    if dtype.is_floating_point and draw(st.booleans()):
        tensor = tensor.clone().requires_grad_()
    return tensor


numbers_of_numpy = NUMBER_TYPES.flatmap(hnp.from_dtype)
anything = st.recursive(
    plain | arrays() | tensors() | numbers_of_numpy,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys | st.tuples(keys, keys), inner, max_size=4)
        | st.frozensets(keys, max_size=4)
    ),
    max_leaves=8,
)


def same(left: Any, right: Any) -> bool:
    """Equality of kind and to the bit, NaN included; byte order and strides do not count."""
    if isinstance(left, torch.Tensor):
        return (
            isinstance(right, torch.Tensor)
            and left.dtype == right.dtype
            and left.shape == right.shape
            and _bits(left) == _bits(right)
        )
    if isinstance(left, np.ndarray | np.generic):
        native = left.dtype.newbyteorder("=")
        return (
            isinstance(right, np.ndarray) == isinstance(left, np.ndarray)
            and right.dtype.newbyteorder("=") == native
            and left.shape == right.shape
            and left.astype(native).tobytes() == right.astype(native).tobytes()
        )
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return struct.pack("d", left) == struct.pack("d", right) or left != left != right
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        pairs = zip(left.items(), right.items(), strict=True)
        return len(left) == len(right) and all(same(a, b) for a, b in pairs)
    return bool(left == right)


def _bits(tensor: torch.Tensor) -> bytes:
    plain = tensor.detach().contiguous()
    carrier = plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain
    return carrier.numpy().tobytes()
