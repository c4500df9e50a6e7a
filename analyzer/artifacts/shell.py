"""Shell scripts and command lines: which commands they run, on which line (POSIX shell and Bash)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["ShellCommand", "parse_shell"]

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_ALWAYS_TRUE = frozenset({"true", ":", "exit 0"})
_MOST = 5000


class ShellCommand(Struct, frozen=True):
    """One simple command. ``argv`` has quotes removed and variables as written; ``line`` counts from 1.

    ``swallowed`` is true where a failure cannot show: ``cmd || true``, ``cmd || echo ...``.
    """

    argv: tuple[str, ...]
    line: int
    swallowed: bool = False
    redirect: str = ""
    heredoc: str = ""

    @property
    def name(self) -> str:
        """The program, without its folder."""
        return self.argv[0].rsplit("/", 1)[-1]

    @property
    def text(self) -> str:
        """The command on one line."""
        return " ".join(self.argv)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


@lru_cache(maxsize=4096)
def parse_shell(text: str) -> tuple[ShellCommand, ...]:
    """Return the commands of a script in order; what cannot be parsed is passed over, never raised.

    ``${{ ... }}`` expressions of GitHub Actions are read as shell variables.
    """
    if not text.strip():
        return ()
    plain = _EXPRESSION.sub(_as_variable, text) if "${{" in text else text
    tree = _parser().parse(plain.encode("utf-8", "replace"))
    return tuple(_commands(tree.root_node))


def _as_variable(match: re.Match[str]) -> str:
    name = re.sub(r"\W+", "_", match.group(1)).strip("_")
    return "${" + name + "}" + "\n" * match.group().count("\n")


def _commands(root: Node) -> Iterator[ShellCommand]:
    stack: list[tuple[Node, bool, str, str]] = [(root, False, "", "")]
    seen = 0
    while stack and seen < _MOST:
        node, swallowed, redirect, heredoc = stack.pop()
        kind = node.type
        if kind == "command":
            seen += 1
            argv = tuple(_words(node))
            if argv:
                yield ShellCommand(argv, node.start_point.row + 1, swallowed, redirect, heredoc)
            stack += [(child, False, "", "") for child in reversed(_substitutions(node))]
            continue
        if kind in ("comment", "heredoc_body"):
            continue
        children = node.named_children
        if kind == "list" and any(child.type == "||" for child in node.children):
            fallback = _text(children[-1]).strip() if len(children) > 1 else ""
            hides = fallback in _ALWAYS_TRUE or fallback.split(None, 1)[:1] in (["echo"], ["printf"])
            stack += [
                (child, swallowed or (hides and child is not children[-1]), "", "") for child in reversed(children)
            ]
            continue
        if kind == "redirected_statement":
            heredocs = [c for c in children if c.type == "heredoc_redirect"]
            beside = [c for node in heredocs for c in node.named_children]  # cat <<EOF > file
            redirect = next((_text(c) for c in (*children, *beside) if c.type == "file_redirect"), "")
            heredoc = next((_heredoc(c) for c in heredocs), "")
            stack += [(child, swallowed, redirect, heredoc) for child in reversed(children)]
            continue
        stack += [(child, swallowed, "", heredoc if kind == "heredoc_redirect" else "") for child in reversed(children)]


def _heredoc(node: Node) -> str:
    return next((_text(child) for child in node.children if child.type == "heredoc_body"), "")


def _substitutions(node: Node) -> list[Node]:
    found: list[Node] = []
    stack = list(node.named_children)
    while stack:
        child = stack.pop()
        if child.type in ("command_substitution", "process_substitution"):
            found.append(child)
        else:
            stack += child.named_children
    return found


def _words(node: Node) -> Iterator[str]:
    for child in node.named_children:
        if child.type == "command_name" or child.type not in (
            "variable_assignment",
            "file_redirect",
            "heredoc_redirect",
            "herestring_redirect",
        ):
            yield _unquote(_text(child))


def _text(node: Node) -> str:
    raw = node.text
    return raw.decode("utf-8", "replace") if raw else ""


def _unquote(word: str) -> str:
    if len(word) >= 2 and word[0] == word[-1] and word[0] in "\"'":
        return word[1:-1]
    if '"' in word or "'" in word:
        return word.replace('"', "").replace("'", "")
    return word.replace("\\\n", "")
