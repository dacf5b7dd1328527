"""A program on proxies over a local link: what crosses, what stays, what is raised."""

import time
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch

from autograder.remote import scope
from autograder.remote.proxy import Handle, Impl, LinkError, LocalLink, Misuse, Raised, Session
from autograder.remote.wire import WireError


def test_plain_names_come_by_value(impl: Any) -> None:
    assert impl.LIMIT == 7
    assert impl.names == ["a", "b"]


def test_a_name_that_is_missing_is_a_name_error(impl: Any) -> None:
    with pytest.raises(NameError, match="'rnn_step' is not defined"):
        _ = impl.rnn_step


def test_builtins_are_not_names_of_the_implementation(impl: Any) -> None:
    with pytest.raises(NameError):
        _ = impl.open


def test_functions_are_called_with_any_arguments(impl: Any) -> None:
    assert impl.same(3) == 3
    assert impl.same(x=(1, {"a": [None]})) == (1, {"a": [None]})
    np.testing.assert_array_equal(impl.same(np.eye(2)), np.eye(2))
    assert torch.equal(impl.same(torch.eye(2)), torch.eye(2))
    assert impl.same(OrderedDict(a=1)) == {"a": 1}


def test_a_named_tuple_may_be_an_argument(impl: Any) -> None:
    point = namedtuple("point", "x y")(1, 2)
    assert impl.same(point) == (1, 2)
    assert impl.Pair(1, 2) == (1, 2)


def test_objects_have_attributes_items_a_length_and_calls(impl: Any) -> None:
    cell = impl.Cell(3, bias=1.0)
    assert isinstance(cell, Handle)
    assert (cell.size, len(cell), cell[0]) == (3, 3, 2.0)
    np.testing.assert_array_equal(cell(2.0, gain=3), [13.0] * 3)
    np.testing.assert_array_equal(cell[1:], [2.0, 2.0])
    np.testing.assert_array_equal(cell[..., None], [[2.0]] * 3)


def test_attributes_and_items_can_be_set(impl: Any) -> None:
    cell = impl.Cell(2)
    cell.bias = 5.0
    cell[0] = 1.0
    np.testing.assert_array_equal(cell(1.0), [6.0, 7.0])


def test_a_name_of_the_implementation_cannot_be_set_by_mistake(impl: Any) -> None:
    """It would stay on this side, and the implementation would go on without it."""
    with pytest.raises(Misuse):
        impl.LIMIT = 8


def test_handles_are_arguments_also_inside_containers(impl: Any) -> None:
    cells = [impl.Cell(1), impl.Cell(2)]
    assert impl.size_of(cells[1]) == 2
    assert impl.sizes(cells) == [1, 2]
    assert impl("[c['k'][0].size for c in cs]", cs=[{"k": (cells[0],)}]) == [1]


def test_handles_come_back_inside_containers(impl: Any) -> None:
    (one, two), more = impl.Cell(0).children()
    assert (one.size, two.size, more["first"].size, more["count"]) == (1, 2, 3, 2)


def test_the_same_object_comes_back_when_it_is_passed_in(impl: Any) -> None:
    cell = impl.Cell(2)
    assert impl("a is b", a=cell, b=impl.same(cell))


def test_expressions_run_where_the_objects_live(impl: Any) -> None:
    layer = impl("torch.nn.Linear(2, 1)")
    assert [p.shape for p in impl("list(m.parameters())", m=layer)] == [(1, 2), (1,)]
    assert impl("LIMIT + n", n=1) == 8
    assert impl("sum(LIMIT for _ in range(2))") == 14


def test_statements_run_before_the_last_expression(impl: Any) -> None:
    assert impl("total = 0\nfor i in range(4):\n    total += i\ntotal") == 6
    assert impl("total = 1") is None
    assert impl("") is None


def test_what_statements_define_does_not_stay(impl: Any) -> None:
    impl("LIMIT = 100\nextra = 1")
    assert impl.LIMIT == 7
    with pytest.raises(NameError):
        _ = impl.extra


