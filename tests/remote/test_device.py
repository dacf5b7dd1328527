"""The simulated device: it takes what a GPU takes, and refuses what a GPU refuses."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from autograder.remote.device import Elsewhere, a_device, fetch, move, put


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_layers_give_what_they_give_on_the_cpu(
    kind: type[nn.Module], batch_first: bool, bidirectional: bool
) -> None:
    torch.manual_seed(0)
    layer = kind(3, 4, batch_first=batch_first, bidirectional=bidirectional)
    x = torch.randn(2, 5, 3)
    right, _ = layer(x)
    with a_device():
        found, _ = move(layer)(put(x))
        found.sum().backward()
    assert isinstance(found, Elsewhere)
    assert found.shape == right.shape
    torch.testing.assert_close(fetch(found), right.detach())
    assert all(isinstance(one.grad, Elsewhere) for one in layer.parameters())


def test_a_layer_of_unknown_size_goes_there_with_its_first_call() -> None:
    model = nn.Sequential(nn.LazyLinear(4), nn.Tanh(), nn.Linear(4, 1))
    with a_device():
        first = move(model)(put(torch.ones(2, 3)))
        second = model(put(torch.ones(2, 3)))
    assert isinstance(model[0].weight, Elsewhere)
    assert torch.equal(fetch(first), fetch(second))


def test_what_data_is_set_to_is_what_is_computed_with() -> None:
    with a_device():
        tensor, other = put(torch.zeros(3)), put(torch.ones(3))
        tensor.data = other
        other.add_(1)
        tensor.data[0] = 7
        model = move(nn.Linear(2, 1)).double()
    assert tensor.tolist() == [7, 2, 2]
    assert fetch(model.weight).dtype == torch.float64


def test_in_place_views_have_a_new_shape() -> None:
    with a_device():
        tensor = put(torch.zeros(2, 3))
        tensor.t_()
        tensor.unsqueeze_(0)
    assert tensor.shape == (1, 3, 2) == fetch(tensor).shape


INDICES = {
    "a range": lambda n: (range(n), torch.arange(n)),
    "lists": lambda n: ([0, 2], [1, 0]),
    "a list of rows": lambda n: [2, 0],
    "a mask in a list": lambda n: [True, False, True],
    "an array": lambda n: np.array([1, 2]),
    "a number of NumPy": lambda n: (np.int64(1), slice(None)),
    "an ellipsis": lambda n: (..., [0, 1]),
    "a new axis": lambda n: (None, 1, [0, 1]),
    "nothing": lambda n: [],
}


@pytest.mark.parametrize("what", INDICES)
def test_every_index_picks_what_it_picks_on_the_cpu(what: str) -> None:
    tensor = torch.arange(12.0).reshape(3, 4)
    index = INDICES[what](3)
    with a_device():
        away = put(tensor)
        found = away[index].clone()
        away[index] = 0.0
    assert isinstance(found, Elsewhere)
    assert torch.equal(fetch(found), tensor[index])
    tensor[index] = 0.0
    assert torch.equal(fetch(away), tensor)


def _written_into(value: object) -> None:
    put(torch.zeros(5))[torch.tensor([0, 2])] = value


ALLOWED: dict[str, Callable[[], object]] = {
    "a number of the CPU is read": lambda: torch.ones(()) + put(torch.ones(3)),
    "a draw without a generator": lambda: torch.multinomial(put(torch.ones(3)), 1),
    "the CPU's ids index the device": lambda: put(torch.arange(5))[torch.tensor([1, 2])],
    "the CPU's mask indexes the device": lambda: put(torch.ones(2))[torch.tensor([True, False])],
    "a number of the CPU is written": lambda: _written_into(torch.tensor(1.0)),
}
REFUSED: dict[str, Callable[[], object]] = {
    "a number of the CPU is written into": lambda: torch.ones(()).add_(put(torch.ones(()))),
    "the device's ids index the CPU": lambda: torch.arange(5)[put(torch.tensor([1, 2]))],
    "a row of the CPU is written": lambda: _written_into(torch.ones(2)),
    "a mask of the CPU": lambda: put(torch.ones(2)).masked_fill(torch.tensor([True, False]), 0.0),
    "a generator of the CPU": lambda: torch.multinomial(
        put(torch.ones(3)), 1, generator=torch.Generator()
    ),
    "a generator of the CPU for new numbers": lambda: torch.rand(
        3, device="meta", generator=torch.Generator()
    ),
    "targets on the CPU": lambda: nn.functional.cross_entropy(
        put(torch.randn(4, 3)), torch.tensor([0, 1, 2, 0])
    ),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_a_gpu_takes_is_taken(what: str) -> None:
    with a_device():
        ALLOWED[what]()


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_gpu_refuses_is_refused(what: str) -> None:
    with a_device(), pytest.raises(RuntimeError, match="device"):
        REFUSED[what]()


def test_numbers_of_the_device_are_printed_and_gathered() -> None:
    with a_device() as device:
        losses = [put(torch.tensor(0.5)), put(torch.tensor(1.5))]
        said = f"{losses[0]:.3f}"
        here = torch.tensor(losses)
        there = torch.tensor(losses, device=device)
    assert said == "0.500"
    assert here.tolist() == [0.5, 1.5]
    assert isinstance(there, Elsewhere)
    assert there.tolist() == [0.5, 1.5]
