"""Small repositories built in a test, as folders or as git repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from analyzer.engine import Decision, decide
from analyzer.files_on_disk import open_folder
from analyzer.limits import Limits
from analyzer.plugins import discover
from analyzer.reporters.schema import report_schema
from analyzer.repository import Repository
from analyzer.soundness import find_defects

Files = Mapping[str, str | bytes]
FIXTURES = Path(__file__).parent.parent / "fixtures" / "repos"


class BuildRepository(Protocol):
    """``repository({"path": "text"}, subdir="")`` returns the repository that rules see."""

    def __call__(self, files: Files, subdir: str = "") -> Repository: ...


class BuildGit(Protocol):
    """``git_repository({"path": "text"})`` returns the work tree of a git repository with one commit."""

    def __call__(self, files: Files, name: str = "work") -> Path: ...


def write_files(folder: Path, files: Files) -> Path:
    """Write files below a folder and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder with a fixed identity and date, and return what it printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Tester",
        "GIT_AUTHOR_EMAIL": "tester@example.org",
        "GIT_COMMITTER_NAME": "Tester",
        "GIT_COMMITTER_EMAIL": "tester@example.org",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    }
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit_all(folder: Path, message: str = "work") -> str:
    """Commit everything in a work tree and return the commit's id."""
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def decide_one(repo: Repository, criterion: str) -> Decision:
    """What the installed rules decide about one criterion of a repository."""
    decisions, problems = decide(repo, discover(), (criterion,))
    assert problems == ()
    return decisions[0]


def decided(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Decision:
    """What the installed rules decide about one criterion of a repository with these files."""
    return decide_one(repository(files), criterion)


def judged(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Decision:
    """The same, lowered by what would stop the repository from running."""
    repo = repository(files)
    defects, unsound = find_defects(repo)
    decisions, problems = decide(repo, discover(), (criterion,), defects)
    assert (unsound, problems) == ((), ())
    return decisions[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of this project's tests."""
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots of whole reports anew")


@pytest.fixture
def repository(tmp_path: Path) -> BuildRepository:
    """Build the repository that rules see from texts."""
    counter = iter(range(1000))

    def build(files: Files, subdir: str = "") -> Repository:
        folder = tmp_path / f"repository-{next(counter)}"
        folder.mkdir()
        return Repository(open_folder(write_files(folder, files), Limits()), subdir)

    return build


@pytest.fixture
def git_repository(tmp_path: Path) -> BuildGit:
    """Build a git repository with one commit from texts."""

    def build(files: Files, name: str = "work") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        write_files(folder, files)
        commit_all(folder)
        return folder

    return build


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a cache folder of its own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def validate() -> Callable[[object], None]:
    """Check a document against the published schema of the report."""
    from jsonschema import Draft202012Validator  # imports grammars for seconds, which few runs of a few tests need

    validator = Draft202012Validator(report_schema())

    def check(document: object) -> None:
        errors = [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(document)]
        assert errors == []

    return check


_TOGETHER = ("api", "pages", "docs", "deploy", "platform", "portfolio")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that start servers, browsers or environments in one process (``--dist loadgroup``)."""
    for item in items:
        part = (
            item.path.relative_to(config.rootpath / "tests").parts[0]
            if item.path.is_relative_to(config.rootpath / "tests")
            else ""
        )
        if part in _TOGETHER:
            item.add_marker(pytest.mark.xdist_group(_group(item, part)))


def _group(item: pytest.Item, part: str) -> str:
    """The tests of a file; those of all files where a browser or a service is theirs in common: it is started once."""
    if isinstance(item, pytest.Function):
        if "browser" in item.fixturenames:
            return "browser"
        if "stack" in item.fixturenames:
            return f"stack {item.callspec.params['stack']}"
    return f"{part} {item.path.name}"
