"""The agent itself: keep it from serving, or have it answer something else."""

from attack import Attack

ATTACKS = [
    Attack(
        "the agent returns at once",
        "import autograder.remote.agent as agent\nagent.serve = lambda *a: None\n",
        spares=False,
    ),
    Attack(
        "the agent never connects",
        "import autograder.remote.agent as a, time\na.serve = lambda *b: time.sleep(999)\n",
        spares=False,
    ),
    Attack(
        "Scope.answer says that all is well",
        """
import autograder.remote.scope as scope, autograder.remote.wire as wire
scope.Scope.answer = lambda self, message: wire.encode(("value", True))
""",
        spares=False,
    ),
    Attack(
        "the verbs are replaced",
        """
import autograder.remote.scope as scope
for verb in list(scope.VERBS):
    scope.VERBS[verb] = lambda *a: True
""",
        spares=False,
    ),
    Attack(
        "wire.encode in the kernel writes zeros",
        """
import autograder.remote.wire as wire
real = wire.encode
wire.encode = lambda value, *a: real(("value", np.zeros((4, 5))))
""",
        spares=False,
    ),
    Attack(
        "its sockets are occupied before it comes",
        """
import os, socket
run = os.path.join(os.path.dirname(os.environ["HOME"]), "run")
kept = []
for number in range(60):
    end = socket.socket(socket.AF_UNIX)
    try:
        end.bind(f"{run}/a{number}")
        kept.append(end)
    except OSError as error:
        print(error)
""",
    ),
    Attack(
        "a thread removes every new socket and takes its place",
        """
import os, socket, threading, time
run = os.path.join(os.path.dirname(os.environ["HOME"]), "run")
kept = []
def watch():
    known = set(os.listdir(run))
    while True:
        for name in set(os.listdir(run)) - known:
            known.add(name)
            try:
                os.unlink(f"{run}/{name}")
                end = socket.socket(socket.AF_UNIX)
                end.bind(f"{run}/{name}")
                end.listen()
                kept.append(end)
            except OSError:
                pass
        time.sleep(0)
threading.Thread(target=watch, daemon=True).start()
""",
        spares=False,
    ),
    Attack(
        "links in the place of sockets and of the connection file",
        """
import os
run = os.path.join(os.path.dirname(os.environ["HOME"]), "run")
for name in (*os.listdir(run), *(f"a{n}" for n in range(60))):
    for act in (os.unlink, lambda path: os.symlink("@SECRET@", path)):
        try:
            act(f"{run}/{name}")
        except OSError as error:
            print(type(error).__name__)
""",
        spares=False,
    ),
    Attack(
        "a key is pressed: interrupts are swallowed",
        """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal = lambda *a: None
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
def rnn_step(*a):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""",
        limits={"program_seconds": 0.5},
        spares=False,
    ),
    Attack(
        "a second thread answers first",
        """
import autograder.remote.agent as agent, socket, threading, time
from autograder.judge import wire
real = agent.receive
def receive(end, *rest):
    message = real(end, *rest)
    if message is not None:
        end.sendall(wire.encode(("value", np.zeros((4, 5)))))
    return message
agent.receive = receive
""",
        spares=False,
    ),
]
