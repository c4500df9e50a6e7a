"""What ``folioscope fix`` and ``folioscope init`` write into: pinned actions, hooks, images, and the questions of skeletons."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = [
    "ADR_PROMPTS",
    "CHECKERS",
    "CHECKOUT",
    "GROUPS_BY_PIP",
    "HOOKS",
    "NO_BOUND",
    "PROMPT",
    "PROMPTS",
    "RUNBOOK_PROMPTS",
    "SETUP_PYTHON",
    "TOOLS",
    "HookRepository",
]

CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
SETUP_PYTHON = "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0"

TOOLS: Mapping[str, str] = {"uv": "uv==0.9.5", "poetry": "poetry==2.2.1", "pipenv": "pipenv==2025.0.4"}
"""Package managers with the version that a start installs."""

GROUPS_BY_PIP = "pip>=25.1"
"""The pip that knows dependency groups; one that comes with Python may not."""

CHECKERS: Mapping[str, tuple[str, ...]] = {
    "ruff": ("ruff check .",),
    "black": ("black --check .",),
    "isort": ("isort --check-only .",),
    "flake8": ("flake8 .",),
    "pylint": ("pylint --recursive=y .",),
    "mypy": ("mypy .",),
}
"""Checkers by their package, with the commands that CI runs."""


class HookRepository(Struct, frozen=True):
    """Hooks of pre-commit: the repository, the version, and the ids."""

    url: str
    version: str
    hooks: tuple[str, ...]


HOOKS: Mapping[str, HookRepository] = {
    "": HookRepository(
        "https://github.com/pre-commit/pre-commit-hooks",
        "v5.0.0",
        ("trailing-whitespace", "end-of-file-fixer", "check-yaml", "check-added-large-files", "detect-private-key"),
    ),
    "ruff": HookRepository("https://github.com/astral-sh/ruff-pre-commit", "v0.12.0", ("ruff-check", "ruff-format")),
    "black": HookRepository("https://github.com/psf/black-pre-commit-mirror", "25.1.0", ("black",)),
    "isort": HookRepository("https://github.com/PyCQA/isort", "6.0.1", ("isort",)),
    "flake8": HookRepository("https://github.com/PyCQA/flake8", "7.2.0", ("flake8",)),
    "mypy": HookRepository("https://github.com/pre-commit/mirrors-mypy", "v1.16.0", ("mypy",)),
    "notebooks": HookRepository("https://github.com/kynan/nbstripout", "0.8.1", ("nbstripout",)),
}
"""Hooks by the tool they run; those of the empty name suit every repository."""

PROMPT = "To write: "
"""How every question of a skeleton begins, so that it can be found again."""

RUNBOOK_PROMPTS = (
    f"{PROMPT}who is called, and where they look first.",
    f"{PROMPT}the command that shows that it is healthy, and what it prints then.",
    f"{PROMPT}how a new version reaches users, command by command.",
    f"{PROMPT}how the last good version comes back, and how long that takes.",
    f"{PROMPT}what users see, the command that shows the cause, and what ends it.",
    f"{PROMPT}where the last three incidents are written down, and what was changed after each.",
)
ADR_PROMPTS = (
    f"{PROMPT}what forced a decision: load, cost, people, a date.",
    f"{PROMPT}what was decided, in one sentence that can be wrong.",
    f"{PROMPT}what else was tried or counted, and why it lost.",
    f"{PROMPT}what became easier, what became harder, and what would make you decide anew.",
)
PROMPTS = (frozenset(RUNBOOK_PROMPTS), frozenset(ADR_PROMPTS))
"""The questions of each skeleton."""
NO_BOUND = "model gate: no bound is set"
"""What the script of a model gate says, and stops, as long as it has none."""
