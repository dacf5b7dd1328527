"""The sandbox, level by level: what a student's code cannot see, do or keep."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.kernels.limits import Limits
from autograder.kernels.session import KernelSession
from autograder.kernels.supply import KernelSupply, open_kernels
from autograder.sandbox.levels import probe

LEVELS = {"full": ("full",), "partial": ("full", "partial")}
SECRET = "the-secret-of-the-course"


LIMITS = Limits(cell_seconds=10)


@pytest.fixture(scope="module", params=["full", "partial"])
def level(request: pytest.FixtureRequest) -> str:
    if probe().level not in LEVELS[request.param]:
        pytest.skip(f"this machine gives {probe().level}: {'; '.join(probe().missing)}")
    return str(request.param)


@pytest.fixture(scope="module")
def kernels(level: str) -> Iterator[KernelSupply]:
    with open_kernels(level) as supply:
        yield supply


@pytest.fixture(scope="module")
def kernel(kernels: KernelSupply) -> Iterator[KernelSession]:
    with kernels.kernel(LIMITS) as session:
        yield session


@pytest.fixture
def full(kernel: KernelSession, level: str) -> KernelSession:
    if level != "full":
        pytest.skip("only the full level has namespaces of its own")
    return kernel


def said(kernel: KernelSession, code: str) -> str:
    ran = kernel.run(code)
    return ran.reason + "".join(output.get("text", "") for output in ran.outputs)


def test_it_cannot_read_files_of_the_grader(kernel: KernelSession, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    text = said(kernel, f"print(open({str(secret)!r}).read())")
    assert SECRET not in text
    assert "Error" in text


def test_it_cannot_read_the_course(kernel: KernelSession) -> None:
    course = Path(autograder.__file__).parent.parent / "course.yml"
    assert course.is_file()
    assert "Error" in said(kernel, f"print(open({str(course)!r}).read())")


def test_it_cannot_write_outside_its_folder(kernel: KernelSession, tmp_path: Path) -> None:
    package = Path(autograder.__file__).parent / "planted.py"
    for path in (tmp_path / "planted", package, Path("/usr/planted"), Path("/planted")):
        assert "Error" in said(kernel, f"open({str(path)!r}, 'w')")
        assert not path.exists()


def test_it_writes_in_its_own_folder(kernel: KernelSession) -> None:
    assert said(kernel, "open('a.txt', 'w').write('x')\nprint(open('a.txt').read())") == "x\n"


def test_it_knows_nothing_of_the_environment(kernel: KernelSession, kernels: KernelSupply) -> None:
    os.environ["COURSE_TOKEN"] = SECRET
    try:
        with kernels.kernel(LIMITS) as other:
            text = said(other, "import os\nprint(os.environ, open('/proc/self/environ').read())")
    finally:
        del os.environ["COURSE_TOKEN"]
    assert SECRET not in text
    assert "PATH" in text


def test_it_reaches_no_network(kernel: KernelSession) -> None:
    text = said(
        kernel,
        "import socket\ntry:\n    end = socket.socket()\n    end.settimeout(2)\n"
        "    end.connect(('192.0.2.1', 80))\n    print('connected')\n"
        "except OSError as error:\n    print('refused', error)",
    )
    assert text.startswith("refused")


def test_it_reaches_no_server_on_this_machine(kernel: KernelSession) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        text = said(
            kernel,
            f"import socket\ntry:\n    socket.create_connection({place!r}, timeout=2)\n"
            "    print('connected')\nexcept OSError as error:\n    print('refused', error)",
        )
    assert text.startswith("refused")


def test_it_sees_no_other_process(full: KernelSession) -> None:
    text = said(
        full, "import os\nprint(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))"
    )
    assert text.strip() == "[1]"


def test_it_cannot_signal_the_grader(full: KernelSession) -> None:
    text = said(full, f"import os\nos.kill({os.getpid()}, 9)")
    assert "ProcessLookupError" in text or "PermissionError" in text


def test_it_has_no_capability_and_cannot_get_one(full: KernelSession) -> None:
    text = said(full, "print(open('/proc/self/status').read())")
    assert "CapEff:\t0000000000000000" in text
    assert "NoNewPrivs:\t1" in text
    gained = said(
        full,
        "import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000), "
        "ctypes.CDLL(None).mount(b'none', b'/', b'tmpfs', 0, None))",
    )
    assert gained.strip() == "-1 -1"


def test_it_reaches_no_socket_of_another_kernel(full: KernelSession, kernels: KernelSupply) -> None:
    with kernels.kernel(LIMITS) as other:
        path = next(other.run_folder.iterdir())
        text = said(
            full,
            f"import socket\nend = socket.socket(socket.AF_UNIX)\nend.connect({str(path)!r})",
        )
    assert "FileNotFoundError" in text


def test_its_processes_are_counted(full: KernelSession, kernels: KernelSupply) -> None:
    with kernels.kernel(LIMITS) as other:
        text = said(
            other,
            "import os, time\ncount = 0\ntry:\n    while count < 500:\n"
            "        if os.fork() == 0:\n            time.sleep(2)\n            os._exit(0)\n"
            "        count += 1\nexcept OSError:\n    pass\nprint(count)",
        )
    assert int(text.strip()) < 64


def test_what_it_writes_is_counted(full: KernelSession) -> None:
    text = said(full, "for n in range(5):\n    open(f'big{n}', 'wb').write(bytes(10**8))")
    assert "OSError" in text


def test_what_it_started_ends_with_it(full: KernelSession, kernels: KernelSupply) -> None:
    code = "import subprocess\nsubprocess.Popen(['sleep', '1234'], start_new_session=True)"
    with kernels.kernel(LIMITS) as other:
        other.run(code)
    left = [
        pid
        for pid in os.listdir("/proc")
        if pid.isdigit() and b"sleep\x001234" in _read(f"/proc/{pid}/cmdline")
    ]
    assert not left


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


SEARCH = """
import os, socket
paths = set()
for line in open("/proc/net/unix").read().splitlines()[1:]:
    paths.update(line.split()[7:8])
