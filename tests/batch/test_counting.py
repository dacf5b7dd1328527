"""How far a run has come, on a terminal and elsewhere."""

import io

from rich.console import Console

from autograder.batch.counting import counting


def test_elsewhere_each_line_has_its_number() -> None:
    said: list[str] = []
    with counting("week", 2, said.append, Console(file=io.StringIO())) as tell:
        tell("alice: 3 of 4")
        tell("bob: 4 of 4")
    assert said == ["[1/2] alice: 3 of 4", "[2/2] bob: 4 of 4"]


def test_a_terminal_shows_a_bar_with_rate_and_time_left() -> None:
    drawn, said = io.StringIO(), []
    console = Console(file=drawn, force_terminal=True, width=100)
    with counting("week", 3, said.append, console) as tell:
        tell("alice: 3 of 4")
        tell("bob: 4 of 4")
    text = drawn.getvalue()
    assert "alice: 3 of 4" in text
    assert "2/3" in text
    assert "a minute" in text
    assert "0:00:" in text
    assert not said


def test_names_cannot_move_the_cursor() -> None:
    said: list[str] = []
    with counting("week", 1, said.append, Console(file=io.StringIO())) as tell:
        tell("\x1b[2Jeve\r: 0 of 4")
    assert said == ["[1/1] \N{REPLACEMENT CHARACTER}[2Jeve\N{REPLACEMENT CHARACTER}: 0 of 4"]


def test_nothing_to_do_draws_nothing() -> None:
    drawn = io.StringIO()
    with counting("week", 0, print, Console(file=drawn, force_terminal=True)):
        pass
    assert drawn.getvalue() == ""
