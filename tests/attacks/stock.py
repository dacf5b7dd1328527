"""What the attacks do to stock nbgrader, and the table in README.md that says so.

Run it in this folder: ``python stock.py``. Each attack that can be run without a sandbox and
without harm is run by nbgrader's own ``Execute`` in a plain kernel, against the same tests
written as assertions in the test cell, and scored by nbgrader's own ``determine_grade``.
"""

import os
import secrets
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1]))

import nbformat
import nbformat.v4
import nbgrader
import target
from attack import Attack
from families import ATTACKS
from ground import Servers
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

README = Path(__file__).with_name("README.md")
TESTS = """
import numpy as np
def inputs(seed, batch=4, size=3, hidden=5):
    rng = np.random.default_rng(seed)
    shapes = (batch, size), (batch, hidden), (size, hidden), (hidden, hidden), (hidden,)
    return [rng.normal(size=shape) for shape in shapes]
for seed in (1, 2):
    x, h, W, U, b = inputs(seed)
    expected = np.tanh(x @ W + h @ U + b)
    found = rnn_step(x, h, W, U, b)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected)
"""


def notebook(code: str) -> nbformat.NotebookNode:
    """A submission after nbgrader has put the instructor's test cell back."""
    role = {"grade": True, "solution": False, "locked": True, "points": 4}
    test = nbformat.v4.new_code_cell(TESTS)
    test.metadata.nbgrader = nbformat.from_dict(
        {**role, "grade_id": "test_rnn_step", "schema_version": 3}
    )
    cells = [nbformat.v4.new_code_cell("import numpy as np"), nbformat.v4.new_code_cell(code), test]
    found = nbformat.v4.new_notebook(cells=cells)
    found.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    return found


def run(attack: Attack, tokens: dict[str, str], words: list[str]) -> str:
    """What one attack gained, in words; empty for nothing."""
    code = attack.code
    for token, text in tokens.items():
        code = code.replace(f"@{token}@", text)
    submitted = notebook(code)
    try:
        Execute(timeout=20, allow_errors=True).preprocess(submitted, {"metadata": {"path": "."}})
    except Exception as error:
        return f"grading ends: {type(error).__name__}"
    points, _ = determine_grade(submitted.cells[-1])
    text = nbformat.writes(submitted)
    gains = [f"{points:g} of 4 points"] if points else []
    gains += ["reads the files"] if any(word in text for word in words) else []
    outputs = str([cell.outputs for cell in submitted.cells])
    gains += ["reaches it"] if any(word in outputs for word in attack.absent) else []
    return ", ".join(gains)


def measure() -> Iterator[tuple[Attack, str]]:
    """Every attack, and what it gains with stock nbgrader; "–" where it is not run."""
    with tempfile.TemporaryDirectory() as folder, Servers([]) as (port, abstract):
        words, tokens = [], {"PORT": str(port), "ABSTRACT": abstract, "GRADER": str(os.getpid())}
        for name in ("SECRET", "HOME", "OTHER", "GRADEBOOK", "SOURCE"):
            words.append(f"canary-{secrets.token_hex(8)}")
            (Path(folder) / name).write_text(words[-1])
            tokens[name] = str(Path(folder) / name)
        os.chdir(folder)
        honest = run(Attack("honest", target.RIGHT["rnn_step"]), tokens, words)
        if honest != "4 of 4 points":
            raise SystemExit(f"honest code gets: {honest or 'nothing'}")
        for attack in ATTACKS:
            yield attack, (run(attack, tokens, words) or "nothing") if attack.stock else "–"


def table(rows: list[tuple[Attack, str]]) -> str:
    lines = ["| family | attack | here | stock nbgrader |", "|---|---|---|---|"]
    for attack, gained in rows:
        here = f"at most {attack.allowed:g} of 4" if attack.allowed else "nothing"
        shown = f"**{gained}**" if gained not in ("nothing", "–") else gained
        lines.append(f"| {attack.family.replace('_', ' ')} | {attack.name} | {here} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    rows = list(measure())
    run_of = [gained for attack, gained in rows if attack.stock]
    falls = sum(gained != "nothing" for gained in run_of)
    head = README.read_text(encoding="utf-8").split("<!-- table -->")[0]
    ran = f"{falls} of the {len(run_of)} that were run"
    said = f"Stock nbgrader {nbgrader.__version__} falls to {ran}."
    README.write_text(f"{head}<!-- table -->\n{said}\n\n{table(rows)}\n", encoding="utf-8")
    print(said)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