for folder in ("/tmp", "/dev/shm", "/run", os.environ["HOME"]):
    for top, folders, files in os.walk(folder):
        paths.update(os.path.join(top, name) for name in files)
for path in paths:
    if path.startswith(("@", os.path.dirname(os.environ["HOME"]))):
        continue
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        end = socket.socket(socket.AF_UNIX, kind)
        try:
            end.connect(path)
            print("reached", path)
        except OSError:
            pass
"""


def test_no_path_leads_to_a_server_of_the_engine(kernel: KernelSession) -> None:
    from autograder.batch.fork_server import start_fork_server

    context = start_fork_server(())
    process = context.Process(target=time.sleep, args=(0,))
    process.start()  # the server answers, though it has no address
    process.join()
    assert process.exitcode == 0
    known = {f"socket:[{line.split()[6]}]": line.split()[7:] for line in _sockets()}
    for pid in (os.getpid(), *_family(os.getpid())):
        for where in _descriptors(pid):
            for path in known.get(where, []):  # a kernel's own are its student's
                assert not Path(path).exists() or Path(path).parent.name == "run", path
    for path in said(kernel, SEARCH).split()[1::2]:
        assert not any(word in path for word in ("pymp", "listener", "launcher")), path


def _sockets() -> list[str]:
    return Path("/proc/net/unix").read_text().splitlines()[1:]


def _family(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, _read(str(task)).split()):
            found += [child, *_family(child)]
    return found


def _descriptors(pid: int) -> list[str]:
    found = []
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found.append(os.readlink(entry))
        except OSError:
            continue
    return found


ATTEMPT = """
import ctypes, os, resource, socket, threading
libc = ctypes.CDLL(None, use_errno=True)

