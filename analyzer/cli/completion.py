"""``folioscope completion``: the script that lets a shell complete commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

SHELLS = ("bash", "zsh", "tcsh")
_HOW = """\
bash:  folioscope completion bash > ~/.local/share/bash-completion/completions/folioscope
zsh:   folioscope completion zsh > "${fpath[1]}/_folioscope"
tcsh:  folioscope completion tcsh > ~/.folioscope.completion.csh   and source it in ~/.tcshrc"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = f"Print a completion script; put it where the shell looks:\n\n{_HOW}"
    parser.add_argument("shell", choices=SHELLS)


def offer(action: argparse.Action, words: Iterable[str]) -> None:
    """Let shells complete an argument with words that are no choices: what else is given gets an answer of its own."""
    listed = " ".join(words)
    function = f"_folioscope_{action.dest}"
    action.complete = {  # type: ignore[attr-defined]  # which shtab reads
        "bash": function,
        "zsh": f"({listed})",
        "tcsh": f"({listed})",
        "preamble": {"bash": f"{function}() {{ compgen -W '{listed}' -- \"$1\"; }}"},
    }


def run(arguments: argparse.Namespace) -> int:
    """Print it (shtab writes it from the parsers)."""
    import shtab

    from analyzer.cli import parser_of

    print(shtab.complete(parser_of(whole=True), arguments.shell))
    return 0
