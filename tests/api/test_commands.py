"""The commands of the service, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.cli import main
from api.settings import load_settings
from api.store import open_store
from api.store.analyses import new_analysis, parse_asked
from api.store.models import Account, Analysis


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("FOLIOSCOPE_DATA_FOLDER", str(tmp_path / "data"))
    return tmp_path


def test_keys_are_made_listed_and_revoked(capsys: pytest.CaptureFixture[str]):
    assert main(["keys", "add", "someone", "--owner", "--scopes", "read admin", "--email", "s@example.org"]) == 0
    key = capsys.readouterr().out.strip()
    number = key.split("_")[1]
    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert f"{number}  someone (owner)  key  read admin  until" in listed
    assert key.split("_", 2)[2] not in listed
    assert main(["keys", "revoke", number]) == 0
    assert main(["keys", "list"]) == 0
    assert "revoked, never used" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["keys", "add", "x", "--scopes", "fly"],
        ["keys", "add", "x", "--scopes", "admin"],
        ["keys", "add", "x", "--days", "0"],
        ["keys", "revoke", "nothing"],
        ["serve", "--host", "0.0.0.0"],
    ],
)
def test_what_cannot_be_is_said(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(words) == 2
    assert "folioscope: " in capsys.readouterr().err


def test_data_of_a_person_is_exported_and_erased(own_data: Path, capsys: pytest.CaptureFixture[str]):
    settings = load_settings()
    store = open_store(settings.database)
    store.migrate()
    with store.writing() as session:
        asked = parse_asked(settings, "octocat/Hello-World")
        new_analysis(session, asked, seq=1, lane="anonymous", share="x")
        session.add(Account(id="octocat", name="another", role="recruiter"))
    assert main(["data", "export", "octocat"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [item["input"] for item in found["analyses"]] == ["octocat/Hello-World"]
    assert main(["data", "export", "octocat", "--output", str(own_data / "out.json")]) == 0
    assert json.loads((own_data / "out.json").read_text())["accounts"][0]["name"] == "another"
    assert main(["data", "export", "octocat", "--output", str(own_data / "no" / "out.json")]) == 2
    capsys.readouterr()
    assert main(["data", "erase", "octocat"]) == 0
    assert capsys.readouterr().out == "erased: 1 analyses, 0 batches, 1 accounts, 0 mentions\n"
    assert main(["data", "purge"]) == 0
    assert main(["migrate"]) == 0
    with store.reading() as session:
        assert session.query(Analysis).count() == 0
    store.close()
    assert b"octocat" not in b"".join(file.read_bytes() for file in (own_data / "data").iterdir())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "postgresql://127.0.0.1:1/none", "database cannot be reached"),
        ("CLONE_FOLDER", "/proc/none", "/proc/none cannot be made"),
    ],
)
def test_a_server_that_cannot_work_says_so_and_ends(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(f"FOLIOSCOPE_{name}", value)
    assert main(["serve", "--port", "0"]) == 2
    assert said in capsys.readouterr().err


def test_a_database_that_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("FOLIOSCOPE_DATABASE_URL", "nonsense://x")
    assert main(["keys", "list"]) == 2
    monkeypatch.setenv("FOLIOSCOPE_DATABASE_URL", "sqlite:////proc/none/x.sqlite3")
    assert main(["keys", "list"]) == 2
    assert "cannot be made" in capsys.readouterr().err
