"""Pre-commit configuration."""

from __future__ import annotations

from analyzer.artifacts.precommit import parse_precommit
from analyzer.findings import Place


def test_hooks_have_repository_entry_and_line() -> None:
    text = "repos:\n  - repo: https://example.org/ruff\n    rev: v1\n    hooks:\n      - id: ruff\n      - id: fmt\n        args: [--fix]\n  - repo: local\n    hooks:\n      - id: test\n        entry: pytest -q\n      - name: no id\n"
    file = parse_precommit(".pre-commit-config.yaml", text)
    assert [(hook.id, hook.repo, hook.entry, hook.line) for hook in file.hooks] == [
        ("ruff", "https://example.org/ruff", "", 5),
        ("fmt", "https://example.org/ruff", "", 6),
        ("test", "local", "pytest -q", 10),
    ]
    assert file.place == file.hooks[0].place == Place(".pre-commit-config.yaml", 5)
    assert [hook.args for hook in file.hooks] == [(), ("--fix",), ()]


def test_a_file_that_is_no_yaml_shows_its_hooks_by_their_ids() -> None:
    file = parse_precommit("x", "repos:\n  - repo: y\n      rev: v1\n    hooks:\n      - id: ruff\n")
    assert file.error
    assert [(hook.id, hook.line) for hook in file.hooks] == [("ruff", 5)]
    assert parse_precommit("x", "repos: [\n").hooks == ()


def test_the_old_list_at_the_top_is_read() -> None:
    assert parse_precommit("x", "- repo: y\n  hooks:\n  - id: z\n").hooks[0].line == 3


def test_an_empty_file_has_no_hooks() -> None:
    assert parse_precommit("x", "").place == Place("x", 1)
