"""Settings: where they come from, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzer import UsageError
from api.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
KEY = "k" * 32


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_the_order_is_argument_environment_secret_file_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "settings.toml").write_text("port = 1\nworkers = 1\nattempts = 1\nretention_days = 1\n")
    (tmp_path / "folioscope_workers").write_text("2")
    (tmp_path / "folioscope_attempts").write_text("2")
    monkeypatch.setenv("FOLIOSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("FOLIOSCOPE_SECRETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("FOLIOSCOPE_ATTEMPTS", "3")
    monkeypatch.setenv("FOLIOSCOPE_PORT", "3")
    settings = load_settings(port=4, workers=None)
    assert (settings.port, settings.attempts, settings.workers, settings.retention_days) == (4, 3, 2, 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": 70_000}, "port"),
        ({"hosts": "gitlab"}, "hosts"),
        ({"rate_requests": "many"}, "rate_requests"),
        ({"secret_key": "short"}, "at least 32"),
        ({"oidc_issuer": "https://x.example.org"}, "oidc_client_id"),
        ({"nonsense": 1}, "nonsense"),
        ({"hosts": ""}, "hosts"),
        ({"public_url": "f.example.org"}, "public_url"),
        ({"oidc_issuer": "login", "oidc_client_id": "a", "oidc_client_secret": "b"}, "oidc_issuer"),
        ({"trusted_proxies": "garbage"}, "trusted_proxies"),
        ({"metrics_networks": "inside"}, "metrics_networks"),
        ({"metrics_token": "short"}, "metrics_token has 5"),
        ({"redis_url": "localhost"}, "redis_url"),
        ({"broker_url": "localhost"}, "broker_url"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any], said: str):
    with pytest.raises(UsageError, match=said):
        load_settings(**given)


@pytest.mark.parametrize("name", ["FOLIOSCOPE_CONFIG", "FOLIOSCOPE_SECRETS_FOLDER"])
def test_a_file_or_folder_that_is_not_there_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match=r"There is no .*nothing"):
        load_settings()


@pytest.mark.parametrize("content", ["nonsense = 1", "port = [", "port = 'x'"])
def test_a_wrong_file_is_refused(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "settings.toml").write_text(content)
    monkeypatch.setenv("FOLIOSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    with pytest.raises(UsageError, match=r"settings are wrong|cannot be read"):
        load_settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_no_secret_and_keeps_one_of_its_own(host: str):
    settings = load_settings(host=host)
    settings.check_binding()
    assert len(settings.secret) >= 32
    assert load_settings(host=host).secret == settings.secret
    assert (settings.data_folder / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "f.example.org"])
def test_to_be_reached_from_elsewhere_needs_a_secret(host: str):
    with pytest.raises(UsageError, match="no secret key"):
        load_settings(host=host).check_binding()
    load_settings(host=host, secret_key=KEY).check_binding()


@pytest.mark.parametrize(
    ("given", "public"),
    [
        ({}, False),
        ({"public_url": "http://127.0.0.1:8000"}, False),
        ({"public_url": "https://f.example.org"}, True),
        ({"host": "0.0.0.0"}, True),
    ],
)
def test_who_is_public(given: dict[str, Any], public: bool):
    assert load_settings(**given).public is public


def test_secrets_are_not_shown():
    settings = load_settings(secret_key=KEY, broker_url="redis://:password@r/0")
    assert KEY not in repr(settings)
    assert "password" not in repr(settings)


def test_databases_get_the_driver_that_is_installed():
    assert load_settings().database.startswith("sqlite:////")
    for scheme in ("postgres", "postgresql"):
        assert load_settings(database_url=f"{scheme}://u@h/d").database == "postgresql+psycopg://u@h/d"


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "service.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"`FOLIOSCOPE_{name.upper()}`" not in text] == []
