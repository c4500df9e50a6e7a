"""The service under load: python benchmarks/load.py [--clients 200] [--seconds 20] [--analyses 10000].

Two parts, each against real processes on loopback:

1. A stored report next to a bare FastAPI endpoint that returns the same bytes, both under uvicorn with one process.
   ``--clients`` clients (wrk) ask the one or the other once a second, and half as many keep a stream of events of the
   service open, while two workers of the service analyze. The servers take turns in short rounds, so that both meet the
   same machine. The ratio of the 95th percentiles is what counts; the issue asks for 3 or less.
2. Memory of the server over ``--analyses`` analyses: answers from the store and, every 100th,
   one of a commit that is analyzed for it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.api.conftest import FILES, settings_of
from tests.api.servers import Program, environment, free_port, listens, wait_for
from tests.conftest import commit_all, git, write_files
from tests.git_server import GitServer, serve

_LATENCY_COMMITS = 250
BARE = """
import sys
from pathlib import Path
import uvicorn
from fastapi import FastAPI, Response
body = Path(sys.argv[1]).read_bytes()
app = FastAPI()
@app.get("/report")
async def report():
    return Response(body, media_type="application/json")
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
"""

POLL = """
function delay() return math.random(0, 2000) end
function done(summary, latency, requests)
  local errors = summary.errors
  print("errors " .. errors.connect + errors.read + errors.write + errors.status + errors.timeout)
  for number = 1, #latency do print("took " .. string.format("%d %d", latency(number))) end
