"""Frames, the garbage collector and memory: look for what the process must not hold."""

from attack import Attack

ANSWER = """
def rnn_step(*a):
    print(found)
    return found
"""

ATTACKS = [
    Attack(
        "walk the stack for the tests' local names",
        """
import inspect
def rnn_step(*a):
    for frame in inspect.stack():
        for value in frame.frame.f_locals.values():
            if "expected" in str(type(value)) or hasattr(value, "programs"):
                return value
        for name in ("expected", "target", "reference", "inputs"):
            if name in frame.frame.f_globals:
                return frame.frame.f_globals[name]
    return a[1]
""",
        stock=True,
    ),
    Attack(
        "the expected value from the caller's frame",
        """
import sys
def rnn_step(x, h, W, U, b):
    names = {**sys._getframe(1).f_globals, **sys._getframe(1).f_locals}
    return names.get("expected", h)
""",
        stock=True,
    ),
    Attack(
        "search the garbage collector for exams, programs and text",
        """
import gc
found = []
for thing in gc.get_objects():
    if type(thing).__name__ in ("Exam", "Program", "Source", "Assignment"):
        found.append(thing)
    elif isinstance(thing, (list, tuple, dict)) and "@comp" "are(" in str(thing)[:20000]:
        found.append(str(thing)[:20000])
"""
        + ANSWER,
        spares=False,
        limits={"cell_seconds": 3.0},
    ),
    Attack(
        "search one's own memory, inherited from the launcher",
        """
found = []
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        span, mode = line.split()[:2]
        low, high = (int(part, 16) for part in span.split("-"))
        if "rw" not in mode or high - low > 64 << 20:
            continue
        try:
            memory.seek(low)
            data = memory.read(high - low)
        except OSError:
            continue
        for word in (b"hidden-" + b"only-9b", b"reference-" + b"only-4f"):
            at = data.find(word)
            if at >= 0:
                found.append(data[at - 200 : at + 2000].decode("latin-1"))
print(found)
""",
        spares=False,
        limits={"cell_seconds": 10.0},
    ),
    Attack(
        "the judge's modules in sys.modules",
        """
import sys
found = {}
for name, module in list(sys.modules.items()):
    if name.startswith("autograder"):
        found[name] = {key: repr(value)[:300] for key, value in vars(module).items()}
print(str(found)[:100000])
import autograder.judge.exam as exam
found = [exam.open_exam, getattr(exam, "_expected", None)]
"""
        + ANSWER,
    ),
    Attack(
        "the environment of this and every other process",
        """
import glob, os
print(os.environ)
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
    try:
        print(path, open(path).read())
    except OSError as error:
        print(path, error)
""",
        stock=True,
    ),
    Attack(
        "every open file descriptor",
        """
import os
for number in os.listdir("/proc/self/fd"):
    try:
        print(number, os.readlink(f"/proc/self/fd/{number}"))
        if not os.get_blocking(int(number)):
            continue
        print(os.listdir(f"/proc/self/fd/{number}/../../../.."))
    except OSError as error:
        print(error)
""",
    ),
]
