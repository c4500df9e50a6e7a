"""The guard against regressions counts instructions, the same number every time."""

from __future__ import annotations

from benchmarks.instructions import compared, counted


def _loop(times: int) -> int:
    return sum(number for number in range(times))


def test_the_same_work_is_the_same_number():
    assert counted(lambda: _loop(100)) == counted(lambda: _loop(100))


def test_more_work_is_a_larger_number():
    assert counted(lambda: _loop(200)) > 1.5 * counted(lambda: _loop(100))


def test_five_per_cent_more_are_too_many(capsys):
    assert compared({"a": 105}, {"a": 100}, "3.11") == 0
    assert compared({"a": 106}, {"a": 100}, "3.11") == 1
    assert "+6.00% of 100, over the 5 %" in capsys.readouterr().out


def test_without_a_number_to_compare_it_fails(capsys):
    assert compared({"a": 1}, {}, "3.99") == 1
    assert "bin/instructions --update" in capsys.readouterr().out


def test_far_fewer_ask_for_an_update(capsys):
    assert compared({"a": 90}, {"a": 100}, "3.11") == 0
    assert "fewer" in capsys.readouterr().out
