"""``bin/fuzz`` cannot pass without having fuzzed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def without_atheris(tmp_path: Path) -> dict[str, str]:
    """An environment that is set up, in which atheris is not installed."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    program.chmod(0o755)
    mark = (ROOT / "requirements-dev.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    (tmp_path / ".folioscope-requirements-dev.lock").write_bytes(mark)
    return {**os.environ, "FOLIOSCOPE_VENV": str(tmp_path)}


@pytest.mark.parametrize(("options", "code"), [((), 1), (("--seconds", "1"), 1), (("--if-available",), 0)])
def test_without_atheris_it_fails_unless_told_otherwise(options, code, without_atheris):
    done = subprocess.run(
        [ROOT / "bin" / "fuzz", *options], env=without_atheris, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert "atheris is not there" in done.stderr
    assert "nothing was fuzzed" in done.stderr


def test_an_option_that_is_not_there_is_told(without_atheris):
    done = subprocess.run(
        [ROOT / "bin" / "fuzz", "--second", "1"], env=without_atheris, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no option --second" in done.stderr
