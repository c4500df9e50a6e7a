"""What tests take from npm (tests/node, installed by bin/packages)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["MODULES", "sarif_schema"]

MODULES = Path(__file__).parent / "node" / "node_modules"


def sarif_schema() -> Any:
    """The JSON Schema of SARIF 2.1.0 as OASIS publishes it (draft 4), from the package that carries it."""
    path = MODULES / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    return json.loads(path.read_text("utf-8"))
