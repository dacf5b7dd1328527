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
import json, os, socket
print(os.popen("cat /proc/*/environ | tr '\\\\0' '\\\\n' | grep nbl-").read())
for path in ("@LAUNCHER@",):
    try:
        end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        end.settimeout(2)
        end.connect(path)
        cell = {"scratch": os.environ["HOME"], "level": "none"}
        end.send(json.dumps({"cell": cell, "argv": [], "environment": {}}).encode())
        print("reached", end.recv(1000))
    except OSError as error:
        print(error)
""",
        absent=("reached",),
        full=True,
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
