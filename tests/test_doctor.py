"""What ``folioscope doctor`` says."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from analyzer.cli import main
from analyzer.doctor import State, _bubblewrap, examine
from analyzer.errors import TargetError
from analyzer.isolation.landlock import interface
from analyzer.target import DEFAULT_HOSTS, Host


def found(name: str, *hosts: Host):
    return next(check for check in examine(hosts or DEFAULT_HOSTS, offline=True) if check.name == name)


@pytest.mark.parametrize("name", ["no network", "no inherited environment", "private temporary folder"])
def test_protections_are_tried_and_hold(name):
    check = found(name)
    assert check.found.startswith("holds")
    assert check.state is State.GOOD


@pytest.mark.parametrize("name", ["no writing outside its folder", "home and /etc out of reach"])
def test_what_landlock_protects_is_tried_too(name):
    check = found(name)
    if interface():
        assert (check.found, check.state) == (f"holds (Landlock {interface()})", State.GOOD)
    else:
        assert (check.found, check.state) == ("does not hold", State.WEAK)


def test_on_a_kernel_without_landlock_the_rest_holds_and_doctor_says_so():
    program = ["tests.isolation.older_kernel", "-m", "analyzer.cli", "doctor", "--offline", "--json"]
    done = subprocess.run([sys.executable, "-m", *program], capture_output=True, check=True)
    told = {row["name"]: row for row in json.loads(done.stdout)}
    for name in ("own process", "no network", "no inherited environment", "private temporary folder"):
        assert told[name]["state"] == "ok", told[name]
    for name in ("no writing outside its folder", "home and /etc out of reach"):
        assert (told[name]["found"], told[name]["state"]) == ("does not hold", "weak")
    assert "no Landlock" in told["read-only view of the file system"]["found"]
    assert told["bubblewrap"]["state"] == "weak"
    assert "run folioscope inside it" in told["bubblewrap"]["found"]


def test_bubblewrap_is_named_whether_it_is_there_or_not(monkeypatch):
    for place, said in (("/usr/bin/bwrap", "installed at /usr/bin/bwrap; "), (None, "not installed; ")):
        monkeypatch.setattr("analyzer.doctor.shutil.which", lambda _, place=place: place)
        check = _bubblewrap("protections", "Landlock 7")
        assert check.found == f"{said}not used, Landlock 7 and seccomp are in force without it"
        assert check.state is State.PLAIN


def test_a_protection_that_does_not_hold_is_said(monkeypatch):
    monkeypatch.setattr("analyzer.isolation.process.landlock.restrict", lambda *_, **__: 0)
    monkeypatch.setattr("analyzer.isolation.process.seccomp.refuse", lambda **_: False)
    told = {check.name: check for check in examine(offline=True)}
    assert told["no network"].state is State.WEAK
    assert told["no writing outside its folder"].found == "does not hold"
    assert "no Landlock" in told["read-only view of the file system"].found


def test_a_confined_process_that_fails_is_said(monkeypatch):
    def fail(*_: object) -> None:
        raise TargetError("what")

    monkeypatch.setattr("analyzer.doctor.run_confined", fail)
    assert found("own process").state is State.BAD
    monkeypatch.setattr("analyzer.doctor.CAN_FORK", False)
    assert found("own process").state is State.WEAK


@pytest.mark.parametrize(
    ("said", "state"), [("2.29.1", State.BAD), ("2.30.0", State.WEAK), ("2.37.0", State.GOOD), ("?", State.BAD)]
)
def test_the_version_of_git_is_judged(monkeypatch, said, state):
    monkeypatch.setattr("analyzer.doctor.run", lambda *_, **__: f"git version {said}\n".encode())
    assert found("git").state is state


def test_without_git_nothing_works(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor", "--offline", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert next(row for row in rows if row["name"] == "git")["state"] == "bad"


def test_hosts_are_looked_up(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    hosts = (Host("a", "http://127.0.0.1:1"), Host("b", "http://nowhere.invalid"), Host("c", "http://169.254.169.254"))
    told = {check.name: check for check in examine(hosts)}
    assert told["http://127.0.0.1:1"].state is State.GOOD
    assert told["http://nowhere.invalid"].state is State.WEAK
    assert "no public address" in told["http://169.254.169.254"].found
    monkeypatch.setenv("http_proxy", "http://proxy.example.org")
    assert "proxy" in found("http://nowhere.invalid", *hosts).found


def test_it_is_printed_in_sections(capsys):
    code = main(["doctor", "--offline", "--host", "https://git.example.org"])
    printed = capsys.readouterr().out
    assert code == 0
    assert "protections of a confined analysis" in printed
    assert "https://git.example.org" in printed
    assert "analysis_seconds" in printed