def test_an_expression_that_does_not_parse_is_a_syntax_error(impl: Any) -> None:
    with pytest.raises(SyntaxError):
        impl("a b")


def test_arguments_are_copies_so_a_change_in_place_does_not_cross(impl: Any) -> None:
    x, t = np.zeros(2), torch.zeros(2)
    impl.in_place(x)
    impl.in_place(t)
    assert x.sum() == 0
    assert t.sum() == 0
    assert impl("in_place(x)\nx", x=x).tolist() == [1.0, 1.0]


def test_results_are_copies_too(impl: Any) -> None:
    cell = impl.Cell(2)
    cell.weight[:] = 0
    assert cell.weight.tolist() == [2.0, 2.0]


def test_generators_are_read_one_by_one(impl: Any) -> None:
    assert list(impl.count_to(3)) == [0, 1, 2]
    assert list(zip(impl.forever(), "ab", strict=False)) == [(1, "a"), (1, "b")]
    assert [len(cell) for cell in impl.same([impl.Cell(1), impl.Cell(2)])] == [1, 2]


def test_an_endless_generator_ends_at_the_deadline(session: Session) -> None:
    session.deadline = time.monotonic() + 0.2
    with pytest.raises(LinkError, match="time limit"):
        for _ in Impl(session).forever():
            pass


MISUSES = {
    "truth": lambda cell: bool(cell),
    "not": lambda cell: not cell,
    "equality": lambda cell: cell == cell,
    "inequality": lambda cell: cell != 1,
    "membership": lambda cell: cell in [1],
    "array": lambda cell: np.asarray(cell),
    "arithmetic": lambda cell: cell + 1,
    "order": lambda cell: cell < 1,
    "hash": lambda cell: {cell},
    "float": lambda cell: float(cell),
}


@pytest.mark.parametrize("use", MISUSES.values(), ids=MISUSES)
def test_a_handle_is_no_value(impl: Any, use: Any) -> None:
    with pytest.raises(TypeError):
        use(impl.Cell(1))


def test_what_is_no_data_cannot_be_an_argument(impl: Any) -> None:
    with pytest.raises(WireError, match="a function cannot be sent"):
        impl.same(lambda x: x)


def test_the_record_holds_every_value_but_no_number_of_a_handle(session: Session) -> None:
    impl: Any = Impl(session)
    cell = impl.Cell(2)
    _ = cell.size
    with pytest.raises(ValueError):
        impl.fail_own()
    assert session.record == [
        "a type object",
        "a Cell object",
        2,
        "a function object",
        "ValueError",
    ]


def test_a_program_may_not_get_back_without_end(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "most", 1 << 20)
    impl: Any = Impl(session)
    big = impl.big
    big(900_000)
    with pytest.raises(LinkError, match="1 MiB"):
        big(900_000)


def test_a_result_that_is_too_large_is_an_exception_of_the_implementation(impl: Any) -> None:
    with pytest.raises(Raised, match="too large"):
        impl.big((64 << 20) + 1)


def test_a_new_program_finds_the_same_random_numbers_and_no_old_objects(session: Session) -> None:
    draw = "import random\n(random.random(), np.random.rand(), torch.rand(1).item())"
    impl: Any = Impl(session)
    first = session.ask("begin", 5, {}), impl(draw), impl(draw)
    cell = impl.Cell(1)
    assert first == (session.ask("begin", 5, {}), impl(draw), impl(draw))
    with pytest.raises(KeyError):
        _ = cell.size


def test_a_message_is_cut_to_a_length_that_a_person_reads(impl: Any) -> None:
    with pytest.raises(ValueError) as caught:
        impl("raise ValueError('x' * 10**6)")
    assert len(caught.value.whole) == len("ValueError: ") + scope.MESSAGE_LIMIT


def test_a_quiet_link_shows_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec("def f(x):\n    print('shown')\n    return x", names)
    for quiet, shown in ((True, ""), (False, "shown\n")):
        impl: Any = Impl(Session(LocalLink(names, quiet), seconds=20))
        assert impl.f(3) == 3
        assert capfd.readouterr().out == shown
