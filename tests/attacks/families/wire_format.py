"""The wire format: answers of an agent that the student wrote."""

from attack import Attack

#: An agent of the student's own: ``answers(message)`` gives the bytes of each answer.
AGENT = """
import struct, time, itertools, msgspec
import autograder.remote.agent as agent
from autograder.remote import wire
def header(tree, lengths=None):
    head = msgspec.msgpack.encode(tree)
    return struct.pack(">IQ", *(lengths or (len(head), 0))) + head
async def answer(self, scope, message):
    end = self.task.get_coro().cr_frame.f_locals["connection"]
    end.setblocking(True)
    for part in answers(message):
        end.sendall(part)
    return b""
agent.Agent.answer = answer
"""


def forged(name: str, body: str, **more: object) -> Attack:
    code = AGENT + "def answers(message):\n    " + body.strip().replace("\n", "\n    ") + "\n"
    return Attack(name, code, spares=False, **more)  # type: ignore[arg-type]


ATTACKS = [
    forged("every answer is True", 'yield wire.encode(("value", True))'),
    forged("every answer is what was sent", 'yield wire.encode(("value", wire.decode(message)))'),
    forged("garbage", "yield bytes(range(256)) * 4"),
    forged("four gigabytes are announced", 'yield struct.pack(">IQ", 0xFFFFFFFF, 1 << 62)'),
    forged(
        "one byte a second",
        """
yield struct.pack(">IQ", 1000, 0)
for _ in range(1000):
    time.sleep(0.5)
    yield b"x"
""",
    ),
    forged(
        "half an answer, and then nothing",
        """
yield struct.pack(">IQ", 1000, 0) + b"x"
time.sleep(1000)
""",
    ),
    forged("hang up in the middle", 'raise OSError("bye")'),
    forged("ten answers to one question", 'yield wire.encode(("value", 1.0)) * 10'),
    forged(
        "a table of keys of one hash",
        """
keys = itertools.islice(itertools.product((-1, -2), repeat=17), 15_000)
yield header(["t", "value", ["e", *(["t", *key] for key in keys)]])
""",
    ),
    forged(
        "half a million empty lists, over and over",
        """
yield header(["t", "value", ["l", *[["l"]] * 690_000]])
""",
    ),
    forged(
        "nested a thousand deep",
        """
tree = 1
for _ in range(400):
    tree = ["l", tree]
yield header(["t", "value", tree])
""",
    ),
    forged(
        "an array longer than its bytes",
        """
yield header(["t", "value", ["a", "<f8", [1 << 40]]])
""",
    ),
    forged(
        "an array of objects, which would be unpickled",
        """
yield header(["t", "value", ["a", "|O", [1]]])
""",
    ),
    forged(
        "a tensor whose type is a name from torch",
        """
yield header(["t", "value", ["T", "load", [0]]])
""",
    ),
    forged(
        "an integer of ten million digits",
        """
yield header(["t", "value", ["i", b"\\x7f" * (4 << 20 - 1)]])
""",
    ),
    forged(
        "an assertion of the judge's own",
        """
yield wire.encode(("raised", ["AssertionError", "Exception"], "all tests pass", ""))
""",
    ),
    forged(
        "StopIteration and GeneratorExit",
        """
yield wire.encode(("raised", ["StopIteration", "GeneratorExit"], "", ""))
""",
    ),
    forged(
        "an interrupt and an exit for the grader",
        """
yield wire.encode(("raised", ["KeyboardInterrupt", "SystemExit"], "0", "0"))
""",
    ),
    forged(
        "handles that were never given",
        """
yield wire.encode(("value", wire.Reference(1 << 60, "ndarray")))
""",
    ),
    forged(
        "an endless iterator of a handle",
        """
verb, *rest = wire.decode(message)
yield wire.encode(("value", (1.0,) if verb == "next" else wire.Reference(1, "ndarray")))
""",
    ),
    forged(
        "names and messages of half characters",
        """
yield wire.encode(("raised", ["Boom\\ud800"], "\\udfff" * 50, "\\ud800"), None)
""",
    ),
    forged(
        "64 MiB in every answer",
        """
size = 60 << 20
yield struct.pack(">IQ", 12 + 9, size)
yield msgspec.msgpack.encode(["t", "value", ["a", "|u1", [size]]])
yield bytes(size)
""",
    ),
]
