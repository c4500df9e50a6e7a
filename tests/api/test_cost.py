"""What every request pays for: no thread is asked or started for a report that is at hand, and counts end with their time."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from analyzer import load_texts
from api.app import create_app
from api.limiting import Counters, Limiter
from api.problems import Problem
from api.rendering import Rendering
from api.settings import load_settings


def test_a_stored_report_costs_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = create_app(load_settings(data_folder=tmp_path, executor="none"))
    rendering = Rendering("application/json", "json", b"{}", b"", "0" * 32, "", "delay")
    app.state.service.renderings._keep(("known", "json"), rendering)
    path = "/api/v1/analyses/known/report.json"
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [], "client": ("192.0.2.1", 1), "server": ("x", 80), "scheme": "http", "state": {},
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    # Services of other tests have threads of their own meanwhile.
    here, plain, begin = threading.get_ident(), anyio.to_thread.run_sync, threading.Thread.start
    asked: list[object] = []

    def in_thread(function: Any, *given: Any, **more: Any) -> Any:
        if threading.get_ident() == here:
            asked.append(function)
        return plain(function, *given, **more)

    def start(thread: threading.Thread) -> None:
        if threading.get_ident() == here:
            asked.append(thread)
        begin(thread)

    monkeypatch.setattr(anyio.to_thread, "run_sync", in_thread)
    monkeypatch.setattr(threading.Thread, "start", start)
    asyncio.run(app(scope, receive, send))
    assert (sent[0]["status"], sent[1]["body"], asked) == (200, b"{}", [])


def test_counts_end_with_their_window_and_are_swept():
    moment = [1000.0]
    counters = Counters(lambda: moment[0])
    assert [counters.incr("a", 60), counters.incr("a", 60, 2), counters.incr("b", 60)] == [1, 3, 1]
    assert (counters.get("a"), counters.get_expiry("a")) == (3, 1060)
    moment[0] += 30
    assert (counters.incr("a", 60), counters.get_expiry("a")) == (4, 1060)
    moment[0] += 31
    assert (counters.get("a"), counters.incr("a", 60), counters.get_expiry("a")) == (0, 1, 1121)
    assert counters.get("b") == 0
    assert counters.reset() == 1, "b is gone"
    counters.incr("a", 60)
    counters.clear("a")
    assert (counters.get("a"), counters.check()) == (0, True)


def test_one_too_many_is_told_when_to_come_again():
    limiter = Limiter("")
    for left in (2, 1, 0):
        assert limiter.hit("3/minute", "requests", "a")["RateLimit-Remaining"] == str(left)
    with pytest.raises(Problem) as caught:
        limiter.hit("3/minute", "requests", "a")
    assert caught.value.detail(load_texts()) == "More than 3 in a minute."
    assert 55 < int(caught.value.headers["Retry-After"]) <= 61
    assert limiter.hit("3/minute", "requests", "b", cost=3)["RateLimit-Remaining"] == "0"
