"""A fresh environment: Folioscope's wheel, built from this tree, and nothing else of ours. What it needs is looked up in
the environment of the tests, which is not written to.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["Fresh", "fresh_in"]

ROOT = Path(__file__).parents[2]


class Fresh:
    """A virtual environment with the wheel in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, home: Path) -> Mapping[str, str]:
        """The variables of a user who has just installed it."""
        return {
            "PATH": f"{self.folder / 'venv' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "LANG": "C.UTF-8",
            "COLUMNS": "80",
            "TERM": "dumb",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the other way round: the backend is not downloaded
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # those of our own tests are in sight, and slow to load
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _PERSON.items()},
        }

    def copy(self, to: Path) -> Fresh:
        """Another one like it, for a page that installs something."""
        return _made(to, self.folder / "wheels")

    def whole(self, to: Path) -> Fresh:
        """Another one like it that holds what Folioscope needs, for a page that puts everything else out of reach."""
        made = self.copy(to)
        [link] = made.folder.glob("venv/lib/python*/site-packages/needed.pth")
        link.unlink()
        for path in _needed_by("folioscope"):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, link.parent / path.name)
        return made

    def bare(self, to: Path) -> Fresh:
        """Another one without Folioscope, which pip finds in a folder in the place of an index."""
        return _bare(to)


_PERSON = {"NAME": "Tester", "EMAIL": "tester@example.org", "DATE": "2026-01-03T03:04:05Z"}


def fresh_in(shared: Path) -> Fresh:
    """The environment below a folder that the processes of a test run share; made by the first that asks."""
    folder = shared / "fresh"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _run(
                sys.executable,
                "-m",
                "build",
                "--wheel",
                "--no-isolation",
                "--outdir",
                str(folder / "wheels"),
                str(ROOT),
            )
            _made(folder, folder / "wheels")
            (folder / "done").touch()
    return Fresh(folder)


def _bare(folder: Path) -> Fresh:
    venv = folder / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    [packages] = venv.glob("lib/python*/site-packages")
    # All that is installed here but Folioscope itself: pip would find that it is there already. A folder named in a .pth
    # file is searched, but its own .pth files, such as that of an editable install, are not read.
    (needed := folder / "needed").mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "folioscope" not in path.name:
            (needed / path.name).symlink_to(path)
    (packages / "needed.pth").write_text(f"{needed}\n")
    return Fresh(folder)


def _needed_by(name: str) -> set[Path]:
    """The files and folders of what a package requires, and of what that requires."""
    found: set[Path] = set()
    waiting, seen = [Requirement(name)], set()
    while waiting:
        wanted = waiting.pop()
        seen.add(str(wanted))
        held = distribution(wanted.name)
        if wanted.name != name:
            found |= {Path(str(held.locate_file(file.parts[0]))) for file in held.files or () if file.parts[0] != ".."}
        for said in map(Requirement, held.requires or ()):
            asked = [said.marker is None or said.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)]
            if any(asked) and str(said) not in seen:
                waiting.append(said)
    return found


def _made(folder: Path, wheels: Path) -> Fresh:
    made = _bare(folder)
    [wheel] = wheels.glob("folioscope-*.whl")
    pip = (
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
    )
    _run(str(made.folder / "venv" / "bin" / "python"), *pip, str(wheel))
    return made


def _run(*command: str) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "COVERAGE_PROCESS_START")
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
