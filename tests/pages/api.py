"""What a test asks of the API beside the browser."""

from __future__ import annotations

import time

import httpx

from tests.pages.server import Site

__all__ = ["analyzed"]


def analyzed(site: Site, name: str, seconds: float = 120) -> str:
    """The page of an analysis that is done."""
    with httpx.Client(base_url=site.url, timeout=30) as client:
        view = client.post("/api/v1/analyses", json={"url": site.repository(name)}).raise_for_status().json()
        until = time.monotonic() + seconds
        while view["status"] not in ("done", "failed") and time.monotonic() < until:
            time.sleep(0.2)
            view = client.get(view["links"]["self"]).raise_for_status().json()
    assert view["status"] == "done", view
    return f"{site.url}/r/{view['id']}"
