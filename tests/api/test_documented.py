"""The commands that the service's page shows to whoever talks to the API, run one after the other."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tests.api.conftest import Stack

PAGE = Path(__file__).parents[2] / "docs" / "service.md"
BLOCK = re.compile(r"^```sh\n(curl .*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The commands without what the page says of them."""
    (block,) = BLOCK.findall(PAGE.read_text("utf-8"))
    lines = [line.partition(" #")[0].rstrip() for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line]


def test_what_the_page_shows_of_the_api_is_what_happens(stack: Stack) -> None:
    named = {"localhost:8000": stack.service.url, "octocat/Hello-World": stack.hub.url("octocat/delay")}

    def run(command: str) -> str:
        for word, here in named.items():
            command = command.replace(word, here)
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60).stdout

    begin, follow, read = commands()
    shown = json.loads(run(begin))
    named["/ID/"] = f"/{shown['id']}/"
    assert json.loads(run(begin))["id"] == shown["id"]  # the same key, the same analysis
    assert '"done"' in run(follow).rsplit("event: ", 1)[-1]
    assert run(read).startswith("# ")
