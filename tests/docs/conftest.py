"""The fresh environment, once for all processes of a test run."""

from __future__ import annotations

import os

import pytest

from tests.docs.fresh import Fresh, fresh_in


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """An environment with Folioscope's wheel."""
    base = tmp_path_factory.getbasetemp()
    return fresh_in(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
