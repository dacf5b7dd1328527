"""The judge's process for a submission opens no door, whatever a test is talked into."""

# ruff: noqa: E501 (a case is a line)

from pathlib import Path

import pytest
from support.asserts import names_of, words

from autograder.judge.plain import Verdict
from autograder.judge.plain.apart import examining
from autograder.remote.proxy import LocalLink

STUDENT = """
import pickle
class Door:
    def __reduce__(self):
        import os
        return os.system, ("touch {path}",)
class Text:
    def __reduce__(self):
        return eval, ("open('{path}', 'w')",)
data, other = pickle.dumps(Door()), pickle.dumps(Text())
command, path = "touch {path}", "{path}"
good = pickle.dumps([1, 2])
"""


def judged(test: str, path: Path) -> Verdict:
    student = STUDENT.replace("{path}", str(path))
    link = LocalLink(names_of(student))
    with examining() as apart:
        apart.theirs(student)
        return apart.test(test, lambda: link, 10.0, None)


@pytest.mark.parametrize(
    "test",
    [
        "import pickle\npickle.loads(data)",
        "import pickle\npickle.loads(other)",
        "import os\nos.system(command)",
        "import subprocess\nsubprocess.run(command, shell=True)",
        "open(path, 'w').close()",
        "from pathlib import Path\nPath(path).write_text('x')",
        "import os\nos.mkdir(path)",
        "import os\nos.rename('here', path)",
        "import socket\nsocket.create_connection(('127.0.0.1', 9))",
        "import ctypes\nctypes.CDLL(path)",
        "import os\nos.fork()",
        "exec(command)",
    ],
)
def test_what_a_student_chose_opens_no_door(test: str, tmp_path: Path) -> None:
    path = tmp_path / "found.so"
    verdict = judged(test, path)
    assert not verdict.passed
    assert not path.exists()


@pytest.mark.parametrize(
    "test",
    [
        "import pickle\nassert pickle.loads(good) == [1, 2]",
        "with open('mine.txt', 'w') as file:\n    file.write('x')\nassert open('mine.txt').read() == 'x'",
        "import pandas, numpy, statistics\nassert numpy.linalg.inv(numpy.eye(2))[0, 0] == 1",
        "import copy\nassert copy.deepcopy([path]) == [path]",
        "import collections, random, threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
    ],
)
def test_what_tests_do_themselves_goes_on(test: str, tmp_path: Path) -> None:
    verdict = judged(test, tmp_path / "x")
    assert verdict.passed, words(verdict)


def test_a_temporary_folder_is_within(tmp_path: Path) -> None:
    test = "import tempfile, pathlib\nwith tempfile.TemporaryDirectory() as folder:\n    pathlib.Path(folder, 'a').write_text('x')"
    verdict = judged(test, tmp_path / "x")
    assert verdict.passed, words(verdict)
