"""The agent itself: keep it from serving, or have it answer something else."""

from attack import Attack

ATTACKS = [
    Attack(
        "the agent returns at once",
        """
import autograder.remote.agent as agent
async def leave(self, scope, message):
    raise ConnectionError
agent.Agent.answer = leave
agent.serve = lambda *a: None
""",
        spares=False,
    ),
    Attack(
        "the agent never answers",
        """
import autograder.remote.agent as agent, asyncio, time
async def sleep(self, scope, message):
    try:
        await asyncio.sleep(999)
    finally:
        time.sleep(999)
agent.Agent.answer = sleep
""",
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
        "its doorbell is answered by a thread of the student's",
        """
import gc, socket, threading
import autograder.remote.agent as agent
from autograder.remote import wire
mine = next(thing for thing in gc.get_objects() if isinstance(thing, agent.Agent))
def answer():
    while True:
        _, ends, _, _ = socket.recv_fds(mine.doorbell, 1, 1)
        end = socket.socket(fileno=ends[0])
        while end.recv(1 << 16):
            end.sendall(wire.encode(("value", True)))
threading.Thread(target=answer, daemon=True).start()
mine.doorbell.setblocking(True)
mine.task.get_coro().cr_frame.f_locals["connection"].shutdown(socket.SHUT_RDWR)
""",
        spares=False,
    ),
    Attack(
        "its doorbell and its connection are closed, and their numbers taken",
        """
import os
for number in range(3, 64):
    try:
        if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
            os.dup2(os.open("@SECRET@", os.O_CREAT) if number % 2 else 0, number)
    except OSError as error:
        print(type(error).__name__)
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
        "its reader answers first",
        """
import autograder.remote.agent as agent
from autograder.remote import wire
real = agent.receive
async def receive(loop, end):
    message = await real(loop, end)
    if message is not None:
        await loop.sock_sendall(end, wire.encode(("value", np.zeros((4, 5)))))
    return message
agent.receive = receive
""",
        spares=False,
    ),
]
