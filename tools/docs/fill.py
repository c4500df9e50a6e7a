"""Write into pages what their commands print now: ``python -m tools.docs.fill PAGE ...``.

An output in which the page elides something stays as it is as long as it matches; every other one is written anew.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.fresh import ROOT, fresh_in
from tests.docs.test_walks import INSTALLS
from tests.docs.walk import follow, prepare, steps_of


def main(pages: list[str]) -> None:
    """Fill the pages."""
    with tempfile.TemporaryDirectory() as folder:
        shared = fresh_in(Path(folder))
        for number, page in enumerate(map(Path, pages)):
            text = page.read_text("utf-8")
            (work := Path(folder, f"{number}", "work")).mkdir(parents=True)
            prepare(text, work)
            installs = any(INSTALLS in step.command for step in steps_of(text))
            own = shared.copy(Path(folder, f"{number}", "own")) if installs else shared
            environment = {**own.environment(Path(folder)), "EXAMPLES": str(ROOT / "docs" / "examples")}
            lines = text.split("\n")
            for step, out in reversed(list(follow(text, work, environment))):
                at = step.line + step.command.count("\n")
                lines[at : at + len(step.printed)] = [line.rstrip() for line in out.split("\n")[:-1]]
                print(f"{page}:{step.line}: {step.command.splitlines()[0]}")
            page.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
