"""A web server on this machine that serves one file well and badly, for tests of downloads."""

import hashlib
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONTENT = bytes(range(256)) * 1200
SHA = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2


class Site(http.server.ThreadingHTTPServer):
    """Serves CONTENT under names that say how; notes every request's Range and what it sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.asked: list[str] = []
        self.sent = 0
        self.half_sent = threading.Event()
        self.go_on = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A client that is gone is what some of the tests are about."""

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        how, content = self.path.strip("/"), self.server.content
        span = self.headers.get("Range", "")
        self.server.asked.append(span)
        start = int(span[len("bytes=") : -1]) if span and how not in ("no-ranges", "login") else 0
        if how == "missing":
            return self.send_error(404)
        if how == "moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if how == "mute":
            self.server.go_on.wait(10)
            return None
        if start >= len(content):
            return self.send_error(416)
        body = b"<html>Please log in</html>" if how == "login" else content[start:]
        self.send_response(206 if start else 200)
        if start:
            first = start + 1 if how == "wrong-range" else start
            last = len(content) - 1
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        if how == "endless":
            body *= 3
        elif how == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            cut = [body[at : at + 50_000] for at in range(0, len(body), 50_000)] + [b""]
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in cut)
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if how in ("cut", "stuck") and not start:
            self._send(body[:HALF])
            if how == "cut":
                return None
            self.server.half_sent.set()
            self.server.go_on.wait(10)
            body = body[HALF:]
        return self._send(body)

    def _send(self, body: bytes) -> None:
        self.wfile.write(body)
        self.server.sent += len(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve() -> Iterator[Site]:
    """The server, running."""
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.go_on.set()
        server.shutdown()
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_for(path: Path, size: int) -> None:
    """Wait until another process has written so much."""
    for _ in range(2000):
        if path.exists() and path.stat().st_size >= size:
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} never grew to {size} bytes")
