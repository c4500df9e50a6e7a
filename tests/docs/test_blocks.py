"""Every fenced block of the pages: which test runs it, or why none does. What is run nowhere else is run here."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from analyzer.cli import parser_of
from analyzer.configuration import find_configuration
from tests.api.servers import free_port, wait_for
from tests.conftest import FIXTURES, commit_all, git
from tests.docs.fresh import Fresh

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
HERE = "tests/docs/test_blocks.py"
COMMANDS = "tests/docs/test_commands.py"
BACKUPS = "tests/deploy/test_runbook.py"
COMPOSE = "tests/deploy/test_compose.py"
COMPOSED = "tests/deploy/test_compose_runbook.py"
CLUSTER = "tests/deploy/test_cluster.py"
RUNBOOK = "tests/deploy/test_cluster_runbook.py"
WORKFLOWS = "tests/gate/test_workflows.py"
BUBBLEWRAP = "tests/docs/test_bubblewrap.py"
RUBRICS = "tests/test_rubrics.py"
BLOCKS = {
    "README.md": [("bin/analyze", HERE)],
    "docs/batch.md": [("folioscope batch", COMMANDS)],
    "docs/ci.md": [
        ("name: portfolio", WORKFLOWS),
        ("name: portfolio", WORKFLOWS),
        ("folioscope ci", COMMANDS),
        ("repos:", HERE),
    ],
    "docs/compare.md": [("folioscope compare", COMMANDS)],
    "docs/configuration.md": [
        ("rubric: startup", HERE),
        ("[tool.folioscope]", HERE),
        ("# yaml-language-server", "not run: a line for an editor; the next block makes the file that it names"),
    ],
    "docs/deployment.md": [
        ("pip install 'folioscope[service]'", HERE),
        ("deploy/secrets", COMPOSED),
        ("FOLIOSCOPE_IMAGE=", COMPOSE),
        ("kubectl create namespace", CLUSTER),
        ("cd deploy/terraform", CLUSTER),
    ],
    "docs/formats.md": [("![folioscope]", "not run: an image's address; tests/reporters holds the badge itself")],
    "docs/history.md": [("folioscope history", COMMANDS)],
    "docs/index.md": [("pip install .", HERE)],
    "docs/portfolio.md": [("folioscope portfolio USER", COMMANDS), ("from analyzer import", HERE)],
    "docs/rubrics.md": [("folioscope analyze", COMMANDS), ("# fintech.yaml", RUBRICS), ("# service.yaml", RUBRICS)],
    "docs/runbook.md": [
        ("kubectl --namespace folioscope get pods", RUNBOOK),
        ("kubectl --namespace folioscope exec deployment/folioscope-web", RUNBOOK),
        ("kubectl --namespace folioscope exec POD", RUNBOOK),
        ("helm upgrade", RUNBOOK),
        ("helm history", RUNBOOK),
        ("docker compose exec -T postgres pg_dump", BACKUPS),
        ("sqlite3", BACKUPS),
        ("docker compose stop", BACKUPS),
        ("rm -f", BACKUPS),
    ],
    "docs/security.md": [
        ("git clone --bare", BUBBLEWRAP),
        ("from analyzer.isolation", HERE),
    ],
    "docs/service.md": [
        ("pip install '.[service]'", HERE),
        ("FOLIOSCOPE_SECRET_KEY=", HERE),
        ("curl -s", "tests/api/test_documented.py"),
    ],
}
"""Of each page, its blocks in order by how they begin. Blocks of consoles are followed by test_walks.py, all of them."""


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Its lines without what is said of them."""
        return [line.partition("  #")[0].strip() for line in self.text.splitlines()]


def blocks_of(page: Path) -> list[Block]:
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(language, text) for language, text in found if language != "console"]


def block(page: str, begin: str) -> Block:
    """The first block of a page that begins so."""
    return next(item for item in blocks_of(ROOT / page) if item.text.startswith(begin))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_is_run_or_it_is_said_why_not(page: Path) -> None:
    listed = BLOCKS.get(page.relative_to(ROOT).as_posix(), [])
    shown = [item.text for item in blocks_of(page)]
    assert len(shown) == len(listed), "a block came or went: name the test that runs it"
    for text, (begin, by) in zip(shown, listed, strict=True):
        assert text.startswith(begin)
        assert "not run: " in by or (ROOT / by).read_text("utf-8").find(page.name) != -1


# -- installed as the pages say ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(command: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a service that a command of a page starts; it ends when it is told to."""
    environment = {**environment, "FOLIOSCOPE_PORT": str(free_port())}
    url = f"http://127.0.0.1:{environment['FOLIOSCOPE_PORT']}"

    def ready() -> bool:
        assert process.poll() is None, (folder / "log").read_text("utf-8")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
        return False

    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", f"exec env {command}"], cwd=folder, env=environment, stdout=log, stderr=log
        )  # fmt: skip
    try:
        wait_for("the service", ready)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert "shutdown complete" in (folder / "log").read_text("utf-8")


@pytest.fixture
def bare(fresh: Fresh, tmp_path: Path) -> tuple[Fresh, dict[str, str]]:
    """A fresh environment that has not got Folioscope yet; of indexes there is a folder with its wheel."""
    own = fresh.bare(tmp_path / "own")
    return own, dict(own.environment(tmp_path)) | {"PIP_FIND_LINKS": str(fresh.folder / "wheels")}


