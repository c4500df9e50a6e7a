"""One line says where the project lives; all else that names the place says the same, and moves with it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from analyzer.knowledge.home import ACTION, PACKAGE, REPOSITORY
from tests.conftest import git
from tools.home import moved

ROOT = Path(__file__).parents[2]
FOLDERS = ("analyzer/knowledge", "analyzer/version.py", "deploy/helm", "docs", "man", "templates")
NAMED = re.compile(
    r"uses: ([\w.-]+/folioscope@[\w.-]+)"
    r"|(git\+https://github\.com/[\w.-]+/folioscope@[\w.-]+)"
    r"|repo: https://github\.com/([\w.-]+/folioscope)\b"
    r"|--repo ([\w.-]+/folioscope)\b"
    r"|ghcr\.io/([\w.-]+/folioscope)\b"
    r"|ghcr\.io/([\w.-]+)/charts/"
)
OWNER = REPOSITORY.partition("/")[0]
EXPECTED = (ACTION, PACKAGE, REPOSITORY, REPOSITORY, REPOSITORY.lower(), OWNER.lower())


def mentions(root: Path) -> list[tuple[Path, int, str]]:
    """(file, which form, what) of every place that names the project's home."""
    listing = subprocess.run(["git", "ls-files", "-z", "--", *FOLDERS], cwd=root, capture_output=True, check=True)
    paths = [root / name for name in listing.stdout.decode().split("\0") if name and not name.endswith(".png")]
    return [
        (path, match.lastindex - 1, match[match.lastindex])
        for path in paths
        for match in NAMED.finditer(path.read_text("utf-8", "replace"))
        if match.lastindex
    ]


def test_every_mention_agrees_with_the_one_line() -> None:
    found = mentions(ROOT)
    assert {form for _, form, _ in found} == set(range(len(EXPECTED))), "each form is there"
    assert [(path, what) for path, form, what in found if what != EXPECTED[form]] == []


def test_no_page_leaves_the_home_to_the_reader() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy" / "helm").rglob("*.yaml")]
    assert [path for path in pages if "OWNER/folioscope" in path.read_text("utf-8")] == []


def test_the_project_moves_with_one_command(tmp_path: Path) -> None:
    listing = subprocess.run(["git", "ls-files", "-z", "--", *FOLDERS], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listing.stdout.decode().split("\0")):
        (target := tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    before = mentions(tmp_path)

    def move(to: str, code: int = 0) -> str:
        command = [sys.executable, str(ROOT / "tools" / "home.py"), to]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout

    assert "analyzer/knowledge/home.py" in move("octocat/Reader").splitlines()
    assert mentions(tmp_path) == [(path, 5, "octocat") for path, form, _ in before if form == 5]
    assert "uses: octocat/Reader@v" in (tmp_path / "docs" / "ci.md").read_text("utf-8")
    assert "ghcr.io/octocat/reader" in (tmp_path / "deploy/helm/folioscope/values.yaml").read_text("utf-8")
    move(REPOSITORY)
    assert mentions(tmp_path) == before
    assert git(tmp_path, "diff", "--stat") == ""
    move("no repository", code=2)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("uses: a/b@v1", "uses: Octo/Cat@v1"),
        ("git+https://github.com/a/b@v1", "git+https://github.com/Octo/Cat@v1"),
        ("https://github.com/a/b.", "https://github.com/Octo/Cat."),
        ("ghcr.io/a/b:1", "ghcr.io/octo/cat:1"),
        ("oci://ghcr.io/a/charts/b", "oci://ghcr.io/octo/charts/b"),
        ("see x/a/b and a/b/c and a/bc and a-a/b", "see x/a/b and a/b/c and a/bc and a-a/b"),
    ],
)
def test_only_the_home_moves(text: str, after: str) -> None:
    assert moved(text, "a/b", "Octo/Cat") == after


def test_the_templates_for_other_systems_install_this_version() -> None:
    pipeline = YAML(typ="safe").load((ROOT / "templates" / "gitlab-ci.yml").read_text("utf-8"))
    assert pipeline["variables"]["FOLIOSCOPE_PACKAGE"] == PACKAGE
    assert f"name: 'FOLIOSCOPE_PACKAGE', defaultValue: '{PACKAGE}'" in (ROOT / "templates" / "Jenkinsfile").read_text(
        "utf-8"
    )
