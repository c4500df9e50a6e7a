"""The API of the emulated engine over HTTP, as Docker Compose speaks it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.deploy.engine.state import Container, Engine, Object, Refused

__all__ = ["serving"]

VERSION = "1.51"
OUTPUT, ERRORS = 1, 2
"""Streams of a program, as their frames name them."""
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


class Connection(BaseHTTPRequestHandler):
    """What a client asks, one request after the other."""

    protocol_version = "HTTP/1.1"
    engine: Engine
    asked: dict[str, str]
    body: Any

    def log_message(self, *_: Any) -> None:
        """Write nothing."""

    def handle(self) -> None:
        """Answer until the client goes, which Compose does in the middle of an answer when it gives up."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def handle_request(self) -> None:
        """Answer a request, or say why not in the API's own form."""
        url = urlsplit(self.path)
        path = re.sub(r"^/v[\d.]+(?=/)", "", unquote(url.path))
        self.asked = dict(parse_qsl(url.query))
        self.body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        try:
            self._answer(path)
        except Refused as refused:
            self._send(refused.code, {"message": str(refused)})

    do_HEAD = do_GET = do_POST = do_DELETE = handle_request  # noqa: N815 as the base class looks for them

    def _answer(self, path: str) -> None:
        for pattern, code, answer in ROUTES:
            if found := re.fullmatch(pattern, f"{self.command} {path}"):
                with self.engine.lock:
                    answered = answer(self, *found.groups())
                return self._send(code, answered)
        for pattern, stream in STREAMS:
            if found := re.fullmatch(pattern, path):
                return stream(self, *found.groups())
        raise Refused(404, f"{self.command} {path} is not emulated")

    def _send(self, code: int, answered: object) -> None:
        text = b"" if code == 204 else json.dumps(answered).encode()
        self.send_response(code)
        self.send_header("Api-Version", VERSION)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def chosen(self, held: Object) -> bool:
        """Whether something is one of those that the filters of a request choose, which are labels."""
        filters, labels = json.loads(self.asked.get("filters", "{}")), held.get("Labels") or {}
        if filters.keys() - {"label"}:
            raise Refused(400, f"invalid filter: {', '.join(filters)}")
        terms = [term.partition("=") for term in filters.get("label", ())]
        return all(name in labels and (not equals or labels[name] == value) for name, equals, value in terms)

    # -- streams ---------------------------------------------------------------------------------------------------

    def logs(self, name: str) -> None:
        """What a container wrote since a moment."""
        found = self.engine.container(name)
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for moment, text in found.lines:
            if moment.timestamp() >= float(self.asked.get("since", "0")):
                self._frame(OUTPUT, f"{text}\n".encode())

    def run(self, number: str) -> None:
        """Run a program. The connection is then no longer HTTP: what comes is its input, what goes are frames."""
        command = self.engine.command(number)
        self.wfile.write(UPGRADED)
        self.close_connection = True
        with subprocess.Popen(
            command, env=os.environ | self.engine.variables, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            threads = [
                threading.Thread(target=self._feed, args=(process.stdin,)),
                threading.Thread(target=self._frames, args=(OUTPUT, process.stdout)),
                threading.Thread(target=self._frames, args=(ERRORS, process.stderr)),
            ]
            for thread in threads:
                thread.start()
            for thread in threads[1:]:
                thread.join()
            self.engine.started[number]["ExitCode"] = process.wait()
            with contextlib.suppress(OSError):  # the client has gone already
                self.connection.shutdown(socket.SHUT_RDWR)
            threads[0].join()

    def _feed(self, into: IO[bytes]) -> None:
        with contextlib.suppress(BrokenPipeError), into:
            while content := self.rfile.read1(1 << 16):
                into.write(content)

    def _frames(self, stream: int, source: IO[bytes]) -> None:
        while content := source.read(1 << 16):
            with self.engine.lock:
                self._frame(stream, content)

    def _frame(self, stream: int, content: bytes) -> None:
        self.wfile.write(struct.pack(">BxxxI", stream, len(content)) + content)


# -- answers ---------------------------------------------------------------------------------------------------------


def _image(asked: Connection, name: str) -> Object:
    found = asked.engine.image(name)
    return {"Id": found.id, "RepoTags": [found.name], "Config": found.config, "Os": "linux", "Architecture": "amd64"}


def _pull(asked: Connection) -> Object:
    name = f"{asked.asked['fromImage']}:{asked.asked.get('tag', '')}"
    raise Refused(404, f"pull access denied for {name}: there is no registry")


def _containers(asked: Connection) -> list[Object]:
    return [
        _listed(found)
        for found in asked.engine.containers.values()
        if (found.status == "running" or asked.asked.get("all") == "1") and asked.chosen(found.config)
    ]


def _listed(found: Container) -> Object:
    said = {"created": "Created", "running": "Up 1 second", "exited": f"Exited ({found.code}) 1 second ago"}
    ports = [
        {"IP": address, "PublicPort": int(port), "PrivatePort": int(inside.partition("/")[0]), "Type": "tcp"}
        for (address, port), inside in found.published.items()
    ]
    return {
        "Id": found.id, "Names": [f"/{found.name}"], "Image": found.image.name, "ImageID": found.image.id,
        "Command": " ".join(found.config.get("Cmd", ())), "Labels": found.config["Labels"],
        "Created": int(found.created.timestamp()), "State": found.status,
        "Status": said[found.status] + (f" ({found.health})" if found.health else ""),
        "Ports": ports if found.status == "running" else [],
        "Mounts": found.mounts, "NetworkSettings": {"Networks": found.networks},
    }  # fmt: skip


def _container(asked: Connection, name: str) -> Object:
    found = asked.engine.look(name)
    state: Object = {"Status": found.status, "Running": found.status == "running", "ExitCode": found.code}
    return {
        "Id": found.id, "Name": f"/{found.name}", "Image": found.image.id, "Created": found.created.isoformat(),
        "State": state | ({"Health": {"Status": found.health, "Log": []}} if found.health else {}),
        "Config": {key: value for key, value in found.config.items() if key != "HostConfig"},
        "HostConfig": found.config["HostConfig"],
        "Mounts": found.mounts, "NetworkSettings": {"Networks": found.networks},
    }  # fmt: skip


ROUTES: tuple[tuple[str, int, Callable[..., object]], ...] = (
    ("HEAD /_ping", 200, lambda _: "OK"),
    ("GET /images/(.+)/json", 200, _image),
    ("POST /images/create", 200, _pull),
    ("GET /networks", 200, lambda asked: [*filter(asked.chosen, asked.engine.networks.values())]),
    ("GET /networks/([^/]+)", 200, lambda asked, name: asked.engine.network(name)),
    ("POST /networks/create", 201, lambda asked: asked.engine.create_network(asked.body)),
    ("GET /volumes", 200, lambda asked: {"Volumes": [*filter(asked.chosen, asked.engine.volumes.values())]}),
    ("GET /volumes/([^/]+)", 200, lambda asked, name: asked.engine.volume(name)),
    ("POST /volumes/create", 201, lambda asked: asked.engine.create_volume(asked.body)),
    ("GET /containers/json", 200, _containers),
    ("GET /containers/([^/]+)/json", 200, _container),
    ("POST /containers/create", 201, lambda asked: {"Id": asked.engine.create(asked.asked["name"], asked.body).id}),
    ("POST /containers/([^/]+)/rename", 204, lambda asked, name: asked.engine.rename(name, asked.asked["name"])),
    ("POST /containers/([^/]+)/start", 204, lambda asked, name: asked.engine.start(name)),
    ("POST /containers/([^/]+)/stop", 204, lambda asked, name: asked.engine.stop(name)),
    ("DELETE /containers/([^/]+)", 204, lambda asked, name: asked.engine.remove(name)),
    ("POST /containers/([^/]+)/exec", 201, lambda asked, name: {"Id": asked.engine.prepare(name, asked.body)["ID"]}),
    ("GET /exec/([^/]+)/json", 200, lambda asked, number: asked.engine.started[number]),
)
STREAMS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("/containers/([^/]+)/logs", Connection.logs),
    ("/exec/([^/]+)/start", Connection.run),
)


@contextmanager
def serving(engine: Engine) -> Iterator[str]:
    """The address of an engine's API on loopback, until the end of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Connection,), {"engine": engine})) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(30)