def made(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def attempt(what):
    try:
        what()
        print("done")
    except OSError as error:
        print("refused", error)

"""
UNCOUNTED = {
    "a semaphore set": "made(libc.semget(0, 1, 0o1600))",
    "a message queue": "made(libc.msgget(0, 0o1600))",
    "shared memory": "made(libc.shmget(0, 4096, 0o1600))",
    "memory that grows down": "made(libc.mmap(None, 4096, 3, 0x122, -1, 0))",
    "an asynchronous context": "made(libc.syscall(206, 1, ctypes.byref(ctypes.c_ulong())))",
    "a watch on files": "made(libc.inotify_init1(0))",
    "a socket to the hypervisor": "socket.socket(40, socket.SOCK_STREAM)",
    "the system's cryptography": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "raw packets": "socket.socket(17, socket.SOCK_RAW)",
    "a stack without end": "resource.setrlimit(resource.RLIMIT_STACK, (1 << 31, -1))",
}


@pytest.mark.parametrize("what", UNCOUNTED)
def test_what_no_limit_counts_is_refused(kernel: KernelSession, what: str) -> None:
    ran = said(kernel, f"{ATTEMPT}attempt(lambda: {UNCOUNTED[what]})")
    assert ran.startswith("refused") or "ValueError" in ran, ran


PORT, HOST = ("127.0.0.1", 9), ("192.0.2.1", 9)
#: What reaches others where nothing but Landlock and the filter of calls is between.
OTHERS = {
    "a socket by its path": "socket.socket(socket.AF_UNIX).connect({path!r})",
    "a datagram": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', {path!r})",
    "the network": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {host!r})",
    "the network by several paths": "socket.socket(2, 1, 262).connect({port!r})",
    "a file's mode": "os.chmod({file!r}, 0)",
    "a file's time": "os.utime({file!r}, (0, 0))",
    "a file's attributes": "os.setxattr({file!r}, 'user.x', b'')",
    "another's priority": "os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
    "another's limits": "resource.prlimit({pid}, resource.RLIMIT_CPU)",
    "another's processors": "os.sched_setaffinity({pid}, {{0}})",
    "another's life": "os.kill({pid}, 0)",
}


@pytest.mark.parametrize("thread", [False, True], ids=["the shell", "the output's thread"])
@pytest.mark.parametrize("what", OTHERS)
def test_it_reaches_nobody_else(
    kernel: KernelSession, what: str, thread: bool, tmp_path: Path
) -> None:
    import socket

    file = tmp_path / "file.txt"
    file.write_text("x")
    before = file.stat()
    path = str(tmp_path / "socket")
    with socket.create_server(path, family=socket.AF_UNIX):
        code = OTHERS[what].format(path=path, file=str(file), pid=os.getpid(), port=PORT, host=HOST)
        run = f"attempt(lambda: {code})"
        if thread:  # any code can be run there as well
            run = (
                "ended, loop = threading.Event(), get_ipython().kernel.iopub_thread.io_loop\n"
                f"loop.add_callback(lambda: ({run}, ended.set()))\nended.wait(5)"
            )
        ran = said(kernel, ATTEMPT + run)
    assert "done" not in ran, ran
    assert file.stat() == before


def test_it_has_no_capability_at_any_level(kernel: KernelSession) -> None:
    text = said(kernel, "print(open('/proc/self/status').read())")
    assert "CapEff:\t0000000000000000" in text
    assert "CapBnd:\t0000000000000000" in text
    assert "Seccomp:\t2" in text


def test_what_notebooks_do_is_not_refused(kernel: KernelSession) -> None:
    code = """
import asyncio, multiprocessing, subprocess, threading
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, 2]))
print(subprocess.run(["echo", "x"], capture_output=True, text=True).stdout.strip())
thread = threading.Thread(target=print, args=("thread",))
thread.start(); thread.join()
print(await asyncio.sleep(0, "awaited"))
"""
    assert said(kernel, code).split("\n")[:4] == ["[1, 2]", "x", "thread", "awaited"]


def test_a_datagram_of_a_pair_goes_nowhere_else(kernel: KernelSession, level: str) -> None:
    if level != "partial":
        pytest.skip("sockets of others are not visible at the full level")
    code = "attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))"
    assert said(kernel, ATTEMPT + code).startswith("refused")
