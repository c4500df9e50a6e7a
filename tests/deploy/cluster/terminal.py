"""A shell in front of the emulated cluster, the commands of a page that are typed there, and what is to be seen after."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.cluster.kinds import Object
from tests.deploy.cluster.server import Serving, serving
from tests.deploy.cluster.state import Cluster

__all__ = [
    "CHART",
    "COMPONENTS",
    "DIGEST",
    "NAMESPACE",
    "Opened",
    "Terminal",
    "commands_of",
    "digest",
    "images",
    "names",
    "opened",
    "pods",
    "revisions",
    "section_of",
    "sizes",
]

NAMESPACE = "folioscope"
COMPONENTS = ("web", "worker")
CHART = "oci://ghcr.io/folioscope/charts/folioscope"
DIGEST = "sha256:..."
_SHOWN = re.compile(
    r"^ *```sh\n(?P<block>.*?)^ *```$|`(?P<code>(?:kubectl|helm)(?: [^`\s]+){2}[^`]*)`", re.MULTILINE | re.DOTALL
)
_CALL = re.compile(r"(?:^|[|(]\s*)(?:kubectl|helm) ", re.MULTILINE)


def commands_of(text: str) -> list[str]:
    """What a page shows of kubectl and helm, in its order: in blocks, each with its further lines, and in sentences."""
    found: list[str] = []
    for shown in _SHOWN.finditer(text):
        commands = re.split(r"(?<![\\|])\n", shown["block"] or shown["code"])
        found += [command.strip() for command in commands if _CALL.search(command)]
    return found


def section_of(text: str, title: str) -> str:
    """A section with its heading."""
    [found] = re.findall(rf"^## {re.escape(title)}$.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


@dataclass
class Terminal:
    """A shell with kubectl and helm in its path, and a cluster to which they speak."""

    served: Serving
    folder: Path
    path: str
    words: dict[str, str]
    """What stands for a placeholder of a page."""

    @property
    def cluster(self) -> Cluster:
        """What there is."""
        return self.served.cluster

    def attempt(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of a page."""
        for word, here in self.words.items():
            command = command.replace(word, here)
        env = {"PATH": self.path, "HOME": str(self.folder), "KUBECONFIG": str(self.folder / "kubeconfig"), **variables}
        words = ["bash", "-e", "-o", "pipefail", "-c", command]
        return subprocess.run(
            words, cwd=self.folder, env=env, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip

    def run(self, command: str, **variables: str) -> str:
        """Run one that ends well, and return what it printed."""
        done = self.attempt(command, **variables)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def program(self, name: str, script: str) -> None:
        """Put a program in the place of one that is not here."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\nset -euo pipefail\n{script}\n")
        path.chmod(0o755)


Opened = Callable[[Cluster], AbstractContextManager[Terminal]]


@contextmanager
def opened(cluster: Cluster, programs: Path, chart: Path) -> Iterator[Terminal]:
    """A terminal in front of a cluster: with these programs, and with this chart in the place of the registry's."""
    with tempfile.TemporaryDirectory() as name, serving(cluster) as served:
        folder = Path(name)
        served.write_kubeconfig(folder / "kubeconfig")
        path = f"{folder / 'bin'}:{programs / 'kubectl'}:{programs / 'helm'}:{os.environ['PATH']}"
        yield Terminal(served, folder, path, {CHART: str(chart), DIGEST: digest(1)})


def digest(number: int) -> str:
    """That of an image; each number is another one."""
    return f"sha256:{number:064}"


# -- what is to be seen ----------------------------------------------------------------------------------------------


def pods(cluster: Cluster, component: str) -> list[Object]:
    """The pods of web or of the workers."""
    mark = "app.kubernetes.io/component"
    return [pod for pod in cluster.all("Pod", NAMESPACE) if pod["metadata"]["labels"][mark] == component]


def sizes(cluster: Cluster) -> dict[str, int]:
    """How many pods are ready."""
    return {
        name: sum(pod["status"]["containerStatuses"][0]["ready"] for pod in pods(cluster, name)) for name in COMPONENTS
    }


def names(cluster: Cluster) -> dict[str, set[str]]:
    """How they are called."""
    return {name: {pod["metadata"]["name"] for pod in pods(cluster, name)} for name in COMPONENTS}


def images(cluster: Cluster) -> set[str]:
    """What they run."""
    return {pod["spec"]["containers"][0]["image"] for name in COMPONENTS for pod in pods(cluster, name)}


def revisions(cluster: Cluster) -> dict[str, str]:
    """What helm says of each revision of the release."""
    held = [item["metadata"].get("labels", {}) for item in cluster.all("Secret", NAMESPACE)]
    return {labels["version"]: labels["status"] for labels in held if labels.get("owner") == "helm"}
