"""The clock around the phases of an analysis, which finds them by their names."""

from __future__ import annotations

from analyzer import analyze
from benchmarks.phases import _NAMED, measured_phases
from tests.conftest import FIXTURES


def test_every_phase_is_found_by_its_name() -> None:
    spent = measured_phases(lambda: analyze(str(FIXTURES / "exemplary")))
    assert set(_NAMED.values()) - {"list"} <= set(spent)  # a folder that is no repository is not listed by git
    assert min(spent["rules"], spent["soundness"], spent["wiring"]) > 0
