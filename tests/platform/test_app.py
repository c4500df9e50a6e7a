"""A GitHub App: what is wrong with its id, key or installation is said, and a token of it is asked for once."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from analyzer import FolioscopeError
from tests.platform.api_server import Answer, ApiServer
from tests.platform.conftest import Connect
from tests.platform.values import repository

NAME = "octocat/Hello-World"
TOKENS = "/app/installations/9/access_tokens"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


RSA = rsa.generate_private_key(65537, 2048)
KEY = pem(RSA)


@pytest.mark.parametrize(
    "key",
    ["-----BEGIN x", KEY[:300], pem(ec.generate_private_key(ec.SECP256R1())), pem(RSA, b"secret")],
    ids=["no key", "cut off", "elliptic", "encrypted"],  # the keys differ from process to process
)
def test_a_key_that_is_none_is_said_to_be_wrong(api: ApiServer, connect: Connect, key: str):
    with pytest.raises(FolioscopeError, match=r"App 7 is no private key.*Set FOLIOSCOPE_GITHUB_APP_KEY"):
        connect(api.base, app_id="7", app_key=key, installation=9).repository(NAME)
    assert api.requests == []


@pytest.mark.parametrize("installation", [0, 9])
def test_a_key_of_another_app_is_said_to_be_wrong(api: ApiServer, connect: Connect, installation: int):
    for path in ("/app/installations", TOKENS):
        api.answers[path] = Answer({"message": "A JSON web token could not be decoded"}, 401)
    with pytest.raises(FolioscopeError, match=r"does not accept the key of the GitHub App 7.*Check"):
        connect(api.base, app_id="7", app_key=KEY, installation=installation).repository(NAME)


def test_a_wrong_installation_is_said_to_be_one(api: ApiServer, connect: Connect):
    with pytest.raises(
        FolioscopeError, match=r"App 7 has no installation 9.*Correct FOLIOSCOPE_GITHUB_APP_INSTALLATION"
    ):
        connect(api.base, app_id="7", app_key=KEY, installation=9).repository(NAME)


def test_the_token_of_an_installation_is_asked_for_once(api: ApiServer, connect: Connect):
    api.answers[TOKENS] = Answer({"token": "t0ken", "expires_at": "2099-01-02T03:04:05Z"}, 201)
    api.answers[f"/repos/{NAME}"] = Answer(repository(api))
    assert connect(api.base, app_id="7", app_key=KEY, installation=9).repository(NAME).name == NAME
    assert api.asked(TOKENS) == 1
