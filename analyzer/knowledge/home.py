"""Where this project lives on GitHub: the one place that says so.

Documents, templates and the chart name the same place. ``python tools/home.py OWNER/REPO`` moves this line and all of them
to a copy of one's own; the tests fail where they differ.
"""

from __future__ import annotations

from analyzer.version import VERSION

__all__ = ["ACTION", "PACKAGE", "REPOSITORY"]

REPOSITORY = "folioscope/folioscope"
"""OWNER/REPO."""

ACTION = f"{REPOSITORY}@v{VERSION}"
"""The action of this version, as a workflow names it."""

PACKAGE = f"git+https://github.com/{REPOSITORY}@v{VERSION}"
"""This version, as pip installs it from there."""
