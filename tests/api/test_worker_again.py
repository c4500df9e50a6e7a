"""A Celery worker that ends by an error of its own begins again."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest
from celery import Celery
from celery.signals import worker_init, worker_ready
from celery.worker import state
from kombu.asynchronous.timer import Timer

import api.settings
from api.commands import worker
from api.settings import Settings


class Ended:
    """What Celery's signals know of a worker."""

    def __init__(self, exitcode: int) -> None:
        self.exitcode = exitcode


class Consumer:
    """What Celery's signals know of a worker that takes messages."""

    def __init__(self) -> None:
        self.timer = Timer()  # type: ignore[no-untyped-call]


class Again(Exception):  # noqa: N818 it says what happened
    """In place of what execv does, which never returns."""


@pytest.mark.parametrize(
    ("code", "told", "begun", "wanted"),
    [
        (1, None, True, Again),  # an error of its own, however soon
        (1, None, False, 1),  # what could not begin cannot the next time
        (1, 0, True, 0),  # a signal told it to end
        (0, None, True, 0),
    ],
)
def test_only_what_began_and_was_not_told_to_end_begins_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    told: int | None,
    begun: bool,
    wanted: type[BaseException] | int,
):
    def work(app: object, words: list[str]) -> None:
        del app, words
        worker_init.send(Ended(code))
        if begun:
            worker_ready.send(Consumer())

    def execute(program: str, words: list[str]) -> None:
        assert (program, words) == (sys.executable, [sys.executable, *sys.orig_argv[1:]])
        raise Again

    settings = Settings(
        data_folder=tmp_path, executor="celery", broker_url="redis://127.0.0.1:1/0", secret_key="x" * 32
    )
    monkeypatch.setattr(api.settings, "load_settings", lambda **_: settings)
    monkeypatch.setattr(Celery, "worker_main", work)
    monkeypatch.setattr(state, "should_stop", told)
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(os, "execv", execute)
    if isinstance(wanted, int):
        assert worker.run(argparse.Namespace(workers=1)) == wanted
    else:
        with pytest.raises(wanted):
            worker.run(argparse.Namespace(workers=1))
