"""The lock files hang together, and the wheel alone brings what the engine needs and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.conftest import ROOT, program, run

LOCKS = ("requirements.lock", "requirements-service.lock", "requirements-build.lock", "requirements-dev.lock")
ENGINE = {
    "dockerfile-parse", "folioscope", "gitdb", "gitpython", "jinja2", "lark", "markdown-it-py", "markupsafe", "mdurl",
    "pyflakes", "pygments", "pyromark", "python-hcl2", "regex", "rich", "ruamel-yaml", "ruamel-yaml-clib", "shtab",
    "smmap", "tree-sitter", "tree-sitter-bash", "tree-sitter-hcl", "typing-extensions",
}  # fmt: skip


def locked(name: str) -> set[tuple[str, str]]:
    """Packages with their versions; some have one for older and one for newer interpreters."""
    return set(re.findall(r"^([a-z0-9][\w.-]*)(?:\[[^\]]*\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_with_hashes_and_without_an_address(name):
    text = (ROOT / name).read_text("utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(locked(name)) > 3
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


@pytest.mark.parametrize("name", LOCKS[:3])
def test_what_runs_is_what_was_tested(name):
    assert locked(name) - locked("requirements-dev.lock") == set()


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment into which the wheel alone was installed, without an extra."""
    folder = tmp_path_factory.mktemp("alone")
    run("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    wheel = next(folder.glob("*.whl"))
    bounds = folder / "constraints.txt"
    bounds.write_text("".join(f"{package}=={version}\n" for package, version in sorted(locked("requirements.lock"))))
    venv = folder / "venv"
    run("uv", "venv", "--quiet", venv)
    run("uv", "pip", "install", "--quiet", "--only-binary", ":all:", "--constraint", bounds, "--python", venv, wheel)
    return venv


def test_the_wheel_alone_brings_the_engine_and_nothing_else(alone):
    listed = json.loads(run("uv", "pip", "list", "--format", "json", "--python", alone))
    assert {package["name"] for package in listed} == ENGINE


def test_the_engine_alone_analyzes_and_tells_its_rules(alone, tmp_path):
    fixture = ROOT / "fixtures" / "repos" / "k8s-helm-prometheus"
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}

    def said(*words: str) -> str:
        command = [str(alone / "bin" / "folioscope"), *words]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "e2e.container" in said("rules")
    report = json.loads(said("analyze", str(fixture), "--standalone", "--format", "json"))
    assert report["score"] > 50
    assert not [item for item in report["criteria"] if item["status"] == "unknown"]


def test_the_audit_asks_about_every_locked_package():
    words = (ROOT / "bin" / "audit").read_text("utf-8")
    assert "--requirement requirements-dev.lock --require-hashes" in words
    assert "--strict" in words, "what could not be asked about is not taken for safe"
    assert Path(program("pip-audit")).exists()
