"""Resources: memory, disk, output, time, files and messages."""

from attack import Attack, own_cell

SLEEP = "import time; time.sleep(1)"
SHORT = {"cell_seconds": 1.0, "program_seconds": 0.5}

ATTACKS = [
    Attack("a loop without end", "while True:\n    pass\n", limits=SHORT),
    Attack(
        "a loop that swallows every interrupt",
        """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
        limits=SHORT,
    ),
    Attack(
        "a function without end",
        """
def rnn_step(*a):
    while True:
        pass
""",
        limits=SHORT,
    ),
    Attack(
        "a function that sleeps",
        """
import time
def rnn_step(*a):
    time.sleep(1000)
""",
        limits=SHORT,
    ),
    Attack(
        "all the memory",
        "kept = [bytearray(64 << 20) for _ in range(100)]\nprint('got', 'it', 'all')\n",
        absent=("got it all",),
    ),
    Attack(
        "memory that belongs to no process's data",
        """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
for what, take in {
    "shared": lambda: mmap.mmap(-1, 8 << 30),
    "zero": lambda: mmap.mmap(os.open("/dev/zero", os.O_RDWR), 8 << 30),
    "memfd": lambda: os.truncate(os.memfd_create("x"), 8 << 30),
    "system v": lambda: 1 / (libc.shmget(0, 8 << 30, 0o1600) != -1),
}.items():
    try:
        take()
        print("got", "it", "all", what)
    except (OSError, ZeroDivisionError, ValueError) as error:
        print(error)
""",
        absent=("got it all",),
    ),
    Attack(
        "all the disk",
        """
import os
size = 0
for folder in (".", "/dev/shm", "/tmp"):
    try:
        for number in range(10):
            with open(f"{folder}/f{number}", "wb") as file:
                for _ in range(40):
                    size += file.write(bytes(8 << 20))
    except OSError as error:
        print(error)
print(*("got", "it", "all") if size > 1 << 30 else [size >> 20])
""",
        absent=("got it all",),
        full=True,
        spares=False,
    ),
    Attack(
        "every file descriptor and every inode",
        """
import os
kept = []
try:
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    print(len(kept), error)
for number in kept:
    os.close(number)
try:
    for number in range(40_000):
        os.close(os.open(f"n{number}", os.O_CREAT))
    print("got", "it", "all")
except OSError as error:
    print(error)
""",
        absent=("got it all",),
        full=True,
        spares=False,
    ),
    Attack("a flood of text", "while True:\n    print('x' * 10_000)\n", limits=SHORT),
    Attack(
        "a flood of displays",
        "while True:\n    display({'text/plain': 'x'}, raw=True)\n",
        limits=SHORT,
    ),
    Attack(
        "a flood from a thread while the tests run",
        """
import sys, threading
def flood():
    while True:
        sys.__stdout__ and print("x" * 100_000)
threading.Thread(target=flood, daemon=True).start()
def rnn_step(*a):
    import time
    time.sleep(0.3)
""",
        spares=False,
        limits=SHORT,
    ),
    Attack(
        "messages of 60 MiB on the output channel while the tests run",
        """
import threading, time
socket = get_ipython().kernel.iopub_thread.socket
big = bytes(60 << 20)
def flood():
    for _ in range(200):
        try:
            socket.send_multipart([b"x", big, big, big], copy=False)
        except Exception:
            time.sleep(0.01)
def rnn_step(*a):
    threading.Thread(target=flood, daemon=True).start()
    time.sleep(0.4)
""",
        spares=False,
        limits=SHORT,
    ),
    Attack(
        "a result of a gigabyte",
        "def rnn_step(*a):\n    return np.zeros((1 << 27,), np.float32)\n",
    ),
    Attack(
        "a list that is its own item",
        "def rnn_step(*a):\n    x = []\n    x.append(x)\n    return x\n",
    ),
    Attack(
        "recursion without end",
        "def rnn_step(*a):\n    return rnn_step(*a)\n",
    ),
    Attack(
        "a number of a million digits",
        "def rnn_step(*a):\n    return 1 << 3_000_000\n",
    ),
    Attack(
        "an iterator without end",
        "import itertools\ndef rnn_step(*a):\n    return itertools.count()\n",
    ),
    Attack(
        "twenty cells that each take as long as they may",
        "",
        tamper=lambda tree: tree["cells"].extend(own_cell(SLEEP) for _ in range(20)),
        limits={"cell_seconds": 0.2},
    ),
]
