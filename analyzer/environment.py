"""The variables of the environment that Folioscope reads, so that a mistyped one is told and not passed over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

__all__ = ["OWN", "mistyped_variables"]

_PREFIX = "FOLIOSCOPE_"
OWN = frozenset(
    f"{_PREFIX}{name}"
    for name in (
        # the commands
        *("HOSTS", "KEY", "TOKEN", "GITHUB_API", "GITHUB_TOKEN", "GITHUB_MAX_WAIT"),
        *("GITHUB_APP_ID", "GITHUB_APP_KEY", "GITHUB_APP_INSTALLATION"),
        # the check in CI: what its action and templates are told, and what they tell later jobs
        *("ANNOTATIONS", "COMMENT", "FAIL_ON_REGRESSION", "FAIL_UNDER", "PACKAGE", "PATH", "REPORTS", "RUBRIC"),
        *("UPLOAD_SARIF", "BADGE", "CHANGE", "GRADE", "PASSED", "REGRESSION", "REPORT_JSON", "REPORT_JUNIT"),
        *("REPORT_MARKDOWN", "REPORT_SARIF", "SCORE", "SHIELDS"),
        # scripts and compose
        *("IMAGE", "VENV"),
    )
)
"""What is read here, beside the variables of commands that other packages add."""
_OF_A_CLUSTER = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$")
"""What Kubernetes sets in containers for each Service, by the name of the Service."""
_ALIKE = 0.75


def mistyped_variables(given: Iterable[str], known: Collection[str] | None = None) -> list[tuple[str, list[str]]]:
    """Names that begin as ours and are none of ours, each with the names that are most like it.

    Args:
        given: names of variables, as those of the environment.
        known: names that other parts read, which :data:`OWN` does not hold. None: nobody could say which there are,
            so that only names are told that are much like one of ours.
    """
    names = OWN | frozenset(known or ())
    ends = [name.removeprefix(_PREFIX) for name in sorted(names)]  # what they begin with makes all of them alike
    found = []
    for name in sorted({name for name in given if name.startswith(_PREFIX)} - names):
        alike = [f"{_PREFIX}{end}" for end in get_close_matches(name.removeprefix(_PREFIX), ends, 3, _ALIKE)]
        if (alike or known is not None) and not _OF_A_CLUSTER.search(name):
            found.append((name, alike))
    return found
