"""The service as a user starts it: a process of its own, with repositories from a real git server beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import FIXTURES, commit_all, git
from tests.git_server import GitServer
from tests.git_server import serve as serve_git

__all__ = ["Site", "running_site"]

SAMPLES = {"good": "course-subfolder", "begun": "notebook-only", "complete": "exemplary"}
_WAIT_SECONDS = 150.0


@dataclass(frozen=True)
class Site:
    """A running service and its git server. ``owner_key`` is a key of the owner."""

    url: str
    git: GitServer
    data: Path
    owner_key: str
    commits: dict[str, str]

    def repository(self, name: str) -> str:
        """The address of a repository, as one types it."""
        return self.git.url(f"octocat/{name}")


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Start everything below a folder, and end it."""
    roots = folder / "git"
    roots.mkdir()
    with serve_git(roots) as server:
        commits = {name: _publish(server, folder, name, sample) for name, sample in SAMPLES.items()}
        commits["changed"] = _change(server, folder)
        data = folder / "data"
        environment = _environment(folder, server, data)
        key = _owner_key(environment)
        process = subprocess.Popen(
            [sys.executable, "-m", "analyzer.cli", "serve", "--port", "0"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            yield Site(_address(process), server, data, key, commits)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)
            assert process.stdout
            process.stdout.close()


def _publish(server: GitServer, folder: Path, name: str, sample: str) -> str:
    work = folder / name
    shutil.copytree(FIXTURES / sample, work)
    git(work, "init", "-q", "-b", "main")
    commit = commit_all(work)
    server.publish(work, f"octocat/{name}")
    return commit


def _change(server: GitServer, folder: Path) -> str:
    """A second commit of one repository that gains a criterion, and whose evidence moves."""
    work = folder / "begun"
    (work / ".pre-commit-config.yaml").write_text(
        "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.11.0\n    hooks:\n      - id: ruff\n"
    )
    # Evidence of the first commit moves by a line.
    readme = work / "README.md"
    readme.write_text("\n" + readme.read_text("utf-8"), "utf-8")
    commit = commit_all(work, "hooks")
    server.publish(work, "octocat/begun")
    return commit


def _environment(folder: Path, server: GitServer, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "FOLIOSCOPE_DATA_FOLDER": str(data),
        "FOLIOSCOPE_HOSTS": server.base,
        "FOLIOSCOPE_RATE_ANONYMOUS": "1000/hour",
        "FOLIOSCOPE_RATE_SIGN_IN": "1000/hour",
        "FOLIOSCOPE_RATE_REQUESTS": "100000/minute",
        "FOLIOSCOPE_LOG_LEVEL": "info",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


def _owner_key(environment: dict[str, str]) -> str:
    """A key of the owner, made by the command that an operator uses."""
    done = subprocess.run(
        [sys.executable, "-m", "analyzer.cli", "keys", "add", "owner", "--owner", "--scopes", "read write admin"],
        env=environment, capture_output=True, text=True, check=True, timeout=_WAIT_SECONDS,
    )  # fmt: skip
    match = re.search(r"fs_[\w-]+", done.stdout)
    assert match, done.stdout
    return match.group(0)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it listens, from what it says; the rest of what it says is read and dropped."""
    assert process.stdout
    until = time.monotonic() + _WAIT_SECONDS
    said: list[str] = []
    while time.monotonic() < until:
        line = process.stdout.readline()
        if not line:
            break
        said.append(line)
        match = re.search(r"http://127\.0\.0\.1:[1-9]\d*", line)
        if match:
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            _ready(match.group(0), until)
            return match.group(0)
    raise AssertionError(f"the service did not start: {''.join(said[-20:])}")


def _drain(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    try:
        for _ in process.stdout:
            pass
    except ValueError:  # closed at the end
        pass


def _ready(url: str, until: float) -> None:
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service is not ready")
