"""Reports of unchanged commits, and what is kept of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from analyzer.cache import ReportCache, report_key
from analyzer.limits import Limits
from analyzer.plugins import discover
from analyzer.rubric import load_rubric


def test_a_document_is_kept_and_found(tmp_path: Path):
    cache = ReportCache(tmp_path / "new" / "folder")
    assert cache.get("key") is None
    cache.put("key", {"score": 1.5, "path": "caf\udce9"})
    assert cache.get("key") == {"score": 1.5, "path": "caf\udce9"}
    assert [file.name for file in (tmp_path / "new" / "folder").iterdir()] == ["key.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_what_is_damaged_is_as_good_as_nothing(tmp_path: Path, content):
    (tmp_path / "key.json").write_bytes(content)
    assert ReportCache(tmp_path).get("key") is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    cache = ReportCache(tmp_path / "file" / "reports")
    cache.put("key", {})
    assert cache.get("key") is None


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    ReportCache(tmp_path).put("key", {})
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_that_of_the_user(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    ReportCache().put("key", {})
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    ReportCache().put("key", {})
    assert (tmp_path / "xdg/folioscope/reports/key.json").is_file()
    assert (tmp_path / "home/.cache/folioscope/reports/key.json").is_file()


def test_a_user_without_a_home_has_no_cache(monkeypatch):
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nobody)
    ReportCache().put("key", {"a": 1})
    assert ReportCache().get("key") is None


def test_whatever_decides_the_content_changes_the_key():
    rubric, rules, limits = load_rubric(), discover(), Limits()
    keys = {
        report_key("o/r", "1", "", rubric, rules, limits),
        report_key("o/s", "1", "", rubric, rules, limits),
        report_key("o/r", "2", "", rubric, rules, limits),
        report_key("o/r", "1", "sub", rubric, rules, limits),
        report_key("o/r", "1", "", replace(rubric, sha256="0"), rules, limits),
        report_key("o/r", "1", "", rubric, rules[1:], limits),
        report_key("o/r", "1", "", rubric, rules, Limits(blob_bytes=1)),
        report_key("o/r", "1", "", rubric, rules, Limits(path_depth=1)),
    }
    assert len(keys) == 8
    assert report_key("o/r", "1", "", rubric, rules, Limits(clone_seconds=1)) in keys