def bash(script: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script.replace("pip install", "python -m pip install")],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.timeout(300)
def test_the_first_page_installs(bare: tuple[Fresh, dict[str, str]]) -> None:
    own, environment = bare
    assert "usage: folioscope" in bash(block("docs/index.md", "pip install").text, ROOT, environment)
    assert (own.folder / "venv" / "bin" / "folioscope").exists()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("page", "where"), [("docs/deployment.md", None), ("docs/service.md", ROOT)], ids=["from an index", "from a clone"]
)
def test_the_service_is_installed_and_serves(
    page: str, where: Path | None, bare: tuple[Fresh, dict[str, str]], tmp_path: Path
) -> None:
    own, environment = bare
    install, serve = block(page, "pip install").commands
    bash(install, where or tmp_path, environment)
    assert (own.folder / "venv" / "bin" / "folioscope").exists()
    with served(serve, tmp_path, environment) as url:
        assert urllib.request.urlopen(url, timeout=30).status == 200


@pytest.mark.timeout(300)
def test_the_service_is_reached_from_elsewhere(fresh: Fresh, tmp_path: Path) -> None:
    with served(block("docs/service.md", "FOLIOSCOPE_SECRET_KEY=").text, tmp_path, dict(fresh.environment(tmp_path))):
        pass


@pytest.mark.timeout(300)
def test_the_readme_is_tried(fresh: Fresh, tmp_path: Path) -> None:
    """With an environment that is set up: what the first run brings comes from an index. bin/test is what runs this."""
    sample, any_other, tests = block("README.md", "bin/analyze").commands
    own = fresh.copy(tmp_path / "own")
    mark = (ROOT / "requirements.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    (own.folder / "venv" / ".folioscope-requirements.lock").write_bytes(mark)
    environment = dict(own.environment(tmp_path)) | {"FOLIOSCOPE_VENV": str(own.folder / "venv")}
    assert " of 100" in bash(sample, ROOT, environment)
    work = tmp_path / "work"
    shutil.copytree(FIXTURES / "dvc-cml", work)
    git(work, "init", "-q")
    commit_all(work)
    assert " of 100" in bash(
        any_other.partition(" #")[0].replace("https://github.com/OWNER/REPO", str(work)), ROOT, environment
    )
    assert os.access(ROOT / tests, os.X_OK)


# -- Python, configuration, hooks -----------------------------------------------------------------------------------------


def python(script: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_portfolio_is_made_in_python(tmp_path: Path) -> None:
    text = block("docs/portfolio.md", "from analyzer").text
    for name, fixture in (("OWNER/ONE", "dvc-cml"), ("OWNER/TWO", "sam-lambda")):
        shutil.copytree(FIXTURES / fixture, tmp_path / fixture)
        git(tmp_path / fixture, "init", "-q")
        commit_all(tmp_path / fixture)
        text = text.replace(name, str(tmp_path / fixture))
    first, *steps = python(text, tmp_path).splitlines()
    assert re.fullmatch(r"[\d.]+ \[.*\]", first)
    assert steps


def test_a_worker_confines_itself(tmp_path: Path) -> None:
    """What it may write it writes, elsewhere it does not."""
    (tmp_path / "elsewhere").mkdir()
    given = "from pathlib import Path\n" + "".join(
        f"{name} = Path({str(tmp_path / name)!r})\n{name}.mkdir()\n" for name in ("database", "cache", "private")
    )
    after = f"""
(database / "a").write_text("")
try:
    Path({str(tmp_path / "elsewhere" / "a")!r}).write_text("")
except OSError as error:
    print(type(error).__name__)
"""
    assert python(given + block("docs/security.md", "from analyzer").text + after, tmp_path) == "PermissionError\n"


def test_both_forms_of_the_configuration_say_the_same() -> None:
    yaml, toml = (block("docs/configuration.md", begin).text for begin in ("rubric:", "[tool"))
    files = ({".folioscope.yaml": yaml.encode()}, {"pyproject.toml": toml.encode()})
    one, other = (find_configuration(given.get) for given in files)
    assert one is not None
    assert other is not None
    assert (one.rubric, one.fail_under, one.leave_out) == (other.rubric, other.fail_under, other.leave_out)
    said = [[(item.criterion, item.reason) for item in each.not_applicable] for each in (one, other)]
    assert said[0] == said[1] != []


def test_hooks_that_the_page_shows_are_there(tmp_path: Path) -> None:
    text = block("docs/ci.md", "repos:").text
    (tmp_path / "config.yaml").write_text(text)
    program = Path(sys.executable).parent / "pre-commit"
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    subprocess.run([program, "validate-config", tmp_path / "config.yaml"], env=environment, check=True, timeout=60)
    offered = {item["id"]: item for item in YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    for hook in YAML(typ="safe").load(text)["repos"][0]["hooks"]:
        words = shlex.split(offered[hook["id"]]["entry"])
        parser_of(whole=True).parse_args([*words[1:], *hook.get("args", offered[hook["id"]].get("args", []))])
