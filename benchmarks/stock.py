"""A stock nbgrader course with the same week, its hidden tests rewritten as plain asserts."""

import base64
import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat

from autograder.authoring.build import instructor_notebook, tests_id
from autograder.authoring.percent import only
from autograder.authoring.source import BEGIN_HIDDEN, END_HIDDEN
from autograder.judge.exam import Exam, namespace
from autograder.judge.programs import run
from autograder.remote.proxy import LocalLink

REFERENCE_SECONDS = 60
#: What a hidden test needs in one process: the student's own names, and the expected values.
SHIM = """
import ast, copy


class _Impl:  # arguments are copied, or a change in place would be one of the test's own data
    def __getattr__(self, name):
        found = globals()[name]
        if not callable(found):
            return found
        return lambda *a, **k: found(*copy.deepcopy(a), **copy.deepcopy(k))

    def __call__(self, source, /, **names):
        names = copy.deepcopy(names)
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        here = {{**globals(), **names}}
        exec(compile(tree, "t", "exec"), here)
        return eval(compile(ast.Expression(last.value), "t", "eval"), here) if last else None


def _passes(program, expected):
    try:
        found = program(_Impl())
        if expected is not None:
            _same(found, pickle.loads(base64.b64decode(expected)))
        return True
    except Exception:
        return False


def _same(found, expected):
    if isinstance(expected, dict):
        for key in expected:
            _same(found[key], expected[key])
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for left, right in zip(found, expected):
            _same(left, right)
    else:
        assert np.shape(found) == np.shape(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


import base64, pickle
compare = verify = lambda exercise, **k: (lambda f: f)
Impl = _Impl
"""


def make_course(root: Path, exam: Exam) -> Path:
    """Write a stock course of the exam's week into ``root`` and release it."""
    week = exam.source.week
    notebook = instructor_notebook(exam.source)
    tests = {tests_id(cell.name): cell for cell in exam.source.of("tests")}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in tests:
            cell.source = _plain(exam, tests[name].name, cell.source)
    folder = root / "source" / week
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{week}.ipynb")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"
    )
    nbgrader(root, "generate_assignment", week)
    return root / "release" / week / f"{week}.ipynb"


def nbgrader(root: Path, *words: str) -> None:
    """Run a command of nbgrader in a course."""
    program = Path(sys.executable).parent / "nbgrader"
    path = f"{program.parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        [program, *words],
        cwd=root,
        env={"PATH": path, "HOME": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])


def hand_in(root: Path, week: str, released: str, submissions: dict[str, str]) -> None:
    """Put the students' cells into the stock course's released notebook."""
    for student, text in submissions.items():
        ours = {
            cell["metadata"]["nbgrader"]["grade_id"]: cell["source"]
            for cell in json.loads(text)["cells"]
            if cell["metadata"].get("nbgrader", {}).get("solution")
        }
        tree = json.loads(released)
        for cell in tree["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in ours:
                cell["source"] = ours[name]
        folder = root / "submitted" / student / week
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / f"{week}.ipynb").write_text(json.dumps(tree), encoding="utf-8")


def _plain(exam: Exam, exercise: str, text: str) -> str:
    """A test cell whose hidden part is asserts in the student's process, with partial credit."""
    import pickle

    visible = text.split(BEGIN_HIDDEN)[0]
    hidden = re.sub(
        r"^from autograder\.judge import .*$", "", only(text, BEGIN_HIDDEN, END_HIDDEN), flags=re.M
    )
    # a visible check that fails costs nothing by itself, as with us
    checked = ["try:", textwrap.indent(visible.rstrip(), "    "), "except Exception:", "    pass"]
    rows = [*checked, BEGIN_HIDDEN, SHIM.format(), hidden.strip(), "_earned = 0"]
    total = sum(program.points for program in exam.programs[exercise])
    points = exam.source.tests_of(exercise).points
    reference = LocalLink(namespace(exam.source))
    for program in exam.programs[exercise]:
        expected = "None"
        if program.compares:
            value = run(program, reference, REFERENCE_SECONDS).value
            expected = repr(base64.b64encode(pickle.dumps(value)).decode())
        share = points * program.points / total
        rows.append(f"_earned += {share!r} * _passes({program.name}, {expected})")
    return "\n".join([*rows, f"min({points!r}, round(_earned, 6))", END_HIDDEN])
