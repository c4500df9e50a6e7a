"""The JSON Schema of the report (draft 2020-12), as it is shipped beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["report_schema", "schema_text"]


def schema_text() -> str:
    """The text of ``report.schema.json``."""
    return (Path(__file__).parent / "report.schema.json").read_text("utf-8")


def report_schema() -> dict[str, Any]:
    """The schema as values, for a validator."""
    schema: dict[str, Any] = json.loads(schema_text())
    return schema
