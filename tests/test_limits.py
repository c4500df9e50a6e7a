"""Bounds, and what is no bound."""

from __future__ import annotations

import pytest

from analyzer.errors import FolioscopeError, LimitError, RubricError, TargetError, UsageError
from analyzer.limits import Limits


def test_given_limits_replace_the_defaults():
    changed = Limits().with_overrides(files=7, clone_bytes=None)
    assert changed == Limits(files=7)


@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_is_positive(value):
    with pytest.raises(UsageError, match=f"The limit files is {value}"):
        Limits().with_overrides(files=value)


def test_an_unknown_limit_is_answered_with_the_known_ones():
    with pytest.raises(UsageError) as caught:
        Limits().with_overrides(flies=1)
    assert "files" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "code"), [(UsageError, 2), (RubricError, 2), (TargetError, 3), (FolioscopeError, 3), (LimitError, 4)]
)
def test_every_error_has_its_exit_code(error, code):
    assert error("what").exit_code == code
    assert str(error("what", "Do this.")) == "what. Do this."
