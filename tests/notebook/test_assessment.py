"""The self-assessment: its items in the source, its file, and what reads the file."""

import json
from pathlib import Path

import pytest
from support.sources import LESSON, built, source

from autograder.authoring.faults import SourceError
from autograder.authoring.items import item_id
from autograder.gradebook.assessment import read_assessment
from autograder.notebook import assessment as data
from autograder.notebook.assessment import FILE, SelfAssessment, load, make_items, overview, save

LISTED = [("I can add 1", "f"), "I can explain why"]
ITEMS = make_items(LISTED)
CALL = 'self_assessment("week", [("I can add 1", "f"), "I can explain why"])\n'


def cell(call: str = CALL) -> str:
    return f"{LESSON}\n# %% selfassessment\n{call}"


LINE = len(LESSON.splitlines()) + 2
REFUSED = {
    "an exercise that does not exist": (
        '[("I can add 1", "g")]',
        "'g': no such exercise; allowed: f",
    ),
    "an item twice": ('["I can add", "I can  ADD!"]', "is in line 1 of the cell already"),
    "an item of three parts": ('[("I can", "f", "g")]', "an item is"),
    "an item that is computed": ('["I can " + str(1)]', "an item is"),
    "an empty item": ('[" "]', "an item is"),
    "a long item": (f'["{"I can " * 40}"]', "characters; 160 are allowed"),
    "an item without words": ('["…"]', "no letters or digits"),
    "no item": ("[]", "at least one item"),
    "a list that is computed": ("list(items)", "at least one item"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_self_assessment_with_a_bad_item_is_refused(what: str) -> None:
    listed, message = REFUSED[what]
    with pytest.raises(SourceError) as caught:
        source(cell(f'self_assessment("week", {listed})\n'))
    assert f"week/lesson.py:{LINE + 1}: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (cell(CALL.replace('"week"', '"week9"')), "in the week 'week'"),
        (cell(CALL * 2), "found 2"),
        (cell("print(1)\n"), "found 0"),
        (cell('self_assessment("week")\n'), "takes the week and a list"),
        (cell() + "\n# %% selfassessment\n" + CALL, f"first stands in line {LINE}"),
    ],
)
def test_anything_but_one_self_assessment_of_the_week_is_refused(text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        source(text)


def test_a_week_without_a_self_assessment_builds() -> None:
    assert source(LESSON).items == ()
    assert "self_assessment" not in built(LESSON)


def test_the_students_cell_is_locked_and_skipped_in_grading() -> None:
    made = json.loads(built(cell()))["cells"][-1]
    assert made["metadata"]["editable"] is False
    assert made["metadata"]["tags"] == ["skip-execution"]
    assert made["metadata"]["nbgrader"]["grade_id"] == "self_assessment"
    assert made["metadata"]["nbgrader"]["locked"] is True


def test_source_and_notebook_give_an_item_the_same_id() -> None:
    assert [item.id for item in source(cell()).items] == [item.id for item in ITEMS]
    for text in ("I can add", "Größe — 3×4?", "W_hh: h @ W_hh.T"):
        assert item_id(text) == data.item_id(text)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    mine = SelfAssessment("week", ITEMS).tick(ITEMS[0].id, True)
    kept, note = save(tmp_path / FILE, data.replace(mine, learnings="Größe ½\n"))
    assert note == ""
    again, note = load(tmp_path / FILE, "week", ITEMS)
    assert (again, note) == (kept, "")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]  # nothing half-written is left


def test_a_tick_can_be_taken_back() -> None:
    one = ITEMS[0].id
    assert SelfAssessment("week", ITEMS).tick(one, True).tick(one, False).ticked == frozenset()


def test_items_that_are_no_longer_asked_are_dropped(tmp_path: Path) -> None:
    save(tmp_path / FILE, SelfAssessment("week", ITEMS, frozenset(item.id for item in ITEMS)))
    fewer, _ = load(tmp_path / FILE, "week", ITEMS[1:])
    assert fewer.ticked == {ITEMS[1].id}


DAMAGED = {
    "cut off": b'{"version": 1, "we',
    "no text": b"\xff\xfe\x00",
    "another week": json.dumps({"version": 1, "week": "other", "items": []}).encode(),
    "a later version": json.dumps({"version": 2, "week": "week", "items": []}).encode(),
    "a list": b"[]",
    "items of no kind": b'{"version": 1, "week": "week", "items": 3}',
    "nested": b"[" * 60_000,
    "large": b" " * 100_000,
    "empty": b"",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_moved_aside_and_nothing_raised(what: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(DAMAGED[what])
    fresh, note = load(tmp_path / FILE, "week", ITEMS)
    assert fresh == SelfAssessment("week", ITEMS)
    (kept,) = tmp_path.iterdir()
    assert kept.name in note
    assert kept.read_bytes() == DAMAGED[what]


def test_entries_of_no_kind_are_passed_over(tmp_path: Path) -> None:
    items = [3, None, {"id": []}, {"id": ITEMS[0].id, "ticked": "yes"}, {"ticked": True}]
    tree = {"version": 1, "week": "week", "items": items, "learnings": 7}
    (tmp_path / FILE).write_text(json.dumps(tree))
    found, note = load(tmp_path / FILE, "week", ITEMS)
    assert (found.ticked, found.learnings, note) == (frozenset(), "", "")


def test_a_folder_that_cannot_be_written_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    _, note = save(tmp_path / "file" / FILE, SelfAssessment("week", ITEMS))
    assert "cannot be written" in note


def test_a_text_without_end_is_cut_and_the_note_says_so(tmp_path: Path) -> None:
    endless = SelfAssessment("week", ITEMS, learnings="😀" * 50_000, next_steps="é" * 50_000)
    kept, note = save(tmp_path / FILE, endless)
    assert "6,000 characters" in note
    assert load(tmp_path / FILE, "week", ITEMS) == (kept, "")
    assert read_assessment(tmp_path, "week")[0] is not None


def test_the_engine_reads_what_the_notebook_writes(tmp_path: Path) -> None:
    save(tmp_path / FILE, SelfAssessment("week", ITEMS, frozenset({ITEMS[1].id}), "much", "more"))
    found, reason = read_assessment(tmp_path, "week")
    assert found is not None, reason
    assert [(item.id, item.exercise, item.ticked) for item in found.items] == [
        (ITEMS[0].id, "f", False),
        (ITEMS[1].id, None, True),
    ]


def test_the_overview_counts_the_weeks_beside_this_one(tmp_path: Path) -> None:
    for week, ticked in (("week01", 1), ("week02", 2)):
        (tmp_path / week).mkdir()
        ids = frozenset(item.id for item in ITEMS[:ticked])
        save(tmp_path / week / FILE, SelfAssessment(week, ITEMS, ids))
    (tmp_path / "week03").mkdir()
    (tmp_path / "week03" / FILE).write_text("{")
    assert overview(tmp_path / "week01") == [("week01", 1, 2), ("week02", 2, 2)]


def test_without_widgets_the_list_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from autograder.notebook.assessment_widget import self_assessment

    monkeypatch.chdir(tmp_path)
    self_assessment("week", LISTED)
    assert capsys.readouterr().out.splitlines()[:2] == [
        "[ ] I can add 1 (f)",
        "[ ] I can explain why",
    ]
    assert list(tmp_path.iterdir()) == []  # nothing is written before something is ticked
