"""``folioscope doctor``: what this machine offers, and which protections are in force."""

from __future__ import annotations

import argparse
import json
import sys

from analyzer.cli.options import hosts_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How it is shown."""
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.add_argument("--offline", action="store_true", help="do not look up the addresses of hosts")
    parser.add_argument("--strict", action="store_true", help="exit with 1 also when a protection is missing")
    parser.add_argument("--host", action="append", default=[], metavar="URL", help="also look at this host")
    parser.add_argument("--no-color", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 when an analysis could not be made, with ``--strict`` also without a protection."""
    from analyzer.doctor import State, examine

    checks = list(examine(hosts_of(arguments.host), offline=arguments.offline, variables=_variables()))
    if arguments.json:
        rows = [{"section": c.section, "name": c.name, "found": c.found, "state": str(c.state)} for c in checks]
        print(json.dumps(rows, indent=2))
    else:
        from rich.text import Text

        from analyzer.reporters.text import console_for
        from analyzer.reporters.words import visible

        console = console_for(sys.stdout, color=False if arguments.no_color else None)
        style = {State.GOOD: "green", State.WEAK: "yellow", State.BAD: "red", State.PLAIN: ""}
        section = ""
        for check in checks:
            if check.section != section:
                section = check.section
                console.print(Text(f"\n{section}", style="bold"))
            line = Text(f"  {check.state or '':<5}", style=style[check.state])
            console.print(line + Text(f"{check.name:<36}{visible(check.found)}", style="default"), soft_wrap=True)
    wrong = {State.BAD, State.WEAK} if arguments.strict else {State.BAD}
    return 1 if any(check.state in wrong for check in checks) else 0


def _variables() -> list[str] | None:
    """The variables that commands of other packages read, or None where a package is missing that would say so."""
    from analyzer.cli import installed

    try:
        return [name for module in installed().values() if hasattr(module, "variables") for name in module.variables()]
    except ImportError:
        return None
