"""The network, and sockets of other processes on this machine."""

from attack import Attack

ATTACKS = [
    Attack(
        "a server of this machine's own",
        """
import socket
for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
    try:
        print("reached", socket.create_connection((host, int("@PORT@")), 1).recv(100))
    except OSError as error:
        print(error)
""",
        absent=("reached",),
        stock=True,
        full=True,  # Landlock before version 4 has no rules for TCP
    ),
    Attack(
        "the abstract socket of another process",
        """
import socket
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    try:
        end = socket.socket(socket.AF_UNIX, kind)
        end.settimeout(1)
        end.connect("\\0@ABSTRACT@")
        print("reached", end.recv(100))
    except OSError as error:
        print(error)
""",
        absent=("reached",),
        stock=True,
        full=True,
    ),
    Attack(
        "ask the launcher for a kernel without a sandbox",
        """
import glob, json, os, socket
request = {"scratch": os.environ["HOME"], "argv": [], "environment": {}, "preload": []}
request |= dict.fromkeys(("memory_bytes", "processes", "files", "written_bytes"), 1 << 30)
packet = json.dumps(request | {"level": "none"}).encode()
def ask(end):
    end.settimeout(1)
    reply, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    bell, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    socket.send_fds(end, [packet], [theirs.fileno(), inside.fileno()])
    theirs.close()
    reply.settimeout(1)
    print("re" + "ached", reply.recv(100) or 1 / 0)
paths = glob.glob("/proc/@LAUNCHER@/fd/*") + glob.glob("/proc/[0-9]*/fd/*")
paths += [line.split()[-1] for line in open("/proc/net/unix") if "/" in line]
for path in paths:
    for kind in (socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
        try:
            end = socket.socket(socket.AF_UNIX, kind)
            end.connect(path)
            ask(end)
        except (OSError, ZeroDivisionError) as error:
            print(type(error).__name__)
for number in range(3, 64):
    try:
        ask(socket.socket(fileno=os.dup(number)))
    except (OSError, ZeroDivisionError) as error:
        print(type(error).__name__)
""",
        absent=("reached",),
        spares=False,
    ),
    Attack(
        "the world outside, by name and by number",
        """
import socket
socket.setdefaulttimeout(1)
for address in (("93.184.215.14", 80), ("1.1.1.1", 53), ("169.254.169.254", 80)):
    try:
        socket.create_connection(address)
        print("reached", address)
    except OSError as error:
        print(error)
try:
    print("reached", socket.gethostbyname("pypi.org"))
except OSError as error:
    print(error)
""",
        absent=("reached",),
        full=True,
    ),
    Attack(
        "raw packets, netlink and a new interface",
        """
import socket
for family, kind, number in (
    (socket.AF_PACKET, socket.SOCK_RAW, 3),
    (socket.AF_INET, socket.SOCK_RAW, 1),
):
    try:
        socket.socket(family, kind, number)
        print("reached")
    except OSError as error:
        print(error)
""",
        absent=("reached",),
        full=True,
    ),
    Attack(
        "the sockets of other kernels, wherever they may be",
        """
import glob, os, socket
for path in glob.glob("/tmp/nb*/*/run/*") + glob.glob("/tmp/nb*/launcher"):
    if os.environ["HOME"].rsplit("/", 1)[0] not in path:
        print("reached", path)
print(open("/proc/net/unix").read())
""",
        absent=("reached", "launcher"),
        full=True,
    ),
]
