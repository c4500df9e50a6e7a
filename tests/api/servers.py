"""Real servers for tests: PostgreSQL, Redis, the service and its workers, each with a port and a folder of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn

from api.app import create_app
from api.patience import server_config
from api.settings import Settings

_T = TypeVar("_T")
PATIENCE = 120.0


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, ask: Callable[[], _T | None], seconds: float = PATIENCE) -> _T:
    """Ask until the answer is true, and return it."""
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < until, f"waited {seconds} seconds for {what}"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether something accepts connections."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


# -- databases and brokers ---------------------------------------------------------------------------------------


@dataclass
class Postgres:
    """A cluster; ``database()`` makes one more database in it."""

    folder: Path
    port: int

    def _run(self, program: str, *arguments: str) -> None:
        binary = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        command = [str(binary[-1]) if binary else str(shutil.which(program)), *arguments]
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=PATIENCE
        )

    def prepare(self) -> None:
        """Make the cluster."""
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-o", options, "-l", f"{self.folder}/log", "-w", "start")

    def stop(self) -> None:
        """Stop it at once, as if the machine had lost power."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """The URL of a new database."""
        import psycopg

        name = f"test_{secrets.token_hex(4)}"
        with psycopg.connect(f"postgresql://tester@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://tester@127.0.0.1:{self.port}/{name}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running cluster."""
    folder = Path(tempfile.mkdtemp(prefix="folioscope-pg-"))
    server = Postgres(folder, free_port())
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Redis:
    """A Redis server that keeps nothing on disk."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("Redis", lambda: listens(self.port))

    def kill(self) -> None:
        """End it by signal 9; what it held is gone."""
        assert self.process
        self.process.kill()
        self.process.wait()


@contextmanager
def redis() -> Iterator[Redis]:
    """A running Redis."""
    server = Redis(free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def rabbitmq() -> Iterator[str]:
    """The URL of a running RabbitMQ of its own: node, ports, files and port mapper are shared with no other."""
    [program] = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))[-1:]
    folder = Path(tempfile.mkdtemp(prefix="folioscope-rabbitmq-"))
    ports = [free_port() for _ in range(3)]
    mapper = {"ERL_EPMD_PORT": str(ports[2]), "ERL_EPMD_ADDRESS": "127.0.0.1", "HOME": str(folder)}
    values = mapper | {
        "PATH": os.environ["PATH"],
        "RABBITMQ_NODENAME": f"folioscope-{ports[0]}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(ports[0]),
        "RABBITMQ_DIST_PORT": str(ports[1]),
        "RABBITMQ_MNESIA_BASE": f"{folder}/data",
        "RABBITMQ_LOG_BASE": f"{folder}/log",
        "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
        "RABBITMQ_CONFIG_FILE": f"{folder}/none",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
    }
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [program], cwd=folder, env=values, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for("RabbitMQ", lambda: listens(ports[0]) or process.poll() is not None)
        assert process.poll() is None, (folder / "output").read_text("utf-8", "replace")
        yield f"amqp://guest:guest@127.0.0.1:{ports[0]}//"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)
        relaxed = mapper | {"ERL_EPMD_RELAXED_COMMAND_CHECK": "1", "PATH": os.environ["PATH"]}
        subprocess.run(["epmd", "-kill"], env=relaxed, check=False, capture_output=True, timeout=PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


# -- the service -------------------------------------------------------------------------------------------------


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """The environment of a process of the service with these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLIOSCOPE_")}
    return kept | {f"FOLIOSCOPE_{name.upper()}": str(value) for name, value in settings.items()}


@dataclass
class Program:
    """A process of ``folioscope``, with its log."""

    command: str
    settings: dict[str, Any]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Program:
        """Start it; it is ready when its first answer comes."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "analyzer.cli", self.command],
                env=environment(self.settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def kill(self) -> None:
        """End it by signal 9."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Running:
    """A service in a thread of this process, on a port of its own."""

    settings: Settings
    server: uvicorn.Server
    thread: threading.Thread = field(repr=False)

    @property
    def url(self) -> str:
        """Scheme and authority."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def client(self, key: str = "") -> httpx2.Client:
        """A client, with a key or without."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE)


@contextmanager
def running(settings: Settings) -> Iterator[Running]:
    """The service, until the end of the block."""
    server = uvicorn.Server(server_config(create_app(settings), settings, port=0, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for("the service", lambda: server.started or not thread.is_alive())
        assert thread.is_alive(), "the service did not start"
        yield Running(settings, server, thread)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
