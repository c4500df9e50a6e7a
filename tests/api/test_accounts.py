"""Keys, sign-in, forms of other sites, rates, the audit log: against a service that runs no jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select, update

from api.accounts.keys import check_key, make_key, new_account
from api.settings import Settings
from api.store import Store, open_store
from api.store.columns import now
from api.store.models import Account, ApiKey, AuditEntry, SignIn
from tests.api.conftest import new_key, settings_of
from tests.api.openid_provider import CLIENT, CLIENT_SECRET, Provider, provider
from tests.api.servers import Running, running
from tests.git_server import GitServer

ME = "/api/v1/me"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as server:
        yield server


@pytest.fixture(scope="module")
def service(tmp_path_factory, hub: GitServer, issuer: Provider) -> Iterator[Running]:
    settings = settings_of(
        tmp_path_factory.mktemp("accounts"),
        hub,
        executor="none",
        oidc_issuer=issuer.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=CLIENT_SECRET,
        oidc_domains="example.org",
    )
    with running(Settings(**settings)) as server:
        yield server


@pytest.fixture(scope="module")
def store(service: Running) -> Iterator[Store]:
    opened = open_store(service.settings.database)
    yield opened
    opened.close()


@pytest.fixture
def browser(service: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.url, timeout=60) as client:
        yield client


@pytest.fixture
def owner(service: Running, store: Store) -> Iterator[httpx2.Client]:
    with service.client(new_key(store, "owner", "read write admin")) as client:
        yield client


# -- keys --------------------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_kept_as_a_hash(owner: httpx2.Client, store: Store, service: Running):
    answer = owner.post("/api/v1/keys", json={"account": "recruiting", "name": "ats", "scopes": ["read"]})
    assert answer.status_code == 201
    made = answer.json()
    assert made["key"].startswith(f"fs_{made['id']}_")
    listed = next(item for item in owner.get("/api/v1/keys").json()["items"] if item["id"] == made["id"])
    assert "key" not in listed
    with store.reading() as session:
        kept = session.get_one(ApiKey, made["id"])
    assert made["key"].split("_", 2)[2] not in f"{kept.hash} {kept.name} {kept.scopes}"
    with service.client(made["key"]) as client:
        shown = client.get(ME).json()
        assert (shown["name"], shown["role"], shown["scopes"]) == ("recruiting", "recruiter", ["read"])
        refused = client.post("/api/v1/analyses", json={"url": "o/r"})
        assert (refused.status_code, refused.json()["code"]) == (403, "access.forbidden")
        assert client.get("/api/v1/keys").status_code == 403
    assert owner.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    with service.client(made["key"]) as client:
        assert client.get(ME).status_code == 401
    assert owner.delete("/api/v1/keys/000000000000").status_code == 404


@pytest.mark.parametrize("wrong", ["fs_", "fs_0_0", "x", "fs_" + "a" * 500])
def test_a_wrong_key_is_refused(service: Running, wrong: str):
    with service.client() as client:
        answer = client.get(ME, headers={"Authorization": f"Bearer {wrong}"})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get(ME, headers={"Authorization": "Basic abc"}).status_code == 401


def test_a_key_ends_with_its_time_and_with_its_account(store: Store):
    with store.writing() as session:
        account = new_account(session, "ends", "recruiter")
        key, text = make_key(session, account, "k", "read", 1)
        assert check_key(session, text)
        assert check_key(session, text[:-1] + "!") is None
        key.expires_at = now() - timedelta(seconds=1)
        session.flush()
        assert check_key(session, text) is None
        key.expires_at = now() + timedelta(days=1)
        account.disabled_at = now()
        session.flush()
        assert check_key(session, text) is None


def test_a_recruiter_gets_no_key_of_an_owner(owner: httpx2.Client):
    answer = owner.post("/api/v1/keys", json={"account": "new-one", "name": "k", "scopes": ["admin"]})
    assert answer.status_code == 403


# -- sign-in -----------------------------------------------------------------------------------------------------


def signed_in(browser: httpx2.Client, store: Store, role: str = "recruiter", scopes: str = "read write") -> str:
    """Sign in by key; return the token for forms."""
    answer = browser.post("/auth/key", data={"key": new_key(store, role, scopes)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    return str(browser.get(ME).json()["csrf_token"])


def test_a_browser_signs_in_by_key_and_out(browser: httpx2.Client, store: Store):
    token = signed_in(browser, store)
    assert browser.get(ME).json()["via"] == "sign-in"
    stolen = browser.cookies["folioscope"]
    assert browser.post("/auth/logout", headers={"X-CSRF-Token": token}).status_code == 303
    assert browser.get(ME, headers={"Cookie": f"folioscope={stolen}"}).json()["account"] is None


@pytest.mark.parametrize("change", [{"revoked_at": now()}, {"expires_at": now()}], ids=["revoked", "over"])
def test_a_sign_in_ends_with_its_key(browser: httpx2.Client, store: Store, change: dict[str, datetime]):
    key = new_key(store)
    browser.post("/auth/key", data={"key": key})
    assert browser.get(ME).json()["via"] == "sign-in"
    with store.writing() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key.split("_")[1]).values(change))
    assert browser.get(ME).json()["account"] is None


def test_a_wrong_key_does_not_sign_in(browser: httpx2.Client):
    answer = browser.post("/auth/key", data={"key": "fs_0_0"})
    assert (answer.status_code, answer.json()["code"]) == (400, "access.sign-in")


def test_a_form_of_another_site_does_nothing(browser: httpx2.Client, store: Store, service: Running):
    token = signed_in(browser, store)
    body = {"rows": [{"url": "octocat/Hello-World"}]}

    def send(**headers: str) -> int:
        return browser.post("/api/v1/batches", json=body, headers=headers).status_code

    assert send() == 403
    assert send(**{"X-CSRF-Token": "no"}) == 403
    assert send(**{"X-CSRF-Token": token, "Origin": "https://evil.example.org"}) == 403
    assert send(**{"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"}) == 403
    assert send(**{"X-CSRF-Token": token, "Origin": service.url, "Sec-Fetch-Site": "same-origin"}) == 202
    file = {"file": ("rows.csv", "url\noctocat/Hello-World\n", "text/csv")}
    assert browser.post("/api/v1/batches", data={"csrf_token": token}, files=file).status_code == 202
    assert browser.post("/api/v1/batches", data={"csrf_token": "no"}, files=file).status_code == 403
    foreign = browser.post("/auth/key", data={"key": "k"}, headers={"Origin": "https://evil.example.org"})
    assert foreign.json()["code"] == "access.csrf"


def by_provider(browser: httpx2.Client, wanted: str = "/") -> httpx2.Response:
    """Go to the provider and come back."""
    there = browser.get("/auth/login", params={"next": wanted})
    assert there.status_code == 303, there.text
    assert "code_challenge_method=S256" in there.headers["location"]
    back = httpx2.get(there.headers["location"])
    return browser.get(back.headers["location"])


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"sub": f"person-{number}", "email": f"p{number}@example.org", "email_verified": True, **more}


def test_a_verified_address_of_the_domain_gets_an_account(browser: httpx2.Client, issuer: Provider, store: Store):
    issuer.person, issuer.spoil = person(1), {}
    assert by_provider(browser).status_code == 303
    me = browser.get(ME).json()
    assert (me["name"], me["role"], me["scopes"]) == ("p1@example.org", "recruiter", ["read", "write"])
    with httpx2.Client(base_url=browser.base_url) as again:
        issuer.person = person(1, email="new@example.com")  # the provider's id counts, not the address
        assert by_provider(again).status_code == 303
        assert again.get(ME).json()["account"] == me["account"]
    with store.writing() as session:
        session.execute(update(Account).where(Account.id == me["account"]).values(disabled_at=now()))
    assert browser.get(ME).json()["account"] is None


@pytest.mark.parametrize(
    ("claims", "spoil"),
    [
        ({"email_verified": False}, {}),
        ({"email": "p2@example.com"}, {}),
        ({}, {"iss": "https://evil.example.org"}),
        ({}, {"aud": "another"}),
        ({}, {"nonce": "another"}),
        ({}, {"exp": 1}),
    ],
)
def test_whoever_cannot_be_told_for_sure_is_refused(
    browser, issuer: Provider, claims: dict[str, Any], spoil: dict[str, Any]
):
    issuer.person, issuer.spoil = person(2, **claims), spoil
    answer = by_provider(browser)
    assert (answer.status_code, answer.json()["code"]) == (400, "access.sign-in")
    assert browser.get(ME).json()["account"] is None


def test_a_token_that_another_key_signed_is_refused(browser: httpx2.Client, issuer: Provider):
    issuer.person, issuer.spoil = person(3), {}
    issuer.signer = RSAKey.generate_key(2048, {"kid": "one"})
    try:
        assert by_provider(browser).json()["code"] == "access.sign-in"
    finally:
        issuer.signer = None


def test_who_comes_back_from_the_provider_gets_the_page_that_was_wanted(browser: httpx2.Client, issuer: Provider):
    issuer.person, issuer.spoil = person(6), {}
    wanted = browser.get("/batches?blind=1").headers["location"]
    assert wanted == "/sign-in?next=/batches%3Fblind%3D1"
    assert 'href="/auth/login?next=/batches%3Fblind%3D1"' in browser.get(wanted).text
    assert by_provider(browser, "/batches?blind=1").headers["location"] == "/batches?blind=1"
    assert by_provider(browser, "https://evil.example.org").headers["location"] == "/"


def test_a_person_whose_sign_in_fails_sees_a_page(browser: httpx2.Client):
    answer = browser.get("/auth/callback", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 400
    assert "<h1>The sign-in failed</h1>" in answer.text


def test_an_answer_that_nobody_asked_for_is_refused(browser: httpx2.Client, issuer: Provider):
    issuer.person, issuer.spoil = person(4), {}
    there = browser.get("/auth/login")
    back = httpx2.get(there.headers["location"])
    with httpx2.Client(base_url=browser.base_url) as victim:
        assert victim.get(back.headers["location"]).json()["code"] == "access.sign-in"


def test_a_taken_address_is_not_taken_over(browser: httpx2.Client, issuer: Provider):
    issuer.person, issuer.spoil = person(5), {}
    assert by_provider(browser).status_code == 303
    issuer.person = person(5, sub="someone-else")
    with httpx2.Client(base_url=browser.base_url) as other:
        assert by_provider(other).json()["code"] == "access.sign-in"


# -- headers, audit, rates ---------------------------------------------------------------------------------------


def test_every_answer_has_strict_headers(browser: httpx2.Client):
    for path in ("/healthz", "/nothing", "/api/docs", ME):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
        assert headers["referrer-policy"] == "same-origin"


def test_the_audit_log_tells_who_changed_what(owner: httpx2.Client, store: Store):
    made = owner.post("/api/v1/keys", json={"account": "audited", "name": "k"}).json()
    me = owner.get(ME).json()
    entries = owner.get("/api/v1/audit", params={"subject": made["id"]}).json()["items"]
    assert [(entry["actor"], entry["action"]) for entry in entries] == [(me["account"], "key.make")]
    page = owner.get("/api/v1/audit", params={"limit": 1}).json()
    assert owner.get("/api/v1/audit", params={"limit": 1, "cursor": page["next"]}).json()["items"]
    assert owner.get("/api/v1/audit", params={"cursor": "x"}).status_code == 422
    with store.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"sign-in", "sign-in.refused"} <= actions or actions


def test_the_audit_log_tells_who_looked_at_a_batch(owner: httpx2.Client):
    batch = owner.post("/api/v1/batches", json={"rows": [{"url": "octocat/Hello-World"}]}).json()["id"]
    owner.get(f"/batches/{batch}")
    owner.get("/api/v1/analyses", params={"batch": batch})
    owner.get(f"/batches/{batch}", headers={"HX-Request": "true"})  # the same look goes on
    entries = owner.get("/api/v1/audit", params={"subject": batch}).json()["items"]
    assert [entry["action"] for entry in entries] == ["analysis.list", "batch.view", "batch.start"]


def test_too_many_requests_are_refused_by_address_and_account(tmp_path, hub: GitServer):
    settings = settings_of(
        tmp_path, hub, executor="none", rate_anonymous="2/hour", rate_keyed="3/hour", rate_sign_in="1/hour"
    )
    with running(Settings(**settings)) as service:
        opened = open_store(service.settings.database)
        body = {"url": "octocat/Hello-World"}
        with service.client() as nobody, service.client(new_key(opened)) as keyed:
            codes = [nobody.post("/api/v1/analyses", json=body) for _ in range(3)]
            assert [answer.status_code for answer in codes] == [202, 202, 429]
            assert codes[0].headers["ratelimit-remaining"] == "1"
            assert int(codes[2].headers["retry-after"]) > 0
            assert codes[2].json()["code"] == "rate.exceeded"
            assert [keyed.post("/api/v1/analyses", json=body).status_code for _ in range(4)] == [202] * 3 + [429]
            assert [nobody.post("/auth/key", data={"key": "k"}).status_code for _ in range(2)] == [400, 429]
        with opened.reading() as session:
            assert session.scalars(select(SignIn)).all() == []
        opened.close()


def test_a_queue_that_is_full_takes_no_more_of_nobody(tmp_path, hub: GitServer):
    with running(Settings(**settings_of(tmp_path, hub, executor="none", queue_most=1))) as service:
        with service.client() as client:
            body = {"url": "octocat/Hello-World"}
            first, second = (client.post("/api/v1/analyses", json=body) for _ in range(2))
        assert (first.status_code, second.status_code) == (202, 503)
        assert second.json()["code"] == "queue.full"
        assert second.headers["retry-after"]
