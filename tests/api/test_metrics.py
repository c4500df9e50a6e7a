"""Who reads the metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import load_settings

TOKEN = "t" * 40
KEY = "k" * 40
PUBLIC = {"host": "0.0.0.0", "secret_key": KEY}
PROXIED = {"public_url": "https://f.example.org"}
NETWORKS = {"metrics_networks": "10.0.0.0/8 2001:db8::/32"}
LOCAL, INNER, MAPPED, WORLD = "127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "198.51.100.7"


@pytest.mark.parametrize(
    ("settings", "address", "sent", "status"),
    [
        ({}, LOCAL, "", 200),
        ({}, "::1", "", 200),
        ({}, LOCAL, "Bearer fs_no-key-of-ours", 200),
        (PUBLIC, LOCAL, "", 401),
        (PUBLIC, WORLD, "", 401),
        (PROXIED, LOCAL, "", 401),
        (PROXIED | NETWORKS, INNER, "", 200),
        (PUBLIC | NETWORKS, MAPPED, "", 200),
        (PUBLIC | NETWORKS, "2001:db8::7", "", 200),
        (PUBLIC | NETWORKS, WORLD, "", 401),
        (PUBLIC | NETWORKS, LOCAL, "", 401),
        (PUBLIC | NETWORKS, "odd", "", 401),
        (PUBLIC | {"metrics_token": TOKEN}, WORLD, f"Bearer {TOKEN}", 200),
        (PUBLIC | {"metrics_token": TOKEN}, WORLD, f"Bearer {TOKEN}x", 401),
        (PUBLIC | {"metrics_token": TOKEN}, LOCAL, "", 401),
        (PUBLIC, WORLD, "Bearer ", 401),
        ({"metrics_token": TOKEN}, LOCAL, "", 401),
    ],
)
def test_metrics_are_for_the_token_and_the_networks(
    tmp_path: Path, settings: dict[str, Any], address: str, sent: str, status: int
):
    app = create_app(load_settings(data_folder=tmp_path, executor="none", **settings))
    with TestClient(app, client=(address, 50_000)) as client:
        answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})
        health = client.get("/healthz", headers={"Authorization": sent} if sent else {})
    assert (answer.status_code, health.status_code) == (status, 200)
    if status == 200:
        assert "folioscope_build_info" in answer.text
    else:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "access.unauthenticated"
        assert "folioscope_build_info" not in answer.text
