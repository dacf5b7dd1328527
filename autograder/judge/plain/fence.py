"""What the judge's process for one submission may not do, whatever a test cell is talked into.

A test calls functions with values that the student chose: ``open(path)``, ``pickle.loads(data)``,
``system(text)``. It is no sandbox: it keeps a careless test from opening a door.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

#: Events of Python's audit that stand for a way out of the process.
FORBIDDEN = frozenset(
    (
        *("os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.forkpty"),
        *("subprocess.Popen", "pty.spawn", "os.kill", "os.killpg", "os.startfile"),
        *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
        *("webbrowser.open", "urllib.Request", "ftplib.connect", "smtplib.connect"),
        *("shutil.chown", "os.chown", "os.setxattr", "os.mkfifo", "os.mknod", "os.chroot"),
    )
)
#: Events whose first argument is a path that they write to.
WRITING = frozenset(
    (
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink"),
        *("os.truncate", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
    )
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Where libraries are loaded from.
LIBRARIES = (sys.prefix, sys.base_prefix, "/usr", "/lib")
#: What a pickle may not name.
DOORS = frozenset(
    (
        *("os", "posix", "subprocess", "sys", "importlib", "ctypes", "socket", "shutil", "runpy"),
        *("pty", "code", "codeop", "operator", "functools", "types", "marshal", "_io", "io"),
    )
)
BUILTIN_DOORS = frozenset(
    ("eval", "exec", "compile", "open", "__import__", "getattr", "setattr", "delattr", "input")
)


def fence(folder: Path) -> None:
    """Keep this process in ``folder``, for the rest of its life."""
    root = os.path.realpath(folder) + os.sep
    sys.dont_write_bytecode = True
    tempfile.tempdir = str(folder)

    def within(path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return True
        whole = os.path.realpath(os.fsdecode(path))
        return whole.startswith(root) or whole == os.devnull

    def look(event: str, args: tuple[Any, ...]) -> None:
        match event, args:
            case "open", (path, _, int() as flags) if flags & WRITES and not within(path):
                refuse = True
            case "pickle.find_class", (str() as module, str() as name):
                outside = module in ("builtins", "__builtin__") and name in BUILTIN_DOORS
                refuse = outside or module.partition(".")[0] in DOORS
            case "ctypes.dlopen", (str() as path, *_) if os.sep in path:
                refuse = not os.path.realpath(path).startswith(LIBRARIES)
            case _:
                paths = args[:2] if event in WRITING else ()
                refuse = event in FORBIDDEN or not all(
                    within(one) for one in paths if isinstance(one, str | bytes | os.PathLike)
                )
        if refuse:
            raise PermissionError(f"a test may not do this in the judge: {event}")

    sys.addaudithook(look)
