"""Temporary folders go, also after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from analyzer.errors import TargetError
from analyzer.temporary import private_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_private_and_removed_with_all_that_it_holds(temporary: Path):
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "b" / "c").write_text("x")
        (folder / "a" / "b").chmod(0o500)
    assert list(temporary.iterdir()) == []


def test_a_folder_is_removed_after_an_error(temporary: Path):
    with pytest.raises(KeyError), private_folder():
        raise KeyError
    assert list(temporary.iterdir()) == []


HOLDS = """
import sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from analyzer.temporary import private_folder
with private_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


def age(folder: Path) -> None:
    os.utime(folder / ".in-use", (0, 0))


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(temporary: Path):
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(temporary)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    left = Path(process.stdout.readline().strip())
    age(left)
    with private_folder():
        assert left.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert left.exists()
    with private_folder() as folder:
        assert not left.exists()
        assert folder.exists()


def test_a_young_folder_is_never_swept(temporary: Path):
    young = temporary / "folioscope-young"
    young.mkdir()
    (young / ".in-use").touch()
    with private_folder():
        assert young.exists()


def test_without_space_the_way_out_is_named(temporary: Path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "gone"))
    with pytest.raises(TargetError, match="No temporary folder could be made") as caught, private_folder():
        pass
    assert "TMPDIR" in caught.value.hint
