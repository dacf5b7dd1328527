"""A student's path through a week, in JupyterLab itself."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import lab_pages as pages
from support.lab_server import Server

TITLE = "The RNN forward pass"
RIGHT = """\
def rnn_step(x, h, W_ih, W_hh, b_h):
    return np.tanh(x @ W_ih.T + h @ W_hh.T + b_h)
"""
WRONG = RIGHT.replace("W_hh.T", "W_hh")
FREE = "The carry starts at zero, and dh0 is what is left of it."


@pytest.fixture(scope="module")
def page(browser: Any, server: Server) -> Iterator[Any]:
    """JupyterLab on the start page."""
    opened = pages.open_start(browser, server.address)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def week(page: Any) -> Any:
    """Week 1, opened from the start page, its imports run."""
    pages.open_week(page, TITLE)
    pages.run(page, "given-01")
    return page


def assessment(server: Server) -> dict[str, Any]:
    return dict(json.loads((server.folder / "self_assessment.json").read_text()))


def test_the_start_page_names_the_weeks_and_nothing_pops_up(
    page: Any, shot: Callable[..., None]
) -> None:
    table = page.locator(".jp-RenderedMarkdown table").inner_text()
    assert TITLE in table
    assert "not started" in table
    assert "17 Jan 2027" in table
    assert page.locator(".jp-toast-button, .Toastify__toast, .jp-Dialog").count() == 0
    shot(page, "start")


def test_a_check_of_an_unwritten_exercise_says_so(week: Any) -> None:
    pages.run(week, "rnn-step")
    said = pages.run(week, "test-rnn-step")
    assert said.splitlines()[0].startswith("✗ rnn_step is not written yet. Replace")


def test_a_failed_check_says_first_what_matters(week: Any, shot: Callable[..., None]) -> None:
    pages.write(week, "rnn-step", WRONG)
    pages.run(week, "rnn-step")
    said = pages.run(week, "test-rnn-step")
    first, size, second, *rest = said.splitlines()
    assert first.startswith("✗ rnn_step: With W_ih = 0 and b_h = 0 the new state must be")
    assert "The largest difference is" in size
    assert re.search(r"found [-\d.]+, expected [-\d.]+ at index \[0, 1\]", second)
    assert "site-packages" not in "\n".join(rest)
    trace = week.locator(".jp-mod-active details pre")
    assert not trace.is_visible()
    week.locator(".jp-mod-active summary").click()
    assert "checks.py" in trace.inner_text()
    shot(week, "failed-check")


def test_a_mended_exercise_passes(week: Any) -> None:
    pages.write(week, "rnn-step", RIGHT)
    pages.run(week, "rnn-step")
    assert pages.run(week, "test-rnn-step").strip() == "rnn_step: visible checks passed"


@pytest.mark.parametrize("cell", ["given-01", "test-rnn-step"])
def test_given_cells_cannot_be_edited(week: Any, cell: str) -> None:
    before = pages.source(week, cell)
    pages.write(week, cell, "raise SystemExit")
    assert pages.source(week, cell) == before


def test_ticks_and_texts_are_kept_at_once_and_by_keyboard(
    week: Any, server: Server, shot: Callable[..., None]
) -> None:
    pages.run(week, "self-assessment")
    box = week.get_by_role("checkbox", name="I can write one step of an RNN")
    box.check()
    week.keyboard.press("Tab")  # to the next box, in the order in which they stand
    week.keyboard.press("Space")
    week.get_by_label("What I learnt").fill(FREE)
    week.locator("[role=status]", has_text="2 of 8 ticked").wait_for()
    week.wait_for_timeout(500)
    kept = assessment(server)
    assert [item["exercise"] for item in kept["items"] if item["ticked"]] == [
        "rnn_step",
        "SimpleRNN",
    ]
    assert kept["learnings"] == FREE
    shot(week, "self-assessment")


def test_a_restart_of_the_kernel_keeps_the_self_assessment(week: Any) -> None:
    pages.restart(week)
    pages.run(week, "self-assessment")
    assert week.get_by_role("checkbox", name="I can write one step of an RNN").is_checked()
    assert not week.get_by_role("checkbox", name="I can explain why").is_checked()
    assert week.get_by_label("What I learnt").input_value() == FREE


def test_validate_runs_the_checks_in_a_fresh_kernel(week: Any, shot: Callable[..., None]) -> None:
    week.get_by_role("button", name="Validate").click()
    dialog = week.locator(".jp-Dialog")  # the button saves the notebook first
    dialog.wait_for()
    said = dialog.inner_text()
    shot(week, "validate")
    assert "failed" in said
    assert "is not written yet" in said
    week.keyboard.press("Escape")


def test_the_table_of_contents_and_hints_unfold(week: Any, shot: Callable[..., None]) -> None:
    week.keyboard.press("Escape")
    week.evaluate("() => window.jupyterapp.commands.execute('toc:show-panel')")
    entry = week.locator(".jp-TableOfContents", has_text="Mini-theory").first
    entry.wait_for()
    pages.go(week, "test-rnn-step-backward")
    hint = week.locator(".jp-RenderedMarkdown details").first
    hint.scroll_into_view_if_needed()
    assert hint.get_attribute("open") is None
    hint.locator("summary").click()
    assert hint.get_attribute("open") is not None
    shot(week, "contents-and-hint")


@pytest.mark.parametrize("width", [1400, 1024])
def test_dark_pages_have_their_pictures(week: Any, width: int, shot: Callable[..., None]) -> None:
    week.set_viewport_size({"width": width, "height": 900})
    week.evaluate(
        "() => window.jupyterapp.commands.execute("
        "'apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    week.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    pages.run(week, "given-01")
    pages.run(week, "experiment-01")
    week.locator(".jp-mod-active img").wait_for()
    shot(week, f"figure-dark-{width}")
    pages.run(week, "test-bptt")
    week.locator(".jp-mod-active .jp-OutputArea-output").last.scroll_into_view_if_needed()
    shot(week, f"check-dark-{width}")
    pages.go(week, "self-assessment")
    week.get_by_label("What I learnt").scroll_into_view_if_needed()
    shot(week, f"self-assessment-dark-{width}")
