"""Where a clone may connect to."""

from __future__ import annotations

import pytest

from analyzer.egress import checked_addresses, is_public, pinning, proxied
from analyzer.errors import TargetError
from analyzer.target import DEFAULT_HOSTS, Host

GITHUB = DEFAULT_HOSTS[0]
OWN = Host("git.example.org", "https://git.example.org:8443")


@pytest.fixture(autouse=True)
def without_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def answering(*addresses: str):
    return lambda name, port: addresses


PRIVATE = [
    "127.0.0.1", "127.255.0.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:53aa:64c:0:0:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_public_host_has_public_addresses_alone(address):
    with pytest.raises(TargetError, match="no public address"):
        checked_addresses(GITHUB, answering(address))


@pytest.mark.parametrize(
    "address", ["140.82.121.3", "2606:50c0:8000::153", "::ffff:140.82.121.3", "64:ff9b::8c52:7903"]
)
def test_public_addresses_are_taken(address):
    (found,) = checked_addresses(GITHUB, answering(address))
    assert is_public(found)


def test_one_private_address_among_public_ones_is_refused():
    with pytest.raises(TargetError, match=r"10\.0\.0\.1"):
        checked_addresses(GITHUB, answering("140.82.121.3", "10.0.0.1"))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "fd12::1", "140.82.121.3"])
def test_a_host_that_the_operator_names_may_be_in_the_own_network(address):
    assert str(checked_addresses(OWN, answering(address))[0]) == address


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "224.0.0.1",
        "0.0.0.0",
        "::ffff:169.254.169.254",
    ],
)
def test_metadata_and_what_is_no_server_is_refused_there_too(address):
    with pytest.raises(TargetError, match="which is no"):
        checked_addresses(OWN, answering(address))


@pytest.mark.parametrize("name", ["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[fe80::1]"])
def test_a_host_written_as_an_address_is_checked_in_any_spelling(name):
    with pytest.raises(TargetError, match=r"169\.254\.169\.254|fe80::1"):
        checked_addresses(Host(name, f"http://{name}"), answering())


def test_git_is_told_the_addresses_that_were_checked():
    found = pinning(GITHUB, answering("140.82.121.3", "2606:50c0:8000::153"))
    assert found == ("-c", "http.curloptResolve=github.com:443:140.82.121.3,[2606:50c0:8000::153]")
    assert pinning(OWN, answering("10.0.0.7"))[1] == "http.curloptResolve=git.example.org:8443:10.0.0.7"
    assert pinning(Host("127.0.0.1:80", "http://127.0.0.1:80")) == ()


def test_a_name_that_does_not_resolve_is_an_error():
    def fail(name: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(TargetError, match=r"github\.com could not be reached"):
        pinning(GITHUB, fail)
    with pytest.raises(TargetError, match="has no address"):
        pinning(GITHUB, answering())


def test_a_proxy_resolves_for_itself(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    assert proxied(GITHUB)
    assert pinning(GITHUB, answering("127.0.0.1")) == ()
    monkeypatch.setenv("no_proxy", "example.com,github.com")
    assert not proxied(GITHUB)
    assert not proxied(Host("x", "http://example.net"))
