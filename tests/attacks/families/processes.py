"""Processes and signals: end others, stay behind, do not end."""

from attack import Attack

#: The marker that the suite looks for among all processes afterwards.
STAYS = "left-behind-by-an-attack"

ATTACKS = [
    Attack(
        "kill every process",
        "import os\nos.kill(-1, 9)\nos.killpg(0, 9)\n",
        full=True,
        spares=False,
    ),
    Attack(
        "kill the parent and the grader",
        """
import os, signal
for pid in (os.getppid(), int("@GRADER@"), 1):
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
        try:
            print(pid)
            if pid != os.getpid() and pid:
                os.kill(pid, number)
        except OSError as error:
            print(error)
""",
        full=True,
    ),
    Attack(
        "a file descriptor of the grader's process",
        """
import os, signal
for pid in range(2, 200):
    try:
        place = os.pidfd_open(pid)
        signal.pidfd_send_signal(place, 0)
        print("reached", pid)
    except OSError:
        pass
try:
    os.pidfd_open(int("@GRADER@"))
    print("reached the grader")
except OSError as error:
    print(error)
""",
        absent=("reached",),
        full=True,
    ),
    Attack(
        "a daemon that stays",
        f"""
import os, subprocess, sys
code = "import os, signal, time; os.setsid(); signal.signal(1, 1); time.sleep(600)"
for _ in range(3):
    subprocess.Popen([sys.executable, "-c", code, "{STAYS}"], start_new_session=True,
                     stdin=-3, stdout=-3, stderr=-3)
if os.fork() == 0:
    os.setsid()
    os.execv(sys.executable, [sys.executable, "-c", code, "{STAYS}"])
""",
        full=True,
    ),
    Attack(
        "a daemon that is started at the end",
        f"""
import atexit, subprocess, sys, signal
def later(*a):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{STAYS}"],
                     start_new_session=True)
atexit.register(later)
for number in (1, 2, 15):
    signal.signal(number, later)
""",
        full=True,
        spares=False,
    ),
    Attack(
        "do not die with the parent",
        """
import ctypes
libc = ctypes.CDLL(None)
libc.prctl(1, 0, 0, 0, 0)
""",
    ),
    Attack(
        "a fork bomb",
        """
import os
for _ in range(12):
    try:
        os.fork()
    except OSError:
        pass
""",
        full=True,
        spares=False,
        limits={"cell_seconds": 2.0, "program_seconds": 1.0, "processes": 24},
    ),
    Attack(
        "threads that never end",
        """
import threading, time
def run():
    while True:
        time.sleep(0.01)
try:
    for _ in range(1000):
        threading.Thread(target=run, daemon=False).start()
except RuntimeError as error:
    print(error)
""",
        full=True,
        spares=False,
        limits={"processes": 48, "program_seconds": 1.0},
    ),
    Attack(
        "the kernel stops itself",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n",
        spares=False,
        limits={"cell_seconds": 1.0},
    ),
    Attack(
        "look into the parent with ptrace and process_vm_readv",
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for pid in (os.getppid(), int("@GRADER@"), 1):
    print("attached", libc.ptrace(16, pid, 0, 0) == 0 and pid)
    try:
        print(open(f"/proc/{pid}/maps").read() if pid != os.getpid() else "")
        if pid > 1:
            open(f"/proc/{pid}/mem", "r+b", 0)
            print("reached")
    except OSError as error:
        print(error)
""",
        absent=("reached",),
    ),
    Attack(
        "sys.exit in the exercise",
        "import sys\ndef rnn_step(*a):\n    sys.exit(0)\n",
        stock=True,
    ),
    Attack(
        "os._exit in the exercise, when it is called",
        "import os\ndef rnn_step(*a):\n    os._exit(0)\n",
    ),
    Attack(
        "a segmentation fault",
        "import ctypes\ndef rnn_step(*a):\n    ctypes.string_at(0)\n",
    ),
]
