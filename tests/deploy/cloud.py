"""In the place of ``terraform``, where no provider and no account is: it makes nothing, and refuses what its files refuse.

It asks the files of the folder that it is called in which settings the backend lacks, which variables there are and have to be
given, and which outputs; and it wants ``init`` before ``apply`` before ``output``, as Terraform does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import hcl2

__all__ = ["refusal"]

_BACKEND = frozenset({"bucket", "key", "region"})
"""What the backend *s3* cannot do without: https://developer.hashicorp.com/terraform/language/backend/s3"""
_STATE = Path(".terraform-state")


def refusal(words: list[str]) -> str:
    """Why a command is not carried out, or nothing; what it prints goes to the terminal."""
    files = [hcl2.loads(path.read_text("utf-8")) for path in sorted(Path().glob("*.tf"))]
    done = _STATE.read_text("utf-8").split() if _STATE.exists() else []
    match words:
        case ["init", *options]:
            given = {name for _, name, _ in (option.split("=") for option in options if "-backend-config=" in option)}
            [settings] = [
                body
                for file in files
                for block in file.get("terraform", [])
                for backend in block.get("backend", [])
                for body in backend.values()
            ]
            if len(given) != len(options) or not given | settings.keys() >= _BACKEND or given & settings.keys():
                return (
                    f"the backend needs {sorted(_BACKEND - settings.keys())}, each once, and is given {sorted(given)}"
                )
            _STATE.write_text("init", "utf-8")
        case ["apply", option] if option.startswith("-var-file=") and "init" in done:
            values = hcl2.loads(Path(option.partition("=")[2]).read_text("utf-8")).keys() - {"__comments__"}
            variables = _named(files, "variable")
            needed = {name for name, body in variables.items() if "default" not in body}
            if not needed <= values <= variables.keys():
                return f"variables: {sorted(needed - values)} are not given, {sorted(values - variables.keys())} are not there"
            _STATE.write_text("init apply", "utf-8")
        case ["output", "-raw", name] if "apply" in done and name in _named(files, "output"):
            print(f"the-{name}")
        case _:
            return f"{' '.join(words)}: not after {done or 'nothing'}, or not known"
    return ""


def _named(files: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    blocks = (block for file in files for block in file.get(kind, []))
    return {name.strip('"'): body for block in blocks for name, body in block.items()}


if __name__ == "__main__":
    sys.exit(refusal(sys.argv[1:]) or 0)
