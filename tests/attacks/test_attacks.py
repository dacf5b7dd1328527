"""No attack gains a point, reads or changes anything, stays behind, or harms the others."""

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest
import target
from attack import Attack
from families import ATTACKS
from families.processes import STAYS
from ground import Attacked, Ground
from support.grading import Grade

from autograder.grading.results import Graded
from autograder.kernels.launcher import Launcher

pytestmark = pytest.mark.slow(seconds=600)

#: After these, and after all that may hurt the engine, an honest submission is graded as well.
LAST = {attack.family: attack for attack in ATTACKS}


def name(attack: Attack) -> str:
    return f"{attack.family}: {attack.name}"


@pytest.mark.parametrize("attack", ATTACKS, ids=name)
def test_an_attack_gains_nothing_and_harms_nobody(
    attack: Attack, ground: Ground, attacked: Attacked, grade: Grade, launcher: Launcher
) -> None:
    before = {key: canary.state() for key, canary in ground.canaries.items()}
    ground.visits.clear()
    graded = attacked(attack)
    earned = {test.exercise: test.earned for test in graded.tests}
    assert earned["rnn_step"] <= attack.allowed, graded.tests[0].programs
    if attack.spares:
        assert earned["mean_pool"] == 2.0, graded.tests[1].programs
    assert {key: canary.state() for key, canary in ground.canaries.items()} == before
    assert not ground.visits
    _says_nothing(graded, ground, attack)
    _leaves_nobody(launcher)
    if not attack.spares or attack.full or attack is LAST[attack.family]:
        honest = grade(ground.assignment(), ground.honest())
        assert honest.earned == target.FULL, [test.programs for test in honest.tests]


def _says_nothing(graded: Graded, ground: Ground, attack: Attack) -> None:
    """The graded notebook can be written, and holds no secret and no script."""
    graded.notebook.encode()
    json.dumps(graded.facts()).encode()
    for canary in ground.canaries.values():
        assert canary.word not in graded.notebook
    tree = json.loads(graded.notebook)
    shown = json.dumps([cell.get("outputs") for cell in tree["cells"]])
    for word in (target.SOLUTION_MARK, target.TEST_MARK, *attack.absent):
        assert word not in shown
    assert len(graded.notebook) < 4 << 20


def _leaves_nobody(launcher: Launcher) -> None:
    """No kernel, and nothing that one started, is there some time later."""
    assert launcher.alive
    deadline = time.monotonic() + 5
    while (left := _children(launcher.process.pid) + _marked()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def _marked() -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if STAYS.encode() in words and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def test_the_families_are_all_there() -> None:
    count = Counter(attack.family for attack in ATTACKS)
    assert sum(count.values()) >= 50
    assert min(count.values()) >= 4
    assert len({name(attack) for attack in ATTACKS}) == len(ATTACKS)
