"""One file from the network: resumed where it broke off, checked, and whole or not there at all."""

import errno
import hashlib
import http.client
import os
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

BLOCK = 1 << 16
#: From so many bytes on, a download shows a progress bar.
LARGE = 1 << 20
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


class DataError(Exception):
    """A data set cannot be had; one line says which, why and what to do."""


def fetch(
    url: str, sha256: str, target: Path, *, size: int = 0, timeout: float = 30, bar: bool = True
) -> Path:
    """Download a file, unless it is there already.

    What has come is kept in ``target.part``, and the next call asks for the rest. Only a file
    with the right checksum gets its name.

    Parameters
    ----------
    url : where the file is, ``http`` or ``https``
    sha256 : its checksum, in hexadecimal digits
    target : where it goes; folders are made
    size : its bytes; 0 where they are not known
    timeout : how long the server may be silent, in seconds
    bar : whether a large file shows its progress

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    DataError
        If it cannot be had: no network, a refusal, silence, an interruption, another file than
        expected, no room or no permission on the disk. The message is one line.
    KeyboardInterrupt
        If a person interrupts; the message says what is kept.
    """
    try:
        if target.is_file() and checksum(target) == sha256:
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target.parent):
            part = target.with_name(target.name + ".part")
            _complete(url, sha256, part, size, timeout, bar)
            part.replace(target)
    except OSError as error:
        raise DataError(_on_disk(error, target)) from None
    return target


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def amount(count: int) -> str:
    """A number of bytes in words: ``1.7 MB``."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from downloading into a folder, where the system can lock one."""
    if fcntl is None:
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot lock a folder
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataError(f"{folder}: another download goes on there; wait for it") from None
        yield
    finally:
        os.close(place)


def _complete(url: str, sha256: str, part: Path, size: int, timeout: float, bar: bool) -> None:
    """Bring ``part`` to its end and check it."""
    with part.open("ab", buffering=0) as file:
        if file.tell() == 0 or checksum(part) != sha256:
            _receive(url, file, size, timeout, bar)
            with suppress(OSError):  # not every file system can be told to
                os.fsync(file.fileno())
    found = checksum(part)
    if found != sha256:
        received = part.stat().st_size
        part.unlink()
        raise DataError(
            f"{url}: another file than expected: {amount(received)} with SHA-256 {found}, "
            f"expected {sha256}; it is removed, the next call starts over"
        )


def _receive(url: str, file: IO[bytes], size: int, timeout: float, bar: bool) -> None:
    """Add what the server sends to ``file``, from the file's end on if the server can."""
    try:
        with _ask(url, file.tell(), timeout) as answer:
            start = _start(answer, file.tell())
            length = answer.headers.get("Content-Length")
            total = start + int(length) if length and length.isdigit() else size
            if size and total != size:
                raise DataError(
                    f"{url}: the server offers {amount(total)}, expected {amount(size)}; "
                    "does a page to log in stand between? try another network"
                )
            file.truncate(start)
            file.seek(start)
            with _progress(url, start, total, bar) as progress:
                for block in _blocks(answer, (total or 1 << 62) - start):
                    _write(file, block)
                    progress.update(len(block))
            if file.tell() < total:
                raise http.client.IncompleteRead(b"", total - file.tell())
    except _Disk as error:
        raise error.cause from None
    except (OSError, http.client.HTTPException) as error:
        raise DataError(f"{url}: {_on_the_way(error, url, timeout)}{_kept(file)}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{url}: interrupted{_kept(file)}") from None


def _ask(url: str, offset: int, timeout: float) -> Any:
    """Ask for a file from an offset on; for all of it, where the server has nothing from there."""
    headers = {"User-Agent": "rnn-course", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=timeout)
    except urllib.error.HTTPError as error:
        if offset and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _ask(url, 0, timeout)
        raise


def _start(answer: Any, offset: int) -> int:
    """Where in the file the answer begins: at the offset, or at 0 where ranges are ignored."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return 0
    told = answer.headers.get("Content-Range", "")
    if not told.startswith(f"bytes {offset}-"):
        raise http.client.HTTPException(f"asked for bytes from {offset} on, it sends {told!r}")
    return offset


def _blocks(answer: Any, most: int) -> Iterator[bytes]:
    """What comes, as it comes, and no more than ``most`` bytes of it."""
    while most > 0 and (block := answer.read1(min(BLOCK, most))):
        most -= len(block)
        yield block


class _Disk(Exception):
    """A write failed; told apart from a failure of the network, which is an OSError as well."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause


def _write(file: IO[bytes], block: bytes) -> None:
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        raise _Disk(error) from None


def _progress(url: str, start: int, total: int, bar: bool) -> Any:
    from tqdm.auto import tqdm

    name = url.rsplit("/", 1)[-1]
    hidden = not bar or total < LARGE
    return tqdm(desc=name, initial=start, total=total, unit="B", unit_scale=True, disable=hidden)


def _kept(file: IO[bytes]) -> str:
    there = file.tell()
    return f"; {amount(there)} are kept, the next call resumes" if there else ""


def _on_the_way(error: Exception, url: str, timeout: float) -> str:
    """What failed between the server and here, and what to do."""
    host = urllib.parse.urlsplit(url).netloc
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case socket.gaierror():
            words = f"no network, or no such name: {host} cannot be resolved"
        case TimeoutError():
            words = f"no answer from {host} within {timeout:g} s; call again"
        case ConnectionRefusedError():
            words = f"{host} refuses the connection"
        case ConnectionError() | http.client.IncompleteRead():
            words = f"{host} broke off"
        case OSError(errno=number) if number in NO_NETWORK:
            words = f"no network leads to {host}"
        case _:
            words = f"{host}: {' '.join(str(reason).split()) or type(reason).__name__}"
    return words + (" (asked through the proxy that is set here)" if _through_proxy(url) else "")


def _through_proxy(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    known = parts.scheme in urllib.request.getproxies()
    return known and not urllib.request.proxy_bypass(parts.hostname or "")


def _on_disk(error: OSError, target: Path) -> str:
    """What failed on this machine's disk, and what to do."""
    words = error.strerror or type(error).__name__
    if error.errno in NO_ROOM:
        return (
            f"{target}: no room on the disk ({words}); what has come is kept: make room and call "
            "again, or set RNN_COURSE_DATA to a folder elsewhere"
        )
    if error.errno in FORBIDDEN:
        return f"{target}: may not be written ({words}); set RNN_COURSE_DATA to a folder of yours"
    return f"{target}: cannot be written: {words}"
