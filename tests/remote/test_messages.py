"""What of an exception's own words is told: known forms, and names that one may know."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from autograder.remote.messages import is_known, names_only, told, told_kind


def scale(array: object, *, by: float) -> None: ...


ARRAY, TENSOR = np.zeros((4, 3)), torch.zeros(4, 3)
HONEST: dict[str, Callable[[], object]] = {
    "a name": lambda: missing,  # type: ignore[name-defined]  # noqa: F821
    "an attribute": lambda: TENSOR.shap,  # type: ignore[attr-defined]
    "a module's": lambda: np.zeross,  # type: ignore[attr-defined]
    "too few arguments": lambda: scale(1),  # type: ignore[call-arg]
    "too many arguments": lambda: scale(1, 2, 3),  # type: ignore[call-arg, misc]
    "an argument's name": lambda: scale(1, bye=2),  # type: ignore[call-arg]
    "nothing as a number": lambda: 1 + None,  # type: ignore[operator]
    "an index": lambda: [][3],
    "a key": lambda: ARRAY[9],
    "unpacking": lambda: [a for a, b in ((1, 2, 3),)],  # type: ignore[misc]
    "broadcasting": lambda: ARRAY + np.zeros(4),
    "a product": lambda: ARRAY @ ARRAY,
    "a shape": lambda: ARRAY.reshape(5),
    "a truth value": lambda: bool(ARRAY),
    "a product of tensors": lambda: TENSOR @ TENSOR,
    "sizes of tensors": lambda: TENSOR + torch.zeros(4),
    "a view": lambda: TENSOR.view(5),
    "element types": lambda: TENSOR @ torch.zeros(3, 3).double(),
    "stacking": lambda: torch.stack([TENSOR, TENSOR.T]),
    "a gradient": lambda: TENSOR.sum().backward(),
    "an LSTM's input": lambda: torch.nn.LSTM(3, 4)(torch.zeros(2, 2, 5)),
    "zero": lambda: 1 // 0,
}


@pytest.mark.parametrize("raising", HONEST.values(), ids=HONEST)
def test_what_a_library_says_of_an_honest_mistake_is_told(raising: Callable[[], object]) -> None:
    with pytest.raises(Exception) as caught:
        raising()
    line = str(caught.value).strip().partition("\n")[0]
    assert told(str(caught.value))
    assert line.startswith(told(str(caught.value)))


SMUGGLED = [
    "no good",
    "0.49671415 -0.1382643",
    "[[0.1, 0.2]]",
    "name '0.49671415' is not defined",
    "'int' object has no attribute '0.4967'",
    "key '[0.1, 0.2]' not found",
    "key 49671415 not found",
    "must be real number, not m0_49671415",
    "expected scalar type x49671415 but found x1382643",
    "division by zero 0.49671415",
    "mat1 and mat2 shapes cannot be multiplied (49671415x1 and 1x1)",
]


@pytest.mark.parametrize("message", SMUGGLED)
def test_what_is_made_of_arguments_is_not(message: str) -> None:
    assert told(message) == ""


def test_what_stands_behind_a_known_beginning_is_cut_off() -> None:
    message = "invalid literal for int() with base 10: '0.49671415'"
    assert told(message) == "invalid literal for int() with base 10"
    assert told("division by zero\n0.49671415") == "division by zero"


def test_a_name_is_told_where_it_stands_in_the_submission_or_in_a_library() -> None:
    message = "'Tensor' object has no attribute 'shap'"
    assert names_only(message, {"shap"}) == message
    assert names_only(message, {"shape"}) == "'Tensor' object has no attribute '…'"
    assert names_only("f() missing 1 required positional argument: 'b'", {"f", "b"}).startswith(
        "f("
    )
    assert names_only("g() missing 1 required positional argument: 'b'", {"b"}).startswith("…(")


def test_an_exception_is_called_by_its_nearest_class_that_has_a_name_elsewhere() -> None:
    assert told_kind(["x0_49671415", "KeyError", "LookupError"]) == "KeyError"
    assert told_kind(["LinAlgError", "ValueError"]) == "LinAlgError"
    assert told_kind(["print", "x"]) == "Exception"


def test_names_of_types_are_known() -> None:
    for name in ("Tensor", "numpy.ndarray", "NoneType", "function", "torch.Size", "Long"):
        assert is_known(name), name
    assert not is_known("x49671415")
    assert not is_known("a b")
