"""How the platform is reached, from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import FolioscopeError
from analyzer.github.settings import PUBLIC_API, Settings, settings_from
from analyzer.target import DEFAULT_HOSTS, Host

ENTERPRISE = "https://git.example.org/api/v3"
OTHER = Host("git.example.org", "https://git.example.org")


def test_nothing_given_asks_github_without_a_token():
    settings = settings_from({})
    assert (settings.api, settings.token, settings.authenticated) == (PUBLIC_API, "", False)
    assert settings.spoken == "without a token"


def test_our_token_comes_before_that_of_the_environment():
    assert settings_from({"GITHUB_TOKEN": "theirs"}).token == "theirs"
    assert settings_from({"GITHUB_TOKEN": "theirs", "FOLIOSCOPE_GITHUB_TOKEN": "ours"}).token == "ours"


def test_the_token_of_github_goes_to_no_enterprise_server():
    assert settings_from({"GITHUB_TOKEN": "theirs", "FOLIOSCOPE_GITHUB_API": ENTERPRISE}).token == ""


def test_settings_of_another_host_have_no_token():
    settings = settings_from({"FOLIOSCOPE_GITHUB_TOKEN": "ours"})
    assert settings.for_host(DEFAULT_HOSTS[0]) is settings
    other = settings.for_host(OTHER)
    assert (other.api, other.token) == (ENTERPRISE, "")
    enterprise = settings_from({"FOLIOSCOPE_GITHUB_TOKEN": "ours", "FOLIOSCOPE_GITHUB_API": ENTERPRISE})
    assert enterprise.for_host(OTHER) is enterprise
    assert enterprise.for_host(DEFAULT_HOSTS[0]).token == ""


@pytest.mark.parametrize(
    "given",
    [
        {"FOLIOSCOPE_GITHUB_API": "http://git.example.org/api/v3"},
        {"FOLIOSCOPE_GITHUB_API": "git.example.org"},
        {"FOLIOSCOPE_GITHUB_API": "https://name:word@git.example.org"},
        {"FOLIOSCOPE_GITHUB_API": "ftp://git.example.org"},
        {"FOLIOSCOPE_GITHUB_MAX_WAIT": "long"},
        {"FOLIOSCOPE_GITHUB_MAX_WAIT": "-1"},
        {"FOLIOSCOPE_GITHUB_APP_ID": "7"},
        {"FOLIOSCOPE_GITHUB_APP_KEY": "/no/such/file"},
    ],
)
def test_what_is_wrong_is_said(given: dict[str, str]):
    with pytest.raises(FolioscopeError) as caught:
        settings_from(given)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_the_key_of_an_app_is_text_or_a_file(tmp_path: Path):
    pem = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"
    (tmp_path / "key.pem").write_text(pem)
    for key in (pem, pem.replace("\n", "\\n"), str(tmp_path / "key.pem")):
        settings = settings_from({"FOLIOSCOPE_GITHUB_APP_ID": "7", "FOLIOSCOPE_GITHUB_APP_KEY": key})
        assert settings.app_key == pem
        assert settings.spoken == "as the GitHub App 7"


def test_who_asks_is_told_apart_without_a_secret():
    identities = {
        Settings().identity,
        Settings(token="a").identity,
        Settings(token="b").identity,
        Settings(app_id="7").identity,
    }
    assert len(identities) == 4
    assert "s3cret" not in Settings(token="s3cret").identity
