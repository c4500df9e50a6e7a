"""Hands the SARIF to GitHub's code scanning (REST API, "Upload an analysis as SARIF data")."""

from __future__ import annotations

import base64
import gzip

from analyzer.errors import UsageError
from analyzer.gate.http import call
from analyzer.gate.surroundings import Surroundings

__all__ = ["upload_sarif"]


def upload_sarif(around: Surroundings, sarif: str) -> None:
    """Upload the results for the commit and ref that the workflow runs on; needs ``security-events: write``.

    Raises:
        UsageError: this is no workflow of GitHub, or there is no token.
        ApiError: GitHub refused.
    """
    if around.system != "github" or not around.project:
        raise UsageError("Code scanning takes results from a GitHub workflow alone", "Leave out --upload-sarif.")
    if not around.token:
        raise UsageError("An upload needs a token", "Set GITHUB_TOKEN.")
    packed = gzip.compress(sarif.encode("utf-8", "backslashreplace"), mtime=0)
    call(
        "POST",
        f"{around.api}/repos/{around.project}/code-scanning/sarifs",
        {"Authorization": f"Bearer {around.token}", "X-GitHub-Api-Version": "2022-11-28"},
        {
            "commit_sha": around.commit,
            "ref": around.ref,
            "sarif": base64.b64encode(packed).decode("ascii"),
            "tool_name": "folioscope",
        },
    )
