"""When a worker that is connected and takes no message any more counts as deaf."""

from __future__ import annotations

import pytest

from api.jobs.ears import Ears


@pytest.mark.parametrize(
    ("looks", "deaf"),
    [
        ([(1, 0, False), (1, 9, False)], False),  # not long enough
        ([(1, 0, False), (1, 10, False)], True),
        ([(1, 0, False), (0, 5, False), (1, 10, False)], False),  # somebody else took it
        ([(1, 0, False), (1, 5, True), (1, 10, False)], False),  # it was at work
        ([(1, 0, True), (1, 20, True)], False),
        ([(0, 0, False), (0, 20, False)], False),
    ],
)
def test_silence_counts_where_something_waits_and_nothing_is_done(
    looks: list[tuple[int, float, bool]], deaf: bool
) -> None:
    ears = Ears(10)
    assert [ears.are_deaf(messages, at, busy=busy) for messages, at, busy in looks][-1] is deaf


def test_a_message_ends_the_silence() -> None:
    ears = Ears(10)
    assert not ears.are_deaf(1, 0, busy=False)
    ears.hear()
    assert not ears.are_deaf(1, 12, busy=False)
    assert ears.are_deaf(1, 22, busy=False)
