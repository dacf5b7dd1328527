"""Download a file: resumed where it broke off, checked, and there whole or not at all.

pooch asks for the file, checks and names it. Here is what it lacks: resuming where an earlier call
broke off, refusing an unexpected file before it is received, and errors of one clear line.
"""

import errno
import http.client
import io
import os
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pooch
import requests

from .dataset import DataError, Dataset, RemoteFile, amount, file_path

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

#: A download of at least so many bytes shows a progress bar.
LARGE = 1 << 20
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def fetch_file(dataset: Dataset, file: RemoteFile, bar: bool = True) -> Path:
    """Download one file of a data set, unless it is there; raises `DataError` as `fetch` does."""
    try:
        return fetch(file, file_path(dataset, file), bar=bar)
    except _DiskError as error:
        raise DataError(f"{error}; set {dataset.folder.variable} to use another folder") from None


def fetch(file: RemoteFile, target: Path, *, timeout: float = 30, bar: bool = True) -> Path:
    """Download a file, unless it is there already.

    What has arrived is kept in ``target.part``, and the next call asks for the rest. Only a file
    with the right checksum gets its name.

    Parameters
    ----------
    target : where it goes; folders are made
    timeout : how long the server may be silent, in seconds
    bar : whether a large file shows its progress

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    DataError
        If it cannot be downloaded: no network, a refusal, silence, an interruption, an unexpected
        file, no room or no permission on the disk. The message is one line.
    KeyboardInterrupt
        If a person interrupts; the message says what is kept.
    """
    pooch.get_logger().setLevel("WARNING")  # the caller says what was downloaded
    receive = partial(_resume, file, target.with_name(target.name + ".part"), timeout, bar)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.parent):
            pooch.retrieve(
                file.url, f"sha256:{file.sha256}", target.name, target.parent, downloader=receive
            )
    except OSError as error:
        raise _on_disk(error, target) from None
    except ValueError as error:  # pooch's, of the checksum
        raise DataError(f"{file.url}: {error} The next call starts over.") from None
    return target


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
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
                raise DataError(
                    f"{folder}: another download is running there; wait for it to end"
                ) from None
        yield
    finally:
        os.close(place)


class _Part(io.BufferedWriter):
    """What has arrived of a file so far; it takes no more bytes than the file has."""

    def __init__(self, path: Path, file: RemoteFile) -> None:
        super().__init__(io.FileIO(path, "a"))
        self.file = file
        if self.tell() > file.size:
            self.cut(0)

    def cut(self, size: int) -> None:
        self.truncate(size)
        self.seek(size)

    def write(self, block: bytes) -> int:  # type: ignore[override]  # bytes is all that comes
        if self.tell() + len(block) > self.file.size:
            raise DataError(f"{self.file.url}: sends more than {amount(self.file.size)}, its size")
        return super().write(block)

    def kept(self) -> str:
        there = self.tell()
        return f"; {amount(there)} are kept, the next call resumes" if there else ""


def _resume(
    file: RemoteFile, path: Path, timeout: float, bar: bool, url: str, draft: str, _: object
) -> None:
    """Complete a part and put it in the place of pooch's draft, which pooch checks."""
    with _Part(path, file) as part:
        if part.tell() < file.size:
            _receive(url, part, timeout, bar and file.size >= LARGE)
            with suppress(OSError):  # not every file system can do that
                os.fsync(part.fileno())
    path.replace(draft)


def _receive(url: str, part: _Part, timeout: float, bar: bool) -> None:
    """Add what the server sends to a part, from its end on if the server supports that."""
    headers = {"Accept-Encoding": "identity"}
    if part.tell():
        headers["Range"] = f"bytes={part.tell()}-"
    download = pooch.HTTPDownloader(
        progressbar=bar,
        timeout=timeout,
        headers=headers,
        hooks={"response": partial(_begin, part)},
    )
    try:
        download(url, part, None)
    except requests.RequestException as error:
        raise DataError(f"{url}: {_on_the_way(error, url, timeout)}{part.kept()}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{url}: interrupted{part.kept()}") from None
    if part.tell() < part.file.size:
        raise DataError(f"{url}: the server broke off{part.kept()}")


def _begin(part: _Part, response: requests.Response, **_: object) -> None:
    """Check a response before its body is received: is it our file, and from which byte on?"""
    if response.status_code not in (http.client.OK, http.client.PARTIAL_CONTENT):
        return  # sent elsewhere, or refused
    start = part.tell() if response.status_code == http.client.PARTIAL_CONTENT else 0
    sent = response.headers.get("Content-Range", "")
    if start and not sent.startswith(f"bytes {start}-"):
        raise DataError(f"{response.url}: asked for bytes from {start} on, found {sent!r}")
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and start + int(length) != part.file.size:
        raise DataError(
            f"{response.url}: the server offers {amount(start + int(length))}, expected "
            f"{amount(part.file.size)}; is there a log-in page in between? try another network"
        )
    part.cut(start)


def _on_the_way(error: requests.RequestException, url: str, timeout: float) -> str:
    """What failed between here and the server, and what to do."""
    host = urllib.parse.urlsplit(url).netloc
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    causes = list(_causes(error))

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if among(socket.gaierror):
        words = f"no network, or no such name: {host} cannot be resolved"
    elif among(TimeoutError, requests.Timeout):
        words = f"no answer from {host} within {timeout:g} s; call again"
    elif among(ConnectionRefusedError):
        words = f"{host} refuses the connection"
    elif among(ConnectionError, http.client.HTTPException):
        words = f"{host} broke off"
    elif any(isinstance(cause, OSError) and cause.errno in NO_NETWORK for cause in causes):
        words = f"no network leads to {host}"
    else:
        words = f"{host}: {' '.join(str(causes[-1]).split()) or type(causes[-1]).__name__}"
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    return words + (" (asked through the proxy that is set here)" if proxy else "")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, its cause, the cause's cause, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


class _DiskError(DataError):
    """The disk failed; another folder may work."""


def _on_disk(error: OSError, target: Path) -> _DiskError:
    """What failed on the disk."""
    words = error.strerror or type(error).__name__
    if error.errno in NO_ROOM:
        kept = "what has arrived is kept, the next call resumes"
        return _DiskError(f"{target}: no room on the disk ({words}); {kept}")
    if error.errno in FORBIDDEN:
        return _DiskError(f"{target}: may not be written ({words})")
    return _DiskError(f"{target}: cannot be written: {words}")
