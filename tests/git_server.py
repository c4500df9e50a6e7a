"""A real git smart-HTTP server on loopback: ``git http-backend`` as CGI (git-http-backend(1)), with faults on request.

Repositories lie at ``<root>/<owner>/<name>.git``. Faults are set per repository and answer instead of git, or
spoil what git answers.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from analyzer.target import Host
from tests.conftest import git

_STATUS = {"404": 404, "401": 401, "403": 403, "429": 429, "500": 500, "503": 503}
_PACK = "git-upload-pack"


@dataclass
class GitServer:
    """A running server. ``faults`` maps ``owner/name`` to a fault; ``requests`` holds (method, path, protocol) in order.

    Faults of every request: a status (``404`` ...), ``reset`` (connection closed with RST), ``redirect:URL``,
    ``hang`` (never an answer). Faults of the pack alone: ``truncate`` (ends in the middle), ``endless`` (never
    ends), ``slow`` (a byte at a time), ``no-pack`` (503).
    """

    root: Path
    port: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> Host:
        """The host for ``Options(hosts=...)``."""
        return Host(f"127.0.0.1:{self.port}", self.base)

    @property
    def base(self) -> str:
        """Scheme and authority."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, name: str) -> str:
        """The address of a repository, as one types it."""
        return f"{self.base}/{name}"

    def publish(self, work: Path, name: str) -> Path:
        """Serve a copy of a repository with all its branches and tags."""
        bare = self.root / f"{name}.git"
        if bare.exists():
            git(work, "push", "-q", "--force", "--mirror", str(bare))
            return bare
        bare.parent.mkdir(parents=True, exist_ok=True)
        git(self.root, "clone", "-q", "--mirror", str(work), str(bare))
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git(bare, "config", key, "true")
        return bare

    def packs(self) -> int:
        """How often a pack was asked for (protocol v2 posts ls-refs and fetch to the same address)."""
        return sum(method == "POST" for method, _, _ in self.requests)


@contextmanager
def serve(root: Path) -> Iterator[GitServer]:
    """Serve the repositories below a folder until the end of the block."""
    state = GitServer(root)

    class Handler(_Handler):
        server_state = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.stopped.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_state: GitServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base's
        del format, args

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            self._answer(self._chunks())
        else:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return bytes(body)

    def _answer(self, body: bytes) -> None:
        state = self.server_state
        path = urlsplit(self.path).path
        state.requests.append((self.command, path, self.headers.get("Git-Protocol", "")))
        name = "/".join(path.strip("/").split("/")[:2]).removesuffix(".git")
        fault = state.faults.get(name, "")
        # In protocol v2 the pack comes in answer to a POST whose command is fetch.
        pack = self.command == "POST" and b"command=fetch" in self._plain(body)
        try:
            if fault in _STATUS or (fault == "no-pack" and pack):
                self._refuse(_STATUS.get(fault, 503))
            elif fault == "reset":
                self._reset()
            elif fault == "hang":
                until = time.monotonic() + 30
                while state.faults.get(name) == "hang" and time.monotonic() < until and not state.stopped.wait(0.1):
                    pass
                self.close_connection = True
            elif fault.startswith("redirect:"):
                self.send_response(302)
                self.send_header("Location", fault.partition(":")[2])
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._run_git(body, fault if pack else "")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _plain(self, body: bytes) -> bytes:
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            return gzip.decompress(body)
        return body

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _run_git(self, body: bytes, fault: str) -> None:
        parts = urlsplit(self.path)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "GIT_PROJECT_ROOT": str(self.server_state.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status = 200
        headers = []
        for line in head.decode("latin-1").split("\r\n"):
            key, _, value = line.partition(": ")
            if key.lower() == "status":
                status = int(value.split()[0])
            elif key:
                headers.append((key, value))
        self.send_response(status)
        for key, value in headers:
            self.send_header(key, value)
        self._send(content, fault)

    def _send(self, content: bytes, fault: str) -> None:
        if not fault:
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        # Without a length, the end of the connection is the end of the answer.
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        if fault == "truncate":
            self.wfile.write(content[: len(content) // 2])
        elif fault == "slow":
            for index in range(len(content)):
                self.wfile.write(content[index : index + 1])
                if self.server_state.stopped.wait(0.05):
                    return
        elif fault == "endless":
            self._pour_pack(content)

    def _pour_pack(self, content: bytes) -> None:
        """A pack that says it holds very many objects, and goes on with random blobs."""
        import zlib

        self.wfile.write(content[: content.index(b"packfile\n") + len(b"packfile\n")])
        self._band(b"PACK" + struct.pack(">II", 2, 1_000_000))
        while not self.server_state.stopped.is_set():
            data = os.urandom(32_768)
            size = len(data)
            header = bytearray([0x80 | (3 << 4) | (size & 15)])
            size >>= 4
            while size >= 128:
                header.append(0x80 | (size & 127))
                size >>= 7
            header.append(size)
            self._band(bytes(header) + zlib.compress(data, 0))

    def _band(self, data: bytes) -> None:
        """One packet of side band 1 (gitprotocol-pack(5))."""
        self.wfile.write(f"{len(data) + 5:04x}".encode() + b"\x01" + data)