end
"""


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20, help="of each server, over all rounds")
    parser.add_argument("--analyses", type=int, default=10_000)
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        parser.error("wrk is not installed (Debian's package has this name)")
    with tempfile.TemporaryDirectory() as name, serve(Path(name) / "hub") as hub:
        folder = Path(name)
        _publish(hub, folder)
        settings = settings_of(
            folder / "data", hub, port=free_port(), workers=2, fresh_seconds=3600, queue_most=100_000
        )
        server = Program("serve", settings, folder / "log").start()
        base = f"http://127.0.0.1:{settings['port']}"
        try:
            wait_for("the service", lambda: listens(int(str(settings["port"]))))
            _latency(arguments, folder, base, hub)
            assert server.process
            _memory(arguments, folder, base, hub, server.process.pid)
        finally:
            server.stop()
    return 0


def _publish(hub: GitServer, folder: Path) -> None:
    work = folder / "work"
    work.mkdir()
    (folder / "hub").mkdir(exist_ok=True)
    git(work, "init", "-q", "-b", "main")
    write_files(work, FILES)
    for number in range(400):
        (work / "NUMBER").write_text(str(number))
        commit_all(work, str(number))
    hub.publish(work, "octocat/delay")


def _start(client: httpx2.Client, url: str, ref: str = "") -> dict:
    answer = client.post("/api/v1/analyses", json={"url": url, "ref": ref})
    answer.raise_for_status()
    return answer.json()


def _end(client: httpx2.Client, link: str) -> dict:
    return wait_for("the analysis", lambda: (shown := client.get(link).json())["finished_at"] and shown)


# -- latency -----------------------------------------------------------------------------------------------------


def _latency(arguments: argparse.Namespace, folder: Path, base: str, hub: GitServer) -> None:
    with httpx2.Client(base_url=base, timeout=60) as client:
        link = _start(client, hub.url("octocat/delay"))["links"]["self"]
        _end(client, link)
        report = f"{base}{link}/report.json"
        body = client.get(report, headers={"Accept-Encoding": "identity"}).content
        commits = git(folder / "work", "rev-list", "main").split()
        # Work for the two workers during all rounds: commits that nobody analyzed yet.
        begun = [_start(client, hub.url("octocat/delay"), commit) for commit in commits[:_LATENCY_COMMITS]]
        work = [item["links"]["self"] for item in begun]
    (folder / "body").write_bytes(body)
    port = free_port()
    bare = subprocess.Popen([sys.executable, "-c", BARE, str(folder / "body"), str(port)], env=environment({}))
    try:
        wait_for("the bare endpoint", lambda: listens(port))
        ours, theirs = asyncio.run(_race(arguments, base, work, report, f"http://127.0.0.1:{port}/report"))
    finally:
        bare.send_signal(signal.SIGTERM)
        bare.wait()
    with httpx2.Client(base_url=base, timeout=60) as client:  # what still waits would stand before the second part's
        for item in begun:
            token = {"Manage-Token": item["manage_token"]}
            client.post(f"{item['links']['self']}/cancel", headers=token).raise_for_status()
    print(f"stored report of {len(body):,} bytes, {arguments.clients} clients, 2 workers analyzing")
    print("| | requests | median, ms | 95th percentile, ms |\n|---|---:|---:|---:|")
    for name, times in (("stored report", ours), ("bare endpoint", theirs)):
        print(f"| {name} | {len(times):,} | {statistics.median(times) * 1e3:.1f} | {_p95(times) * 1e3:.1f} |")
    print(f"ratio of the 95th percentiles: {_p95(ours) / _p95(theirs):.2f}")


async def _race(
    arguments: argparse.Namespace, base: str, work: list[str], report: str, bare: str
) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    theirs: list[float] = []
    rounds = 4
    streams = [
        asyncio.create_task(_stream(base, work[-1 - number % len(work)])) for number in range(arguments.clients // 2)
    ]
    for number in range(rounds):
        pair = ((report, ours), (bare, theirs))
        for url, times in pair if number % 2 == 0 else reversed(pair):
            times.extend(await _polled(url, arguments.clients, arguments.seconds / rounds))
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return ours, theirs


async def _polled(url: str, clients: int, seconds: float) -> list[float]:
    """The seconds of each request of so many clients that ask once a second on average.

    wrk asks, in C: a client in Python takes more processor time than the server that it would measure.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(POLL)
        script.flush()
        command = ("wrk", "--threads=1", f"--connections={clients}", f"--duration={seconds:.0f}s", "--timeout=30s")
        process = await asyncio.create_subprocess_exec(
            *command, f"--script={script.name}", url, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
    lines = [line.split()[1:] for line in told.decode().splitlines() if line.startswith(("took ", "errors "))]
    assert process.returncode == 0, told.decode()
    assert lines[0] == ["0"], told.decode()
    return [int(value) / 1e6 for value, count in lines[1:] for _ in range(int(count))]


async def _stream(base: str, link: str) -> None:
    """Follow an analysis that waits or runs; when it has ended, come back as a browser does."""
    async with httpx2.AsyncClient(base_url=base, timeout=None) as client:
        while True:
            async with client.stream("GET", f"{link}/events") as stream:
                async for _ in stream.aiter_lines():
                    pass
            await asyncio.sleep(1)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


# -- memory ------------------------------------------------------------------------------------------------------


def _memory(arguments: argparse.Namespace, folder: Path, base: str, hub: GitServer, number: int) -> None:
    page = os.sysconf("SC_PAGE_SIZE")

    def resident() -> float:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * page / 2**20

    print("\n| analyses | memory of the server, MiB |\n|---:|---:|")
    commits = git(folder / "work", "rev-list", "main").split()
    known, new = commits[0], iter(commits[_LATENCY_COMMITS:])
    real = 0
    with httpx2.Client(base_url=base, timeout=60) as client:
        for count in range(1, arguments.analyses + 1):
            commit = next(new, None) if count % 100 == 0 else known
            shown = _start(client, hub.url("octocat/delay"), commit or known)
            if shown["status"] != "done":
                real += 1
                shown = _end(client, shown["links"]["self"])
            client.get(shown["report"]["formats"]["json"]).raise_for_status()
            if count in (1, 100, 1000) or count % 2000 == 0:
                print(f"| {count:,} | {resident():.1f} |", flush=True)
    print(f"of these, {real} were analyzed by the workers, the others answered from the store; every report was read")


if __name__ == "__main__":
    sys.exit(main())
