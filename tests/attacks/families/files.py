"""The file system: read what is not theirs, change it, leave something behind."""

from attack import Attack

#: Tries to read each of the files that stand outside, by every path that leads there.
PATHS = """
import os
places = ["@SECRET@", "@HOME@", "@OTHER@", "@GRADEBOOK@", "@SOURCE@"]
def attempt(what, act):
    try:
        print(what, act())
    except Exception as error:
        print(what, type(error).__name__)
"""

ATTACKS = [
    Attack(
        "open the course's files",
        PATHS + "for place in places:\n    attempt(place, lambda: open(place).read())\n",
        stock=True,
    ),
    Attack(
        "the course's files through /proc",
        PATHS
        + """
for place in places:
    for root in ("/proc/1/root", "/proc/self/root", "/proc/self/cwd/../../../../..",
                 "/proc/thread-self/root", "/proc/@GRADER@/root"):
        attempt(root, lambda: open(root + place).read())
""",
    ),
    Attack(
        "walk up from every folder there is and look for notebooks and sources",
        """
import os
for top in ("/", "/home", "/root", "/tmp", "/var", "/mnt", "/media", "/srv", "/opt"):
    for folder, _, names in os.walk(top):
        if folder.startswith(("/usr", "/proc", "/sys", "/lib")):
            continue
        for name in names:
            if name.endswith((".ipynb", ".yml", ".db")) or "week" in name:
                try:
                    print(folder, name, open(os.path.join(folder, name)).read()[:2000])
                except (OSError, ValueError):
                    pass
        if folder.count("/") > 6:
            break
""",
        spares=False,
        limits={"cell_seconds": 3.0},
    ),
    Attack(
        "a link in the own folder that leads to the course",
        PATHS
        + """
for number, place in enumerate(places):
    attempt("link", lambda: os.symlink(place, f"link{number}"))
    attempt("read", lambda: open(f"link{number}").read())
    attempt("hard link", lambda: os.link(place, f"hard{number}"))
    attempt("read", lambda: open(f"hard{number}").read())
""",
    ),
    Attack(
        "write, append, truncate, rename and remove",
        PATHS
        + """
for place in places:
    for mode in ("w", "a", "r+", "x"):
        attempt(mode, lambda: open(place, mode).write("mine"))
    attempt("truncate", lambda: os.truncate(place, 0))
    attempt("rename", lambda: os.rename(place, place + ".old"))
    attempt("unlink", lambda: os.unlink(place))
    attempt("folder", lambda: os.mkdir(place + ".d"))
""",
        # not measured with stock nbgrader: it would do it
    ),
    Attack(
        "change modes, owners, times and attributes",
        PATHS
        + """
for place in places:
    attempt("chmod", lambda: os.chmod(place, 0o777))
    attempt("chown", lambda: os.chown(place, os.getuid(), os.getgid()))
    attempt("utime", lambda: os.utime(place, (0, 0)))
    attempt("xattr", lambda: os.setxattr(place, "user.mine", b"1"))
    attempt("stat", lambda: os.stat(place).st_size)
""",
        full=True,  # Landlock alone does not stop chmod by the same user
    ),
    Attack(
        "mount the disk again, or something over it",
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for source, kind in ((b"/dev/vda", b"ext4"), (b"/dev/sda1", b"ext4"), (b"none", b"tmpfs"),
                     (b"proc", b"proc"), (b"overlay", b"overlay"), (b"none", b"cgroup2")):
    print(kind, libc.mount(source, b".", kind, 0, None), ctypes.get_errno())
print(libc.unshare(0x10000000), libc.unshare(0x00020000), ctypes.get_errno())
for flags in (0x10000000 | 17,):
    print("clone", libc.syscall(56, flags, 0, 0, 0, 0), ctypes.get_errno())
print(open("@SECRET@").read())
""",
    ),
    Attack(
        "make a device and read the disk from it",
        """
import os, stat
for name, kind, number in (("disk", stat.S_IFBLK, os.makedev(254, 0)),
                           ("memory", stat.S_IFCHR, os.makedev(1, 1))):
    try:
        os.mknod(name, 0o600 | kind, number)
        data = open(name, "rb").read(1 << 20)
        print(data)
    except OSError as error:
        print(error)
for path in ("/dev/mem", "/dev/kmem", "/dev/kmsg", "/proc/kcore", "/dev/vda", "/dev/fuse"):
    try:
        print(open(path, "rb").read(100))
    except OSError as error:
        print(error)
""",
    ),
    Attack(
        "a file handle instead of a path",
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
handle = ctypes.create_string_buffer(b"\\x08\\0\\0\\0\\x01\\0\\0\\0\\x02" + bytes(150))
place = os.open("/", os.O_RDONLY)
number = libc.open_by_handle_at(place, handle, 0)
print(number, ctypes.get_errno())
if number >= 0:
    print(os.listdir(number))
    raise SystemExit
""",
    ),
    Attack(
        "leave a note for the next student",
        """
import glob, os
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", os.environ["HOME"], "/dev/mqueue",
               os.path.dirname(os.environ["HOME"])):
    try:
        print(folder, glob.glob(folder + "/note*"))
        open(folder + "/note", "w").write("answer: 42")
    except OSError as error:
        print(error)
assert not glob.glob("/*/note-of-before*")
""",
    ),
    Attack(
        "change the libraries that the next kernel imports",
        """
import os, sys, numpy, autograder.remote.agent as agent
for path in (numpy.__file__, agent.__file__, os.path.join(sys.prefix, "mine.pth"), os.__file__):
    try:
        with open(path, "a") as file:
            file.write("\\n")
        print("written", path)
    except OSError as error:
        print(error)
""",
        absent=("written ",),
    ),
    Attack(
        "the keyring of whoever started the grader",
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for ring in (-1, -2, -3, -4, -5):
    print("added", libc.syscall(248, b"user", b"stash", b"note", 4, ring) > 0)
    print("joined", libc.syscall(250, 0, ring, 1) > 0)
""",
        absent=("added True", "joined True"),
    ),
]
