"""A shell on a machine with the emulated engine, the commands of a page that are typed there, and what is to be seen after."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.engine.server import serving
from tests.deploy.engine.state import Container, Engine, Image

__all__ = ["STAY", "Machine", "commands_of", "image_of", "opened", "sizes", "those_of", "well"]

STAY = ("alertmanager", "grafana", "postgres", "prometheus", "redis", "web", "worker")
"""Services that run on; migrate ends."""
_SHOWN = re.compile(r"^ *```sh\n(?P<block>.*?)^ *```$|`(?P<code>docker compose [^`]+)`", re.MULTILINE | re.DOTALL)


def commands_of(text: str) -> list[str]:
    """What a page shows of Docker Compose, in its order, in blocks and in sentences."""
    shown = ((found["block"] or found["code"]).splitlines() for found in _SHOWN.finditer(text))
    return [line.strip() for lines in shown for line in lines if line.strip().startswith("docker ")]


def image_of(name: str, dockerfile: str) -> Image:
    """An image with what a Dockerfile says of its containers."""
    check = re.search(r"^HEALTHCHECK [^\[]*CMD (\[.*\])$", dockerfile, re.MULTILINE)
    config = {"Healthcheck": {"Test": ["CMD", *json.loads(check[1])]}} if check else {}
    volumes = re.findall(r"^VOLUME (\S+)$", dockerfile, re.MULTILINE)
    return Image(name, config | {"Volumes": {path: {} for path in volumes}})


@dataclass(frozen=True)
class Machine:
    """A shell beside ``compose.yaml``."""

    engine: Engine
    folder: Path
    env: dict[str, str]

    def attempt(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run commands of a page."""
        words = ["bash", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(
            words, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip

    def run(self, script: str) -> str:
        """Run some that end well, and return what they printed."""
        done = self.attempt(script)
        assert done.returncode == 0, f"$ {script}\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def opened(engine: Engine, folder: Path, compose: str) -> Iterator[Machine]:
    """A shell in a folder. The program ``docker`` is one that hands on to Compose, as Docker's own does."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "docker").write_text(f'#!/bin/sh\n[ "$1" = compose ] && shift && exec "{compose}" "$@"\nexit 125\n')
    (programs / "docker").chmod(0o755)
    with serving(engine) as address:
        path = f"{programs}:{os.environ['PATH']}"
        yield Machine(engine, folder, {"PATH": path, "HOME": str(folder.parent), "DOCKER_HOST": address})


# -- what is to be seen ----------------------------------------------------------------------------------------------


def those_of(engine: Engine, service: str) -> list[Container]:
    """The containers of a service."""
    return [found for found in engine.containers.values() if found.service == service]


def sizes(engine: Engine) -> Counter[str]:
    """How many containers of each service run."""
    return Counter(found.service for found in engine.containers.values() if found.status == "running")


def well(engine: Engine) -> bool:
    """Whether all that stays runs and is well, and the tables are up to date."""
    running = [found for found in engine.containers.values() if found.status == "running"]
    [migrate] = those_of(engine, "migrate")
    ended = (migrate.status, migrate.code) == ("exited", 0)
    return (
        ended and {found.service for found in running} == {*STAY} and {found.health for found in running} == {"healthy"}
    )
