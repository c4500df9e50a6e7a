"""The Dockerfile: what linters and our own reading say of it, and what its build stage makes when its steps are run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.artifacts.dockerfile import parse_dockerfile
from tests.deploy.conftest import ROOT, run

DOCKERFILE = ROOT / "Dockerfile"
SPARING = {"PIP_NO_COMPILE": "1", "UV_COMPILE_BYTECODE": "0", "UV_NO_CACHE": "0", "UV_LINK_MODE": "hardlink"}
"""What makes the steps faster here and shows nothing."""
FOLDERS_OF_THE_IMAGE = re.compile(r"(?<![\w./$])/(src|opt|dist)\b")


def instructions() -> list[tuple[str, str]]:
    """The instructions with their arguments, continuation lines joined, comments gone."""
    lines = [line for line in DOCKERFILE.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for instruction in instructions():
        if instruction[0] == "FROM":
            found.append([])
        if found:
            found[-1].append(instruction)
    return found


def test_hadolint_finds_nothing_to_say():
    assert json.loads(run("hadolint", "--format", "json", DOCKERFILE)) == []


def test_images_are_pinned_by_version_and_digest():
    bases = [rest.split(" ")[0] for name, rest in instructions() if name == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1, "the interpreter that built the wheels is the one that runs them"
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases[0])


def test_nothing_is_installed_unchecked():
    installs = [rest for name, rest in instructions() if name == "RUN" and "pip install" in rest]
    assert installs
    for rest in installs:
        for command in rest.split("&&"):
            if "pip install" in command or "pip wheel" in command:
                checked = "--require-hashes --only-binary :all:" in command
                assert checked or ("--no-deps" in command and "--no-index" in command), command


def test_the_last_stage_runs_as_a_user_without_rights_and_says_whether_it_is_ready():
    last = dict(stages()[-1])
    assert last["USER"] == "10001:10001"
    assert "/readyz" in last["HEALTHCHECK"]
    assert json.loads(last["ENTRYPOINT"]) == ["tini", "--", "folioscope"]
    assert [rest for name, rest in stages()[-1] if name == "COPY"] == ["--from=build /opt/folioscope /opt/folioscope"]


def test_what_is_kept_goes_where_the_last_stage_may_write():
    last = stages()[-1]
    said = dict(word.split("=", 1) for name, rest in last if name == "ENV" for word in rest.split())
    folder = dict(last)["VOLUME"]
    assert said["FOLIOSCOPE_DATA_FOLDER"] == folder == dict(last)["WORKDIR"]
    made = "install --directory --owner 10001 --group 10001 --mode 0750 "
    assert any(f"{made}{folder}" in rest for name, rest in last if name == "RUN")


def test_the_installer_of_the_base_image_goes_and_no_other_program_reads_the_file():
    last = [rest for name, rest in stages()[-1] if name == "RUN"]
    assert any("pip uninstall" in rest for rest in last)
    assert "# syntax=" not in DOCKERFILE.read_text("utf-8"), "an image that no digest pins would be fetched to read it"


def test_our_own_reading_of_it_has_no_problem():
    parsed = parse_dockerfile("Dockerfile", DOCKERFILE.read_text("utf-8"))
    assert parsed.error == ""
    assert [alias for _, alias in parsed.stages] == ["build", ""]


def test_the_context_holds_what_is_copied_and_no_more():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {word for name, rest in stages()[0] if name == "COPY" for word in rest.split()[:-1]}
    assert copied == allowed


DOCKER = """#!/bin/sh
echo "$*" >>calls
case "$*" in *"$BAD"*) exit 1 ;; esac
case "$*" in *Health.Status*) echo healthy ;; *"id -u"*) echo 10001 ;; esac
"""
"""What answers as Docker does where all is well, and fails at commands that hold a word."""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nothing of it", ""),
        ("Health.Status", "does not become healthy"),
        ("id -u", "does not run as 10001"),
        ("touch", "can be written"),
        ("command -v pip", "installer"),
        ("folioscope migrate", "database"),
        ("folioscope analyze", "repository"),
    ],
)
def test_what_is_wrong_with_an_image_is_said(tmp_path, bad, said):
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    done = subprocess.run(
        [ROOT / "deploy" / "smoke", "folioscope:check"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "BAD": bad},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode != 0) == bool(said)
    assert said in done.stderr
    calls = (tmp_path / "calls").read_text()
    assert "--network none --read-only --tmpfs /tmp --cap-drop ALL" in calls
    assert calls.splitlines()[-1].startswith("rm --force ")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the steps of the build stage were carried out, as if it were the root of the image."""
    root = tmp_path_factory.mktemp("image")
    programs = root / "programs"  # Debian's own Python goes by another name than that of the image
    programs.mkdir()
    (programs / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
    arguments: dict[str, str] = {}
    for name, rest in stages()[0]:
        if name in ("ENV", "ARG"):
            arguments |= dict(word.split("=", 1) for word in rest.split())
        elif name == "WORKDIR":
            (root / rest[1:]).mkdir(parents=True)
        elif name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                goal = root / "src" / (target if target != "./" else source)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, goal, ignore=shutil.ignore_patterns("__pycache__"))
                elif (ROOT / source).exists():
                    shutil.copy(ROOT / source, goal)
        elif name == "RUN":
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", FOLDERS_OF_THE_IMAGE.sub(f"{root}/\\1", rest)],
                cwd=root / "src",
                env=os.environ | arguments | SPARING | {"PATH": f"{programs}:/usr/bin:/bin"},
                check=True,
                capture_output=True,
                timeout=900,
            )
    return root


def test_the_steps_make_a_service_that_starts(built):
    command = [str(built / "opt/folioscope/bin/folioscope")]
    called = dict(stages()[-1])
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.startswith("folioscope ")
    first = json.loads(called["CMD"])[0]
    helped = subprocess.run([*command, first, "--help"], capture_output=True, text=True, timeout=60, check=True)
    for option in (word for word in json.loads(called["CMD"]) if word.startswith("--")):
        assert option in helped.stdout


def test_no_installer_and_no_compiler_is_left(built):
    left = {path.name for path in (built / "opt/folioscope/bin").iterdir()}
    assert {"folioscope", "python"} <= left
    assert not {name for name in left if name.startswith(("pip", "hatch"))}
    packages = {path.name.split("-")[0] for path in (built / "opt/folioscope/lib").rglob("*.dist-info")}
    assert {"folioscope", "fastapi", "celery", "psycopg_binary"} <= packages
    assert not packages & {"pip", "hatchling", "pytest", "uv"}


def test_the_wheel_has_the_same_bytes_wherever_it_is_built(built, tmp_path):
    wheel = next((built / "dist").glob("*.whl"))
    copy = tmp_path / "elsewhere"
    shutil.copytree(built / "src", copy)
    for path in copy.rglob("*.py"):
        path.chmod(0o600)
    again = tmp_path / "dist"
    words = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", again, "."]
    subprocess.run(
        [built / "opt/build/bin/python", "-m", *words],
        cwd=copy,
        env={"SOURCE_DATE_EPOCH": "315532800", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TZ": "Asia/Tokyo"},
        check=True,
        capture_output=True,
        timeout=300,
    )
    assert (again / wheel.name).read_bytes() == wheel.read_bytes()
