"""Every scripted attack on weeks of this course, and what it gains: a table for the README.

``python tests/attacks/over_weeks.py [WEEK…]``; each attack runs on three weeks, by turns.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from scripted import ATTACKS, SEEN, shown, submission

from autograder.batch.assignments import load_assignment
from autograder.course.manifest import find_course
from autograder.grading.grade import grade
from autograder.judge.exam import open_exam
from autograder.kernels.supply import open_kernels
from autograder.sandbox.levels import probe

WEEKS_EACH = 3


def main(numbers: list[int]) -> None:
    course = find_course(Path(__file__).parent)
    gained: dict[str, list[str]] = {}
    with open_kernels(probe().level, course.preload(*course.weeks)) as kernels:
        for number, week in enumerate(course.weeks):
            if numbers and number + 1 not in numbers:
                continue
            assignment = load_assignment(course, week)
            # which known mistake an attack looks like costs minutes, and is of no interest
            exam = open_exam(replace(assignment.source, mistakes=()))
            for place, attack in enumerate(ATTACKS):
                if (place + number) % len(course.weeks) >= WEEKS_EACH:
                    continue
                start = time.monotonic()
                graded = grade(
                    assignment, submission(assignment, exam.source, attack), kernels, exam
                )
                words = f"week {number + 1}: {graded.earned:g}"
                words += ", tells what it has seen" if SEEN in shown(graded) else ""
                points = {t.exercise: t.earned for t in graded.tests if t.earned}
                gained.setdefault(attack.name, []).append(words)
                seconds = time.monotonic() - start
                print(f"{seconds:5.1f} s  {attack.name}: {words} {points or ''}", flush=True)
    print("\n| attack | points |\n|---|---|")
    for name, words in gained.items():
        print(f"| {name} | {'; '.join(words)} |")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
