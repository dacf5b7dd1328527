"""What stands around an attack: a course, files that nobody may read, servers to reach."""

import json
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import target
from attack import Attack

from autograder.authoring.fill import fill
from autograder.grading.grade import Assignment
from autograder.grading.results import Graded

Attacked = Callable[[Attack], Graded]


@dataclass(frozen=True)
class Canary:
    """A file outside the sandbox, with a word that stands nowhere else."""

    path: Path
    word: str

    def state(self) -> tuple[str, int, int, int]:
        facts = self.path.stat()
        return self.path.read_text(), facts.st_mode, facts.st_uid, facts.st_mtime_ns


@dataclass(frozen=True)
class Ground:
    """What is there to be attacked."""

    course: Path
    level: str
    canaries: dict[str, Canary]
    tokens: dict[str, str]
    visits: list[str]

    def assignment(self, **limits: float) -> Assignment:
        return target.make_target(self.course, **limits)

    def submission(self, attack: Attack) -> bytes:
        """The bytes that the attacker hands in: the other exercise is honest."""
        code = attack.code
        for token, text in self.tokens.items():
            code = code.replace(f"@{token}@", text)
        tree = json.loads(fill(self.assignment().notebook, {**target.RIGHT, "rnn_step": code}))
        if attack.tamper is not None:
            attack.tamper(tree)
        return json.dumps(tree).encode()

    def honest(self) -> bytes:
        return fill(self.assignment().notebook, target.RIGHT).encode()


class Servers:
    """A TCP and an abstract server of this process, which note who comes."""

    def __init__(self, visits: list[str]) -> None:
        self.visits = visits
        self.name = f"attacked-{secrets.token_hex(4)}"

    def __enter__(self) -> tuple[int, str]:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.local = socket.socket(socket.AF_UNIX)
        self.local.bind(f"\0{self.name}")
        self.local.listen()
        for end, what in ((self.tcp, "tcp"), (self.local, "abstract")):
            threading.Thread(target=self._serve, args=(end, what), daemon=True).start()
        return self.tcp.getsockname()[1], self.name

    def __exit__(self, *error: object) -> None:
        for end in (self.tcp, self.local):
            end.close()

    def _serve(self, end: socket.socket, what: str) -> None:
        while True:
            try:
                visitor, _ = end.accept()
            except OSError:
                return
            self.visits.append(what)
            visitor.close()
