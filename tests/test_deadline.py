"""A deadline ends what takes too long, leaves alone what does not, and needs one thread for all."""

from __future__ import annotations

import os
import threading
import time

import pytest

from analyzer.deadline import _Watch, deadline


def _watching() -> int:
    return sum(thread.name == "deadlines" for thread in threading.enumerate())


def test_what_takes_too_long_is_ended() -> None:
    ended = threading.Event()
    with deadline(0.05, ended.set):
        assert ended.wait(10)


def test_what_is_done_in_time_is_left_alone() -> None:
    ended, later = threading.Event(), threading.Event()
    with deadline(0.05, ended.set):
        pass
    with deadline(0.2, later.set):
        assert later.wait(10)
    assert not ended.is_set()


def test_an_error_within_is_raised_and_nothing_is_ended_for_it() -> None:
    ended = threading.Event()
    with pytest.raises(ValueError, match="within"), deadline(0.05, ended.set):
        raise ValueError("within")
    time.sleep(0.1)
    assert not ended.is_set()


def test_an_earlier_one_wakes_the_thread_of_a_later_one() -> None:
    first, second = threading.Event(), threading.Event()
    with deadline(60, first.set), deadline(0.05, second.set):
        assert second.wait(10)
        assert _watching() == 1
    assert not first.is_set()


def test_a_thousand_share_one_thread() -> None:
    for _ in range(1000):
        with deadline(60, lambda: None):
            pass
    assert _watching() == 1


def test_an_action_that_does_not_end_keeps_no_other_from_its_time() -> None:
    first, second, over = threading.Event(), threading.Event(), threading.Event()

    def never_ends() -> None:
        first.set()
        over.wait()

    with deadline(0.05, never_ends), deadline(0.1, second.set):
        assert second.wait(10)
        assert first.is_set()
    over.set()


def test_where_no_thread_can_be_had_the_next_one_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.deadline._watch", _Watch())

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start"), deadline(60, lambda: None):
            pass
    ended = threading.Event()
    with deadline(0.05, ended.set):
        assert ended.wait(10)


def test_a_forked_process_watches_for_itself() -> None:
    with deadline(60, lambda: None):
        child = os.fork()
        if not child:  # pragma: no cover
            ended = threading.Event()
            with deadline(0.05, ended.set):
                os._exit(0 if ended.wait(10) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
