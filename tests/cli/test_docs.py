"""The documentation's commands run, one document after the other, each in a folder of its own.

A fenced block ``console`` holds lines that begin with ``$``; a block that a test machine cannot
run says why: ``console no-test: needs a JupyterHub``. A block ``python mistakes.py`` is appended to
that file of the new course's week, as the text around it says.
"""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from support import commands

from autograder.authoring.texts import FILES

pytestmark = pytest.mark.slow(seconds=80)

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
WEEK = "solutions/week01_averages"
APPENDED = {f"python {name}": f"{WEEK}/{name}" for name in FILES}
ROOMS = [path.name for path in (ROOT / "autograder").iterdir() if path.is_dir()]
PLACES = ("autograder", "rnn_course", "tests", "benchmarks", *ROOMS)
BARE_WORDS = re.compile(r"\b(simply|just|obviously|easily)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    info: str
    body: str

    @property
    def commands(self) -> list[str]:
        return [line[2:] for line in self.body.splitlines() if line.startswith("$ ")]

    @property
    def runs(self) -> bool:
        return self.info == "console"


def blocks(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    return [Block(match["info"].strip(), match["body"]) for match in FENCE.finditer(text)]


def script(path: Path) -> str:
    """All that a document has its reader do, as one shell script."""
    rows = ["set -eu -o pipefail", "trap 'echo \"FAILED: $BASH_COMMAND\" >&2' ERR"]
    for block in blocks(path):
        if block.runs:
            rows += block.commands
        elif block.info in APPENDED:
            rows += [f"cat >> {APPENDED[block.info]} <<'APPENDED'", "", "", block.body, "APPENDED"]
    return "\n".join(rows)


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Path, Future[CompletedProcess[str]]]]:
    """The runs of all documents, side by side: their commands wait more than they compute."""
    with ThreadPoolExecutor(4) as pool:
        yield {
            path: pool.submit(run, path, tmp_path_factory.mktemp(path.stem))
            for path in DOCS
            if any(block.runs for block in blocks(path))
        }


def run(path: Path, folder: Path) -> CompletedProcess[str]:
    """Run what a document has its reader do, in a folder of its own."""
    return commands.run("/bin/bash", folder, "-c", script(path), HOME=str(folder), USER="somebody")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_a_documents_commands_run(
    path: Path, finished: dict[Path, Future[CompletedProcess[str]]]
) -> None:
    if path not in finished:
        return
    done = finished[path].result()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "FAIL" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_a_block_that_is_not_run_says_why(path: Path) -> None:
    for block in blocks(path):
        if block.commands:
            assert re.fullmatch(r"console( no-test: \S.{8,})?", block.info), block
        if block.info.startswith("console"):
            assert block.commands, block


@pytest.mark.parametrize("path", [*DOCS, ROOT / "README.md"], ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for goal in re.findall(r"\]\(([^)\s]+)\)", text):
        if not goal.startswith(("https://", "#")):
            assert (path.parent / goal.split("#")[0]).exists(), goal
    for goal in re.findall(rf"`((?:{'|'.join(PLACES)})/[\w/.]+)`", text):
        assert (ROOT / goal).exists() or (ROOT / "autograder" / goal).exists(), goal


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_the_prose_keeps_the_style(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    assert not BARE_WORDS.search(text), BARE_WORDS.search(text)
    rows = [row for row in text.splitlines() if not row.startswith("|")]
    assert max(map(len, rows)) <= 100, max(rows, key=len)


def test_the_readme_names_every_document() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in DOCS:
        assert f"docs/{path.name}" in text, path.name
