"""A pre-commit configuration for the tools in use."""

from __future__ import annotations

import re

from msgspec.structs import replace

from analyzer.knowledge.starts import HOOKS
from analyzer.starts.model import Start, rendered
from analyzer.starts.project import Project

__all__ = ["pre_commit"]


def pre_commit(project: Project) -> Start:
    """Hooks that suit every repository, and those of the checkers; ruff where none is configured.

    pre-commit reads the file of the root alone; for a folder, its hooks look at that folder.
    """
    tools = ["", *(tool for tool in project.checkers if tool in HOOKS)]
    if len(tools) == 1:
        tools.append("ruff")
    if project.repository.notebooks:
        tools.append("notebooks")
    formatted = "black" in tools  # two formatters would undo each other
    file = rendered(
        "pre-commit.yaml.j2",
        ".pre-commit-config.yaml",
        "repro.hooks",
        repositories=[
            replace(item, hooks=tuple(hook for hook in item.hooks if not (formatted and hook == "ruff-format")))
            for item in (HOOKS[tool] for tool in tools)
        ],
        files=re.escape(project.plain_folder),
    )
    return Start("repro.hooks", (file,), ("pre-commit autoupdate brings the newest versions of the hooks.",))
