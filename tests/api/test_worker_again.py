"""A Celery worker that ends by an error of its own begins again."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest
from celery import Celery
from celery.signals import worker_init
from celery.worker import state

import api.settings
from api.commands import worker
from api.settings import Settings


class Ended:
    """What Celery's signals know of a worker."""

    def __init__(self, exitcode: int) -> None:
        self.exitcode = exitcode


class Again(Exception):  # noqa: N818 it says what happened
    """In place of what execv does, which never returns."""


@pytest.mark.parametrize(
    ("code", "told", "seconds", "wanted"),
    [
        (1, None, 0.0, Again),  # an error of its own, after a while
        (1, None, 3600.0, SystemExit),  # at once
        (1, 0, 0.0, None),  # a signal told it to end
        (0, None, 0.0, None),
    ],
)
def test_only_what_ran_and_was_not_told_to_end_begins_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    told: int | None,
    seconds: float,
    wanted: type[BaseException] | None,
):
    def work(app: object, words: list[str]) -> None:
        del app, words
        worker_init.send(Ended(code))

    def execute(program: str, words: list[str]) -> None:
        assert (program, words) == (sys.executable, [sys.executable, *sys.orig_argv[1:]])
        raise Again

    settings = Settings(
        data_folder=tmp_path, executor="celery", broker_url="redis://127.0.0.1:1/0", secret_key="x" * 32
    )
    monkeypatch.setattr(api.settings, "load_settings", lambda **_: settings)
    monkeypatch.setattr(Celery, "worker_main", work)
    monkeypatch.setattr(state, "should_stop", told)
    monkeypatch.setattr(worker, "_START_SECONDS", seconds)
    monkeypatch.setattr(os, "execv", execute)
    if wanted is None:
        assert worker.run(argparse.Namespace(workers=1)) == 0
    else:
        with pytest.raises(wanted):
            worker.run(argparse.Namespace(workers=1))
