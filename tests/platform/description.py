"""GitHub's official description of its REST interface, cut to what is asked for, served by Prism from npm.

The description is 13 MB and Prism takes long to read it; the cut is made anew in each run, so that nothing of it is kept.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NODE = Path(__file__).parent.parent / "node" / "node_modules"
DESCRIPTION = NODE / "@octokit" / "openapi" / "generated" / "api.github.com.json"
RECORDED = NODE / "@octokit" / "fixtures" / "scenarios" / "api.github.com"
PATHS = (
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/releases",
    "/repos/{owner}/{repo}/actions/runs",
    "/repos/{owner}/{repo}/environments",
    "/repos/{owner}/{repo}/deployments",
    "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    "/repos/{owner}/{repo}/pages",
    "/repos/{owner}/{repo}/readme",
    "/repos/{owner}/{repo}/contents/{path}",
    "/repos/{owner}/{repo}/compare/{basehead}",
    "/repos/{owner}/{repo}/git/trees/{tree_sha}",
    "/users/{username}",
    "/users/{username}/repos",
    "/users/{username}/packages",
    "/orgs/{org}",
    "/orgs/{org}/repos",
    "/orgs/{org}/packages",
    "/app/installations",
    "/app/installations/{installation_id}/access_tokens",
)
# GitHub takes any of its own media types for JSON; the description names one
# (https://docs.github.com/rest/about-the-rest-api/media-types). These are the ones that PyGithub sends.
PREVIEWS = ("ant-man-preview", "flash-preview", "machine-man-preview")


def cut_description(base: str) -> dict[str, Any]:
    """The paths that are asked for, with all that they refer to; addresses in examples lead to ``base``."""
    whole = json.loads(DESCRIPTION.read_bytes())
    paths = {path: _readable(whole["paths"][path]) for path in PATHS}
    components: dict[str, dict[str, Any]] = {}
    _collect(paths, whole["components"], components)
    components.pop("headers", None)  # their examples lead to pages that no path of the description has
    cut = {"openapi": whole["openapi"], "info": whole["info"], "servers": [{"url": base}], "paths": paths}
    text = json.dumps({**cut, "components": components}).replace("https://api.github.com", base)
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _readable(item: dict[str, Any]) -> dict[str, Any]:
    """GET, and the POST that gives a token to an App."""
    kept = {name: value for name, value in item.items() if name in ("get", "post", "parameters")}
    if "get" in kept:
        kept.pop("post", None)
    for operation in (kept.get("get"), kept.get("post")):
        for answer in (operation or {}).get("responses", {}).values():
            answer.pop("headers", None)
            content = answer.get("content", {})
            if "application/json" in content:
                content |= {f"application/vnd.github.{name}+json": content["application/json"] for name in PREVIEWS}
    return kept


def _collect(value: Any, known: dict[str, Any], into: dict[str, dict[str, Any]]) -> None:
    if isinstance(value, dict):
        found = re.fullmatch(r"#/components/(\w+)/(.+)", str(value.get("$ref", "")))
        if found and found.group(2) not in into.setdefault(found.group(1), {}):
            into[found.group(1)][found.group(2)] = known[found.group(1)][found.group(2)]
            _collect(into[found.group(1)][found.group(2)], known, into)
        for item in value.values():
            _collect(item, known, into)
    elif isinstance(value, list):
        for item in value:
            _collect(item, known, into)


def recorded(scenario: str) -> list[dict[str, Any]]:
    """The exchanges of a scenario that was recorded with the real interface."""
    loaded: list[dict[str, Any]] = json.loads((RECORDED / scenario / "normalized-fixture.json").read_bytes())
    return loaded


@dataclass(frozen=True)
class Prism:
    """A running mock server."""

    base: str
    log: Path

    def refused(self) -> list[str]:
        """What Prism says against requests: whatever the description does not have."""
        lines = re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text("utf-8", "replace")).splitlines()
        return [line for line in lines if "Violation: request" in line or "not been found" in line or "no path" in line]


@contextmanager
def prism(folder: Path) -> Iterator[Prism]:
    """Start Prism on a free port of loopback, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    description, log = folder / "github.json", folder / "prism.log"
    description.write_text(json.dumps(cut_description(base)), "utf-8")
    start = ["node", str(NODE / ".bin" / "prism"), "mock", "--host", "127.0.0.1", "--port", str(port), str(description)]
    with log.open("wb") as out, subprocess.Popen(start, stdout=out, stderr=subprocess.STDOUT, cwd=folder) as process:
        try:
            _wait_for(base, process, log)
            yield Prism(base, log)
        finally:
            process.terminate()


def _wait_for(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers; a machine under load is given two minutes."""
    for _ in range(600):
        assert process.poll() is None, log.read_text("utf-8", "replace")
        with (
            suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{base}/users/octocat", timeout=30),
        ):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    raise AssertionError("Prism did not start")
