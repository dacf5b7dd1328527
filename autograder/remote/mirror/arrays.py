"""The forms of arrays, of NumPy's numbers and of tensors."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..packing import ARRAY_KINDS, Malformed, is_tensor
from .basics import Form, NoForm, Read, Write, from_texts, library_of, texts

#: As many bytes an array of texts may take, all of the same length.
LETTERS = 256 << 20


def _array(value: Any, write: Write) -> Form:
    kind = value.dtype.kind
    if kind in ARRAY_KINDS and value.dtype.itemsize <= 16:
        columns = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
        return ("columns", value.T) if columns else value  # products are rounded by the order
    shape = list(value.shape)
    if kind == "U":
        return ("array U", str(value.dtype.str), shape, *texts(value.ravel().tolist()))
    if kind == "S":
        return ("array S", str(value.dtype.str), shape, write(value.ravel().tolist()))
    if kind in "Mm":
        whole = np.array(value, value.dtype.newbyteorder("<"), order="C")
        return ("array M", whole.dtype.str, whole.view(np.int64))
    if kind == "O":
        return ("array O", shape, [write(item) for item in value.ravel().tolist()])
    if kind == "T":
        return ("array T", shape, *texts(map(str, value.ravel().tolist())))
    if kind == "V" and value.dtype.names:
        names = list(value.dtype.names)
        return ("array V", names, shape, [write(np.array(value[name])) for name in names])
    raise NoForm("an array of another kind")


def _scalar(value: Any, write: Write) -> Form:
    if value.dtype.kind in ARRAY_KINDS and value.dtype.itemsize <= 16:
        return value
    if value.dtype.kind == "U":
        return ("np.str_", str(value))
    if value.dtype.kind in "Mm":
        return ("scalar", _array(np.asarray(value), write))
    raise NoForm("a number of another kind")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, np.generic) and type(value).__module__ == "numpy"


def _masked(value: Any, write: Write) -> Form:
    mask = np.array(np.ma.getmaskarray(value))
    return ("masked", write(np.asarray(value.data)), mask, write(value.fill_value))


def _counted(shape: Any, items: list[Any], dtype: Any) -> Any:
    array = np.empty(len(items), dtype)
    for number, item in enumerate(items):
        array[number] = item
    return array.reshape(shape)


def _read_text_array(rest: tuple[Any, ...], read: Read) -> Any:
    name, shape, whole, lengths = rest
    return _of_letters(name, "U", list(from_texts(whole, lengths))).reshape(shape)


def _read_bytes_array(rest: tuple[Any, ...], read: Read) -> Any:
    name, shape, items = rest
    return _of_letters(name, "S", read(items)).reshape(shape)


def _of_letters(name: str, kind: str, items: list[Any]) -> Any:
    """An array of texts or bytes of one length, which the sender says."""
    dtype = np.dtype(name)
    if dtype.kind != kind or dtype.itemsize * len(items) > LETTERS:
        raise Malformed("no array of texts, or one that is too large")
    return np.array(items, dtype)


def _read_times(rest: tuple[Any, ...], read: Read) -> Any:
    name, numbers = rest
    if name[:3] not in ("<M8", "<m8") or numbers.dtype != np.int64:
        raise Malformed("no array of times")
    return numbers.view(np.dtype(name))


def _read_structured(rest: tuple[Any, ...], read: Read) -> Any:
    names, shape, columns = rest[0], rest[1], [read(column) for column in rest[2]]
    if not all(
        isinstance(column, np.ndarray) and list(column.shape[: len(shape)]) == list(shape)
        for column in columns
    ):
        raise Malformed("no structured array")
    dtype = np.dtype(
        [
            (name, column.dtype, column.shape[len(shape) :])
            for name, column in zip(names, columns, strict=True)
        ]
    )
    array = np.empty(shape, dtype)
    for name, column in zip(names, columns, strict=True):
        array[name] = column
    return array


def _tensor(value: Any, write: Write) -> Form:
    if not value.requires_grad:
        return value.detach() if type(value).__name__ != "Parameter" else ("parameter", value, None)
    word = "parameter" if type(value).__name__ == "Parameter" else "tensor"
    grad = value.grad if value.is_leaf else None
    return (word, value.detach(), None if grad is None else grad.detach())


def _is_plain_tensor(value: Any) -> bool:
    return is_tensor(value) and library_of(value) == "torch"


def _read_tensor(parameter: bool) -> Callable[[tuple[Any, ...], Read], Any]:
    def made(rest: tuple[Any, ...], read: Read) -> Any:
        import torch

        value, grad = rest
        if not is_tensor(value):
            raise Malformed("no tensor")
        tensor: Any = torch.nn.Parameter(value) if parameter else value.requires_grad_(True)
        tensor.grad = grad
        return tensor

    return made


def _expect_array(value: Any) -> Any:
    if type(value) is not np.ndarray:
        raise Malformed("no array")
    return value


WRITERS: dict[type, Callable[[Any, Write], Form]] = {
    np.ndarray: _array,
    np.matrix: lambda value, write: ("matrix", _array(np.asarray(value), write)),
    np.ma.MaskedArray: _masked,
}
TESTS: list[tuple[Callable[[Any], bool], Callable[[Any, Write], Form]]] = [
    (_is_scalar, _scalar),
    (_is_plain_tensor, _tensor),
]
READERS: dict[str, Callable[[tuple[Any, ...], Read], Any]] = {
    "matrix": lambda rest, read: np.asmatrix(_expect_array(read(rest[0]))),
    "masked": lambda rest, read: np.ma.MaskedArray(
        _expect_array(read(rest[0])), _expect_array(rest[1]), fill_value=read(rest[2])
    ),
    "columns": lambda rest, read: _expect_array(rest[0]).T,
    "array U": _read_text_array,
    "array S": _read_bytes_array,
    "array M": _read_times,
    "array O": lambda rest, read: _counted(rest[0], list(map(read, rest[1])), object),
    "array T": lambda rest, read: np.array(
        list(from_texts(*rest[1:])), np.dtypes.StringDType()
    ).reshape(rest[0]),
    "array V": _read_structured,
    "np.str_": lambda rest, read: np.str_(rest[0]),
    "scalar": lambda rest, read: _expect_array(read(rest[0]))[()],
    "tensor": _read_tensor(False),
    "parameter": _read_tensor(True),
}
