"""What a program asks for in a word: sizes, element types, another device, gradients."""

from pathlib import Path

import pytest
from support.exams import student

from autograder.authoring.source import parse
from autograder.authoring.texts import WeekTexts
from autograder.judge.cases import size_cases
from autograder.judge.exam import Exam, open_exam
from autograder.judge.result import Result

LESSON = """\
# %%
import numpy as np
import torch
from torch import nn

# %% exercise="step"
def step(x, h, W, U):
    ### BEGIN SOLUTION
    return (x @ W.T + h @ U.T).tanh()
    ### END SOLUTION

# %% tests="step" points=4
step(*[torch.ones(1, 1)] * 4)

# %% exercise="Model"
class Model(nn.Module):
    ### BEGIN SOLUTION
    def __init__(self, D, H):
        super().__init__()
        self.lstm = nn.LSTM(D, H, batch_first=True)

    def forward(self, x):
        h = x.new_zeros(1, len(x), self.lstm.hidden_size)
        return self.lstm(x, (h, h))[0]
    ### END SOLUTION

# %% tests="Model" points=2
Model(1, 1)
"""
HIDDEN = """\
import torch

from autograder.judge import compare, verify


def problem(B, D, H):
    torch.manual_seed(B + 10 * D + 100 * H)
    shapes = (B, D), (B, H), (H, D), (H, H)
    return [torch.randn(*shape, dtype=torch.float64) for shape in shapes]


@compare("step")
def at_all_sizes(impl, *, B, D, H):
    return impl.step(*problem(B, D, H))


@compare("step", dtypes=True)
def in_both_types(impl):
    return impl.step(*problem(2, 3, 4))


@compare("step", device=True)
def elsewhere(impl):
    return impl.step(*problem(2, 3, 4))


@compare("step", gradients=True)
def differentiated(impl):
    return impl.step(*problem(2, 3, 4))


@compare("Model", device=True, gradients=True)
def a_model(impl):
    model = impl.Model(3, 4)
    return model(torch.ones(2, 5, 3)).shape


@verify("Model")
def any_size(impl, *, B, T):
    got = impl.Model(3, 4)(torch.ones(B, T, 3))
    assert tuple(got.shape) == (B, T, 4), "the shape must be (B, T, H)"
"""
STEP = "def step(x, h, W, U):\n"
RIGHT = STEP + "    return torch.tanh(torch.einsum('bd,hd->bh', x, W) + h @ U.T)\n"
MODEL = """\
class Model(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.lstm = nn.LSTM(D, H, batch_first=True)
    def forward(self, x):
        %s
        return self.lstm(x, (h, h))[0]
"""
RIGHT_MODEL = MODEL % "h = torch.zeros(1, len(x), self.lstm.hidden_size, device=x.device)"
IMPORTS = "import numpy as np\nimport torch\nfrom torch import nn\n"


@pytest.fixture(scope="module")
def exam() -> Exam:
    return open_exam(parse(WeekTexts(LESSON, HIDDEN), Path("week"), "week"))


def judged(exam: Exam, exercise: str, code: str) -> dict[str, Result]:
    link = student(IMPORTS + code)
    return {one.name: one for one in exam.judge(exercise, lambda: link, seconds=20)}


def test_the_right_ones_pass(exam: Exam) -> None:
    for exercise, code in (("step", RIGHT), ("Model", RIGHT_MODEL)):
        results = judged(exam, exercise, code)
        assert all(one.passed for one in results.values()), results


WRONG = {
    "transposed where the shape asks for it": (
        "    W = W if W.shape[0] == x.shape[1] else W.T\n    return (x @ W + h @ U.T).tanh()\n",
        "at_all_sizes",
        "D = 3, H = 3",
    ),
    "an axis lost for one": (
        "    return (x @ W.T + h @ U.T).tanh().squeeze()\n",
        "at_all_sizes",
        "with B = 1, D = 1, H = 1: the result has shape",
    ),
    "computed in 32 bits": (
        "    return (x.float() @ W.float().T + h.float() @ U.float().T).tanh()\n",
        "in_both_types",
        "float64 arguments",
    ),
    "computed in 64 bits": (
        "    return (x.double() @ W.double().T + h.double() @ U.double().T).tanh()\n",
        "in_both_types",
        "float32 arguments",
    ),
    "a tensor made on the CPU": (
        "    return (x @ W.T + h @ U.T + torch.zeros(len(W), dtype=x.dtype)).tanh()\n",
        "elsewhere",
        "a device that is not the CPU",
    ),
    "through NumPy": (
        "    return torch.as_tensor(np.tanh((x @ W.T + h @ U.T).detach().numpy()))\n",
        "elsewhere",
        "a device that is not the CPU",
    ),
    "a result on the CPU": (
        "    return (x @ W.T + h @ U.T).tanh().cpu()\n",
        "elsewhere",
        "on the CPU",
    ),
    "a detached state": (
        "    return (x @ W.T + h.detach() @ U.T).tanh()\n",
        "differentiated",
        "no gradient arrives at argument 2",
    ),
    "no gradient at all": (
        "    with torch.no_grad():\n        return (x @ W.T + h @ U.T).tanh()\n",
        "differentiated",
        "no gradient arrives at argument 1",
    ),
}


@pytest.mark.parametrize(("body", "program", "words"), WRONG.values(), ids=WRONG)
def test_a_sweep_shows_it(exam: Exam, body: str, program: str, words: str) -> None:
    results = judged(exam, "step", STEP + body)
    assert not results[program].passed
    assert words in results[program].rationale


def test_a_model_that_makes_its_state_on_the_cpu_is_caught(exam: Exam) -> None:
    wrong = MODEL % "h = torch.zeros(1, len(x), self.lstm.hidden_size)"
    result = judged(exam, "Model", wrong)["a_model"]
    assert not result.passed
    assert "not the CPU" in result.rationale


def test_a_property_is_swept_too(exam: Exam) -> None:
    wrong = MODEL % "h = torch.zeros(1, 2, self.lstm.hidden_size)"
    result = judged(exam, "Model", wrong)["any_size"]
    assert not result.passed
    assert "with B = 1, T = 1" in result.rationale


def test_sizes_are_one_alike_and_different_and_begin_small() -> None:
    found = size_cases(("B", "T", "D"))
    assert found[0] == {"B": 1, "T": 1, "D": 1}
    assert {"B": 3, "T": 3, "D": 3} in found
    assert {"B": 2, "T": 1, "D": 4} in found
    assert any(one["B"] > one["T"] for one in found)
    totals = [sum(one.values()) for one in found]
    assert totals == sorted(totals)


def test_tensors_of_lists_are_made_where_they_are_asked_for() -> None:
    import torch

    from autograder.remote.device import Elsewhere, a_device, put

    with a_device() as device:
        made = [
            torch.tensor([1, 2], device=device),
            torch.as_tensor([1, 2], device=device),
            put(torch.zeros(1)).new_tensor([1, 2]),
        ]
        sums = [int((one + put(torch.ones(2))).sum()) for one in made]
    assert all(isinstance(one, Elsewhere) for one in made)
    assert sums == [5, 5, 5]
