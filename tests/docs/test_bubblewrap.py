"""The block of docs/security.md that puts an analysis into bubblewrap: run as it is, with a repository in GitHub's place.

Some machines of CI make no namespaces for anybody. There bubblewrap ends the block with its own error, and nothing is analyzed.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import FIXTURES, commit_all, git
from tests.docs.fresh import ROOT, Fresh

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
[BLOCK] = re.findall(r"^```text\n(git clone .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ANALYSIS = "folioscope analyze clone.git --isolate"
ATTEMPTS = """
import json, os, socket, sys

def tried(attempt):
    try:
        attempt()
    except OSError as error:
        return type(error).__name__ + " " + str(error.errno)
    return ""

port, *paths = sys.argv[1:]
print(json.dumps({
    "connect": tried(lambda: socket.create_connection(("127.0.0.1", int(port)), 10).close()),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "write": [tried(lambda: open(path, "w").close()) for path in paths],
    "variables": sorted(os.environ.keys() - {"PWD", "LC_CTYPE"}),
}))
"""
"""What a taken-over analysis would try."""


@dataclass(frozen=True)
class Shell:
    """Where the block is typed: with Folioscope in a virtual environment, and with a repository that is cloned."""

    folder: Path
    env: dict[str, str]

    def run(self, command: str = ANALYSIS) -> subprocess.CompletedProcess[str]:
        """Run the block with this command in it."""
        assert ANALYSIS in BLOCK
        shutil.rmtree(self.folder / "clone.git", ignore_errors=True)
        return subprocess.run(
            ["bash", "-e", "-c", BLOCK.replace(ANALYSIS, command)],
            cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def shell(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("bubblewrap")
    for name in ("home", "work"):
        (folder / name).mkdir()
    shutil.copytree(FIXTURES / "dvc-cml", folder / "repository")
    git(folder / "repository", "init", "-q")
    commit_all(folder / "repository")
    own = fresh.whole(folder / "own")
    env = {**own.environment(folder / "home"), "VIRTUAL_ENV": str(own.folder / "venv")}
    address = f"url.file://{folder}/repository.insteadOf"
    git(folder, "config", "--file", "home/.gitconfig", address, "https://github.com/OWNER/REPO")
    return Shell(folder / "work", env)


@pytest.fixture(scope="module")
def refusal() -> str:
    """What bubblewrap says where it may do nothing, not even run a program that does nothing."""
    words = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-all", "true"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0) is (not done.stderr.startswith("bwrap: ")), done.stderr
    return done.stderr.strip()


Ended = Callable[[subprocess.CompletedProcess[str]], bool]


@pytest.fixture
def ended_well(refusal: str) -> Ended:
    """Whether a block ended well; if bubblewrap refuses here, it has to have ended with its words and nothing else."""

    def ended(done: subprocess.CompletedProcess[str]) -> bool:
        if refusal:
            assert done.returncode != 0
            assert done.stderr.splitlines()[-1] == refusal
            assert done.stdout == ""
        else:
            assert done.returncode == 0, done.stderr
        return not refusal

    return ended


def test_the_block_prints_a_report(shell: Shell, ended_well: Ended):
    done = shell.run()
    if ended_well(done):
        assert " of 100" in done.stdout


def test_inside_is_no_network_and_nothing_outside_is_written(shell: Shell, ended_well: Ended):
    name = str(uuid.uuid4())
    folders = (shell.folder, "/tmp/work", ROOT, shell.env["HOME"], "/tmp")
    paths = [f"{folder}/{name}" for folder in folders]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 10).close()
        (shell.folder / "attempts.py").write_text(ATTEMPTS)
        done = shell.run(f"python attempts.py {port} {' '.join(paths)}")
    if ended_well(done):
        tried = json.loads(done.stdout)
        assert tried["connect"] == "ConnectionRefusedError 111"
        assert tried["interfaces"] == ["lo"]
        assert all(tried["write"][:3])
        assert tried["write"][1] == "OSError 30"
        assert tried["write"][4] == "", "of its own, which nobody else sees"
        assert tried["variables"] == ["PATH"]
    assert not any(Path(path).exists() for path in paths)
