"""Which hooks the repository of pre-commit's own authors has."""

from __future__ import annotations

import re

__all__ = ["lost_hook"]

# https://github.com/pre-commit/pre-commit-hooks, with those of its earlier versions.
_OWN_HOOKS = frozenset(
    "autopep8-wrapper check-added-large-files check-ast check-builtin-literals check-byte-order-marker check-case-conflict"
    " check-docstring-first check-executables-have-shebangs check-illegal-windows-names check-json check-merge-conflict"
    " check-shebang-scripts-are-executable check-symlinks check-toml check-vcs-permalinks check-xml check-yaml"
    " debug-statements destroyed-symlinks detect-aws-credentials detect-private-key double-quote-string-fixer"
    " end-of-file-fixer file-contents-sorter fix-byte-order-marker fix-encoding-pragma flake8 forbid-new-submodules"
    " forbid-submodules mixed-line-ending name-tests-test no-commit-to-branch pretty-format-json pyflakes"
    " requirements-txt-fixer sort-simple-yaml tests-should-end-in-test trailing-whitespace".split()
)
_OWN = re.compile(r"(?i)^(?:https://|git@)github\.com[/:]pre-commit/pre-commit-hooks(?:\.git)?/?$")


def lost_hook(repository: str, name: str) -> str:
    """Why pre-commit stops at a hook of a repository, in words; empty where nothing is known against it."""
    return f"pre-commit-hooks has no hook {name}" if _OWN.match(repository) and name not in _OWN_HOOKS else ""
